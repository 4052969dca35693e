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
nothing branches. `LANES` links are worked on at a time (`forecast.core.lanes`): the last axis of
every array here is theirs, and a last batch is filled up with its last link, of which nothing is
then known. P and N are symmetric, and only their lower halves are kept.

All of it stands in one file, since numba's cache on disk notices changes of that file only. Nothing
here holds Python's interpreter, so chains of a sampler run side by side.
"""

# numba's decorators hide the types of what they compile:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUntypedFunctionDecorator=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from typing import NamedTuple

import numba as nb
import numpy as np

from forecast.core.lanes import LANES, full, put, take
from forecast.models.dense import LOG_2PI
from forecast.models.kernels import Floats
from forecast.models.panel_arrays import LastState, LinkArrays, LinkGradient


class Tape(NamedTuple):
    """What the filter of L links is given, and what it leaves behind."""

    known: Floats  # (T, L) one where the month is known, else zero
    error: Floats  # (T, L) the value less its expectation at first, then less its prediction
    spread: Floats  # (T, L) variance of the noise at first, then of the error
    loading: Floats  # (T, n, L)
    keep: Floats  # (n,) what is left of a state after a month
    shock: Floats  # (n, L) variance that a month adds
    start: Floats  # (n, L) variance before the first month
    state: Floats  # (T + 1, n, L), predicted
    cov: Floats  # (T + 1, n, n, L), predicted
    gain: Floats  # (T, n, L), zero where the month is missing


class Slopes(NamedTuple):
    """Derivatives of L links' log likelihoods by what their filter was given."""

    mean: Floats  # (T, L)
    variance: Floats  # (T, L)
    loading: Floats  # (T, 1 + R, L)
    log_keep: Floats  # (n, L), of constants only in part, since nothing asks for it
    shock: Floats  # (n, L)
    start: Floats  # (n, L)


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _tape(arrays: LinkArrays) -> Tape:  # pragma: no cover
    """Make room for L links, with what all links have in common."""
    (months, factors), constants = arrays.load.shape, len(arrays.constant_variance)
    n = 1 + factors + constants + arrays.steps.shape[2]
    tape = Tape(
        np.zeros((months, LANES)),
        np.zeros((months, LANES)),
        np.ones((months, LANES)),
        np.ones((months, n, LANES)),
        np.ones(n),
        np.zeros((n, LANES)),
        np.ones((n, LANES)),
        np.empty((months + 1, n, LANES)),
        np.empty((months + 1, n, n, LANES)),
        np.empty((months, n, LANES)),
    )
    tape.keep[0] = np.exp(-1.0 / arrays.level_memory)
    tape.keep[1 : 1 + factors] = np.exp(-1.0 / arrays.season_memory)
    tape.shock[1 : 1 + factors] = -np.expm1(-2.0 / arrays.season_memory)
    for k in range(constants):
        tape.start[1 + factors + k] = arrays.constant_variance[k]
        for t in range(months):
            tape.loading[t, 1 + factors + k] = arrays.regressors[t, k]
    return tape


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _slopes(months: int, moving: int, size: int) -> Slopes:  # pragma: no cover
    return Slopes(
        np.zeros((months, LANES)),
        np.zeros((months, LANES)),
        np.zeros((months, moving, LANES)),
        np.zeros((size, LANES)),
        np.zeros((size, LANES)),
        np.zeros((size, LANES)),
    )


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _fill(arrays: LinkArrays, first: int, tape: Tape) -> int:  # pragma: no cover
    """Write what the filter needs of the links from the first on; give their number."""
    (months, factors), breaks = arrays.load.shape, arrays.steps.shape[2]
    there = min(LANES, len(arrays.sigma) - first)
    own, scale = len(tape.keep) - breaks, np.empty((1, LANES))
    for lane in range(LANES):
        s = first + min(lane, there - 1)
        tape.shock[0, lane], tape.start[0, lane] = arrays.sigma[s] ** 2, 0.0
        if not np.isinf(arrays.level_memory):
            start = 0.5 * arrays.sigma[s] ** 2 * arrays.level_memory
            tape.start[0, lane] = start
            tape.shock[0, lane] = -start * np.expm1(-2.0 / arrays.level_memory)
        for t in range(months):
            missing = lane >= there or np.isnan(arrays.value[s, t])
            tape.known[t, lane] = 0.0 if missing else 1.0
            tape.error[t, lane] = 0.0 if missing else arrays.value[s, t] - arrays.mean[s, t]
            tape.spread[t, lane] = arrays.variance[s, t]
            for k in range(breaks):
                tape.loading[t, own + k, lane] = arrays.steps[s, t, k]
        scale[0, lane] = arrays.scale[s]
    for t in range(months):
        for r in range(factors):
            put(tape.loading, (t, 1 + r), arrays.load[t, r] * take(scale, (0,)))
    return there


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _forward(tape: Tape, total: Floats) -> None:  # pragma: no cover
    """Filter the links that the tape holds; write their log likelihoods, (1, L)."""
    size, keep, total[:] = len(tape.keep), tape.keep, 0.0
    seen = np.empty((size, LANES))
    tape.state[0] = 0.0
    tape.cov[0] = 0.0
    for i in range(size):
        tape.cov[0, i, i] = tape.start[i]
    for t in range(len(tape.known)):
        load, gain, cov, ahead = tape.loading[t], tape.gain[t], tape.cov[t], tape.cov[t + 1]
        state, after, known = tape.state[t], tape.state[t + 1], take(tape.known, (t,))
        spread, error = take(tape.spread, (t,)), take(tape.error, (t,))
        for i in range(size):
            sight = full(0.0)
            for j in range(i):
                sight += take(cov, (i, j)) * take(load, (j,))
            for j in range(i, size):
                sight += take(cov, (j, i)) * take(load, (j,))
            put(seen, (i,), sight)
            spread += take(load, (i,)) * sight
            error -= known * take(load, (i,)) * take(state, (i,))
        put(tape.spread, (t,), spread)
        put(tape.error, (t,), error)
        for lane in range(LANES):
            total[0, lane] -= 0.5 * tape.known[t, lane] * (LOG_2PI + np.log(tape.spread[t, lane]))
        certain = known / spread
        put(total, (0,), take(total, (0,)) - 0.5 * error * error * certain)
        for i in range(size):
            pull = certain * take(seen, (i,))
            put(gain, (i,), pull)
            put(after, (i,), keep[i] * (take(state, (i,)) + pull * error))
            for j in range(i + 1):
                left = take(cov, (i, j)) - pull * take(seen, (j,))
                put(ahead, (i, j), keep[i] * keep[j] * left)
            put(ahead, (i, i), take(ahead, (i, i)) + take(tape.shock, (i,)))


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _backward(tape: Tape, slopes: Slopes) -> None:  # pragma: no cover
    """Differentiate the log likelihoods that `_forward` gave."""
    size, moving, keep = len(tape.keep), slopes.loading.shape[1], tape.keep
    r, w = np.zeros((size, LANES)), np.zeros((size, LANES))
    pull, kept = np.zeros((size, LANES)), np.zeros((size, LANES))
    N, away = np.zeros((size, size, LANES)), np.zeros((size, LANES))
    slopes.log_keep[:] = 0.0
    slopes.shock[:] = 0.0
    for t in range(len(tape.known) - 1, -1, -1):
        load, gain, cov, ahead = tape.loading[t], tape.gain[t], tape.cov[t], tape.cov[t + 1]
        d = take(tape.known, (t,)) / take(tape.spread, (t,))
        e = d * take(tape.error, (t,))
        for i in range(size):
            put(kept, (i,), keep[i] * take(gain, (i,)))
        for i in range(size):
            # phi (P - K K' F) phi is P of the month after, less its shock
            here, middle = take(r, (i,)), take(N, (i, i))
            pulled, left = full(0.0), full(0.0) - middle * take(tape.shock, (i,))
            for j in range(i):
                pulled += take(N, (i, j)) * take(kept, (j,))
                left += take(N, (i, j)) * take(ahead, (i, j))
            for j in range(i, size):
                pulled += take(N, (j, i)) * take(kept, (j,))
                left += take(N, (j, i)) * take(ahead, (j, i))
            put(slopes.log_keep, (i,), take(slopes.log_keep, (i,)) - left)
            put(slopes.shock, (i,), take(slopes.shock, (i,)) + 0.5 * (here * here - middle))
            put(w, (i,), keep[i] * pulled)
            put(r, (i,), keep[i] * here)
            put(away, (i,), keep[i] * here)
            e -= take(gain, (i,)) * take(r, (i,))
            d += take(gain, (i,)) * take(w, (i,))
        for i in range(size):
            put(r, (i,), take(r, (i,)) + take(load, (i,)) * e)
            put(pull, (i,), take(load, (i,)) * d - take(w, (i,)))
        for i in range(size):
            for j in range(i + 1):
                through = keep[i] * keep[j] * take(N, (i, j)) - take(w, (i,)) * take(load, (j,))
                put(N, (i, j), through + take(load, (i,)) * take(pull, (j,)))
        put(slopes.mean, (t,), e)
        put(slopes.variance, (t,), 0.5 * (e * e - d))
        for i in range(moving):
            smooth, drawn = take(tape.state, (t, i)), full(0.0)
            for j in range(i):
                smooth += take(cov, (i, j)) * take(r, (j,))
                drawn += take(cov, (i, j)) * take(pull, (j,))
            for j in range(i, size):
                smooth += take(cov, (j, i)) * take(r, (j,))
                drawn += take(cov, (j, i)) * take(pull, (j,))
            put(slopes.log_keep, (i,), take(slopes.log_keep, (i,)) + take(away, (i,)) * smooth)
            put(slopes.loading, (t, i), e * smooth - drawn)
    for i in range(size):
        put(slopes.start, (i,), 0.5 * (take(r, (i,)) * take(r, (i,)) - take(N, (i, i))))


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _chain(
    arrays: LinkArrays, tape: Tape, slopes: Slopes, lane: int
) -> tuple[float, float, float]:  # pragma: no cover
    """Give derivatives by the logs of sigma and both memories from those by the states."""
    keep, start, shock = tape.keep, tape.start[0, lane], tape.shock[0, lane]
    memory, factors = arrays.level_memory, arrays.load.shape[1]
    by_shock, by_start = slopes.shock[:, lane], slopes.start[0, lane]
    by_sigma = 2.0 * (shock * by_shock[0] + start * by_start)
    by_level = 0.0
    if not np.isinf(memory):
        by_level = slopes.log_keep[0, lane] / memory + start * by_start
        by_level += (shock - 2.0 * start * keep[0] ** 2 / memory) * by_shock[0]
    by_season = 0.0
    for i in range(1, 1 + factors):
        by_season += slopes.log_keep[i, lane] - 2.0 * keep[i] ** 2 * by_shock[i]
    return by_sigma, by_level, by_season / arrays.season_memory


