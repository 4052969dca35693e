"""A made-up table y30r21 of all municipalities: no figure in it is anybody's."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.config import load_areas

LABELS = ("Ydelsesgrupper i alt", "A-dagpenge mv.", "Sygedagpenge mv.", "Kontanthjælp mv.")
PERIODS = ("2020QMAT02", "2020QMAT04", "2021QMAT02")


def made_up(seed: int = 1) -> pd.DataFrame:
    """Rows as jobindsats has them: counts rounded to 10, shares in per cent with two decimals."""
    rng = np.random.default_rng(seed)
    kommuner = [(a.code, name) for name, a in load_areas().items() if a.kind == "kommune"]
    residents = np.clip(np.exp(rng.normal(10.2, 0.7, len(kommuner))), 4_000, 400_000)
    parts = np.array([0.023, 0.026, 0.038])
    own = rng.normal(0.0, 0.06, (len(kommuner), 3))
    # who lives there by chance, as much as independent persons give, and half of it new each time
    unit = rng.standard_normal(own.shape)
    chance = 1.0 / np.sqrt(residents[:, None] * parts)
    rows: list[dict[str, object]] = []
    for period in PERIODS:
        own = own + rng.normal(0.0, 0.01, own.shape)
        unit = 0.7 * unit + np.sqrt(1 - 0.7**2) * rng.standard_normal(own.shape)
        for k, (code, name) in enumerate(kommuner):
            expected = residents[k] * parts * np.exp(rng.normal(0.0, 0.002, 3))
            actual = expected * np.exp(own[k] + chance[k] * unit[k])
            for label, e, a in zip(
                LABELS,
                [expected.sum(), *expected],
                [actual.sum(), *actual],
                strict=True,
            ):
                rows.append(_row(code, name, period, label, e, a, residents[k]))
    table = pd.DataFrame(rows)
    by = ["periode", "ydelsesgruppe"]
    table["placering"] = table.groupby(by)["forskel_andel_pp"].rank(method="first").astype(int)
    return table


def _row(
    code: str, name: str, period: str, label: str, expected: float, actual: float, residents: float
) -> dict[str, object]:
    shares = [round(100 * n / residents, 2) for n in (expected, actual)]
    counts = [int(round(n, -1)) for n in (expected, actual)]
    return {
        "kode": code,
        "kommune": name,
        "periode": period,
        "ydelsesgruppe": label,
        "forventet_antal": counts[0],
        "faktisk_antal": counts[1],
        "forskel_antal": counts[1] - counts[0],
        "forventet_andel_pct": shares[0],
        "faktisk_andel_pct": shares[1],
        "forskel_andel_pp": round(shares[1] - shares[0], 2),
    }


def written(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame] | None = None) -> Path:
    """Write the table, perhaps with a fault."""
    table = made_up()
    (table if change is None else change(table)).to_csv(path, index=False)
    return path


def conditions(path: Path, seed: int = 2) -> Path:
    """Write made-up framework conditions."""
    rng = np.random.default_rng(seed)
    names = [name for name, a in load_areas().items() if a.kind == "kommune"]
    table = pd.DataFrame(
        {
            "kommune": names,
            "education_pct": np.round(rng.normal(84, 4, len(names)), 2),
            "disposable_income": np.round(np.exp(rng.normal(12.5, 0.15, len(names)))),
            "employment_rate": np.round(rng.normal(78, 3, len(names)), 1),
        }
    )
    table.to_csv(path, index=False)
    return path
