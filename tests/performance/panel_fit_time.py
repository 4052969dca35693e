"""What a fit of monthly links costs, beside what it replaces, in one run.

    python -m tests.performance.panel_fit_time --part fit --panel ledige.csv
    python -m tests.performance.panel_fit_time --part growth
    python -m tests.performance.panel_fit_time --part groups
    python -m tests.performance.panel_fit_time --part latent
    python -m tests.performance.panel_fit_time --part gradient

fit: one panel by NUTS and by Laplace with draws of 24 months, beside AutoETS + AutoARIMA +
AutoTheta with the same draws (without --panel: 98 simulated areas by 180 months, NUTS left out).
groups: three areas by 14 groups by 72 months, by NUTS and by Laplace, from figures to draws.
growth: the fit by Laplace against the number of series and of months. latent: effective draws a
second of the worst pooled parameter, against the same model with its states sampled. gradient: of
the filter, for 98 series by 72 months of 14 states on one core, beside the value only by
statsmodels' filter (a level and a season of five harmonics), one series times 98.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from statsmodels.tsa.statespace.structural import UnobservedComponents

from forecast.config.panel_model import load_panel_model
from forecast.core.monthly import MonthlyPanel
from forecast.models import panel_filter, panel_nuts
from forecast.models.panel_density import OWN, PanelDensity
from forecast.models.panel_laplace import find_mode
from forecast.models.panel_link import PanelLink
from forecast.models.panel_series import LinkSeries, link_series
from forecast.models.registry import method
from forecast.sources.monthly import read_monthly
from tests.models.panels import random_arrays, world
from tests.performance.latent import ess_a_second

T = TypeVar("T")

HORIZON, DRAWS = 24, 1000
RIVALS = ("ets", "arima", "theta")
PARTS = ("fit", "groups", "growth", "latent", "gradient")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of a piece of work, and what it gave."""
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def fit(panel: MonthlyPanel, *, nuts: bool) -> pd.DataFrame:
    """Seconds of each way to draws of the months ahead, and their sum over the rivals'."""
    rows: dict[str, float] = {}
    warm = world(np.random.default_rng(1), areas=4, months=40)
    ways = ("link", "link_nuts") if nuts else ("link",)

    def draw(name: str, of: MonthlyPanel) -> None:
        method(name).draw(of, HORIZON, None, DRAWS, np.random.default_rng(2))

    for name in (*ways, *RIVALS):
        cold, _ = timed(lambda name=name: draw(name, warm))
        rows[name], _ = timed(lambda name=name: draw(name, panel))
        rows[f"{name}, cold start"] = cold
    table = pd.DataFrame({"seconds": rows})
    table["of the rivals' sum"] = table["seconds"] / sum(rows[name] for name in RIVALS)
    return table.round(3)


def groups() -> pd.DataFrame:
    """Seconds of a municipality, the half of the country it lies in and the country, 14 groups."""
    worlds = [world(np.random.default_rng([8, k]), areas=20, months=72) for k in range(14)]
    values = np.concatenate(
        [np.stack([w.values[0], w.values[1], w.values[1:11].sum(axis=0)]) for w in worlds], axis=1
    )
    panel = replace(
        worlds[0],
        areas=("country", "municipality", "half"),
        groups=tuple(f"benefit {k}" for k in range(14)),
        values=values,
        parents={"country": None, "municipality": "half", "half": "country"},
        provisional=np.zeros(values.shape, dtype=bool),
    )
    rows: list[tuple[str, float, str]] = []
    for name in ("link_nuts", "link"):
        method(name).draw(panel.last(30), HORIZON, None, DRAWS, np.random.default_rng(2))
        seconds, drawn = timed(
            lambda name=name: method(name).draw(
                panel, HORIZON, None, DRAWS, np.random.default_rng(2)
            )
        )
        verdicts = [notes[0] for (area, _), notes in drawn.notes.items() if area == "country"]
        passed = sum(": pass" in verdict for verdict in verdicts)
        rows.append((name, round(seconds, 1), f"{passed} of {len(verdicts)}"))
    return pd.DataFrame(rows, columns=["way", "seconds", "verdicts that pass"])


