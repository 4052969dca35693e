"""Scores of one outcome in every cell, and the rows that people and programs read of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from forecast.core.period import month_code
from forecast.evaluation import scores
from forecast.evaluation.backtest import Outcome
from forecast.evaluation.quantile_scores import QUANTILE_LEVEL
from forecast.vocabulary import AREA, DRAW, GROUP, PERIOD, QUANTILE_LEVELS

HORIZON, ORIGIN = "horizon", "origin"
COVERAGES = (0.5, 0.8, 0.95)
SIZES = ("small", "middle", "large")
"""Thirds of the leaves by their mean in the history, smallest first."""

COLUMNS = ("model", ORIGIN, HORIZON, AREA, GROUP, "score", "value", "n")
"""Of ``backtest.csv``."""

ALL = 0
"""All horizons, while rows are sorted; the table has nothing there."""


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
    singles: Mapping[str, list[str]],
    rng: np.random.Generator,
) -> Scored:
    """Score an outcome that did not fail as a whole.

    Parameters
    ----------
    came : (area, group, period) what was observed
    history : (area, group, period) what was known
    singles : labels of the series of the energy score, none of them a sum
    rng : breaks ties of the PIT
    """
    draws = outcome.draws
    if draws is None:
        raise ValueError(f"{outcome.method}: failed at this origin and has no scores")
    draws, came = (_by_horizon(table) for table in (draws, came))
    levels = np.array(QUANTILE_LEVELS)
    # a pool has gaps in some draws only: what is left of it is not the pool
    marks = draws.quantile(levels, DRAW, skipna=False).rename(quantile=QUANTILE_LEVEL)
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
        "percentage_error": scores.percentage_error(draws, came),
        "mase": error / scale,
        "squared_scaled_error": scores.squared_error(draws, came) / square,
        "bias": scores.bias(draws, came),
        "pit": scores.pit(draws, came, rng=rng),
        "observed": came,
    }
    for share in COVERAGES:
        cells[f"coverage_{share:g}"] = scores.coverage(draws, came, coverage=share)
    joint = _joint(draws.sel(singles), came.sel(singles), scale.sel(singles))
    return Scored(outcome.method, outcome.origin, xr.Dataset(cells), joint)


def _joint(draws: xr.DataArray, came: xr.DataArray, scale: xr.DataArray) -> xr.DataArray:
    """Energy score of the areas of each group that have a scale, (group, horizon)."""
    parts: list[xr.DataArray] = []
    for group in scale[GROUP].values:
        here = {GROUP: [group]}
        unit = scale.sel(here).dropna(AREA)
        here |= {AREA: unit[AREA].values}
        if unit.size:
            gaps = draws.sel(here) / unit, came.sel(here) / unit
            parts.append(scores.energy_score(*gaps, over=AREA))
    return xr.concat(parts, GROUP) if parts else came.isel({AREA: slice(0)}).sum(AREA, min_count=1)


def quantiles(outcome: Outcome) -> xr.DataArray:
    """Mean, median and quantiles of an outcome, (output, area, group, period).

    The order is mean, median, then the levels of `QUANTILE_LEVELS`.
    """
    draws = outcome.draws
    if draws is None:
        raise ValueError(f"{outcome.method}: failed at this origin and has no quantiles")
    levels = [0.5, *QUANTILE_LEVELS]
    marks = draws.quantile(levels, DRAW, skipna=False).rename(quantile="output")
    middle = draws.mean(DRAW, skipna=False).expand_dims("output")
    return xr.concat([middle, marks.drop_vars("output")], "output")


def size_classes(history: xr.DataArray, leaves: tuple[str, ...]) -> dict[str, list[str]]:
    """Thirds of the leaves by their mean over groups and months, smallest first.

    A leaf without any value yet is in none of them.
    """
    mean = history.sel({AREA: list(leaves)}).mean([GROUP, PERIOD]).dropna(AREA)
    ordered = [str(a) for a in mean[AREA].values[np.argsort(mean.values, kind="stable")]]
    parts = np.array_split(np.array(ordered, dtype=object), len(SIZES))
    return {name: [str(a) for a in part] for name, part in zip(SIZES, parts, strict=True)}


def rows(
    scored: Scored, leaves: tuple[str, ...], sums: tuple[str, ...], sizes: Mapping[str, list[str]]
) -> pd.DataFrame:
    """Rows of ``backtest.csv``, with columns `COLUMNS`.

    An empty ``horizon`` means all of them. ``area`` is an area, a sum, ``leaves`` (all areas that
    are no sum), ``sums`` (all sums), or ``size:small`` and its fellows; by horizon only the last
    three kinds are given. ``n`` is the number of cells behind a value, and of the energy score the
    one joint future that it is.
    """
    cells = scored.cells
    pools = {"leaves": list(leaves), "sums": list(sums)}
    pools |= {f"size:{name}": members for name, members in sizes.items()}
    parts = [_pooled(cells, [HORIZON], None)]
    for name, members in pools.items():
        if members:
            chosen = cells.sel({AREA: members})
            parts += [_pooled(chosen, [AREA], name), _pooled(chosen, [AREA, HORIZON], name)]
    joint = scored.joint.rename("value").to_dataframe().reset_index()
    parts.append(joint.assign(area="leaves", score="energy_score", n=1))
    table = pd.concat(parts, ignore_index=True).dropna(subset=["value"])
    table = table.sort_values([HORIZON, AREA, GROUP, "score"], kind="stable", ignore_index=True)
    steps = table[HORIZON].map(lambda step: "" if step == ALL else f"{step}")
    table = table.assign(model=scored.method, origin=month_code(scored.origin), horizon=steps)
    return table.loc[:, list(COLUMNS)]


def _pooled(cells: xr.Dataset, over: list[str], area: str | None) -> pd.DataFrame:
    """Rows of every score, pooled over dims: means, and what is a mean of another kind."""
    behind = cells.drop_vars(["pit", "observed"]).rename(squared_scaled_error="rmsse")
    behind = behind.assign(scaled_crps=cells["crps"]).to_array("score")
    value = behind.mean(over)
    root, scaled = {"score": "rmsse"}, {"score": "scaled_crps"}
    value.loc[root] = np.sqrt(value.loc[root])
    value.loc[scaled] = scores.scaled_crps(cells["crps"], cells["observed"], over=over)
    table = xr.Dataset({"value": value, "n": behind.count(over)})
    frame = table.to_dataframe().reset_index()
    if area is not None:
        frame[AREA] = area
    if HORIZON in over:
        frame[HORIZON] = ALL
    return frame


def _by_horizon(table: xr.DataArray) -> xr.DataArray:
    """Label months by their distance from the origin, 1 for the next."""
    steps = np.arange(1, table.sizes[PERIOD] + 1)
    return table.rename({PERIOD: HORIZON}).assign_coords({HORIZON: steps})
