"""Paths of the links given parameters and figures: exact Gaussian means and draws.

Given parameters the paths x and the figures Y are jointly Gaussian, so with x0 a path from the
prior, Y0 what it would have shown and V the covariance of the figures,

    x = x0 + Cov(x, Y) V^-1 (Y - Y0)

is an exact draw given the figures (Matheron's rule; Wilson et al. 2021, jmlr.org/papers/v22/
20-1260.html), for all links and months at once and at the price of one solve. Futures come in
pairs that mirror each other about the posterior mean of their parameters (antithetic draws), which
takes most of the Monte Carlo error out of medians and changes no distribution.
"""

# scipy.linalg brings no types:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUntypedFunctionDecorator=false

from dataclasses import dataclass
from typing import NamedTuple

import numba as nb
import numpy as np
from scipy import linalg

from forecast.models import kernels
from forecast.models.dense import moving_average
from forecast.models.kernels import Floats
from forecast.models.problem import (
    KERNELS,
    Layout,
    Parameters,
    Problem,
    covariance,
    layout,
    mean,
    root_kernel,
    root_weights,
)

TAIL_DEGREES = 5
"""Degrees of freedom of a future month's own noise (Student's t with the variance of the fit)."""


class Paths(NamedTuple):
    """Link paths on a grid of months.

    Attributes
    ----------
    links : (..., S, T) on each link's scale
    rate : (..., T) log national rate, adjusted
    """

    links: Floats
    rate: Floats


class Grid(NamedTuple):
    """Months of a projection, from the problem's first month on."""

    months: kernels.Ints
    lag: Floats  # (T, T)
    cross: Floats  # (T, t) lags to the months of the fit
    fitted: int  # t
    windows: Floats  # (W, T)
    lagged: tuple[Floats, ...]  # (T, T) moving averages, one for each lag length
    years: Floats  # (T,) time of the drift


@dataclass(frozen=True)
class Conditioner:
    """One set of parameters with everything its draws need, computed once."""

    problem: Problem
    parts: Layout
    grid: Grid
    parameters: Parameters
    factor: tuple[Floats, bool]  # Cholesky factor of the covariance of the figures
    residual: Floats  # (n,) figures less their mean

    @property
    def one_hot(self) -> Floats:
        """Which window each figure has, (n, W)."""
        return np.eye(len(self.parts.windows))[self.parts.place]

    def solve(self, right: Floats) -> Floats:
        """V^-1 times columns."""
        return np.asarray(linalg.cho_solve(self.factor, right, check_finite=False))


def make_grid(problem: Problem, parts: Layout, last_month: int) -> Grid:
    """Months from the first of the problem to the last of a projection."""
    months = np.arange(problem.first, last_month + 1)
    fitted = len(problem.months)
    windows = np.zeros((parts.windows.shape[0], len(months)))
    windows[:, :fitted] = parts.windows
    return Grid(
        months=months,
        lag=kernels.lags(months),
        cross=np.abs(months[:, None] - problem.months[None, :]).astype(float),
        fitted=fitted,
        windows=windows,
        lagged=tuple(moving_average(len(months), n) for n in parts.lag_lengths),
        years=((months - problem.middle) / 12.0).astype(np.float64),
    )


def condition(problem: Problem, parts: Layout, grid: Grid, p: Parameters) -> Conditioner:
    """Prepare one set of parameters."""
    factor = linalg.cho_factor(covariance(parts, problem, p), lower=True, check_finite=False)
    return Conditioner(
        problem, parts, grid, p, factor, problem.figures.value - mean(parts, problem, p)
    )


def prior_mean(problem: Problem, grid: Grid, p: Parameters, rate: Floats) -> Floats:
    """Links at their level, drift and response to a national path, (..., S, T)."""
    series = problem.series
    trend = series.level_mean[:, None] + series.drift_mean[:, None] * grid.years
    return trend + response(problem, grid, p, rate - problem.centre)


def response(problem: Problem, grid: Grid, p: Parameters, driver: Floats) -> Floats:
    """Add up what a national path moves in each link, (..., T) -> (..., S, T)."""
    out = np.zeros((*driver.shape[:-1], len(problem.series.names), driver.shape[-1]))
    for length, smooth in zip(sorted({0, *problem.series.lag.tolist()}), grid.lagged, strict=True):
        mine = problem.series.lag == length
        out[..., mine, :] = p.elasticity[mine, None] * (driver @ smooth.T)[..., None, :]
    return out


def explain(c: Conditioner, weights: Floats) -> Paths:
    """Covariance of the paths with the figures, times weights: (q, n) -> paths of (q, ...).

    The national path is moved first and the links follow through their elasticities.
    """
    problem, grid, p = c.problem, c.grid, c.parameters
    rate = _explain_rate(c, weights)
    weighted = weights[:, :, None] * problem.figures.coefficients
    by_window = np.matmul(np.swapaxes(weighted, 1, 2), c.one_hot)  # (q, S, W)
    links = response(problem, grid, p, rate) + _explain_trend(c, weighted)
    links += _explain_shocks(c, by_window)
    flat = by_window.reshape(-1, by_window.shape[-1]) @ grid.windows
    links += p.noise[:, None] ** 2 * flat.reshape(links.shape)
    if c.parts.has_season:
        links += _explain_season(c, weights)
    return Paths(links, rate)


