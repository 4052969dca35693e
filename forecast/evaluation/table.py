"""Scores of one outcome in every cell, and the rows that people and programs read of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from forecast.evaluation import scores
from forecast.evaluation.backtest import Outcome
from forecast.evaluation.quantile_scores import QUANTILE_LEVEL
from forecast.vocabulary import AREA, DRAW, GROUP, PERIOD, QUANTILE_LEVELS

HORIZON, ORIGIN = "horizon", "origin"
COVERAGES = (0.5, 0.8, 0.95)
SIZES = ("small", "middle", "large")
"""Thirds of the leaves by their mean in the history, smallest first."""

PERCENTAGE = "percentage_error"


@dataclass(frozen=True)
class Scored:
    """Scores of a method at an origin.

    Attributes
    ----------
    method, origin : whose
    cells : score by name, each (area, group, horizon); ``observed`` among them
    joint : energy score of all leaves together, (group, horizon), by months scaled by the mean
        absolute seasonal change of each leaf
    """

    method: str
    origin: int
    cells: xr.Dataset
    joint: xr.DataArray


def score(
    outcome: Outcome,
    came: xr.DataArray,
    history: xr.DataArray,
    leaves: tuple[str, ...],
    rng: np.random.Generator,
) -> Scored:
    """Score an outcome that did not fail as a whole.

    Parameters
    ----------
    came : (area, group, period) what was observed
    history : (area, group, period) what was known
    leaves : areas of the energy score
    rng : breaks ties of the PIT
    """
    draws = outcome.draws
    if draws is None:
        raise ValueError(f"{outcome.method}: failed at this origin and has no scores")
    draws, came = (_by_horizon(table) for table in (draws, came))
    levels = np.array(QUANTILE_LEVELS)
    marks = draws.quantile(levels, DRAW).rename(quantile=QUANTILE_LEVEL)
    interval = scores.wis(marks, came)
    scale, square = scores.mase_scale(history), scores.rmsse_scale(history)
    error = scores.absolute_error(draws, came)
    cells = {
        "crps": scores.crps(draws, came),
        "wis": interval["total"],
        "dispersion": interval["dispersion"],
        "overprediction": interval["overprediction"],
        "underprediction": interval["underprediction"],
        "absolute_error": error,
        PERCENTAGE: scores.percentage_error(draws, came),
        "mase": error / scale,
        "squared_scaled_error": scores.squared_error(draws, came) / square,
        "bias": scores.bias(draws, came),
        "pit": scores.pit(draws, came, rng=rng),
        "observed": came,
    }
    for share in COVERAGES:
        cells[f"coverage_{share:g}"] = scores.coverage(draws, came, coverage=share)
    whole = scale.sel({AREA: list(leaves)}).dropna(AREA)
    inside = {AREA: whole[AREA].values}
    joint = scores.energy_score(draws.sel(inside) / whole, came.sel(inside) / whole, over=AREA)
    return Scored(outcome.method, outcome.origin, xr.Dataset(cells), joint)


def quantiles(outcome: Outcome) -> xr.DataArray:
    """Mean, median and quantiles of an outcome, (output, area, group, period).

    The order is mean, median, then the levels of `QUANTILE_LEVELS`.
    """
    draws = outcome.draws
    if draws is None:
        raise ValueError(f"{outcome.method}: failed at this origin and has no quantiles")
    marks = draws.quantile([0.5, *QUANTILE_LEVELS], DRAW).rename(quantile="output")
    middle = draws.mean(DRAW).expand_dims("output")
    return xr.concat([middle, marks.drop_vars("output")], "output")


def size_classes(history: xr.DataArray, leaves: tuple[str, ...]) -> dict[str, list[str]]:
    """Thirds of the leaves by their mean over groups and months, smallest first."""
    mean = history.sel({AREA: list(leaves)}).mean([GROUP, PERIOD])
    ordered = [str(a) for a in mean[AREA].values[np.argsort(mean.values, kind="stable")]]
    parts = np.array_split(np.array(ordered, dtype=object), len(SIZES))
    return {name: [str(a) for a in part] for name, part in zip(SIZES, parts, strict=True)}


def rows(
    scored: Scored, leaves: tuple[str, ...], sums: tuple[str, ...], sizes: Mapping[str, list[str]]
) -> pd.DataFrame:
    """Rows of ``backtest.csv``: ``model, origin, horizon, area, group, score, value, n``.

    An empty ``horizon`` means all of them. ``area`` is an area, a sum, ``leaves`` (all areas that
    are no sum), ``sums`` (all sums), or ``size:small`` and its fellows; by horizon only the last
    three kinds are given. ``n`` is the number of cells behind a value.
    """
    cells = scored.cells
    pools = {"leaves": list(leaves), "sums": list(sums)}
    pools |= {f"size:{name}": members for name, members in sizes.items()}
    pools = {name: members for name, members in pools.items() if members}
    parts: list[pd.DataFrame] = []
    for name, members in pools.items():
        chosen = cells.sel({AREA: members})
        parts.extend(_pooled(chosen, [AREA, HORIZON], name))
        parts.extend(_pooled(chosen, [AREA], name))
    parts.extend(_pooled(cells, [HORIZON], None))
    joint = scored.joint.rename("value").to_dataframe().reset_index()
    parts.append(joint.assign(area="leaves", score="energy_score", n=1))
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(model=scored.method, origin=scored.origin).dropna(subset=["value"])
    columns = ["model", ORIGIN, HORIZON, AREA, GROUP, "score", "value", "n"]
    return table.loc[:, columns].sort_values(columns[2:6], kind="stable", ignore_index=True)


def _pooled(cells: xr.Dataset, over: list[str], area: str | None) -> Iterator[pd.DataFrame]:
    """Mean of every score over dims, and the scaled CRPS, as rows."""
    scaled = scores.scaled_crps(cells["crps"], cells["observed"], over=over)
    root = np.sqrt(cells["squared_scaled_error"].mean(over))
    measured = cells.drop_vars(["pit", "observed", "squared_scaled_error"])
    tables = {str(name): table.mean(over) for name, table in measured.items()}
    tables |= {"scaled_crps": scaled, "rmsse": root}
    count = cells["crps"].count(over)
    for name, table in tables.items():
        frame = xr.Dataset({"value": table, "n": count}).to_dataframe().reset_index()
        frame["score"] = name
        if area is not None:
            frame[AREA] = area
        if HORIZON in over:
            frame[HORIZON] = ""
        yield frame


def _by_horizon(table: xr.DataArray) -> xr.DataArray:
    """Label months by their distance from the origin, 1 for the next."""
    steps = np.arange(1, table.sizes[PERIOD] + 1)
    return table.rename({PERIOD: HORIZON}).assign_coords({HORIZON: steps})
