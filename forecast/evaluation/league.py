"""The league table: every method over all origins, beside a reference, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import xarray as xr

from forecast.evaluation.online import STACK
from forecast.evaluation.skill import pooled_ratio
from forecast.evaluation.table import HORIZON, ORIGIN, Scored
from forecast.vocabulary import AREA, GROUP

COVERAGE = 0.9
"""Of the bootstrap interval of a ratio."""

CELL = (AREA, GROUP, HORIZON, ORIGIN)


@dataclass(frozen=True)
class Standing:
    """One method in the league; NaN stands for a figure that there is none of.

    Attributes
    ----------
    scaled_crps : sum of CRPS over sum of what was observed, all leaves, horizons and origins
    ratio, low, high : to the reference on the cells that both have; 1 for the reference itself
    by_origin : ratio to the best rival at each origin, on the cells that both have, mean over
        origins
    coverage_80, coverage_95 : share of leaves' cells inside
    bias : sum of mean minus observed over sum of what was observed
    sums_crps, sums_80 : scaled CRPS and coverage of the sums of areas
    failed_origins, failed_series, exploded : as in `Mishaps`
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
    """What went wrong with one method over all origins, and the time it took.

    Attributes
    ----------
    failed_origins : origins at which the method failed as a whole
    failed_series : series without a projection, all series of a failed origin among them
    exploded : draws beyond what can be believed
    seconds : it took
    """

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
    """Rank methods by their ratio to the reference, best first.

    Where all methods have all cells that is the order of their scaled CRPS. A method that lacks a
    hard series shall not gain by it, so the ratio counts the cells that both have.

    Parameters
    ----------
    cells : `joined` cells of each method that has any
    leaves, sums : areas that are none, and are, sums of others
    parts : part of the country of each leaf, the bootstrap's clusters beside the origins
    mishaps : of every method, those without cells too
    reference : method that ratios are taken to; there are none where it has no cells
    rng : of the bootstrap
    """
    own = {name: table.sel({AREA: list(leaves)}) for name, table in cells.items()}
    labels = xr.DataArray(list(parts), dims=AREA, coords={AREA: list(leaves)})
    found: list[Standing] = []
    for name, mishap in mishaps.items():
        figures = dict.fromkeys(_FIGURES, np.nan)
        if name in cells:
            total = cells[name].sel({AREA: list(sums)})
            figures |= _figures(own[name], total) | {"by_origin": _by_origin(name, own)}
        if name in cells and reference in cells:
            base = own[reference]["crps"]
            figures |= _ratio(own[name]["crps"], base, labels, rng)
        found.append(Standing(model=name, **figures, **vars(mishap)))
    return sorted(found, key=lambda one: (_last(one.ratio), _last(one.scaled_crps)))


_FIGURES = tuple(
    one.name for one in fields(Standing) if one.name not in {"model", *Mishaps.__annotations__}
)


def _last(figure: float) -> float:
    """Put what there is no figure of behind all others."""
    return np.inf if np.isnan(figure) else figure


def _figures(table: xr.Dataset, total: xr.Dataset) -> dict[str, float]:
    """Take the figures that need no other method, from cells of the leaves and of the sums.

    Over the cells that have a score; a method that lacks a series is marked as such.
    """
    return {
        "scaled_crps": _relative(table, "crps"),
        "coverage_80": float(table["coverage_0.8"].mean()),
        "coverage_95": float(table["coverage_0.95"].mean()),
        "bias": _relative(table, "bias"),
        "sums_crps": _relative(total, "crps"),
        "sums_80": float(total["coverage_0.8"].mean()),
    }


def _relative(table: xr.Dataset, score: str) -> float:
    """Sum a score over cells, as a fraction of the sum of what was observed in them."""
    observed = abs(table["observed"]).where(table[score].notnull())
    return _quotient(table[score].sum(), observed.sum())


def _ratio(
    crps: xr.DataArray, base: xr.DataArray, parts: xr.DataArray, rng: np.random.Generator
) -> dict[str, float]:
    """Give the ratio to the reference with its interval, which a single cluster has not."""
    base = base.transpose(*CELL)
    mine = crps.transpose(*CELL).reindex_like(base)
    both = mine.notnull() & base.notnull()
    ratio = _quotient(mine.where(both).sum(), base.where(both).sum())
    origins = xr.DataArray(base[ORIGIN].values, dims=ORIGIN, coords={ORIGIN: base[ORIGIN].values})
    if np.isnan(ratio) or min(origins.size, len(np.unique(parts))) < 2:
        return {"ratio": ratio}
    found = pooled_ratio(mine, base, clusters=(origins, parts), rng=rng, coverage=COVERAGE)
    return {"ratio": ratio, "low": found.low, "high": found.high}


def _by_origin(name: str, own: Mapping[str, xr.Dataset]) -> float:
    """Mean over origins of the ratio to the best rival there; the pool of all is nobody's rival."""
    mine = own[name]["crps"]
    worst: dict[int, float] = {}
    for other, table in own.items():
        if other in (name, STACK):
            continue
        for origin in np.intersect1d(mine[ORIGIN], table[ORIGIN]):
            pair = xr.align(*(t.sel({ORIGIN: origin}) for t in (mine, table["crps"])))
            both = pair[0].notnull() & pair[1].notnull()
            ratio = _quotient(*(one.where(both).sum() for one in pair))
            worst[origin] = max(ratio, worst.get(origin, ratio))
    known = [ratio for ratio in worst.values() if not np.isnan(ratio)]
    return float(np.mean(known)) if known else np.nan


def _quotient(above: xr.DataArray, below: xr.DataArray) -> float:
    """Divide; NaN where nothing is divided by."""
    return float(above) / float(below) if float(below) else np.nan
