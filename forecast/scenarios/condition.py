"""Bend the futures so that statements about the country's unemployment hold.

The free future x of a draw is Gaussian given that draw's parameters and the figures, with
covariance C over the national vector (log rate, population, labour force; every month). A set of
statements h(x) = v (pins) or v + N(0, R) (bands) moves it to

    x* = x + C J' (J C J' + R)^-1 (v - h(x*) + J (x* - x) - r),

with J the derivative of h at x*, iterated to the pin, and r one draw of the band's error: exact
for linear h, Gauss-Newton for the mean of a year (its agreement with importance sampling is
tested). Every other link follows through its posterior covariance with the national vector and
through its elasticity; parameters learn nothing from a statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from forecast.config.scenario import ScenarioSpec, Statement
from forecast.core.period import Window
from forecast.errors import ConfigError, ConvergenceError
from forecast.models import kernels
from forecast.models.kernels import Floats
from forecast.models.problem import root_kernel
from forecast.models.states import Conditioner, Paths, explain, national_rate_cross, response
from forecast.models.structure import UNEMPLOYED
from forecast.vocabulary import Adjustment, Measure

PEOPLE, FORCE = "population:befolkning_land", "population:arbejdsstyrke_land"
RATES = (Measure.LEDIGHEDSPROCENT, Measure.LEDIGHEDSPROCENT_FAKTISK)
TURNS, TOLERANCE = 50, 1e-11
_MEASURES = (
    *RATES,
    Measure.FULDTIDSPERSONER,
    Measure.ARBEJDSSTYRKE,
    Measure.BEFOLKNING,
)


@dataclass(frozen=True)
class Condition:
    """A statement in the form the path is bent by.

    Attributes
    ----------
    measure, window : as stated
    target : log of the value
    variance : of the log; zero for a pin
    seasonal : whether the value carries the season
    months : (m,) places of the window in the grid
    """

    measure: Measure
    window: Window
    target: float
    variance: float
    seasonal: bool
    months: kernels.Ints


@dataclass(frozen=True)
class NationalPosterior:
    """The national vector given figures and parameters.

    Attributes
    ----------
    covariance : (3 T, 3 T) of log rate, population and labour force paths
    through : (n, 3 T) V^-1 times the covariance of the figures with them
    """

    covariance: Floats
    through: Floats


class Calendar(NamedTuple):
    """Calendar years of months, (m,), and the national season in them, (q, m) logs."""

    years: kernels.Ints
    season: Floats


def conditions(spec: ScenarioSpec, country: str, months: kernels.Ints) -> tuple[Condition, ...]:
    """Statements of a scenario as conditions on the national path.

    Raises
    ------
    ConfigError
        If a statement is about something else than the country's unemployment, labour force or
        population.
    """
    return tuple(_condition(s, k, spec.id, country, months) for k, s in enumerate(spec.statements))


def _condition(
    s: Statement, place: int, scenario: str, country: str, months: kernels.Ints
) -> Condition:
    counts_unemployed = s.group == UNEMPLOYED or s.measure in (
        Measure.ARBEJDSSTYRKE,
        Measure.BEFOLKNING,
    )
    if s.area != country or not counts_unemployed or s.measure not in _MEASURES:
        raise ConfigError(
            f"scenario {scenario}: statement[{place}]: found {s.measure} of {s.group or 'people'} "
            f"in {s.area}, expected a statement about {UNEMPLOYED} in {country} "
            f"({', '.join(_MEASURES)}); state what the country will do and read {s.area} off "
            "the result"
        )
    first, last = int(months[0]), int(months[-1])
    if s.window.first < first or s.window.last > last:
        raise ConfigError(
            f"scenario {scenario}: statement[{place}]: found period {s.window.code}, expected "
            f"months within {Window(first, last).code}; correct the period, or let the projection "
            "run further"
        )
    if s.value <= 0:
        raise ConfigError(
            f"scenario {scenario}: statement[{place}]: found {s.measure} = {s.value:g}, expected "
            "more than zero; correct the value"
        )
    return Condition(
        measure=s.measure,
        window=s.window,
        target=float(np.log(s.value)),
        variance=0.0 if s.sd is None else float((s.sd / s.value) ** 2),
        seasonal=s.adjustment is Adjustment.ACTUAL,
        months=np.arange(s.window.first, s.window.last + 1) - first,
    )


def _reach(w: Condition, months: kernels.Ints) -> kernels.Ints:
    """Places of the months a condition depends on: with a season, all of their calendar years."""
    if not w.seasonal:
        return w.months
    return np.flatnonzero(np.isin(months // 12, months[w.months] // 12))


def national_posterior(c: Conditioner) -> NationalPosterior:
    """Covariance of the national vector given the figures, for one set of parameters."""
    size, problem, grid, p = len(c.grid.months), c.problem, c.grid, c.parameters
    prior = np.zeros((3 * size, 3 * size))
    prior[:size, :size] = root_kernel(grid.lag, p, problem.root_level_sd)
    cross = [national_rate_cross(c)]
    years = (grid.windows @ grid.years)[c.parts.place]
    for block, name in enumerate((PEOPLE, FORCE), start=1):
        s = problem.series.names.index(name)
        memory = p.memory[problem.series.kernel[s]]
        level, drift = problem.series.level_sd[s] ** 2, problem.series.drift_sd[s] ** 2
        over = p.scale[s] ** 2 * kernels.ornstein_uhlenbeck(grid.lag, memory)
        over += level + drift * np.outer(grid.years, grid.years)
        over += p.noise[s] ** 2 * np.eye(size)
        prior[block * size : (block + 1) * size, block * size : (block + 1) * size] = over
        on_series = problem.figures.coefficients[:, s, None]
        shock = kernels.ornstein_uhlenbeck(grid.cross, memory) @ c.parts.windows.T
        cross.append(
            on_series
            * (
                level
                + drift * years[:, None] * grid.years
                + p.scale[s] ** 2 * shock.T[c.parts.place]
                + p.noise[s] ** 2 * grid.windows[c.parts.place]
            )
        )
    joint = np.concatenate(cross, axis=1)
    through = c.solve(joint)
    return NationalPosterior(prior - joint.T @ through, through)


def bend(
    c: Conditioner,
    national: NationalPosterior,
    paths: Paths,
    wanted: Sequence[Condition],
    season: Floats,
    errors: Floats,
) -> tuple[Paths, Floats]:
    """Move futures of one set of parameters so that conditions hold.

    Parameters
    ----------
    paths : free futures, (q, S, T) and (q, T)
    season : (q, 12) national season in logs
    errors : (q, j) standard normal, one for each condition

    Returns
    -------
    paths, distance : bent futures, and (q,) the squared distance of the conditions from the free
        future in units of its own spread; chi-squared with j degrees where they are plausible

    Raises
    ------
    ConvergenceError
        If a pin cannot be met.
    """
    if not wanted:
        return paths, np.zeros(len(paths.rate))
    size, names = len(c.grid.months), c.problem.series.names
    places = [names.index(PEOPLE), names.index(FORCE)]
    used = np.unique(np.concatenate([_reach(w, c.grid.months) for w in wanted]))
    index = np.concatenate([block * size + used for block in range(3)])
    free = np.concatenate(
        [paths.rate[:, used], *(paths.links[:, s][:, used] for s in places)], axis=1
    )
    near = [replace(w, months=np.searchsorted(used, w.months)) for w in wanted]
    covariance = national.covariance[np.ix_(index, index)]
    calendar = Calendar(c.grid.months[used] // 12, season[:, c.grid.months[used] % 12])
    weights, distance = _weights(covariance, free, near, calendar, errors)
    shift = weights @ national.covariance[index]
    followed = explain(c, -weights @ national.through[:, index].T)
    links = followed.links - response(c.problem, c.grid, c.parameters, followed.rate)
    for block, s in enumerate(places, start=1):
        links[:, s] = shift[:, block * size : (block + 1) * size]
    links += response(c.problem, c.grid, c.parameters, shift[:, :size])
    return Paths(paths.links + links, paths.rate + shift[:, :size]), distance


def _weights(
    covariance: Floats,
    free: Floats,
    wanted: Sequence[Condition],
    calendar: Calendar,
    errors: Floats,
) -> tuple[Floats, Floats]:
    """Weights on the national vector whose covariance with it moves it to the conditions.

    Parameters
    ----------
    covariance : (3 m, 3 m) over the m months that conditions are about
    free : (q, 3 m)
    calendar : of the m months
    errors : (q, j)

    Returns
    -------
    weights, distance : (q, 3 m) and (q,)
    """
    variance = np.array([w.variance for w in wanted])
    target = np.array([w.target for w in wanted]) - np.sqrt(variance) * errors
    moved, distance = free, np.zeros(len(free))
    step = np.inf
    for turn in range(TURNS):
        value, slope = _values(moved, wanted, calendar)
        gap = target - value
        # one product of two matrices is much faster than one for each future
        spread = (slope.reshape(-1, len(covariance)) @ covariance).reshape(slope.shape)
        total = spread @ np.swapaxes(slope, 1, 2) + np.diag(variance)
        aim = gap + np.einsum("qjm,qm->qj", slope, moved - free)
        if turn == 0:
            _check_independent(total)
            distance = np.einsum("qj,qj->q", gap, np.linalg.solve(total, gap[:, :, None])[:, :, 0])
        found = np.linalg.solve(total, aim[:, :, None])[:, :, 0]
        new = free + np.einsum("qj,qjm->qm", found, spread)
        step, moved = float(np.abs(new - moved).max()), new
        if step < TOLERANCE:
            return np.einsum("qj,qjm->qm", found, slope), distance
    raise ConvergenceError(
        f"scenario: a path still moves by {step:.1e} after {TURNS} turns, expected less than "
        f"{TOLERANCE:.0e}; look for statements that contradict each other"
    )


def _check_independent(total: Floats) -> None:
    """Refuse statements of which one follows from the others, covariances (q, j, j)."""
    sd = np.sqrt(np.diagonal(total, axis1=1, axis2=2))
    alike = np.linalg.eigvalsh(total / (sd[:, :, None] * sd[:, None, :]))[:, 0].min()
    if alike < 1e-10:
        raise ConvergenceError(
            f"scenario: the statements are not independent (smallest eigenvalue of their "
            f"correlations {alike:.1e}, expected at least 1e-10), so they repeat or contradict "
            "each other; remove one, or give it a standard deviation (kind = 'band')"
        )


def _values(
    vector: Floats, wanted: Sequence[Condition], calendar: Calendar
) -> tuple[Floats, Floats]:
    """Compute logs of what the conditions are about, (q, j), and their derivative, (q, j, 3 m)."""
    draws, size = calendar.season.shape
    share = expit(vector[:, 2 * size :])
    people = vector[:, size : 2 * size]
    force = people + np.log(share)
    out, slope = np.empty((draws, len(wanted))), np.zeros((draws, len(wanted), 3 * size))
    for j, w in enumerate(wanted):
        of_force, of_people = w.measure is Measure.ARBEJDSSTYRKE, w.measure is Measure.BEFOLKNING
        if of_force or of_people:
            out[:, j], by_count = _log_mean(force if of_force else people, w.months)
        else:
            unemployed = force + vector[:, :size]
            out[:, j], by_count = _unemployed(unemployed, w, calendar)
            slope[:, j, :size] = by_count
        if w.measure in RATES:
            below, by_force = _log_mean(force, w.months)
            out[:, j] -= below
            by_count = by_count - by_force
        slope[:, j, size : 2 * size] = by_count
        slope[:, j, 2 * size :] = 0.0 if of_people else by_count * (1.0 - share)
    return out, slope


def _log_mean(logs: Floats, months: kernels.Ints) -> tuple[Floats, Floats]:
    """Log of the mean over months, (q,), and its derivative by the logs, (q, m)."""
    values, slope = np.exp(logs[:, months]), np.zeros_like(logs)
    slope[:, months] = values / values.sum(axis=1, keepdims=True)
    return np.log(values.mean(axis=1)), slope


def _unemployed(logs: Floats, w: Condition, calendar: Calendar) -> tuple[Floats, Floats]:
    """Log mean of the unemployed, given the logs of the adjusted ones, and its derivative.

    A season is forced, as `season.add_season` does it: the year's mean is the adjusted one.
    """
    if not w.seasonal:
        return _log_mean(logs, w.months)
    actual, forced = logs + calendar.season, logs + calendar.season
    away: list[tuple[kernels.Ints, Floats]] = []
    for year in np.unique(calendar.years[w.months]):
        mine = np.flatnonzero(calendar.years == year)
        adjusted_mean, by_adjusted = _log_mean(logs, mine)
        actual_mean, by_actual = _log_mean(actual, mine)
        forced[:, mine] += (adjusted_mean - actual_mean)[:, None]
        away.append((mine, by_adjusted - by_actual))
    value, slope = _log_mean(forced, w.months)
    return value, slope + sum(slope[:, mine].sum(axis=1)[:, None] * by for mine, by in away)
