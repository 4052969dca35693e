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
TURNS, TOLERANCE = 50, 1e-12
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
    first = int(months[0])
    return Condition(
        measure=s.measure,
        window=s.window,
        target=float(np.log(s.value)),
        variance=0.0 if s.sd is None else float((s.sd / s.value) ** 2),
        seasonal=s.adjustment is Adjustment.ACTUAL,
        months=np.arange(s.window.first, s.window.last + 1) - first,
    )


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
    used = np.unique(np.concatenate([w.months for w in wanted]))
    index = np.concatenate([block * size + used for block in range(3)])
    free = np.concatenate(
        [paths.rate[:, used], *(paths.links[:, s][:, used] for s in places)], axis=1
    )
    near = [replace(w, months=np.searchsorted(used, w.months)) for w in wanted]
    covariance = national.covariance[np.ix_(index, index)]
    calendar = c.grid.months[used] % 12
    weights, distance = _weights(covariance, free, near, season[:, calendar], errors)
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
    season: Floats,
    errors: Floats,
) -> tuple[Floats, Floats]:
    """Weights on the national vector whose covariance with it moves it to the conditions.

    Parameters
    ----------
    covariance : (3 m, 3 m) over the m months that conditions are about
    free : (q, 3 m)
    season : (q, m)
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
        value, slope = _values(moved, wanted, season)
        gap = target - value
        spread = slope @ covariance
        total = spread @ np.swapaxes(slope, 1, 2) + np.diag(variance)
        aim = gap + np.einsum("qjm,qm->qj", slope, moved - free)
        found = np.linalg.solve(total, aim[:, :, None])[:, :, 0]
        if turn == 0:
            distance = np.einsum("qj,qj->q", gap, np.linalg.solve(total, gap[:, :, None])[:, :, 0])
        new = free + np.einsum("qj,qjm->qm", found, spread)
        step, moved = float(np.abs(new - moved).max()), new
        if step < TOLERANCE:
            return np.einsum("qj,qjm->qm", found, slope), distance
    raise ConvergenceError(
        f"scenario: a path still moves by {step:.1e} after {TURNS} turns, expected less than "
        f"{TOLERANCE:.0e}; look for statements that contradict each other"
    )


def _values(vector: Floats, wanted: Sequence[Condition], season: Floats) -> tuple[Floats, Floats]:
    """Compute logs of what the conditions are about, (q, j), and their derivative, (q, j, 3 m)."""
    draws, size = season.shape
    rate, people = vector[:, :size], np.exp(vector[:, size : 2 * size])
    share = expit(vector[:, 2 * size :])
    out, slope = np.empty((draws, len(wanted))), np.zeros((draws, len(wanted), 3 * size))
    for j, w in enumerate(wanted):
        t = w.months
        force, rest = people[:, t] * share[:, t], 1.0 - share[:, t]
        unemployed = force * np.exp(rate[:, t] + (season[:, t] if w.seasonal else 0.0))
        counts = {Measure.ARBEJDSSTYRKE: force, Measure.BEFOLKNING: people[:, t]}.get(
            w.measure, unemployed
        )
        by_count = counts / counts.sum(axis=1, keepdims=True)
        out[:, j] = np.log(counts.mean(axis=1))
        by_force = by_count
        if w.measure in RATES:
            out[:, j] -= np.log(force.mean(axis=1))
            by_force = by_count - force / force.sum(axis=1, keepdims=True)
        if w.measure not in (Measure.ARBEJDSSTYRKE, Measure.BEFOLKNING):
            slope[:, j, t] = by_count
        slope[:, j, size + t] = by_force
        slope[:, j, 2 * size + t] = 0.0 if w.measure is Measure.BEFOLKNING else by_force * rest
    return out, slope
