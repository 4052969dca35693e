"""A set of links and the figures that observe them, as arrays: what the model is fitted to.

Every link s has a monthly path on its own scale (logs or log-odds)

    y[s,t] = a_s + d_s t/12 + b_s (X_s[t] - r0) + season_s[t] + u_s[t] + eps_s[t],

with X_s the log national rate averaged over the month and the ``lag_s`` months before it, and r0
a constant that centres it. Given the scales, memories and elasticities everything is Gaussian, and
a figure i over window w observes, to first order about the published values,

    Y_i = offset_i + sum_s C[i,s] mean_w(y[s]) + c_i mean_w(X) + e_i,     e_i ~ N(0, sd_i²).

Levels a, drifts d, shocks u, noise eps, season and the national path are integrated out, so that
only scales, memories and elasticities are sampled.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from forecast.core.period import Window
from forecast.errors import AlignmentError
from forecast.models import kernels
from forecast.models.dense import moving_average, window_matrix
from forecast.models.kernels import Floats, Ints

KERNELS = ("shares", "national", "population")
"""Links of one kernel forget at one pace."""


@dataclass(frozen=True)
class Series:
    """Priors and places of S links, one entry each.

    Attributes
    ----------
    names : S names, unique
    family, kernel : (S,) index into the families of the priors and into `KERNELS`
    log_size : (S,) log of mean size over the family's reference size
    level_mean, level_sd : (S,) on the link's scale
    drift_mean, drift_sd : (S,) a year
    elasticity_mean, elasticity_sd : (S,)
    scale_shift : (S,) added to the log scale
    lag : (S,) months
    season_sd : (S,) size of a link's own season
    area, benefit : (S,) number of the factor a link shares with its area or benefit, -1 for none
    """

    names: tuple[str, ...]
    family: Ints
    kernel: Ints
    log_size: Floats
    level_mean: Floats
    level_sd: Floats
    drift_mean: Floats
    drift_sd: Floats
    elasticity_mean: Floats
    elasticity_sd: Floats
    scale_shift: Floats
    lag: Ints
    season_sd: Floats
    area: Ints
    benefit: Ints

    def __post_init__(self) -> None:
        size = len(self.names)
        for field in self.__dataclass_fields__:
            if len(getattr(self, field)) != size:
                raise AlignmentError(
                    f"series: {field} has {len(getattr(self, field))} entries, expected {size}"
                )
        if len(set(self.names)) != size:
            raise AlignmentError(f"series: names repeat among {self.names}; name each link once")


@dataclass(frozen=True)
class Figures:
    """Figures that observe the links.

    Attributes
    ----------
    labels : n readable names
    value : (n,) on the log scale
    sd : (n,) measurement sd, same scale
    windows : n windows of months
    coefficients : (n, S)
    on_root : (n,) coefficient of the log national rate itself
    offset : (n,)
    seasonal : (n,) 1 where the figure carries season, 0 where it is adjusted
    """

    labels: tuple[str, ...]
    value: Floats
    sd: Floats
    windows: tuple[Window, ...]
    coefficients: Floats
    on_root: Floats
    offset: Floats
    seasonal: Floats


@dataclass(frozen=True)
class Problem:
    """Links, figures, and the national path where it is given.

    Attributes
    ----------
    first : first month of the grid; early enough for every lag
    last : last month any figure covers
    middle : month about which drifts turn
    centre : r0, the log national rate at which links have their level
    root_level_mean, root_level_sd : prior of the mean log national rate
    given_path : (T,) log national rate of every month of the grid, or None where it is latent
    """

    series: Series
    figures: Figures
    first: int
    last: int
    middle: float
    centre: float
    root_level_mean: float
    root_level_sd: float
    given_path: Floats | None = None

    @property
    def months(self) -> Ints:
        """Months of the grid, (T,)."""
        return np.arange(self.first, self.last + 1)


class Parameters(NamedTuple):
    """What is sampled, in the form the covariance needs; numbers or symbols of PyTensor."""

    scale: Any  # (S,) sd of a month's shock
    noise: Any  # (S,) sd of a month's own noise
    elasticity: Any  # (S,)
    memory: Any  # (3,) months, in the order of KERNELS
    by_area: Any  # share of a link's shock variance that it shares with its area
    by_benefit: Any  # ... with its benefit
    root_long: Any  # months
    root_short: Any  # months
    root_scale: Any  # stationary sd of the log national rate
    season_memory: Any  # months
    kappa: Any  # response of seasonal swings to the national level


class Layout(NamedTuple):
    """Arrays that depend on the problem alone, made once."""

    windows: Floats  # (W, T) averages of the distinct windows
    place: Ints  # (n,) which window a figure has
    lag: Floats  # (T, T)
    lag_lengths: tuple[int, ...]
    lagged: tuple[Floats, ...]  # (W, T) windows of the lagged driver, one for each lag length
    lag_masks: Floats  # (L, S)
    kernel_masks: Floats  # (3, S)
    area_groups: Floats  # (S, factors)
    benefit_groups: Floats  # (S, factors)
    has_shared: Floats  # (S, 2) whether a link has an area factor and a benefit factor
    fixed: Floats  # (n, n) measurement, level and drift
    seasonal: Floats  # (n, S)
    relative_level: Floats  # (T,) smoothed national path about its mean; zero where latent
    has_season: bool


def layout(problem: Problem) -> Layout:
    """Arrays of `covariance` and `mean` that do not change with the parameters."""
    series, figures, months = problem.series, problem.figures, problem.months
    distinct = tuple(dict.fromkeys(figures.windows))
    windows = window_matrix(distinct, months)
    place = np.array([distinct.index(w) for w in figures.windows])
    lengths = tuple(sorted({0, *series.lag.tolist()}))
    years = (windows @ (months - problem.middle))[place] / 12.0
    level = figures.coefficients * series.level_sd
    drift = figures.coefficients * series.drift_sd * years[:, None]
    seasonal = figures.coefficients * series.season_sd * figures.seasonal[:, None]
    whole_years = np.array([len(w) % 12 == 0 for w in figures.windows])
    return Layout(
        windows=windows,
        place=place,
        lag=kernels.lags(months),
        lag_lengths=lengths,
        lagged=tuple(windows @ moving_average(len(months), n) for n in lengths),
        lag_masks=np.array([(series.lag == n).astype(float) for n in lengths]),
        kernel_masks=np.array([(series.kernel == k).astype(float) for k in range(len(KERNELS))]),
        area_groups=_groups(series.area),
        benefit_groups=_groups(series.benefit),
        has_shared=np.column_stack([series.area >= 0, series.benefit >= 0]).astype(float),
        fixed=np.diag(figures.sd**2) + level @ level.T + drift @ drift.T,
        seasonal=seasonal,
        relative_level=_relative_level(problem),
        has_season=bool(np.any(seasonal[~whole_years] != 0)),
    )


def covariance(parts: Layout, problem: Problem, p: Parameters) -> Floats:
    """Covariance of the figures given the parameters, (n, n).

    Measurement, level and drift; the national path; shocks by kernel (a link's own, shared by
    area, shared by benefit); noise; season. The oracle of `compiled.density`.
    """
    coefficients = problem.figures.coefficients
    total = parts.fixed + _noise_and_season(parts, problem, p)
    if problem.given_path is None:
        total = total + _root_covariance(parts, problem, p)
    shocks = coefficients * p.scale
    area, benefit = parts.has_shared[:, 0], parts.has_shared[:, 1]
    own = shocks * np.sqrt(1.0 - p.by_area * area - p.by_benefit * benefit)
    for mask, memory in zip(parts.kernel_masks, p.memory, strict=True):
        over_months = kernels.ornstein_uhlenbeck(parts.lag, memory)
        by_area = (shocks * area * mask) @ parts.area_groups
        by_benefit = (shocks * benefit * mask) @ parts.benefit_groups
        product = (own * mask) @ (own * mask).T
        product += p.by_area * (by_area @ by_area.T) + p.by_benefit * (by_benefit @ by_benefit.T)
        total = total + product * _over_figures(parts, over_months)
    return total


def _noise_and_season(parts: Layout, problem: Problem, p: Parameters) -> Floats:
    noise = problem.figures.coefficients * p.noise
    total = (noise @ noise.T) * _over_figures(parts, np.eye(len(problem.months)))
    if parts.has_season:
        amplitude = np.exp(-p.kappa * parts.relative_level)
        swings = kernels.season(problem.months, parts.lag, p.season_memory, amplitude)
        total += (parts.seasonal @ parts.seasonal.T) * _over_figures(parts, swings)
    return total


def _over_figures(parts: Layout, over_months: Floats) -> Floats:
    """From months to figures, (T, T) -> (n, n)."""
    small = parts.windows @ over_months @ parts.windows.T
    return small[np.ix_(parts.place, parts.place)]


def mean(parts: Layout, problem: Problem, p: Parameters) -> Floats:
    """Mean of the figures given the parameters, (n,)."""
    series, figures = problem.series, problem.figures
    years = (parts.windows @ (problem.months - problem.middle))[parts.place] / 12.0
    fixed = (
        figures.offset
        + figures.coefficients @ series.level_mean
        + (figures.coefficients @ series.drift_mean) * years
    )
    weights = figures.coefficients * p.elasticity
    if problem.given_path is None:
        gap = problem.root_level_mean - problem.centre
        return fixed + figures.on_root * problem.root_level_mean + gap * weights.sum(axis=1)
    path = problem.given_path
    total = fixed + figures.on_root * (parts.windows @ path)[parts.place]
    for mask, lagged in zip(parts.lag_masks, parts.lagged, strict=True):
        driver = (lagged @ (path - problem.centre))[parts.place]
        total = total + (weights * mask).sum(axis=1) * driver
    return total


def root_weights(parts: Layout, problem: Problem, elasticity: Floats) -> list[Floats]:
    """Coefficients of the figures on the driver at each lag length, L times (n,)."""
    weights = problem.figures.coefficients * elasticity
    out = [(weights * mask).sum(axis=1) for mask in parts.lag_masks]
    out[0] = out[0] + problem.figures.on_root
    return out


def root_kernel(lag: Floats, p: Parameters, level_sd: float) -> Floats:
    """Covariance of the log national rate over months: its level and its path."""
    path = kernels.two_memories(lag, p.root_long, p.root_short)
    return level_sd**2 + p.root_scale**2 * path


def _root_covariance(parts: Layout, problem: Problem, p: Parameters) -> Floats:
    """Covariance the figures owe to the national path: ``Q K Q'`` over lagged windows."""
    over_months = root_kernel(parts.lag, p, problem.root_level_sd)
    shown = np.zeros((len(parts.place), len(problem.months)))
    for weight, lagged in zip(
        root_weights(parts, problem, p.elasticity), parts.lagged, strict=True
    ):
        shown = shown + weight[:, None] * lagged[parts.place]
    return shown @ over_months @ shown.T


def _groups(numbers: Ints) -> Floats:
    """Membership of links in factors, (S, factors); at least one column."""
    size = max(int(numbers.max(initial=-1)) + 1, 1)
    return np.array([[float(number == k) for k in range(size)] for number in numbers])


def _relative_level(problem: Problem) -> Floats:
    """Centred 12-month mean n[t] of the national path, zero on average; zero where it is latent."""
    if problem.given_path is None:
        return np.zeros(len(problem.months))
    return relative_level(problem.given_path)


def relative_level(path: Floats) -> Floats:
    """Centred 12-month mean of log paths along the last axis, less its mean."""
    size = path.shape[-1]
    design = np.zeros((size, size))
    for t in range(size):
        design[t, max(0, t - 6) : min(size, t + 6)] = 1.0
    smooth = path @ (design / design.sum(axis=1, keepdims=True)).T
    return smooth - smooth.mean(axis=-1, keepdims=True)
