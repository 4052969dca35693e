"""Levels that people read, from the paths of joint futures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.models.drawing import Simulated
from forecast.models.kernels import Floats, Ints
from forecast.models.season import add_season
from forecast.models.states import Paths
from forecast.models.structure import Levels, Structure

Shift = Callable[[Floats], Floats]
"""Full-time persons (draws, 3, K, T) -> the same after shocks."""


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


def levels_of(
    structure: Structure,
    made: Simulated,
    which: int,
    first: int,
    between: tuple[int, int],
    shift: Shift | None = None,
) -> Future:
    """Full-time persons and people on every draw, from month `first` on.

    Parameters
    ----------
    which : number of the bend
    between : the two months of `Future.response`
    shift : what shocks make of full-time persons
    """
    months = made.grid.months
    here = months >= first
    followed = _response_between(made, made.paths[which].rate, between)
    paths = Paths(made.paths[which].links[:, :, here], made.paths[which].rate[:, here])
    months = months[here]
    adjusted = structure.levels(paths.links, paths.rate)
    persons = adjusted.persons if shift is None else shift(adjusted.persons)
    unemployed = persons[:, :, : len(structure.unemployed)].sum(axis=2)
    kappa = np.tile([float(p.kappa) for p in made.sets], len(paths.rate) // len(made.sets))
    moved = add_season(paths, made.season, adjusted.labour_force[:, 2], kappa, months)
    actual = structure.levels(moved.links, moved.rate)
    if shift is not None:
        actual = actual._replace(persons=shift(actual.persons))
    return Future(actual, unemployed, paths, followed, made.drift, months)


def chosen(futures: Sequence[Future], which: Ints) -> Future:
    """Take every draw from one of several futures of the same draws, (draws,) places."""

    def take(*arrays: Floats) -> Floats:
        out = arrays[0].copy()
        for place, array in enumerate(arrays[1:], start=1):
            out[which == place] = array[which == place]
        return out

    return Future(
        Levels(*(take(*level) for level in zip(*(f.actual for f in futures), strict=True))),
        take(*(f.adjusted_unemployed for f in futures)),
        Paths(*(take(*path) for path in zip(*(f.paths for f in futures), strict=True))),
        take(*(f.response for f in futures)),
        take(*(f.drift for f in futures)),
        futures[0].months,
    )


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