@nb.njit(error_model="numpy", cache=True, nogil=True)
def log_likelihoods(arrays: LinkArrays) -> Floats:  # pragma: no cover
    """Log likelihood of each link, (S,)."""
    tape, total, out = _tape(arrays), np.empty((1, LANES)), np.empty(len(arrays.sigma))
    for first in range(0, len(out), LANES):
        there = _fill(arrays, first, tape)
        _forward(tape, total)
        out[first : first + there] = total[0, :there]
    return out


@nb.njit(error_model="numpy", cache=True, nogil=True)
def value_and_gradient(arrays: LinkArrays) -> tuple[float, LinkGradient]:  # pragma: no cover
    """Sum over links of the log likelihood, and its gradient."""
    series, (months, factors) = len(arrays.sigma), arrays.load.shape
    tape, constants, value = _tape(arrays), len(arrays.constant_variance), np.empty((1, LANES))
    slopes = _slopes(months, 1 + factors, len(tape.keep))
    d_mean, d_variance = np.empty((series, months)), np.empty((series, months))
    d_sigma, d_scale = np.empty(series), np.zeros(series)
    d_load, d_constant = np.zeros((months, factors)), np.zeros(constants)
    by_level, by_season, total = 0.0, 0.0, 0.0
    for first in range(0, series, LANES):
        there = _fill(arrays, first, tape)
        _forward(tape, value)
        _backward(tape, slopes)
        for lane in range(there):
            s = first + lane
            total += value[0, lane]
            d_sigma[s], own_level, own_season = _chain(arrays, tape, slopes, lane)
            by_level += own_level
            by_season += own_season
            d_mean[s], d_variance[s] = slopes.mean[:, lane], slopes.variance[:, lane]
            for k in range(constants):
                i = 1 + factors + k
                d_constant[k] += 2.0 * tape.start[i, lane] * slopes.start[i, lane]
            for t in range(months):
                for r in range(factors):
                    by_load = arrays.scale[s] * slopes.loading[t, 1 + r, lane]
                    d_load[t, r] += by_load
                    d_scale[s] += by_load * arrays.load[t, r]
    return total, LinkGradient(
        d_mean, d_variance, d_sigma, d_scale, d_load, d_constant, by_level, by_season
    )


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _carry(tape: Tape, lane: int, t: int, response: Floats) -> None:  # pragma: no cover
    """Carry unit shocks of the level that came by month t, (n, T + 1), a month on."""
    for j in range(t + 1):
        seen = 0.0
        for i in range(len(tape.keep)):
            seen += tape.loading[t, i, lane] * response[i, j]
        for i in range(len(tape.keep)):
            response[i, j] = tape.keep[i] * (response[i, j] - tape.gain[t, i, lane] * seen)
    response[0, t + 1] = np.sqrt(tape.shock[0, lane])


