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
nothing branches, and inner loops run over neighbours in memory, which the processor multiplies and
adds several at a time.

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


class Tape(NamedTuple):
    """What the filter of one link is given, and what it leaves behind."""

    known: Floats  # (T,) one where the month is known, else zero
    error: Floats  # (T,) the value less its expectation at first, then less its prediction
    spread: Floats  # (T,) variance of the noise at first, then of the error
    loading: Floats  # (T, n)
    keep: Floats  # (n,) what is left of a state after a month
    shock: Floats  # (n,) variance that a month adds
    start: Floats  # (n,) variance before the first month
    state: Floats  # (T + 1, n), predicted
    cov: Floats  # (T + 1, n, n), predicted
    gain: Floats  # (T, n), zero where the month is missing


class Slopes(NamedTuple):
    """Derivatives of one link's log likelihood by what its filter was given."""

    mean: Floats  # (T,)
    variance: Floats  # (T,)
    loading: Floats  # (T, 1 + R)
    keep: Floats  # (1 + R,)
    shock: Floats  # (1 + R,)
    start: Floats  # (n,)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _tape(months: int, size: int) -> Tape:  # pragma: no cover
    return Tape(
        np.zeros(months),
        np.zeros(months),
        np.ones(months),
        np.zeros((months, size)),
        np.zeros(size),
        np.zeros(size),
        np.zeros(size),
        np.zeros((months + 1, size)),
        np.zeros((months + 1, size, size)),
        np.zeros((months, size)),
    )


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _slopes(months: int, moving: int, size: int) -> Slopes:  # pragma: no cover
    return Slopes(
        np.zeros(months),
        np.zeros(months),
        np.zeros((months, moving)),
        np.zeros(moving),
        np.zeros(moving),
        np.zeros(size),
    )


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _size(arrays: LinkArrays) -> int:  # pragma: no cover
    return 1 + arrays.load.shape[1] + len(arrays.constant_variance) + arrays.steps.shape[2]


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _transitions(arrays: LinkArrays, sigma: float, tape: Tape) -> None:  # pragma: no cover
    """Write what is kept from month to month, variances of shocks, and those at the start."""
    factors, keep, shock, start = arrays.load.shape[1], tape.keep, tape.shock, tape.start
    keep[:], shock[:], start[:] = 1.0, 0.0, 1.0
    shock[0], start[0] = sigma**2, 0.0
    if not np.isinf(arrays.level_memory):
        keep[0] = np.exp(-1.0 / arrays.level_memory)
        start[0] = 0.5 * sigma**2 * arrays.level_memory
        shock[0] = -start[0] * np.expm1(-2.0 / arrays.level_memory)
    keep[1 : 1 + factors] = np.exp(-1.0 / arrays.season_memory)
    shock[1 : 1 + factors] = -np.expm1(-2.0 / arrays.season_memory)
    start[1 + factors : 1 + factors + len(arrays.constant_variance)] = arrays.constant_variance


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _fill(arrays: LinkArrays, s: int, tape: Tape) -> None:  # pragma: no cover
    """Write what the filter needs of link s."""
    months, factors = arrays.load.shape
    shared = arrays.regressors.shape[1]
    _transitions(arrays, arrays.sigma[s], tape)
    for t in range(months):
        missing = np.isnan(arrays.value[s, t])
        load = tape.loading[t]
        tape.known[t] = 0.0 if missing else 1.0
        tape.error[t] = 0.0 if missing else arrays.value[s, t] - arrays.mean[s, t]
        tape.spread[t] = arrays.variance[s, t]
        load[0] = 1.0
        for r in range(factors):
            load[1 + r] = arrays.scale[s] * arrays.load[t, r]
        for k in range(shared):
            load[1 + factors + k] = arrays.regressors[t, k]
        for k in range(arrays.steps.shape[2]):
            load[1 + factors + shared + k] = arrays.steps[s, t, k]


