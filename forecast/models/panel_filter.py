"""Likelihood of monthly links with its gradient in O(months), compiled by numba.

A link is ``y[t] = mean[t] + H[t]' state[t] + eps[t]``, ``eps[t] ~ N(0, var[t])``, with the state

    0           level            Ornstein-Uhlenbeck, shocks of sd ``sigma`` a month
    1 ... R     season           stationary, variance one; H holds ``scale * load[t]``
    R+1 ...     constants        level, elasticity, drift, breaks; H holds their regressors

Every transition is diagonal. The filter is the textbook one with a scalar observation (Durbin and
Koopman 2012, *Time Series Analysis by State Space Methods*, 4.3, with P[t] predicted):

    v = y - mean - H'a,   F = H'P H + var,   K = P H/F,   a+ = phi (a + K v),
    P+ = phi (P - K K' F) phi + Q,           log p = -1/2 sum (log 2 pi + log F + v²/F).

Its gradient is the score of the disturbance smoother (Koopman and Shephard 1992,
doi:10.1093/biomet/79.4.823). With s = phi r, M = phi N phi from the month after, from r = 0, N = 0,

    e = v/F - K's,   w = M K,   d = 1/F + K'w,   r- = s + H e,   N- = M - H w' - w H' + d H H',
    d/d mean = e,    d/d var = (e² - d)/2,       d/d H = e (a + P r-) - P (H d - w),
    d/d Q = (r r' - N)/2,                        d/d phi = r (a + P r-)' - N phi (P - K K' F),

so that missing months are steps with no observation, and nothing is divided by a variance that
may be small.

A month that is missing has gain, e and d of zero, which the same lines then carry on unchanged, so
nothing branches; and links are worked on `LANES` at a time, each number of the formulas being as
many neighbours in memory, which the processor adds and multiplies at once.

All of it stands in one file, since numba's cache on disk notices changes of that file only. Nothing
here holds Python's interpreter, so chains of a sampler run side by side.
"""

# numba's decorators hide the types of what they compile:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUntypedFunctionDecorator=false

from typing import NamedTuple

import numba as nb
import numpy as np

from forecast.models.dense import LOG_2PI
from forecast.models.kernels import Floats
from forecast.models.panel_arrays import LastState, LinkArrays, LinkGradient

LANES = 64
"""Most links worked on at once: so many that a loop over them outweighs the check that its arrays
do not overlap. 8 are as fast as one, 64 twice as fast, 128 no faster."""


class Tape(NamedTuple):
    """What the filter is given, and what it leaves behind, for L links (the last axis)."""

    known: Floats  # (T, L) one where the month is known, else zero
    error: Floats  # (T, L) the value less its expectation at first, then less its prediction
    spread: Floats  # (T, L) variance of the noise at first, then of the error
    loading: Floats  # (T, n, L)
    keep: Floats  # (n, L) what is left of a state after a month
    shock: Floats  # (n, L) variance that a month adds
    start: Floats  # (n, L) variance before the first month
    state: Floats  # (T + 1, n, L), predicted
    cov: Floats  # (T + 1, n, n, L), predicted
    gain: Floats  # (T, n, L), zero where the month is missing
    value: Floats  # (L,) log likelihood


