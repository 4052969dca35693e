"""The method ``stack``: a pool of the others, with weights learnt from what had come by then.

At an origin o only cells of earlier origins whose months lie at o or before are used, so the
weights are those that could have been found at the time. At the first origin, and wherever too
little has come, they are equal (`stacking.ridge` sees to it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from forecast.core.monthly import MonthlyPanel
from forecast.core.period import month_code
from forecast.evaluation import scores, stacking
from forecast.evaluation.backtest import Outcome
from forecast.evaluation.stacking import Terms
from forecast.vocabulary import AREA, DRAW, PERIOD

STACK = "stack"


def month_terms(
    outcomes: Mapping[str, xr.DataArray],
    came: xr.DataArray,
    history: xr.DataArray,
    leaves: tuple[str, ...],
    draws: int,
) -> dict[str, Terms]:
    """Terms of one origin for each month after it.

    Parameters
    ----------
    outcomes : draws of each method at the origin, (draw, area, group, period)
    came : (area, group, period)
    history : what was known, for the scale of each series
    leaves : areas that count; sums would count their cells twice
    draws : draws of each method that are used
    """
    inside = {AREA: list(leaves)}
    scale = scores.mase_scale(history).sel(inside)
    chosen = {name: table.sel(inside).head({DRAW: draws}) for name, table in outcomes.items()}
    found: dict[str, Terms] = {}
    for month in came[PERIOD].values:
        here = {PERIOD: [month]}
        observed = came.sel(inside).sel(here)
        if not bool((observed + scale).notnull().any()):
            continue
        parts = {name: table.sel(here) for name, table in chosen.items()}
        found[str(month)] = stacking.pool_terms(parts, observed, scale)
    return found


def weights_at(
    origin: int, earlier: Mapping[int, Mapping[str, Terms]], methods: tuple[str, ...], horizon: int
) -> dict[str, float]:
    """Weights that could have been found at an origin.

    Parameters
    ----------
    origin : month
    earlier : terms by origin and month; whatever lies after `origin` is not used, nor terms of an
        origin at which some method failed
    methods : names, for the equal weights of an origin before which nothing had come
    horizon : months; origins nearer than that to each other are worth fewer
    """
    past: dict[int, Terms] = {}
    for before, months in earlier.items():
        due = [
            terms
            for month, terms in months.items()
            if month <= month_code(origin) and terms.methods == methods
        ]
        if before < origin and due:
            past[before] = stacking.pooled(due)
    if not past:
        return dict.fromkeys(methods, 1 / len(methods))
    span = max(past) - min(past)
    worth = min(len(past), 1 + span / horizon)
    terms = list(past.values())
    return stacking.weights(terms, shrinkage=stacking.ridge(terms, independent_origins=worth))


def stacked(
    outcomes: Sequence[Outcome], weights: Mapping[str, float], rng: np.random.Generator
) -> Outcome:
    """Pool the draws of one origin; a series that a method with weight lacks is NaN in its draws.

    Returns
    -------
    Outcome
        Of the method ``stack``; failed where one of its members failed as a whole.
    """
    origin, seconds = outcomes[0].origin, sum(o.seconds for o in outcomes)
    broken = [o for o in outcomes if o.draws is None and weights[o.method] > 0]
    if broken:
        return Outcome(STACK, origin, None, seconds, f"{broken[0].method}: {broken[0].error}")
    draws = {o.method: o.draws for o in outcomes if o.draws is not None}
    count = min(table.sizes[DRAW] for table in draws.values())
    pooled = stacking.pool(draws, weights, count=count, rng=rng)
    failed = {
        key: f"{o.method}: {reason}"
        for o in outcomes
        if weights[o.method] > 0
        for key, reason in o.failed.items()
    }
    return Outcome(STACK, origin, pooled, seconds, failed=failed)


def part_of_country(panel: MonthlyPanel, areas: Sequence[str]) -> list[str]:
    """Name the part of the country of each area, the clusters of a bootstrap.

    The smallest area that an area lies in; its own name where that is the nation.
    """
    out: list[str] = []
    for area in areas:
        above = [a for a in panel.ancestors(area) if a != panel.national]
        out.append(above[0] if above else area)
    return out
