"""Joint futures: every set of parameters with its paths, in an order that never changes.

Future ``k * sets + i`` belongs to the i-th set of parameters; the first `sets` futures therefore
hold each set once, and any number of them may be kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.config.model import LinkPriors
from forecast.models.kernels import Floats, Ints
from forecast.models.problem import Layout, Parameters, Problem, layout
from forecast.models.season import add_season, seasonal_links
from forecast.models.states import (
    Conditioner,
    Grid,
    Paths,
    condition,
    deviations,
    make_grid,
    mean_paths,
)
from forecast.models.structure import Levels, Structure

Bend = Callable[[Conditioner, Paths, Floats, int], Paths]
"""Conditioner, free futures, national season (q, 12), number of the set -> bent futures."""


@dataclass(frozen=True)
class Future:
    """Levels of one scenario on every draw.

    Attributes
    ----------
    actual : levels with season
    adjusted_unemployed : (draws, 3, T) full-time persons, season taken out
    paths : adjusted link paths, float64
    months : (T,)
    """

    actual: Levels
    adjusted_unemployed: Floats
    paths: Paths
    months: Ints


def simulate(
    problem: Problem,
    priors: LinkPriors,
    sets: Sequence[Parameters],
    last_month: int,
    futures: int,
    bends: Sequence[Bend],
    rng: np.random.Generator,
) -> tuple[list[Paths], Floats, Floats, Grid]:
    """Paths of the free forecast and of every bend of it, with the season's patterns.

    Parameters
    ----------
    sets : parameters, one future pair or more each
    futures : even number of futures for each set
    bends : one for each scenario; `identity` gives the free forecast itself

    Returns
    -------
    paths, links_season, rate_season, grid
        One `Paths` for each bend with draws first; patterns (draws, S, 12) and (draws, 12).
    """
    parts = layout(problem)
    grid = make_grid(problem, parts, last_month)
    links_season, rate_season = seasonal_links(problem, priors, sets, futures, rng)
    size = (len(sets), futures, len(problem.series.names), len(grid.months))
    out = [Paths(np.empty(size), np.empty((size[0], size[1], size[3]))) for _ in bends]
    shaped = rate_season.reshape(len(sets), futures, 12)
    for i, p in enumerate(sets):
        c, free = _free(problem, parts, grid, p, futures, rng)
        for kept, bent in zip(out, bends, strict=True):
            links, rate = bent(c, free, shaped[i], i)
            kept.links[i], kept.rate[i] = links, rate
    return (
        [Paths(_by_turn(p.links), _by_turn(p.rate)) for p in out],
        _by_turn(links_season.reshape(len(sets), futures, -1, 12)),
        _by_turn(shaped),
        grid,
    )


def identity(c: Conditioner, free: Paths, season: Floats, number: int) -> Paths:
    """The free forecast."""
    return free


def levels_of(
    structure: Structure,
    paths: Paths,
    season: tuple[Floats, Floats],
    kappa: Floats,
    months: Ints,
    first: int,
) -> Future:
    """Full-time persons and people on every draw, from month `first` on."""
    here = months >= first
    paths = Paths(paths.links[:, :, here], paths.rate[:, here])
    months = months[here]
    adjusted = structure.levels(paths.links, paths.rate)
    unemployed = adjusted.persons[:, :, : len(structure.unemployed)].sum(axis=2)
    moved = add_season(paths, *season, adjusted.labour_force[:, 2], kappa, months)
    return Future(structure.levels(moved.links, moved.rate), unemployed, paths, months)


def _free(
    problem: Problem, parts: Layout, grid: Grid, p: Parameters, futures: int,
    rng: np.random.Generator,
) -> tuple[Conditioner, Paths]:
    c = condition(problem, parts, grid, p)
    middle, away = mean_paths(c), deviations(c, futures // 2, rng)
    links = np.concatenate([middle.links + away.links, middle.links - away.links])
    return c, Paths(links, np.concatenate([middle.rate + away.rate, middle.rate - away.rate]))


def _by_turn(values: Floats) -> Floats:
    """(sets, futures, ...) -> (futures * sets, ...)."""
    moved = np.swapaxes(values, 0, 1)
    return np.ascontiguousarray(moved).reshape(-1, *values.shape[2:])
