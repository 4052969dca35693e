"""From parameters to what the filter takes, and from its gradient back to theirs, compiled.

The formulas are those of `forecast.models.panel_density`. They are compiled because a sampler asks
for them a hundred thousand times: in numpy they would take longer than the filter where areas are
few, and no C function could call them (`panel_pointer`).

The last two functions join this file to `panel_filter`. They are compiled anew in every process, in
half a second each, since numba's cache on disk would not notice a change of the other file.
"""

# numba's decorators hide the types of what they compile:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUntypedFunctionDecorator=false

from typing import NamedTuple

import numba as nb
import numpy as np

from forecast.models import panel_filter
from forecast.models.kernels import Floats, Ints
from forecast.models.panel_arrays import LinkArrays, LinkGradient

SINGLE = 11
"""Single parameters: level's memory, scale, slope; season's memory, slope; kappa; noise's scale,
slope, kappa; sd over areas of elasticity, of drift. After them come H
harmonics, and twice twelve months."""

EACH = 3
"""Parameters of each area's own: of level, season and noise."""


class Constants(NamedTuple):
    """Data and priors of S areas over T months with H harmonics.

    Attributes
    ----------
    value, counting : (S, T) log-odds, and their variance that is not noise by size
    size : (S,) centred logs
    expected : of a link without its season
    level : (T,) national level n
    calendar : (T,) month of the year, 0 to 11
    regressors, steps : as in `LinkArrays`
    level_sd : of an area's constant level
    mean, sd : (11,) priors of single parameters, memories in log months
    harmonic_mean, harmonic_sd : prior of the log sd of a harmonic
    waves : (12, 2 H) cosine and sine of each harmonic
    common_sd, size_sd : priors of the common pattern, and of its slope by size
    spread : (3,) how far areas differ
    """

    value: Floats
    counting: Floats
    size: Floats
    expected: float
    level: Floats
    calendar: Ints
    regressors: Floats
    steps: Floats
    level_sd: float
    mean: Floats
    sd: Floats
    harmonic_mean: float
    harmonic_sd: float
    waves: Floats
    common_sd: float
    size_sd: float
    spread: Floats


@nb.njit(error_model="numpy", cache=True, nogil=True)
def pooled(z: Floats, c: Constants) -> tuple[Floats, Floats, Floats, Floats]:  # pragma: no cover
    """Shared parameters on their own scales.

    Returns
    -------
    single : (11,) memories in months
    common, by_size : (12,)
    harmonics : (H,)
    """
    count = c.waves.shape[1] // 2
    single = c.mean + c.sd * z[:SINGLE]
    single[0], single[3] = np.exp(single[0]), np.exp(single[3])
    harmonics = np.exp(c.harmonic_mean + c.harmonic_sd * z[SINGLE : SINGLE + count])
    common = z[SINGLE + count : SINGLE + count + 12]
    by_size = z[SINGLE + count + 12 : SINGLE + count + 24]
    common = c.common_sd * (common - common.mean())
    by_size = c.size_sd * (by_size - by_size.mean())
    return single, common, by_size, harmonics