def _explain_rate(c: Conditioner, weights: Floats) -> Floats:
    if c.problem.given_path is not None:
        return np.zeros((len(weights), len(c.grid.months)))
    over = root_kernel(c.grid.cross, c.parameters, c.problem.root_level_sd)
    out = np.zeros((len(weights), len(c.grid.months)))
    on_driver = root_weights(c.parts, c.problem, c.parameters.elasticity)
    for weight, windows in zip(on_driver, c.parts.lagged, strict=True):
        out += ((weights * weight) @ c.one_hot) @ (over @ windows.T).T
    return out


def national_rate_cross(c: Conditioner) -> Floats:
    """Covariance of every figure with the log national rate of every month, (n, T)."""
    return _explain_rate(c, np.eye(len(c.residual)))


def _explain_trend(c: Conditioner, weighted: Floats) -> Floats:
    series, grid = c.problem.series, c.grid
    years = (grid.windows @ grid.years)[c.parts.place]
    level = series.level_sd**2 * weighted.sum(axis=1)
    drift = series.drift_sd**2 * (weighted * years[:, None]).sum(axis=1)
    return level[:, :, None] + drift[:, :, None] * grid.years


def _explain_shocks(c: Conditioner, by_window: Floats) -> Floats:
    parts, p = c.parts, c.parameters
    area, benefit = parts.has_shared[:, 0], parts.has_shared[:, 1]
    own = 1.0 - p.by_area * area - p.by_benefit * benefit
    scaled = by_window * p.scale[:, None]
    out = np.zeros((*by_window.shape[:2], len(c.grid.months)))
    for index in range(len(KERNELS)):
        members = np.flatnonzero(parts.kernel_masks[index])
        if not members.size:
            continue
        over = kernels.ornstein_uhlenbeck(c.grid.cross, p.memory[index]) @ parts.windows.T
        mine = scaled[:, members]
        total = own[members, None] * mine
        for share, member, groups in (
            (p.by_area, area[members], parts.area_groups[members]),
            (p.by_benefit, benefit[members], parts.benefit_groups[members]),
        ):
            common = np.matmul(groups.T, mine * member[:, None])
            total = total + share * member[:, None] * np.matmul(groups, common)
        total *= p.scale[members, None]
        flat = total.reshape(-1, total.shape[-1]) @ over.T
        out[:, members] = flat.reshape(*total.shape[:2], -1)
    return out


def _explain_season(c: Conditioner, weights: Floats) -> Floats:
    over = season_kernel(c)[:, : c.grid.fitted] @ c.parts.windows.T
    weighted = weights[:, :, None] * c.parts.seasonal
    by_window = np.matmul(np.swapaxes(weighted, 1, 2), c.one_hot)
    return c.problem.series.season_sd[:, None] * (by_window @ over.T)


def season_kernel(c: Conditioner) -> Floats:
    """Season of unit size over the grid, (T, T); the swing answers to the national level."""
    level = np.zeros(len(c.grid.months))
    level[: c.grid.fitted] = c.parts.relative_level
    amplitude = np.exp(-c.parameters.kappa * level)
    return np.asarray(
        kernels.season(c.grid.months, c.grid.lag, c.parameters.season_memory, amplitude)
    )


def posterior_mean(problem: Problem, p: Parameters) -> tuple[Floats, Floats]:
    """Means of links and log national rate over each figure's window, (n, S) and (n,)."""
    parts = layout(problem)
    grid = make_grid(problem, parts, problem.last)
    c = condition(problem, parts, grid, p)
    moved = mean_paths(c)
    over = grid.windows[parts.place]
    return over @ moved.links.T, over @ moved.rate


def mean_paths(c: Conditioner, future_path: Floats | None = None) -> Paths:
    """Posterior mean of the paths given the parameters, (S, T) and (T,).

    `future_path` is the log national rate on the whole grid where it is given, (T,).
    """
    problem, grid = c.problem, c.grid
    start = np.full(len(grid.months), problem.root_level_mean)
    if problem.given_path is not None:
        start[: grid.fitted] = problem.given_path
        if future_path is not None:
            start[:] = future_path
    moved = explain(c, c.solve(c.residual)[None, :])
    links = prior_mean(problem, grid, c.parameters, start) + moved.links[0]
    return Paths(links, start + moved.rate[0])


def mean_drift(c: Conditioner) -> Floats:
    """Posterior mean of each link's drift a year, given the parameters, (S,)."""
    series = c.problem.series
    weighted = c.solve(c.residual)[:, None] * c.problem.figures.coefficients
    years = (c.grid.windows @ c.grid.years)[c.parts.place]
    return series.drift_mean + series.drift_sd**2 * (years @ weighted)