class Slopes(NamedTuple):
    """Derivatives of L links' log likelihoods by what their filters were given."""

    mean: Floats  # (T, L)
    variance: Floats  # (T, L)
    loading: Floats  # (T, 1 + R, L)
    keep: Floats  # (1 + R, L)
    shock: Floats  # (1 + R, L)
    start: Floats  # (1 + R, L)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _tape(months: int, size: int, links: int) -> Tape:  # pragma: no cover
    lanes = min(LANES, links)
    return Tape(
        np.zeros((months, lanes)),
        np.zeros((months, lanes)),
        np.ones((months, lanes)),
        np.zeros((months, size, lanes)),
        np.zeros((size, lanes)),
        np.zeros((size, lanes)),
        np.zeros((size, lanes)),
        np.zeros((months + 1, size, lanes)),
        np.zeros((months + 1, size, size, lanes)),
        np.zeros((months, size, lanes)),
        np.zeros(lanes),
    )


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _slopes(months: int, moving: int, links: int) -> Slopes:  # pragma: no cover
    lanes = min(LANES, links)
    return Slopes(
        np.zeros((months, lanes)),
        np.zeros((months, lanes)),
        np.zeros((months, moving, lanes)),
        np.zeros((moving, lanes)),
        np.zeros((moving, lanes)),
        np.zeros((moving, lanes)),
    )


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _size(arrays: LinkArrays) -> int:  # pragma: no cover
    return 1 + arrays.load.shape[1] + len(arrays.constant_variance) + arrays.steps.shape[2]


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _transitions(
    arrays: LinkArrays, sigma: float
) -> tuple[Floats, Floats, Floats]:  # pragma: no cover
    """Diagonals: what is kept from month to month, variance of shocks, variance at the start."""
    factors, size = arrays.load.shape[1], _size(arrays)
    keep, shock, start = np.ones(size), np.zeros(size), np.ones(size)
    keep[0], shock[0], start[0] = 1.0, sigma**2, 0.0
    if not np.isinf(arrays.level_memory):
        keep[0] = np.exp(-1.0 / arrays.level_memory)
        start[0] = 0.5 * sigma**2 * arrays.level_memory
        shock[0] = -start[0] * np.expm1(-2.0 / arrays.level_memory)
    keep[1 : 1 + factors] = np.exp(-1.0 / arrays.season_memory)
    shock[1 : 1 + factors] = -np.expm1(-2.0 / arrays.season_memory)
    start[1 + factors : 1 + factors + len(arrays.constant_variance)] = arrays.constant_variance
    return keep, shock, start


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _fill(arrays: LinkArrays, first: int, tape: Tape) -> None:  # pragma: no cover
    """Write what the filter needs of the links from `first` on; the last one fills what is left."""
    series, (months, factors) = len(arrays.sigma), arrays.load.shape
    own = 1 + factors + arrays.regressors.shape[1]
    for lane in range(len(tape.value)):
        s = min(first + lane, series - 1)
        keep, shock, start = _transitions(arrays, arrays.sigma[s])
        scale = arrays.scale[s]
        for i in range(len(keep)):
            tape.keep[i, lane] = keep[i]
            tape.shock[i, lane] = shock[i]
            tape.start[i, lane] = start[i]
        for t in range(months):
            missing = np.isnan(arrays.value[s, t])
            tape.known[t, lane] = 0.0 if missing else 1.0
            tape.error[t, lane] = 0.0 if missing else arrays.value[s, t] - arrays.mean[s, t]
            tape.spread[t, lane] = arrays.variance[s, t]
            tape.loading[t, 0, lane] = 1.0
            for r in range(factors):
                tape.loading[t, 1 + r, lane] = scale * arrays.load[t, r]
            for k in range(arrays.regressors.shape[1]):
                tape.loading[t, 1 + factors + k, lane] = arrays.regressors[t, k]
            for k in range(arrays.steps.shape[2]):
                tape.loading[t, own + k, lane] = arrays.steps[s, t, k]