def growth() -> pd.DataFrame:
    """Seconds of a fit by Laplace with its draws, by series and months, and memory used so far."""
    model, rows = PanelLink(load_panel_model()), []
    for series, months in (
        (42, 72),
        (98, 72),
        (400, 72),
        (1372, 72),
        (98, 36),
        (98, 60),
        (98, 180),
    ):
        panel = world(np.random.default_rng(3), areas=series, months=months)
        if months > 72:
            settings = model.priors.fit.model_copy(update={"months": months})
            model = replace(model, priors=model.priors.model_copy(update={"fit": settings}))
        seconds, _ = timed(
            lambda panel=panel, model=model: model.draw(
                panel, HORIZON, None, 500, np.random.default_rng(4)
            )
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        rows.append((series, months, round(seconds, 1), round(peak, 2)))
    table = pd.DataFrame(rows, columns=["series", "months", "seconds", "GiB so far"])
    at_72 = table[table["months"] == 72]
    power = np.polyfit(np.log(at_72["series"]), np.log(at_72["seconds"]), 1)[0]
    sys.stdout.write(f"time grows as series^{power:.2f}\n")
    return table


def latent() -> pd.DataFrame:
    """Effective draws a second of the worst parameter, by the filter and by sampled states."""
    priors = load_panel_model()
    panel = world(np.random.default_rng(5), areas=10, months=48)
    series: LinkSeries = link_series(panel, 0, panel.areas[1:], priors)

    def ours() -> panel_nuts.Standing:
        density = PanelDensity(series, priors)
        own = (len(series.areas), len(OWN))
        mode = find_mode(density.value_and_gradient, np.zeros(density.size), 1e-4, 80, own)
        found = panel_nuts.sample(density, mode, priors.nuts, np.random.default_rng(6))
        return panel_nuts.standing(found)

    ours()
    seconds, good = timed(ours)
    rate, r_hat, theirs = ess_a_second(series, priors)
    rows = [
        ("filter, NUTS", good.ess / seconds, good.r_hat, seconds, 1.0),
        ("states sampled, NUTS", rate, r_hat, theirs, good.ess / seconds / rate),
    ]
    return pd.DataFrame(
        rows, columns=["way", "least ESS a second", "R-hat", "seconds", "ours over it"]
    ).round(3)


def gradient() -> pd.DataFrame:
    """Milliseconds of the filter with its gradient, and of a rival's without."""
    arrays = random_arrays(np.random.default_rng(6), series=98, months=72, rank=10, missing=0.0)
    arrays = arrays._replace(steps=arrays.steps[:, :, :0])
    season = [{"period": 12, "harmonics": 5}]
    rival = UnobservedComponents(arrays.value[0], "llevel", freq_seasonal=season)

    def least(work: Callable[[], object]) -> float:
        work()
        return 1e3 * min(timed(work)[0] for _ in range(30))

    ours = least(lambda: panel_filter.value_and_gradient(arrays))
    theirs = 98 * least(lambda: rival.loglike(rival.start_params))
    table = pd.DataFrame({"ms": {"value and gradient": ours, "statsmodels, value": theirs}})
    table["of statsmodels"] = table["ms"] / theirs
    return table.round(3)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, required=True)
    parser.add_argument("--panel", type=Path)
    parser.add_argument("--national", default="Hele landet")
    given = parser.parse_args()
    if given.part == "fit" and given.panel is not None:
        table = fit(read_monthly(given.panel, national=given.national).panel, nuts=True)
    elif given.part == "fit":
        table = fit(world(np.random.default_rng(7), areas=98, months=180), nuts=False)
    else:
        parts = {"groups": groups, "growth": growth, "latent": latent, "gradient": gradient}
        table = parts[given.part]()
    sys.stdout.write(f"{table.to_string()}\n")


if __name__ == "__main__":
    main()
