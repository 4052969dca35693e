"""The season of the months a projection reports, for links whose figures are adjusted or yearly.

Figures over whole years say nothing about the season, so it is drawn from its prior: measured
national factors for unemployment and its split, patterns of zero mean for everything else. A draw
has one pattern for each link, and its swing answers to the national level: exp(-kappa n[t]).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forecast.config.model import LinkPriors
from forecast.models.kernels import Floats, Ints, season_shape
from forecast.models.problem import Problem, relative_level
from forecast.models.states import Paths


class Patterns(NamedTuple):
    """Seasons of some futures by calendar month.

    Attributes
    ----------
    links : (..., S, 12) on each link's scale
    rate : (..., 12) of the national rate, in logs
    """

    links: Floats
    rate: Floats


def national_seasons(
    priors: LinkPriors, sets: int, futures: int, rng: np.random.Generator
) -> Floats:
    """Patterns of the national rate over the calendar, in logs, (sets, futures, 12).

    Futures that mirror each other have mirrored patterns, as their paths do.
    """
    away = rng.standard_normal((sets, futures // 2, 12)) @ _factor().T
    return _mirrored(priors.root.season_sd * away) + np.array(priors.root.season_ledige)


def seasonal_links(
    problem: Problem, priors: LinkPriors, sets: int, futures: int, rng: np.random.Generator
) -> Floats:
    """Patterns of the links over the calendar, on each link's scale, (sets, futures, S, 12).

    Where figures show seasons by the month, the fit draws every link's season with its path, and
    none is added here.
    """
    series = problem.series
    away = rng.standard_normal((sets, futures // 2, len(series.names), 12)) @ _factor().T
    links = _mirrored(series.season_sd[:, None] * away)
    shown = _shown_by_month(problem)
    if np.any(shown & (series.season_sd > 0)):
        links = np.zeros_like(links)  # the paths themselves carry it
    split = np.array(priors.root.season_jobparate) - np.array(priors.root.season_dagpenge)
    split_links = [
        n for n, name in enumerate(series.names) if name.startswith("composition:") and not shown[n]
    ]
    links[:, :, split_links] += split - split.mean()
    return links


def _factor() -> Floats:
    return np.asarray(np.linalg.cholesky(season_shape() + 1e-9 * np.eye(12)), dtype=np.float64)


def _shown_by_month(problem: Problem) -> NDArray[np.bool_]:
    """Which links have figures with season over parts of a year, (S,): the fit learns theirs."""
    figures = problem.figures
    parts_of_years = np.array([len(w) % 12 != 0 for w in figures.windows])
    rows = parts_of_years & (figures.seasonal > 0)
    return np.any(figures.coefficients[rows] != 0, axis=0)


def _mirrored(patterns: Floats) -> Floats:
    """Half of the futures of every set, (sets, futures / 2, ...), with their mirror images."""
    return np.concatenate([patterns, -patterns], axis=1)


def swings(rate: Floats, kappa: Floats) -> Floats:
    """Size of the links' seasons in every month, (draws, T); rate (draws, T), kappa (draws,)."""
    return np.exp(-kappa[:, None] * relative_level(rate))


def add_season(
    paths: Paths, patterns: Patterns, labour_force: Floats, kappa: Floats, months: Ints
) -> Paths:
    """Actual paths from adjusted ones.

    The national season is scaled so that each calendar year's mean number of unemployed is the
    adjusted one, as official adjustments are forced to be: a pin on a year's mean then holds in
    the months people read.

    Parameters
    ----------
    paths : adjusted, (draws, S, T) and (draws, T)
    labour_force : (draws, T) of the country
    kappa : (draws,)
    months : (T,)
    """
    calendar = months % 12
    swing = swings(paths.rate, kappa)
    links = paths.links + swing[:, None, :] * patterns.links[:, :, calendar]
    rate = paths.rate + patterns.rate[:, calendar]
    people = labour_force * np.exp(paths.rate)
    actual = labour_force * np.exp(rate)
    for year in np.unique(months // 12):
        mine = months // 12 == year
        rate[:, mine] += np.log(people[:, mine].sum(axis=1) / actual[:, mine].sum(axis=1))[:, None]
    return Paths(links, rate)
