"""Checks of a posterior and of the numbers printed from it, each with its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.config.model import Verdict
from forecast.models.link import RAW
from forecast.scenarios.plausibility import Plausibility
from forecast.scenarios.tilt import FEWEST

if TYPE_CHECKING:
    import arviz as az
    import pandas as pd

COLUMNS = ("check", "quantity", "value", "threshold", "verdict", "note_da", "note_en")
PASS, FAIL, INFO = "pass", "fail", "info"


def posterior_checks(
    posterior: az.InferenceData, limits: Verdict, names: Sequence[str] = RAW
) -> pd.DataFrame:
    """R-hat, effective draws, divergences and BFMI of a sampled posterior.

    Parameters
    ----------
    posterior : InferenceData
        With groups posterior and sample_stats.
    limits : Verdict
        Thresholds; see its reference.
    names : sequence of str
        Parameters that are judged.

    Returns
    -------
    DataFrame
        `COLUMNS`; verdict ``pass`` or ``fail``. A parameter that is the worst is named.
    """
    import arviz as az
    import pandas as pd

    table: Any = az.summary(posterior, var_names=list(names), kind="diagnostics", round_to="none")
    stats = posterior["sample_stats"]
    divergent = int(np.sum(np.asarray(stats["diverging"].values)))
    bfmi = float(np.min(np.asarray(az.bfmi(posterior))))
    rows = [
        _row(
            "r_hat",
            str(table["r_hat"].idxmax()),
            float(table["r_hat"].max()),
            limits.r_hat,
            below=True,
            words=("kæderne er enige", "the chains agree"),
        ),
        _row(
            "ess_bulk",
            str(table["ess_bulk"].idxmin()),
            float(table["ess_bulk"].min()),
            limits.ess_bulk,
            below=False,
            words=("effektive trækninger, midten", "effective draws, bulk"),
        ),
        _row(
            "ess_tail",
            str(table["ess_tail"].idxmin()),
            float(table["ess_tail"].min()),
            limits.ess_tail,
            below=False,
            words=("effektive trækninger, halerne", "effective draws, tails"),
        ),
        _row(
            "divergences",
            "",
            float(divergent),
            float(limits.divergences),
            below=True,
            words=("divergente skridt", "divergent steps"),
        ),
        _row(
            "bfmi",
            "",
            bfmi,
            limits.bfmi,
            below=False,
            words=("energi (BFMI), mindste kæde", "energy (BFMI), least of the chains"),
        ),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def precision_checks(
    errors: Mapping[str, tuple[float, float]],
) -> pd.DataFrame:
    """Monte Carlo errors of printed medians against half of their last printed digit.

    Parameters
    ----------
    errors : mapping
        Quantity → (Monte Carlo standard error, half of the last printed digit), one unit.
    """
    import pandas as pd

    words = ("Monte Carlo-fejl på en trykt median", "Monte Carlo error of a printed median")
    rows = [
        _row("mcse_median", name, error, half, below=True, words=words)
        for name, (error, half) in errors.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def agreement_rows(group: str, correlation: float, rmse: float) -> pd.DataFrame:
    """Tell how near two expected shares are over municipalities; judged by a reader.

    Parameters
    ----------
    correlation, rmse : the latter a fraction
    """
    import pandas as pd

    values = {"correlation": correlation, "rmse": rmse}
    rows = [
        (
            f"agreement_{name}",
            group,
            value,
            "",
            INFO,
            "egen og offentliggjort forventning over kommunerne",
            "own and published expectation over municipalities",
        )
        for name, value in values.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def scenario_checks(
    distances: Mapping[str, Plausibility], effective: Mapping[str, float]
) -> pd.DataFrame:
    """How far each scenario lies from the free forecast, and what tilting left of it.

    Parameters
    ----------
    distances : scenario -> its distance
    effective : statement with quantiles -> part of the futures that the tilted forecast is worth
    """
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    for name, found in distances.items():
        rows.append(("plausibility", name, found.by_futures, "", INFO, *_FAR))
        shape = f"chi2({found.degrees})"
        rows.append(("mahalanobis", name, found.distance, shape, INFO, *_DISTANCE))
    rows.extend(
        _row("tilt_effective", name, value, FEWEST, below=False, words=_TILTED)
        for name, value in effective.items()
    )
    return pd.DataFrame(rows, columns=COLUMNS)


_FAR = (
    "andel af de frie fremtider, der ligger mindst lige så langt fra midten",
    "part of the free futures that lie at least as far from their centre",
)
_DISTANCE = (
    "kvadreret Mahalanobis-afstand fra den frie fremskrivning, med referencefordeling",
    "squared Mahalanobis distance from the free forecast, with its reference distribution",
)
_TILTED = (
    "effektiv andel af fremtiderne bag et bånd med fraktiler",
    "effective part of the futures behind a band with quantiles",
)


def failed(table: pd.DataFrame) -> bool:
    """Whether any check failed."""
    return bool((table["verdict"] == FAIL).any())


def _row(
    check: str,
    quantity: str,
    value: float,
    threshold: float,
    *,
    below: bool,
    words: tuple[str, str],
) -> tuple[Any, ...]:
    good = value <= threshold if below else value >= threshold
    sign = "≤" if below else "≥"
    return (check, quantity, value, f"{sign} {threshold:g}", PASS if good else FAIL, *words)