@nb.njit(error_model="numpy", cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _forward(tape: Tape) -> float:  # pragma: no cover
    """Filter the link that the tape holds; give its log likelihood."""
    size, months = len(tape.keep), len(tape.known)
    keep, state, seen, total = tape.keep, tape.state, np.empty(size), 0.0
    state[0] = 0.0
    tape.cov[0] = 0.0
    for i in range(size):
        tape.cov[0, i, i] = tape.start[i]
    for t in range(months):
        load, gain, cov, ahead = tape.loading[t], tape.gain[t], tape.cov[t], tape.cov[t + 1]
        known, spread, error = tape.known[t], tape.spread[t], tape.error[t]
        for i in range(size):
            sight = 0.0
            for j in range(size):
                sight += cov[i, j] * load[j]
            seen[i] = sight
            spread += load[i] * sight
            error -= known * load[i] * state[t, i]
        total -= 0.5 * known * (LOG_2PI + np.log(spread) + error**2 / spread)
        for i in range(size):
            gain[i] = known * seen[i] / spread
            state[t + 1, i] = keep[i] * (state[t, i] + gain[i] * error)
            for j in range(size):
                ahead[i, j] = keep[i] * keep[j] * (cov[i, j] - gain[i] * seen[j])
            ahead[i, i] += tape.shock[i]
        tape.spread[t], tape.error[t] = spread, error
    return total


@nb.njit(error_model="numpy", cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _backward(tape: Tape, slopes: Slopes) -> None:  # pragma: no cover
    """Differentiate the log likelihood that `_forward` gave."""
    size, months, moving = len(tape.keep), len(tape.known), len(slopes.keep)
    keep = tape.keep
    r, s, w, pull = np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size)
    N, M, away = np.zeros((size, size)), np.zeros((size, size)), np.zeros(moving)
    slopes.keep[:] = 0.0
    slopes.shock[:] = 0.0
    for t in range(months - 1, -1, -1):
        load, gain, cov = tape.loading[t], tape.gain[t], tape.cov[t]
        known, spread = tape.known[t], tape.spread[t]
        e, d = known * tape.error[t] / spread, known / spread
        for i in range(moving):
            slopes.shock[i] += 0.5 * (r[i] * r[i] - N[i, i])
            away[i] = r[i]
            left = 0.0
            for j in range(size):
                left += N[i, j] * keep[j] * (cov[i, j] - gain[i] * gain[j] * spread)
            slopes.keep[i] -= left
        for i in range(size):
            s[i] = keep[i] * r[i]
            pulled = 0.0
            for j in range(size):
                M[i, j] = keep[i] * N[i, j] * keep[j]
                pulled += M[i, j] * gain[j]
            w[i] = pulled
            e -= gain[i] * s[i]
            d += gain[i] * pulled
        for i in range(size):
            r[i] = s[i] + load[i] * e
            pull[i] = load[i] * d - w[i]
        for i in range(size):
            for j in range(size):
                N[i, j] = M[i, j] - w[i] * load[j] + load[i] * pull[j]
        slopes.mean[t], slopes.variance[t] = e, 0.5 * (e * e - d)
        for i in range(moving):
            smooth, drawn = tape.state[t, i], 0.0
            for j in range(size):
                smooth += cov[i, j] * r[j]
                drawn += cov[i, j] * pull[j]
            slopes.keep[i] += away[i] * smooth
            slopes.loading[t, i] = e * smooth - drawn
    for i in range(size):
        slopes.start[i] = 0.5 * (r[i] * r[i] - N[i, i])


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _chain(
    arrays: LinkArrays, tape: Tape, slopes: Slopes
) -> tuple[float, float, float]:  # pragma: no cover
    """Give derivatives by the logs of sigma and both memories from those by the states."""
    keep, start, shock = tape.keep, tape.start, tape.shock
    memory, factors = arrays.level_memory, arrays.load.shape[1]
    by_sigma = 2.0 * (shock[0] * slopes.shock[0] + start[0] * slopes.start[0])
    by_level = 0.0
    if not np.isinf(memory):
        by_level = keep[0] / memory * slopes.keep[0] + start[0] * slopes.start[0]
        by_level += (shock[0] - 2.0 * start[0] * keep[0] ** 2 / memory) * slopes.shock[0]
    by_season = 0.0
    for i in range(1, 1 + factors):
        slope = keep[i] / arrays.season_memory
        by_season += slope * (slopes.keep[i] - 2.0 * keep[i] * slopes.shock[i])
    return by_sigma, by_level, by_season


@nb.njit(error_model="numpy", cache=True, nogil=True)
def log_likelihoods(arrays: LinkArrays) -> Floats:  # pragma: no cover
    """Log likelihood of each link, (S,)."""
    tape = _tape(len(arrays.load), _size(arrays))
    out = np.empty(len(arrays.sigma))
    for s in range(len(out)):
        _fill(arrays, s, tape)
        out[s] = _forward(tape)
    return out


@nb.njit(error_model="numpy", cache=True, nogil=True)
def value_and_gradient(arrays: LinkArrays) -> tuple[float, LinkGradient]:  # pragma: no cover
    """Sum over links of the log likelihood, and its gradient."""
    series, (months, factors) = len(arrays.sigma), arrays.load.shape
    size, constants = _size(arrays), len(arrays.constant_variance)
    tape, slopes = _tape(months, size), _slopes(months, 1 + factors, size)
    d_mean, d_variance = np.empty((series, months)), np.empty((series, months))
    d_sigma, d_scale = np.empty(series), np.zeros(series)
    d_load, d_constant = np.zeros((months, factors)), np.zeros(constants)
    by_level, by_season, total = 0.0, 0.0, 0.0
    for s in range(series):
        _fill(arrays, s, tape)
        total += _forward(tape)
        _backward(tape, slopes)
        d_sigma[s], own_level, own_season = _chain(arrays, tape, slopes)
        by_level += own_level
        by_season += own_season
        d_mean[s], d_variance[s] = slopes.mean, slopes.variance
        for k in range(constants):
            i = 1 + factors + k
            d_constant[k] += 2.0 * tape.start[i] * slopes.start[i]
        for t in range(months):
            for r in range(factors):
                by_load = arrays.scale[s] * slopes.loading[t, 1 + r]
                d_load[t, r] += by_load
                d_scale[s] += by_load * arrays.load[t, r]
    return total, LinkGradient(
        d_mean, d_variance, d_sigma, d_scale, d_load, d_constant, by_level, by_season
    )


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _carry(tape: Tape, t: int, response: Floats) -> None:  # pragma: no cover
    """Carry unit shocks of the level that came by month t, (n, T + 1), a month on."""
    for j in range(t + 1):
        seen = 0.0
        for i in range(len(tape.keep)):
            seen += tape.loading[t, i] * response[i, j]
        for i in range(len(tape.keep)):
            response[i, j] = tape.keep[i] * (response[i, j] - tape.gain[t, i] * seen)
    response[0, t + 1] = np.sqrt(tape.shock[0])


@nb.njit(error_model="numpy", cache=True, nogil=True)
def last_state(arrays: LinkArrays) -> LastState:  # pragma: no cover
    """State of every link in the month after the last."""
    series, months, size = len(arrays.value), len(arrays.load), _size(arrays)
    tape = _tape(months, size)
    mean, cov = np.empty((series, size)), np.empty((series, size, size))
    keeps, shocks = np.empty((series, size)), np.empty((series, size))
    response = np.zeros((series, size, months + 1))
    for s in range(series):
        _fill(arrays, s, tape)
        _forward(tape)
        mean[s], cov[s] = tape.state[months], tape.cov[months]
        keeps[s], shocks[s] = tape.keep, tape.shock
        response[s, 0, 0] = np.sqrt(tape.start[0])
        for t in range(months):
            _carry(tape, t, response[s])
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
    tape = _tape(months, size)
    errors, responses = np.full((series, months), np.nan), np.zeros((series, months, months))
    state = np.empty((size, months + 1))
    for s in range(series):
        _fill(arrays, s, tape)
        _forward(tape)
        state[:] = 0.0
        state[0, 0] = np.sqrt(tape.start[0])
        for t in range(months):
            spread = np.sqrt(tape.spread[t])
            if tape.known[t] > 0:
                errors[s, t] = tape.error[t] / spread
            for j in range(t + 1):
                for i in range(size):
                    responses[s, t, j] += tape.known[t] * tape.loading[t, i] * state[i, j] / spread
            _carry(tape, t, state)
    return errors, responses
