"""One group of the benchmark from figures to ranks, by the published expectation or by our own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast.benchmark import expected, hierarchy, next_measurement, ranking
from forecast.benchmark.effects import Effects, draw_effects, spreads
from forecast.benchmark.hierarchy import Compiled, Draws, Figures, Terms
from forecast.benchmark.windows import lag_weights
from forecast.config.benchmark import BenchmarkModel
from forecast.core.benchmark import BenchmarkTable, Conditions, Floats
from forecast.core.period import Window

if TYPE_CHECKING:
    import arviz as az

Model = Literal["offentliggjort", "egen"]
"""By which expectation: the ministry's published one, or the program's own."""

STEP = 6
"""Months from one measurement to the next."""


@dataclass(frozen=True)
class Assessed:
    """What a model says of one group.

    Attributes
    ----------
    model, group : which
    found : the posterior, for its diagnostics
    effects : of every municipality, in the windows of the table and the next
    expected : (D, I, T) expected shares; one draw where they are published
    gap : (D, I, T) what is lasting in actual less expected, in share of residents
    ranked : by window
    ahead : the next measurement by the gaps so far; None for the own model
    spread : (I,) of what is lasting in each, median
    chance : phi, median
    pareto_k : (I,) of leaving each out; NaN where they are published
    """

    model: Model
    group: str
    found: "az.InferenceData"
    effects: Effects
    expected: Floats
    gap: Floats
    ranked: tuple[ranking.Ranking, ...]
    ahead: next_measurement.Next | None
    spread: Floats
    chance: float
    pareto_k: Floats


def next_window(windows: Sequence[Window]) -> Window:
    """Window of the next measurement."""
    return Window(windows[-1].first + STEP, windows[-1].last + STEP)


def by_published(table: BenchmarkTable, model: BenchmarkModel, seed: int) -> Iterator[Assessed]:
    """Assess every group by the published expectation.

    Yields
    ------
    Assessed
        One a group, so that progress can be told.
    """
    terms = hierarchy.published_terms(model)
    none = np.zeros((len(table.areas), 0))
    compiled: Compiled | None = None
    for g, group in enumerate(table.groups):
        offset = hierarchy.log_odds(table.expected_share[:, g])
        f = hierarchy.figures(table, g, model, none, offset)
        compiled = compiled or hierarchy.compile_model(f, terms, model)
        rng = np.random.default_rng([seed, g, 0])
        found, draws, effects = _fitted(compiled, f, table.windows, seed, rng)
        periods = len(table.windows)
        own = effects.lasting[..., :periods] + draws.intercept[:, None]
        country = next_measurement.country_ahead(draws, terms, 1, rng)[:, 0]
        ahead = effects.lasting[..., -1] + effects.passing[..., -1]
        gap = ranking.gap_in_shares(offset, own)
        yield Assessed(
            "offentliggjort",
            group,
            found,
            effects,
            table.expected_share[None, :, g],
            gap,
            _ranked(gap, effects.lasting, model),
            next_measurement.by_gaps(ahead, country),
            np.median(spreads(f, draws), axis=0),
            float(np.median(draws.chance)),
            np.full(len(table.areas), np.nan),
        )


def by_conditions(
    table: BenchmarkTable, conditions: Conditions, model: BenchmarkModel, seed: int
) -> Iterator[Assessed]:
    """Assess every group by the program's own expectation from framework conditions."""
    design, terms = expected.own_terms(conditions, model)
    order = [conditions.areas.index(area) for area in table.areas]
    design = design[order]
    compiled: Compiled | None = None
    for g, group in enumerate(table.groups):
        f = hierarchy.figures(table, g, model, design, None)
        compiled = compiled or hierarchy.compile_model(f, terms, model)
        rng = np.random.default_rng([seed, g, 1])
        found, draws, effects = _fitted(compiled, f, table.windows, seed, rng)
        left = _left_out(compiled, f, draws, terms, seed, rng)
        slope = (draws.coefficients @ design.T)[:, :, None]
        own = effects.lasting[..., : len(table.windows)]
        gap = ranking.gap_in_shares(draws.intercept[:, None] + slope, own)
        yield Assessed(
            "egen",
            group,
            found,
            effects,
            left.share,
            gap,
            _ranked(gap, effects.lasting, model),
            None,
            np.median(spreads(f, draws), axis=0),
            float(np.median(draws.chance)),
            left.pareto_k,
        )


def _fitted(
    compiled: Compiled,
    f: Figures,
    windows: Sequence[Window],
    seed: int,
    rng: np.random.Generator,
) -> "tuple[az.InferenceData, Draws, Effects]":
    """Sample the shared parameters, and draw what is each municipality's own."""
    found = compiled.sample(f, seed)
    draws = hierarchy.parameters(found, compiled.terms, compiled.model)
    lags = lag_weights([*windows, next_window(windows)])
    return found, draws, draw_effects(f, draws, lags, rng)


def _left_out(
    compiled: Compiled,
    f: Figures,
    draws: Draws,
    terms: Terms,
    seed: int,
    rng: np.random.Generator,
) -> expected.Expected:
    """Leave every municipality out: by weights, or where they cannot be trusted by a fit."""
    found = expected.left_out(f, draws, terms, rng)
    for i in np.flatnonzero(found.pareto_k > expected.TRUSTED_K):
        without = expected.forgetting(f, int(i))
        again = hierarchy.parameters(
            compiled.sample(without, seed, shorter=True), terms, compiled.model
        )
        share = expected.of_one(f, again, int(i))
        found.share[:, i] = share[rng.integers(len(share), size=len(found.share))]
    return found


def _ranked(gap: Floats, own: Floats, model: BenchmarkModel) -> tuple[ranking.Ranking, ...]:
    sure = model.ranking.sure
    return tuple(ranking.rank(gap[..., t], sure, own[..., t]) for t in range(gap.shape[2]))
