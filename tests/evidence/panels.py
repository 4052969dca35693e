"""The league on real monthly panels, and how `link` stands to the best rival at each origin.

    python -m tests.evidence.panels --panel unemployment --out outputs/league [--rivals all]

Danish unemployment and kontanthjælp of the 98 municipalities, and the unemployed by benefit,
origins every three months as the data allow; Australian employment of eight states, by sex, and by
sex and hours, 14 origins 18 months apart. Up to 24 months ahead, given the realised path of the
country. Which rival is best at an origin is known only afterwards: no method that is settled
beforehand scores as well. The panels are not part of the repository; they lie beside it where they
are at hand.
"""

import argparse
import ast
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from forecast.config.backtest import MODELS, BacktestConfig, backtest_config
from forecast.run.backtest import BacktestResult, run_backtest

SHARED: Final = Path(__file__).resolve().parents[3] / "shared" / "panels"
FOLDER: Final = SHARED / "dk"
DANISH: Final = {
    "unemployment": ("ledighed_y25i01.csv", "ledige_fuldtid"),
    "kontanthjaelp": ("kontanthjaelp_y60a02.csv", "fuldtidspersoner"),
    "unemployed_dagpenge": ("ledighed_y25i01.csv", "ledige_fuldtid_dagpenge"),
    "unemployed_kontanthjaelp": ("ledighed_y25i01.csv", "ledige_fuldtid_kontanthjaelp"),
}
AUSTRALIAN: Final = {"australia": 1, "australia_sex": 2, "australia_hours": 3}
"""Panels of Australian employment, with how many names an area of theirs has."""

CHOSEN_ON: Final = ("unemployment", "kontanthjaelp", "australia")
"""Panels that the form of `link` was chosen on; the others are parts of them."""

PANELS: Final = (*DANISH, *AUSTRALIAN)
NATION: Final = "Total"
AUSTRALIAN_ORIGINS: Final = tuple(
    str(month) for month in pd.period_range("1999-05", "2018-11", freq="18M").astype(str)
)
PLANNED: Final = (
    *("ets", "arima", "theta", "seasonal_naive", "naive"),
    *("ets_share", "arima_share", "theta_share", "seasonal_share", "naive_share"),
)
"""The ten rivals that the form of the model was measured against when it was planned."""

RIVALS: Final = {
    "usual": MODELS[:-1],
    "all": (*PLANNED, "local_level_share", "ces_share", "constant_share"),
}
COVERAGE: Final = ("coverage_0.8", "coverage_0.95")


class Quiet:
    """Says nothing while the work runs."""

    def say(self, line: str) -> None:
        """Say nothing."""

    def tell(self, done: int, total: int, left: float | None) -> None:
        """Say nothing."""


def tidy(panel: str, folder: Path) -> Path:
    """Write a panel as ``area, period, value``."""
    path = folder / f"{panel}.csv"
    if panel in AUSTRALIAN:
        found = _australia(AUSTRALIAN[panel])
    else:
        name, measure = DANISH[panel]
        found = pd.read_csv(FOLDER / name, usecols=["omraade", "periode", measure])
    found.set_axis(["area", "period", "value"], axis=1).to_csv(path, index=False)
    return path


def _australia(names: int) -> pd.DataFrame:
    """Employed persons, in thousands, of the country and all areas of so many names."""
    wide = pd.read_csv(SHARED / "au_labour" / "data.csv", index_col=0)
    labels = {column: ast.literal_eval(column) for column in wide.columns}
    kept = {c: " ".join(n) for c, n in labels.items() if len(n) == names or n == [NATION]}
    wide = wide[list(kept)].rename(columns=kept)
    wide.index = pd.Index([str(day)[:7] for day in wide.index], name="period")
    return wide.reset_index().melt("period", var_name="area")[["area", "period", "value"]]


def configured(
    panel: str,
    folder: Path,
    *,
    models: tuple[str, ...] = MODELS,
    origins: tuple[str, ...] | None = None,
    draws: int = 1000,
) -> BacktestConfig:
    """Write a panel and say how it is to be backtested."""
    file = tidy(panel, folder)
    areas = None
    if panel in AUSTRALIAN:
        origins, areas = origins or AUSTRALIAN_ORIGINS, folder / "states.csv"
        names = pd.read_csv(file)["area"].unique()
        parents = ["" if name == NATION else NATION for name in names]
        pd.DataFrame({"area": names, "parent": parents}).to_csv(areas, index=False)
    return backtest_config(
        None, panel=file, areas=areas, models=models, origins=origins, draws=draws, horizon=24
    )


def league(
    panel: str,
    folder: Path,
    *,
    models: tuple[str, ...] = MODELS,
    origins: tuple[str, ...] | None = None,
    draws: int = 1000,
    workers: int = 2,
) -> BacktestResult:
    """Backtest a panel; tables stand in a folder named after it."""
    config = configured(panel, folder, models=models, origins=origins, draws=draws)
    return run_backtest(config, folder / f"league-{panel}", "en", workers, Quiet())


def against_best(
    result: BacktestResult, rivals: tuple[str, ...], ours: str = "link"
) -> pd.DataFrame:
    """Scaled CRPS at each origin beside the best rival's there, and how often intervals hold.

    `ratio` is to the best of the rivals given, `of ten` to the best of those `PLANNED` that are
    among them. Coverage is of all areas, of thirds by size (of their actual figures) and of sums.
    """
    scores = pd.read_csv(result.folder / "backtest.csv")
    by_model = scores[scores["horizon"].isna() & (scores["area"] == "leaves")]
    crps = by_model[by_model["score"] == "scaled_crps"].pivot_table(
        index="origin", columns="model", values="value"
    )
    theirs = crps[list(rivals)]
    out = pd.DataFrame({ours: crps[ours], "best": theirs.idxmin(axis=1), "its": theirs.min(axis=1)})
    out["ratio"] = out[ours] / out["its"]
    if set(PLANNED) <= set(rivals):
        out["of ten"] = out[ours] / crps[list(PLANNED)].min(axis=1)
    mine = scores[(scores["model"] == ours) & scores["horizon"].isna()]
    mine = mine.pivot_table(index=["origin", "area"], columns="score", values="value").reset_index()
    single = mine[~mine["area"].isin(["leaves", "sums"])].copy()
    single = single[single["scaled_crps"] > 0]
    size = (single["crps"] / single["scaled_crps"]).groupby(single["origin"]).rank(pct=True)
    single["third"] = np.ceil(3 * size - 1e-9)
    for name in COVERAGE:
        for area in ("leaves", "sums"):
            out[f"{area} {name}"] = mine[mine["area"] == area].set_index("origin")[name]
        thirds = single.pivot_table(index="origin", columns="third", values=name)
        for third, label in ((1.0, "small"), (2.0, "middle"), (3.0, "large")):
            out[f"{label} {name}"] = thirds[third]
    return out


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--panel", choices=PANELS, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--link", choices=["link", "link_nuts"], default="link")
    parser.add_argument("--rivals", choices=tuple(RIVALS), default="usual")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    rivals = RIVALS[given.rivals]
    models = (*rivals, given.link)
    result = league(given.panel, given.out, models=models, workers=given.workers)
    table = against_best(result, rivals, given.link)
    table.loc["mean"] = table.mean(numeric_only=True)
    sys.stdout.write(f"{result.terminal_text}\n{result.seconds:.0f} s\n\n")
    sys.stdout.write(f"{table.T.round(3).to_string()}\n")


if __name__ == "__main__":
    main()
