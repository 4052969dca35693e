"""What the best forecast there can be would score against the best rival at each origin.

    python -m tests.evidence.attainable --panel australia --out outputs/attainable [--rivals all]

Every method forecasts from every origin of a real panel, on its real history. Then futures are
drawn in place of what came: from what `link` itself says. In such a world `link` is the truth, and
no forecast scores better in expectation at any origin (CRPS is proper). Which of the rivals is best
at an origin is still known only afterwards, and picked with hindsight. So the ratio to it that
`link` has there, and how far its coverage lies from 80 and 95 %, is what chance alone leaves of a
limit on this panel. Worlds of one origin do not know of those of another: where origins share
months, chance moves the mean over origins by more than is printed here.
"""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from forecast.core.monthly import Floats
from forecast.core.period import month_code
from forecast.evaluation.backtest import Plan, observed, run, series_of
from forecast.models.registry import method
from forecast.run.backtest import make_plan
from forecast.vocabulary import AREA, DRAW
from tests.evidence.panels import PANELS, PLANNED, RIVALS, configured

TRUTH = "link"
WORLDS = 400
LEVELS = (0.8, 0.95)


@dataclass(frozen=True)
class Origin:
    """Scores at one origin; row 0 is of what came, the others are of the worlds.

    Attributes
    ----------
    ratio : (1 + K, rivals) CRPS of the truth over the rival's, on the cells that both have
    coverage : (1 + K, levels) of areas, then of sums where there are any, by the truth
    """

    ratio: pd.DataFrame
    coverage: pd.DataFrame


def crps(draws: Floats, values: Floats) -> Floats:
    """Fair CRPS of draws, (D, N), against several values of each cell, (K, N)."""
    count, middle = len(draws), np.median(draws, axis=0)
    ordered = np.sort(draws - middle, axis=0).T
    spread = ordered @ (2.0 * np.arange(count) - count + 1) / (count * (count - 1))
    sums = np.pad(np.cumsum(ordered, axis=1), ((0, 0), (1, 0)))
    out = np.empty_like(values)
    for cell, (own, y) in enumerate(zip(ordered, (values - middle).T, strict=True)):
        below = np.searchsorted(own, y)
        left, whole = sums[cell, below], sums[cell, -1]
        out[:, cell] = (y * (2 * below - count) + whole - 2 * left) / count - spread[cell]
    return out


def coverage(draws: Floats, values: Floats, where: str) -> pd.DataFrame:
    """Shares of the cells, (N,), that lie inside the central intervals, (K, levels)."""
    known = np.isfinite(values[0])
    shares = {}
    for level in LEVELS:
        low, high = np.quantile(draws[:, known], [0.5 - level / 2, 0.5 + level / 2], axis=0)
        inside = (values[:, known] >= low) & (values[:, known] <= high)
        shares[f"{where} {level:.0%}"] = inside.mean(axis=1)
    return pd.DataFrame(shares)


def at_origin(plan: Plan, rivals: Sequence[str], origin: int) -> Origin:
    """Let every method forecast, and score it on what came and on every world."""
    names = series_of(plan)
    said = _said(replace(plan, draws=plan.draws + WORLDS), TRUTH, origin)
    mixed = np.random.default_rng([plan.seed, origin]).permutation(len(said))
    came = observed(plan, origin).expand_dims(DRAW)
    worlds, truth = said[mixed[:WORLDS]], said[mixed[WORLDS:]]
    areas = {"leaves": list(names.leaves), "sums": list(names.sums)}
    covered = [
        coverage(_cells(truth, own), _values(came, worlds, own), where)
        for where, own in areas.items()
        if own
    ]
    values, mine = _values(came, worlds, areas["leaves"]), _cells(truth, areas["leaves"])
    ours, ratio = crps(mine, values), {}
    for name in rivals:
        theirs = crps(_cells(_said(plan, name, origin), areas["leaves"]), values)
        both = np.isfinite(theirs).all(axis=0) & np.isfinite(ours).all(axis=0)
        ratio[name] = ours[:, both].sum(axis=1) / theirs[:, both].sum(axis=1)
    return Origin(pd.DataFrame(ratio), pd.concat(covered, axis=1))


def _said(plan: Plan, name: str, origin: int) -> xr.DataArray:
    outcome = run(plan, method(name), origin)
    if outcome.draws is None:
        raise RuntimeError(f"{name} at {month_code(origin)}: {outcome.error}")
    return outcome.draws


def _cells(draws: xr.DataArray, areas: list[str]) -> Floats:
    """Cells of the areas side by side, (D, N)."""
    return draws.sel({AREA: areas}).values.reshape(len(draws), -1).astype(np.float64)


def _values(came: xr.DataArray, worlds: xr.DataArray, areas: list[str]) -> Floats:
    """What came, then the worlds, (1 + K, N); what is missing in the first is so in all."""
    values = np.vstack([_cells(came, areas), _cells(worlds, areas)])
    values[:, np.isnan(values[0])] = np.nan
    return values


def attainable(plan: Plan, rivals: Sequence[str], workers: int) -> pd.DataFrame:
    """Means over origins, (1 + K, figures): row 0 of what came, the others of the worlds."""
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        found = list(pool.map(partial(at_origin, plan, rivals), plan.origins))
    best = [one.ratio.max(axis=1) for one in found]
    figures = {"ratio to the best at each origin": np.mean(best, axis=0)}
    if set(PLANNED) <= set(rivals):
        ten = [one.ratio[list(PLANNED)].max(axis=1) for one in found]
        figures["of the ten"] = np.mean(ten, axis=0)
    covered = sum(one.coverage for one in found) / len(found)
    return pd.concat([pd.DataFrame(figures), covered], axis=1)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--panel", choices=PANELS, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rivals", choices=tuple(RIVALS), default="usual")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    rivals = [name for name in RIVALS[given.rivals] if name != TRUTH]
    plan = make_plan(configured(given.panel, given.out, models=(*rivals, TRUTH)))[1]
    found = attainable(plan, rivals, given.workers)
    found.to_csv(given.out / f"attainable-{given.panel}.csv", index=False)
    worlds = found.iloc[1:]
    table = pd.DataFrame({"came": found.iloc[0], "worlds": worlds.mean(), "sd": worlds.std()})
    for share in (0.05, 0.95):
        table[f"{share:.0%}"] = worlds.quantile(share)
    sys.stdout.write(f"{table.round(3).to_string()}\n")


if __name__ == "__main__":
    main()