@nb.njit(error_model="numpy", cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _forward(tape: Tape) -> None:  # pragma: no cover
    """Filter the links that the tape holds, and write their log likelihoods."""
    size, months, lanes = len(tape.keep), len(tape.known), len(tape.value)
    keep, total = tape.keep, tape.value
    seen = np.empty(lanes)
    total[:] = 0.0
    tape.state[0] = 0.0
    tape.cov[0] = 0.0
    for i in range(size):
        tape.cov[0, i, i] = tape.start[i]
    for t in range(months):
        load, gain, cov, a = tape.loading[t], tape.gain[t], tape.cov[t], tape.state[t]
        known, error, spread = tape.known[t], tape.error[t], tape.spread[t]
        ahead, cov_ahead = tape.state[t + 1], tape.cov[t + 1]
        for i in range(size):
            seen[:] = 0.0
            for j in range(size):
                for x in range(lanes):
                    seen[x] += cov[i, j, x] * load[j, x]
            for x in range(lanes):
                gain[i, x] = known[x] * seen[x]
                spread[x] += load[i, x] * seen[x]
                error[x] -= known[x] * load[i, x] * a[i, x]
        for x in range(lanes):
            total[x] -= 0.5 * known[x] * (LOG_2PI + np.log(spread[x]) + error[x] ** 2 / spread[x])
            seen[x] = 1.0 / spread[x]
        for i in range(size):
            for x in range(lanes):
                gain[i, x] *= seen[x]
                ahead[i, x] = keep[i, x] * (a[i, x] + gain[i, x] * error[x])
        for i in range(size):
            for j in range(i + 1):
                for x in range(lanes):
                    left = cov[i, j, x] - gain[i, x] * gain[j, x] * spread[x]
                    left *= keep[i, x] * keep[j, x]
                    cov_ahead[i, j, x] = left
                    cov_ahead[j, i, x] = left
            for x in range(lanes):
                cov_ahead[i, i, x] += tape.shock[i, x]


@nb.njit(error_model="numpy", cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _backward(tape: Tape, slopes: Slopes) -> None:  # pragma: no cover
    """Differentiate the log likelihoods that `_forward` wrote."""
    size, months, moving = len(tape.keep), len(tape.known), len(slopes.keep)
    keep, lanes = tape.keep, len(tape.value)
    r, s, w = np.zeros((size, lanes)), np.zeros((size, lanes)), np.zeros((size, lanes))
    N, M = np.zeros((size, size, lanes)), np.zeros((size, size, lanes))
    away, pull = np.zeros((moving, lanes)), np.zeros((size, lanes))
    e, d, smooth = np.zeros(lanes), np.zeros(lanes), np.zeros(lanes)
    slopes.keep[:] = 0.0
    slopes.shock[:] = 0.0
    for t in range(months - 1, -1, -1):
        load, gain, cov = tape.loading[t], tape.gain[t], tape.cov[t]
        known, spread = tape.known[t], tape.spread[t]
        for i in range(moving):
            for x in range(lanes):
                slopes.shock[i, x] += 0.5 * (r[i, x] * r[i, x] - N[i, i, x])
                away[i, x] = r[i, x]
            for j in range(size):
                for x in range(lanes):
                    left = cov[j, i, x] - gain[j, x] * gain[i, x] * spread[x]
                    slopes.keep[i, x] -= N[i, j, x] * keep[j, x] * left
        for i in range(size):
            for x in range(lanes):
                s[i, x] = keep[i, x] * r[i, x]
                w[i, x] = 0.0
            for j in range(size):
                for x in range(lanes):
                    M[i, j, x] = keep[i, x] * N[i, j, x] * keep[j, x]
                    w[i, x] += M[i, j, x] * gain[j, x]
        for x in range(lanes):
            e[x] = known[x] * tape.error[t, x] / spread[x]
            d[x] = known[x] / spread[x]
        for i in range(size):
            for x in range(lanes):
                e[x] -= gain[i, x] * s[i, x]
                d[x] += gain[i, x] * w[i, x]
        for i in range(size):
            for x in range(lanes):
                r[i, x] = s[i, x] + load[i, x] * e[x]
                pull[i, x] = load[i, x] * d[x] - w[i, x]
            for j in range(i + 1):
                for x in range(lanes):
                    new = M[i, j, x] - w[i, x] * load[j, x] + load[i, x] * pull[j, x]
                    N[i, j, x] = new
                    N[j, i, x] = new
        for x in range(lanes):
            slopes.mean[t, x] = e[x]
            slopes.variance[t, x] = 0.5 * (e[x] * e[x] - d[x])
        for i in range(moving):
            for x in range(lanes):
                smooth[x] = tape.state[t, i, x]
                slopes.loading[t, i, x] = 0.0
            for j in range(size):
                for x in range(lanes):
                    smooth[x] += cov[i, j, x] * r[j, x]
                    slopes.loading[t, i, x] -= cov[i, j, x] * pull[j, x]
            for x in range(lanes):
                slopes.keep[i, x] += away[i, x] * smooth[x]
                slopes.loading[t, i, x] += e[x] * smooth[x]
    for i in range(moving):
        for x in range(lanes):
            slopes.start[i, x] = 0.5 * (r[i, x] * r[i, x] - N[i, i, x])


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _chain(
    arrays: LinkArrays, tape: Tape, slopes: Slopes, lane: int
) -> tuple[float, float, float]:  # pragma: no cover
    """Give derivatives by the logs of sigma and both memories from those by the states."""
    by_keep, by_shock, by_start = slopes.keep, slopes.shock, slopes.start
    keep, start, shock = tape.keep[:, lane], tape.start[:, lane], tape.shock[:, lane]
    memory, factors = arrays.level_memory, arrays.load.shape[1]
    by_sigma = 2.0 * (shock[0] * by_shock[0, lane] + start[0] * by_start[0, lane])
    by_level = 0.0
    if not np.isinf(memory):
        by_level = keep[0] / memory * by_keep[0, lane] + start[0] * by_start[0, lane]
        by_level += (shock[0] - 2.0 * start[0] * keep[0] ** 2 / memory) * by_shock[0, lane]
    by_season = 0.0
    for i in range(1, 1 + factors):
        slope = keep[i] / arrays.season_memory
        by_season += slope * (by_keep[i, lane] - 2.0 * keep[i] * by_shock[i, lane])
    return by_sigma, by_level, by_season


@nb.njit(error_model="numpy", cache=True, nogil=True)
def log_likelihoods(arrays: LinkArrays) -> Floats:  # pragma: no cover
    """Log likelihood of each link, (S,)."""
    series = len(arrays.sigma)
    tape = _tape(len(arrays.load), _size(arrays), series)
    out = np.empty(series)
    for first in range(0, series, LANES):
        _fill(arrays, first, tape)
        _forward(tape)
        for lane in range(min(LANES, series - first)):
            out[first + lane] = tape.value[lane]
    return out


@nb.njit(error_model="numpy", cache=True, nogil=True)
def value_and_gradient(arrays: LinkArrays) -> tuple[float, LinkGradient]:  # pragma: no cover
    """Sum over links of the log likelihood, and its gradient."""
    series, (months, factors) = len(arrays.sigma), arrays.load.shape
    tape = _tape(months, _size(arrays), series)
    slopes = _slopes(months, 1 + factors, series)
    d_mean, d_variance = np.empty((series, months)), np.empty((series, months))
    d_sigma, d_scale = np.empty(series), np.zeros(series)
    d_load = np.zeros((months, factors))
    by_level, by_season, total = 0.0, 0.0, 0.0
    for first in range(0, series, LANES):
        _fill(arrays, first, tape)
        _forward(tape)
        _backward(tape, slopes)
        for lane in range(min(LANES, series - first)):
            s = first + lane
            total += tape.value[lane]
            d_sigma[s], own_level, own_season = _chain(arrays, tape, slopes, lane)
            by_level += own_level
            by_season += own_season
            for t in range(months):
                d_mean[s, t] = slopes.mean[t, lane]
                d_variance[s, t] = slopes.variance[t, lane]
                for r in range(factors):
                    by_load = arrays.scale[s] * slopes.loading[t, 1 + r, lane]
                    d_load[t, r] += by_load
                    d_scale[s] += by_load * arrays.load[t, r]
    return total, LinkGradient(d_mean, d_variance, d_sigma, d_scale, d_load, by_level, by_season)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _spread_shock(tape: Tape, lane: int, response: Floats) -> None:  # pragma: no cover
    """Carry unit shocks of the level through the filter's error, month by month, (n, T + 1)."""
    months, size = len(tape.known), len(tape.keep)
    response[:] = 0.0
    response[0, 0] = np.sqrt(tape.start[0, lane])
    for t in range(months):
        for j in range(t + 1):
            seen = 0.0
            for i in range(size):
                seen += tape.loading[t, i, lane] * response[i, j]
            for i in range(size):
                left = response[i, j] - tape.gain[t, i, lane] * seen
                response[i, j] = tape.keep[i, lane] * left
        response[0, t + 1] = np.sqrt(tape.shock[0, lane])


@nb.njit(error_model="numpy", cache=True, nogil=True)
def last_state(arrays: LinkArrays) -> LastState:  # pragma: no cover
    """State of every link in the month after the last."""
    series, months, size = len(arrays.value), len(arrays.load), _size(arrays)
    tape = _tape(months, size, series)
    mean, cov = np.empty((series, size)), np.empty((series, size, size))
    keeps, shocks = np.empty((series, size)), np.empty((series, size))
    response = np.empty((series, size, months + 1))
    for first in range(0, series, LANES):
        _fill(arrays, first, tape)
        _forward(tape)
        for lane in range(min(LANES, series - first)):
            s = first + lane
            mean[s], cov[s] = tape.state[months, :, lane], tape.cov[months, :, :, lane]
            keeps[s], shocks[s] = tape.keep[:, lane], tape.shock[:, lane]
            _spread_shock(tape, lane, response[s])
    return LastState(mean, cov, keeps, shocks, response)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def one_step_errors(arrays: LinkArrays) -> tuple[Floats, Floats]:  # pragma: no cover
    """Standardised one-step errors and what they owe to shocks of the level.

    Returns
    -------
    errors : (S, T), NaN where missing; independent and standard normal if the model is true
    responses : (S, T, T) of each error to unit shocks of the level in each month up to its own,
        the level at the start being the first; zero where the month is missing
    """
    series, months, size = len(arrays.value), len(arrays.load), _size(arrays)
    tape = _tape(months, size, series)
    errors, responses = np.full((series, months), np.nan), np.zeros((series, months, months))
    state = np.empty((size, months + 1))
    for first in range(0, series, LANES):
        _fill(arrays, first, tape)
        _forward(tape)
        for lane in range(min(LANES, series - first)):
            s = first + lane
            state[:] = 0.0
            state[0, 0] = np.sqrt(tape.start[0, lane])
            for t in range(months):
                known, spread = tape.known[t, lane], np.sqrt(tape.spread[t, lane])
                if known > 0:
                    errors[s, t] = tape.error[t, lane] / spread
                for j in range(t + 1):
                    seen = 0.0
                    for i in range(size):
                        seen += tape.loading[t, i, lane] * state[i, j]
                    responses[s, t, j] = known * seen / spread
                    for i in range(size):
                        left = state[i, j] - tape.gain[t, i, lane] * seen
                        state[i, j] = tape.keep[i, lane] * left
                state[0, t + 1] = np.sqrt(tape.shock[0, lane])
    return errors, responses