@nb.njit(error_model="numpy", cache=True, nogil=True)
def last_state(arrays: LinkArrays) -> LastState:  # pragma: no cover
    """State of every link in the month after the last."""
    series, months = arrays.value.shape
    tape, total = _tape(arrays), np.empty((1, LANES))
    size = len(tape.keep)
    mean, cov = np.empty((series, size)), np.empty((series, size, size))
    keeps, shocks = np.empty((series, size)), np.empty((series, size))
    response = np.zeros((series, size, months + 1))
    for first in range(0, series, LANES):
        there = _fill(arrays, first, tape)
        _forward(tape, total)
        for lane in range(there):
            s = first + lane
            mean[s], keeps[s], shocks[s] = (
                tape.state[months, :, lane],
                tape.keep,
                tape.shock[:, lane],
            )
            for i in range(size):
                for j in range(i + 1):
                    cov[s, i, j] = tape.cov[months, i, j, lane]
                    cov[s, j, i] = cov[s, i, j]
            response[s, 0, 0] = np.sqrt(tape.start[0, lane])
            for t in range(months):
                _carry(tape, lane, t, response[s])
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
    series, months = arrays.value.shape
    tape, total = _tape(arrays), np.empty((1, LANES))
    errors, responses = np.full((series, months), np.nan), np.zeros((series, months, months))
    state = np.empty((len(tape.keep), months + 1))
    for first in range(0, series, LANES):
        there = _fill(arrays, first, tape)
        _forward(tape, total)
        for lane in range(there):
            s = first + lane
            state[:] = 0.0
            state[0, 0] = np.sqrt(tape.start[0, lane])
            for t in range(months):
                known, spread = tape.known[t, lane], np.sqrt(tape.spread[t, lane])
                if known > 0:
                    errors[s, t] = tape.error[t, lane] / spread
                for j in range(t + 1):
                    for i in range(len(tape.keep)):
                        seen = tape.loading[t, i, lane] * state[i, j]
                        responses[s, t, j] += known * seen / spread
                _carry(tape, lane, t, state)
    return errors, responses