@nb.njit(error_model="numpy", cache=True, nogil=True)
def link_arrays(z: Floats, c: Constants) -> LinkArrays:  # pragma: no cover
    """Give the filter what it needs."""
    (series, months), waves = c.value.shape, c.waves.shape[1]
    single, common, by_size, harmonics = pooled(z, c)
    first = SINGLE + waves // 2 + 24
    mean, variance = np.empty((series, months)), np.empty((series, months))
    sigma, scale, load = np.empty(series), np.empty(series), np.empty((months, waves))
    swing, calm = np.exp(-single[5] * c.level), np.exp(-2.0 * single[8] * c.level)
    for t in range(months):
        for k in range(waves):
            load[t, k] = swing[t] * harmonics[k // 2] * c.waves[c.calendar[t], k]
    for s in range(series):
        own = z[first + EACH * s : first + EACH * s + EACH]
        size = c.size[s]
        sigma[s] = np.exp(single[1] + single[2] * size + c.spread[0] * own[0])
        scale[s] = np.exp(single[4] * size + c.spread[1] * own[1])
        noise = np.exp(2.0 * (single[6] + single[7] * size + c.spread[2] * own[2]))
        for t in range(months):
            month = c.calendar[t]
            mean[s, t] = c.expected + swing[t] * (common[month] + size * by_size[month])
            variance[s, t] = noise * calm[t] + c.counting[s, t]
    spreads = np.array([c.level_sd, np.exp(single[9]), np.exp(single[10])])
    return LinkArrays(
        c.value,
        mean,
        variance,
        sigma,
        scale,
        load,
        c.regressors,
        spreads**2,
        c.steps,
        single[0],
        single[3],
    )


@nb.njit(error_model="numpy", cache=True, nogil=True)
def by_parameters(
    z: Floats, c: Constants, arrays: LinkArrays, slope: LinkGradient
) -> Floats:  # pragma: no cover
    """Carry the filter's gradient through `link_arrays` to the parameters, (P,)."""
    (series, months), waves = c.value.shape, c.waves.shape[1]
    kappa = c.mean[5] + c.sd[5] * z[5]
    out = np.zeros(len(z))
    common = out[SINGLE + waves // 2 : SINGLE + waves // 2 + 12]
    by_size = out[SINGLE + waves // 2 + 12 : SINGLE + waves // 2 + 24]
    first = SINGLE + waves // 2 + 24
    out[0], out[3] = slope.log_level_memory, slope.log_season_memory
    out[9:SINGLE] = slope.log_constant_sd[1:]
    for t in range(months):
        swing = np.exp(-kappa * c.level[t])
        by_load = 0.0
        for k in range(waves):
            by_harmonic = slope.load[t, k] * arrays.load[t, k]
            out[SINGLE + k // 2] += by_harmonic
            by_load += by_harmonic
        for s in range(series):
            by_mean = swing * slope.mean[s, t]
            by_load += slope.mean[s, t] * (arrays.mean[s, t] - c.expected)
            common[c.calendar[t]] += by_mean
            by_size[c.calendar[t]] += c.size[s] * by_mean
        out[5] -= c.level[t] * by_load
    for s in range(series):
        noise = 0.0
        for t in range(months):
            by_log = 2.0 * slope.variance[s, t] * (arrays.variance[s, t] - c.counting[s, t])
            out[8] -= c.level[t] * by_log
            noise += by_log
        out[1] += slope.log_sigma[s]
        out[2] += c.size[s] * slope.log_sigma[s]
        out[4] += c.size[s] * slope.log_scale[s]
        out[6] += noise
        out[7] += c.size[s] * noise
        out[first + EACH * s] = c.spread[0] * slope.log_sigma[s]
        out[first + EACH * s + 1] = c.spread[1] * slope.log_scale[s]
        out[first + EACH * s + 2] = c.spread[2] * noise
    out[:SINGLE] *= c.sd
    out[SINGLE : SINGLE + waves // 2] *= c.harmonic_sd
    common[:] = c.common_sd * (common - common.mean())
    by_size[:] = c.size_sd * (by_size - by_size.mean())
    return out


@nb.njit(error_model="numpy", nogil=True)
def value_and_gradient(z: Floats, c: Constants) -> tuple[float, Floats]:  # pragma: no cover
    """Log density of standard normal parameters given the data, and its gradient."""
    arrays = link_arrays(z, c)
    value, slope = panel_filter.value_and_gradient(arrays)
    return value - 0.5 * np.sum(z**2), by_parameters(z, c, arrays, slope) - z


class RoundCoordinates(NamedTuple):
    """Coordinates in which a density is round: those of `panel_laplace.Axes` about a centre.

    Attributes
    ----------
    centre : (P + S K,)
    head : (P, P)
    lean : (S K, P)
    tail : (S, K, K)
    """

    centre: Floats
    head: Floats
    lean: Floats
    tail: Floats


@nb.njit(error_model="numpy", nogil=True)
def round_value_and_gradient(
    x: Floats, to: RoundCoordinates, c: Constants
) -> tuple[float, Floats]:  # pragma: no cover
    """Log density at coordinates x, and its gradient by them, (P + S K,)."""
    shared, (areas, own, _) = len(to.head), to.tail.shape
    z, out = to.centre.copy(), np.zeros(len(x))
    moved = np.dot(to.head, x[:shared])
    z[:shared] += moved
    z[shared:] += np.dot(to.lean, moved)
    for s in range(areas):
        first = shared + s * own
        for i in range(own):
            for j in range(own):
                z[first + i] += to.tail[s, i, j] * x[first + j]
    value, slope = value_and_gradient(z, c)
    by_shared = slope[:shared] + np.dot(slope[shared:], to.lean)
    out[:shared] = np.dot(by_shared, to.head)
    for s in range(areas):
        first = shared + s * own
        for i in range(own):
            for j in range(own):
                out[first + j] += to.tail[s, i, j] * slope[first + i]
    return value, out
