"""Joint futures: every set of parameters with its paths, in an order that never changes.

Future ``k * sets + i`` belongs to the i-th set of parameters; the first `sets` futures therefore
hold each set once, and any number of them may be kept.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
    mean_drift,
    mean_paths,
)
from forecast.models.structure import Levels, Structure

WORKERS = 2
"""Sets of parameters worked on at a time; NumPy lets go of the interpreter within its loops."""

Bend = Callable[[Conditioner, Paths, Floats, int], Paths]
"""Conditioner, free futures, national season (q, 12), number of the set -> bent futures."""


@dataclass(frozen=True)
class Future:
    """Levels of one scenario on every draw.

    Attributes
    ----------
    actual : levels with season
    adjusted_unemployed : (draws, 3, T) full-time persons, season taken out
    paths : adjusted link paths
    response : (draws, S) what the national path adds to each link between two months
    drift : (draws, S) a year
    months : (T,)
    """

    actual: Levels
    adjusted_unemployed: Floats
    paths: Paths
    response: Floats
    drift: Floats
    months: Ints


@dataclass(frozen=True)
class Simulated:
    """Paths of the free forecast and of every bend of it.

    Attributes
    ----------
    sets : the parameters, in the order of the draws
    paths : one for each bend, draws first
    season : patterns of links and of the national rate, (draws, S, 12) and (draws, 12)
    drift : (draws, S) posterior mean drift a year
    grid : the months
    """

    problem: Problem
    sets: tuple[Parameters, ...]
    paths: tuple[Paths, ...]
    season: tuple[Floats, Floats]
    drift: Floats
    grid: Grid


def simulate(
    problem: Problem,
    priors: LinkPriors,
    sets: Sequence[Parameters],
    last_month: int,
    futures: int,
    bends: Sequence[Bend],
    rng: np.random.Generator,
) -> Simulated:
    """Draw futures and bend them.

    Parameters
    ----------
    sets : parameters
    futures : even number of futures for each set, in pairs that mirror each other
    bends : one for each scenario; `identity` gives the free forecast itself
    """
    parts = layout(problem)
    grid = make_grid(problem, parts, last_month)
    links_season, rate_season = seasonal_links(problem, priors, sets, futures, rng)
    size = (futures, len(sets), len(problem.series.names), len(grid.months))
    out = [Paths(np.empty(size), np.empty((*size[:2], size[3]))) for _ in bends]
    shaped = rate_season.reshape(len(sets), futures, 12)
    drift = np.empty((len(sets), size[2]))
    streams = rng.spawn(len(sets))

    def one(i: int) -> None:
        c, free = _free(problem, parts, grid, sets[i], futures, streams[i])
        drift[i] = mean_drift(c)
        for kept, bent in zip(out, bends, strict=True):
            kept.links[:, i], kept.rate[:, i] = bent(c, free, shaped[i], i)

    # each set has its own random numbers and places, so the order of work changes nothing
    with ThreadPoolExecutor(WORKERS) as pool:
        deque(pool.map(one, range(len(sets))), maxlen=0)
    season = _by_turn(links_season.reshape(len(sets), futures, -1, 12)), _by_turn(shaped)
    paths = tuple(Paths(p.links.reshape(-1, *size[2:]), p.rate.reshape(-1, size[3])) for p in out)
    return Simulated(problem, tuple(sets), paths, season, np.tile(drift, (futures, 1)), grid)


def identity(c: Conditioner, free: Paths, season: Floats, number: int) -> Paths:
    """Leave the free forecast as it is."""
    del c, season, number
    return free


def levels_of(
    structure: Structure, made: Simulated, which: int, first: int, between: tuple[int, int]
) -> Future:
    """Full-time persons and people on every draw, from month `first` on.

    Parameters
    ----------
    which : number of the bend
    between : the two months of `Future.response`
    """
    months = made.grid.months
    here = months >= first
    followed = _response_between(made, made.paths[which].rate, between)
    paths = Paths(made.paths[which].links[:, :, here], made.paths[which].rate[:, here])
    months = months[here]
    adjusted = structure.levels(paths.links, paths.rate)
    unemployed = adjusted.persons[:, :, : len(structure.unemployed)].sum(axis=2)
    kappa = np.tile([float(p.kappa) for p in made.sets], len(paths.rate) // len(made.sets))
    moved = add_season(paths, *made.season, adjusted.labour_force[:, 2], kappa, months)
    actual = structure.levels(moved.links, moved.rate)
    return Future(actual, unemployed, paths, followed, made.drift, months)


def _response_between(made: Simulated, rate: Floats, between: tuple[int, int]) -> Floats:
    """Elasticity times the change of the lagged national path, (draws, S)."""
    series, (before, after) = made.problem.series, (m - made.problem.first for m in between)
    elasticity = np.array([p.elasticity for p in made.sets])
    out = np.empty((len(rate), len(series.names)))
    for length, smooth in zip(sorted({0, *series.lag.tolist()}), made.grid.lagged, strict=True):
        mine = series.lag == length
        change = rate @ (smooth[after] - smooth[before])
        out[:, mine] = np.tile(elasticity[:, mine], (len(rate) // len(made.sets), 1))
        out[:, mine] *= change[:, None]
    return out


def _free(
    problem: Problem,
    parts: Layout,
    grid: Grid,
    p: Parameters,
    futures: int,
    rng: np.random.Generator,
) -> tuple[Conditioner, Paths]:
    c = condition(problem, parts, grid, p)
    middle, away = mean_paths(c), deviations(c, futures // 2, rng)
    links = np.concatenate([middle.links + away.links, middle.links - away.links])
    return c, Paths(links, np.concatenate([middle.rate + away.rate, middle.rate - away.rate]))


def _by_turn(values: Floats) -> Floats:
    """Reorder (sets, futures, ...) to (futures * sets, ...)."""
    moved = np.swapaxes(values, 0, 1)
    return np.ascontiguousarray(moved).reshape(-1, *values.shape[2:])
