"""The method ``stack``: a pool of the others, with weights learnt from what had come by then.

At an origin o only cells of earlier origins whose months lie at o or before are used, with the
values that were known at o, so the weights are those that could have been found at the time. At the
first origin, and wherever too little has come, they are equal (`stacking.ridge` sees to it). Equal
parts of what cannot be believed are no help, though: a method of which many paths explode is left
out from that origin on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import xarray as xr

from forecast.core.monthly import MonthlyPanel
from forecast.core.period import month_code
from forecast.errors import ConvergenceError
from forecast.evaluation import stacking
from forecast.evaluation.backtest import Outcome
from forecast.evaluation.scales import mase_scale
from forecast.evaluation.stacking import Terms
from forecast.vocabulary import AREA, DRAW, GROUP, PERIOD

STACK = "stack"

EXPLODED: Final = 1e-3
"""Part of a method's paths that may explode before it is left out, as automatic ARIMA models do."""


def month_terms(
    outcomes: Mapping[str, xr.DataArray],
    came: xr.DataArray,
    history: xr.DataArray,
    singles: Mapping[str, list[str]],
    draws: int,
) -> dict[str, Terms]:
    """Terms of one origin for each month after it in which all methods have a cell.

    Parameters
    ----------
    outcomes : draws of each method at the origin, (draw, area, group, period)
    came : (area, group, period), NaN where it was not known yet
    history : what was known, for the scale of each series
    singles : labels of the series that count, none of them a sum
    draws : draws of each method that are used
    """
    scale, came = mase_scale(history).sel(singles), came.sel(singles)
    chosen = {name: table.sel(singles).head({DRAW: draws}) for name, table in outcomes.items()}
    found: dict[str, Terms] = {}
    for month in came[PERIOD].values:
        here = {PERIOD: [month]}
        parts = {name: table.sel(here) for name, table in chosen.items()}
        common = (came.sel(here) + scale).notnull()
        for table in parts.values():
            common &= table.notnull().all(DRAW)
        if common.any():
            found[str(month)] = stacking.pool_terms(parts, came.sel(here), scale)
    return found


def believable(outcomes: Sequence[Outcome], paths: int) -> tuple[str, ...]:
    """Name the methods whose paths may be pooled at the last of some origins.

    Parameters
    ----------
    outcomes : of all methods at the origin and those before it, with or without their draws
    paths : of one method at one origin, those of sums not counted

    Raises
    ------
    ConvergenceError
        If none is left.
    """
    most: dict[str, float] = {}
    for one in outcomes:
        part = sum(one.exploded.values()) / paths
        most[one.method] = max(part, most.get(one.method, 0.0))
    left = tuple(name for name, part in most.items() if part <= EXPLODED)
    if not left:
        raise ConvergenceError(
            f"stack: paths of every method explode, at least {100 * min(most.values()):.2g} % of "
            f"them; expected at most {100 * EXPLODED:g} % of one method's; add a method of shares, "
            "such as seasonal_share"
        )
    return left


def weights_at(
    origin: int, earlier: Mapping[int, Mapping[str, Terms]], methods: tuple[str, ...], horizon: int
) -> dict[str, float]:
    """Weights that could have been found at an origin.

    Parameters
    ----------
    origin : month
    earlier : terms by origin and month; whatever lies after `origin` is not used, nor terms of an
        origin at which one of the methods failed
    methods : to be pooled; equal parts where nothing had come before
    horizon : months; origins nearer than that to each other are worth fewer
    """
    past: dict[int, Terms] = {}
    for before, months in earlier.items():
        due = [
            terms.among(methods)
            for month, terms in months.items()
            if month <= month_code(origin) and set(methods) <= set(terms.methods)
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
    """Pool the draws of one origin.

    A series that a method with weight lacks is NaN in that method's draws, and so has no scores.

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
    present = {name: weights[name] for name in draws}
    pooled = stacking.pool(draws, present, count=count, rng=rng)
    failed = {
        (area, group): f"{o.method}: {reason}"
        for o in outcomes
        for (area, group), reason in o.failed.items()
        if area in pooled[AREA] and pooled.sel({AREA: area, GROUP: group}).isnull().any()
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