def deviations(c: Conditioner, count: int, rng: np.random.Generator) -> Paths:
    """Deviations from the posterior mean: `count` exact draws, (count, S, T) and (count, T)."""
    prior, season = _prior(c, count, rng)
    figures = c.problem.figures
    windows = c.grid.windows.T
    # an adjusted figure shows the paths without their season
    over = (prior.links @ windows)[..., c.parts.place]
    over += figures.seasonal * (season @ windows)[..., c.parts.place]
    shown = np.einsum("is,qsi->qi", figures.coefficients, over)
    shown += figures.on_root * (prior.rate @ windows)[..., c.parts.place]
    shown += figures.sd * rng.standard_normal(shown.shape)
    moved = explain(c, c.solve(shown.T).T)
    return Paths(prior.links + season - moved.links, prior.rate - moved.rate)


def prior_deviations(c: Conditioner, count: int, rng: np.random.Generator) -> Paths:
    """Deviations of the paths from their prior mean, given the parameters."""
    prior, season = _prior(c, count, rng)
    return Paths(prior.links + season, prior.rate)


def _prior(c: Conditioner, count: int, rng: np.random.Generator) -> tuple[Paths, Floats]:
    """Paths without season, and the season of the links, (count, S, T)."""
    problem, grid, p, series = c.problem, c.grid, c.parameters, c.problem.series
    size, length = len(series.names), len(grid.months)
    rate = np.zeros((count, length))
    if problem.given_path is None:
        factor = np.linalg.cholesky(kernels.two_memories(grid.lag, p.root_long, p.root_short))
        rate += p.root_scale * (rng.standard_normal((count, length)) @ factor.T)
        rate += problem.root_level_sd * rng.standard_normal((count, 1))
    links = response(problem, grid, p, rate) + _shocks(c, count, rng)
    level = series.level_sd * rng.standard_normal((count, size))
    drift = series.drift_sd * rng.standard_normal((count, size))
    noise = rng.standard_normal((count, size, length))
    tails = rng.chisquare(TAIL_DEGREES, (count, size, length - grid.fitted))
    _add_own(links, level, drift, grid.years, p.noise, noise, tails)
    if not c.parts.has_season:
        return Paths(links, rate), np.zeros_like(links)
    values, vectors = np.linalg.eigh(season_kernel(c))
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    season = rng.standard_normal((count, size, length)) @ root.T
    season *= series.season_sd[:, None]
    return Paths(links, rate), season


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _add_own(
    links: Floats,
    level: Floats,
    drift: Floats,
    years: Floats,
    sd: Floats,
    noise: Floats,
    tails: Floats,
) -> None:  # pragma: no cover
    """Add a link's own level, drift and noise, with tails in the months ahead, (count, S, T)."""
    fitted = noise.shape[2] - tails.shape[2]
    for d in range(links.shape[0]):
        for s in range(links.shape[1]):
            for t in range(links.shape[2]):
                shock = noise[d, s, t]
                if t >= fitted:
                    shock *= np.sqrt((TAIL_DEGREES - 2) / tails[d, s, t - fitted])
                links[d, s, t] = links[d, s, t] + level[d, s] + drift[d, s] * years[t]
                links[d, s, t] += sd[s] * shock


def _shocks(c: Conditioner, count: int, rng: np.random.Generator) -> Floats:
    """Ornstein-Uhlenbeck levels of all links, own and shared, (count, S, T)."""
    parts, p, length = c.parts, c.parameters, len(c.grid.months)
    memory = parts.kernel_masks.T @ np.asarray(p.memory)
    area, benefit = parts.has_shared[:, 0], parts.has_shared[:, 1]
    own = np.sqrt(1.0 - p.by_area * area - p.by_benefit * benefit)
    out = own[:, None] * _levels(memory, count, length, rng)
    shares = np.full(parts.area_groups.shape[1], float(p.memory[0]))
    out += (np.sqrt(p.by_area) * area)[:, None] * np.matmul(
        parts.area_groups, _levels(shares, count, length, rng)
    )
    shares = np.full(parts.benefit_groups.shape[1], float(p.memory[0]))
    out += (np.sqrt(p.by_benefit) * benefit)[:, None] * np.matmul(
        parts.benefit_groups, _levels(shares, count, length, rng)
    )
    return p.scale[:, None] * out


def _levels(memory: Floats, count: int, length: int, rng: np.random.Generator) -> Floats:
    """Stationary paths of unit monthly shocks, exact at whole months, (count, links, T)."""
    keep = np.exp(-1.0 / memory)
    shock = np.sqrt(0.5 * memory * (1.0 - keep**2))
    # months first: a step then works on neighbours in memory
    out = rng.standard_normal((length, count, len(memory)))
    out[0] *= np.sqrt(0.5 * memory)
    out[1:] *= shock
    _walk(out, keep)
    return np.moveaxis(out, 0, 2)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _walk(out: Floats, keep: Floats) -> None:  # pragma: no cover
    """Add to every month what a link keeps of the one before, (T, count, links)."""
    for t in range(1, out.shape[0]):
        for d in range(out.shape[1]):
            for s in range(out.shape[2]):
                out[t, d, s] += keep[s] * out[t - 1, d, s]
