"""The league table: every method over all origins, beside a reference, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from forecast.errors import DataError
from forecast.evaluation import scores
from forecast.evaluation.online import STACK
from forecast.evaluation.skill import pooled_ratio
from forecast.evaluation.table import HORIZON, ORIGIN, Scored
from forecast.vocabulary import AREA, GROUP

COVERAGE = 0.9
"""Of the bootstrap interval of a ratio."""

CELL = (AREA, GROUP, HORIZON, ORIGIN)


@dataclass(frozen=True)
class Standing:
    """One method in the league.

    Attributes
    ----------
    scaled_crps : sum of CRPS over sum of what was observed, all leaves, horizons and origins
    ratio, low, high : to the reference on the cells that both have; 1 for the reference itself
    by_origin : ratio to the best rival at each origin, mean over origins
    coverage_80, coverage_95 : share of leaves' cells inside
    bias : sum of mean minus observed over sum of what was observed
    sums_crps, sums_80 : scaled CRPS and coverage of the sums; NaN where there are none
    failed_origins, failed_series, exploded : what went wrong
    seconds : of all origins together
    """

    model: str
    scaled_crps: float
    ratio: float
    low: float
    high: float
    by_origin: float
    coverage_80: float
    coverage_95: float
    bias: float
    sums_crps: float
    sums_80: float
    failed_origins: int
    failed_series: int
    exploded: int
    seconds: float


@dataclass(frozen=True)
class Mishaps:
    """What went wrong with one method over all origins, and the time it took."""

    failed_origins: int = 0
    failed_series: int = 0
    exploded: int = 0
    seconds: float = 0.0


def joined(scored: Sequence[Scored]) -> xr.Dataset:
    """Put the cells of one method's origins side by side, (area, group, horizon, origin).

    An origin with fewer months than another has NaN beyond them.
    """
    origins = xr.DataArray([one.origin for one in scored], dims=ORIGIN, name=ORIGIN)
    return xr.concat([one.cells for one in scored], origins, join="outer")


def league(
    cells: Mapping[str, xr.Dataset],
    leaves: Sequence[str],
    sums: Sequence[str],
    parts: Sequence[str],
    mishaps: Mapping[str, Mishaps],
    reference: str,
    rng: np.random.Generator,
) -> list[Standing]:
    """Rank methods by scaled CRPS, best first.

    Parameters
    ----------
    cells : `joined` cells of each method that has any
    parts : part of the country of each leaf, the bootstrap's clusters beside the origins
    mishaps : of every method
    reference : method that ratios are taken to
    rng : of the bootstrap

    Raises
    ------
    DataError
        If the reference has no scores.
    """
    if reference not in cells:
        raise DataError(
            f"reference {reference}: has no scores, expected one of {', '.join(cells)}; choose "
            "another reference"
        )
    inside = {AREA: list(leaves)}
    own = {name: table.sel(inside) for name, table in cells.items()}
    rivals = _best_rivals(own)
    base = own[reference]["crps"].transpose(*CELL)
    clusters = (
        xr.DataArray(base[ORIGIN].values, dims=ORIGIN, coords={ORIGIN: base[ORIGIN].values}),
        xr.DataArray(list(parts), dims=AREA, coords={AREA: list(leaves)}),
    )
    found: list[Standing] = []
    for name, table in own.items():
        ratio, low, high = _ratio(table["crps"], base, clusters, rng)
        total = cells[name].sel({AREA: list(sums)}) if len(sums) else None
        found.append(
            Standing(
                model=name,
                scaled_crps=_pooled_crps(table),
                ratio=ratio,
                low=low,
                high=high,
                by_origin=float((_by_origin(table) / rivals[name]).mean()),
                coverage_80=float(table["coverage_0.8"].mean()),
                coverage_95=float(table["coverage_0.95"].mean()),
                bias=float(table["bias"].sum() / np.abs(table["observed"]).sum()),
                sums_crps=np.nan if total is None else _pooled_crps(total),
                sums_80=np.nan if total is None else float(total["coverage_0.8"].mean()),
                **vars(mishaps[name]),
            )
        )
    return sorted(
        found, key=lambda standing: (np.isnan(standing.scaled_crps), standing.scaled_crps)
    )


def _ratio(
    crps: xr.DataArray,
    base: xr.DataArray,
    clusters: tuple[xr.DataArray, xr.DataArray],
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Give the ratio to the reference with its interval, which a single cluster has not."""
    mine = crps.transpose(*CELL).reindex_like(base)
    if min(len(np.unique(labels.values)) for labels in clusters) < 2:
        both = mine.notnull() & base.notnull()
        return float(mine.where(both).sum() / base.where(both).sum()), np.nan, np.nan
    found = pooled_ratio(mine, base, clusters=clusters, rng=rng, coverage=COVERAGE)
    return found.estimate, found.low, found.high


def _pooled_crps(table: xr.Dataset) -> float:
    """Scaled CRPS over the cells that have one.

    A method that lacks a series is marked as such in the league; its ratio is taken on the cells
    that it shares with the reference.
    """
    observed = table["observed"].where(table["crps"].notnull())
    return float(scores.scaled_crps(table["crps"], observed, over=list(map(str, observed.dims))))


def _by_origin(table: xr.Dataset) -> xr.DataArray:
    """Scaled CRPS of each origin."""
    rest = [dim for dim in CELL if dim != ORIGIN]
    observed = table["observed"].where(table["crps"].notnull())
    return scores.scaled_crps(table["crps"], observed, over=rest)


def _best_rivals(own: Mapping[str, xr.Dataset]) -> dict[str, xr.DataArray]:
    """Best scaled CRPS of all others at each origin; the pool of all is nobody's rival."""
    by_origin = {name: _by_origin(table) for name, table in own.items()}
    out: dict[str, xr.DataArray] = {}
    for name in own:
        others = [found for other, found in by_origin.items() if other not in (name, STACK)]
        out[name] = xr.concat(others, "model").min("model") if others else by_origin[name]
    return out
