"""Likelihood of monthly links with its gradient in O(months), compiled by numba.

A link is ``y[t] = mean[t] + H[t]' state[t] + eps[t]``, ``eps[t] ~ N(0, var[t])``, with the state

    0           level            Ornstein-Uhlenbeck, shocks of sd ``sigma`` a month
    1 ... R     season           stationary, variance one; H holds ``scale * load[t]``
    R+1 ...     constants        level, elasticity, drift; H holds their regressors

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
may be small. Each link is evaluated at Q values of its own scale (nodes of a quadrature); their
likelihoods are summed with weights, and the gradients with them.

All of it stands in one file, since numba's cache on disk notices changes of that file only.
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
    """What the filter leaves behind for one link: predictions, gains, errors."""

    loading: Floats  # (T, n)
    state: Floats  # (T + 1, n), predicted
    cov: Floats  # (T + 1, n, n), predicted
    gain: Floats  # (T, n), zero where the month is missing
    error: Floats  # (T,)
    spread: Floats  # (T,) variance of the error


@nb.njit(error_model="numpy", cache=True)
def _tape(months: int, size: int) -> Tape:  # pragma: no cover
    return Tape(
        np.zeros((months, size)),
        np.zeros((months + 1, size)),
        np.zeros((months + 1, size, size)),
        np.zeros((months, size)),
        np.zeros(months),
        np.ones(months),
    )


@nb.njit(error_model="numpy", cache=True)
def _transitions(
    arrays: LinkArrays, sigma: float
) -> tuple[Floats, Floats, Floats]:  # pragma: no cover
    """Diagonals: what is kept from month to month, variance of shocks, variance at the start."""
    factors, constants = arrays.load.shape[1], len(arrays.constant_variance)
    keep, shock = np.ones(1 + factors + constants), np.zeros(1 + factors + constants)
    start = np.ones(1 + factors + constants)
    keep[0], shock[0], start[0] = 1.0, sigma**2, 0.0
    if not np.isinf(arrays.level_memory):
        keep[0] = np.exp(-1.0 / arrays.level_memory)
        start[0] = 0.5 * sigma**2 * arrays.level_memory
        shock[0] = -start[0] * np.expm1(-2.0 / arrays.level_memory)
    keep[1 : 1 + factors] = np.exp(-1.0 / arrays.season_memory)
    shock[1 : 1 + factors] = -np.expm1(-2.0 / arrays.season_memory)
    start[1 + factors :] = arrays.constant_variance
    return keep, shock, start


@nb.njit(error_model="numpy", cache=True)
def _load(arrays: LinkArrays, scale: float, tape: Tape) -> None:  # pragma: no cover
    """Write the observation's loadings into the tape."""
    months, factors = arrays.load.shape
    for t in range(months):
        tape.loading[t, 0] = 1.0
        for r in range(factors):
            tape.loading[t, 1 + r] = scale * arrays.load[t, r]
        for k in range(arrays.regressors.shape[1]):
            tape.loading[t, 1 + factors + k] = arrays.regressors[t, k]


@nb.njit(error_model="numpy", cache=True, fastmath={"reassoc", "contract"})
def _forward(
    value: Floats,
    mean: Floats,
    variance: Floats,
    keep: Floats,
    shock: Floats,
    start: Floats,
    tape: Tape,
) -> float:  # pragma: no cover
    """Filter one link; returns its log likelihood."""
    size, total = len(keep), 0.0
    tape.state[0] = 0.0
    tape.cov[0] = np.diag(start)
    for t in range(len(value)):
        load, gain = tape.loading[t], tape.gain[t]
        a, cov = tape.state[t], tape.cov[t]
        ahead, cov_ahead = tape.state[t + 1], tape.cov[t + 1]
        error, spread = 0.0, 1.0
        if np.isnan(value[t]):
            gain[:] = 0.0
        else:
            error, spread = value[t] - mean[t], variance[t]
            for i in range(size):
                seen = 0.0
                for j in range(size):
                    seen += cov[i, j] * load[j]
                gain[i] = seen
                spread += load[i] * seen
                error -= load[i] * a[i]
            for i in range(size):
                gain[i] /= spread
            total -= 0.5 * (LOG_2PI + np.log(spread) + error * error / spread)
        tape.error[t], tape.spread[t] = error, spread
        for i in range(size):
            ahead[i] = keep[i] * (a[i] + gain[i] * error)
            for j in range(i + 1):
                left = keep[i] * keep[j] * (cov[i, j] - gain[i] * gain[j] * spread)
                cov_ahead[i, j] = left
                cov_ahead[j, i] = left
            cov_ahead[i, i] += shock[i]
    return total


@nb.njit(error_model="numpy", cache=True, fastmath={"reassoc", "contract"})
def _backward(
    value: Floats,
    keep: Floats,
    factors: int,
    tape: Tape,
    d_mean: Floats,
    d_variance: Floats,
    d_load: Floats,
    d_state: Floats,
) -> None:  # pragma: no cover
    """Differentiate one link's log likelihood by what its filter was given.

    `d_mean`, `d_variance` (T,) and `d_load` (T, R) are by month; `d_state` (3, 1 + R) holds the
    derivatives by `keep`, `shock` and `start` of the states that move.
    """
    size = len(keep)
    r, s, w, away = np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size)
    N, M = np.zeros((size, size)), np.zeros((size, size))
    d_state[:] = 0.0
    for t in range(len(value) - 1, -1, -1):
        load, gain, cov, spread = tape.loading[t], tape.gain[t], tape.cov[t], tape.spread[t]
        for i in range(1 + factors):
            d_state[1, i] += 0.5 * (r[i] * r[i] - N[i, i])
            wander = 0.0
            for j in range(size):
                wander += N[i, j] * keep[j] * (cov[j, i] - gain[j] * gain[i] * spread)
            d_state[0, i] -= wander
            away[i] = r[i]
        for i in range(size):
            s[i] = keep[i] * r[i]
            for j in range(size):
                M[i, j] = keep[i] * N[i, j] * keep[j]
        e, d = 0.0, 0.0
        if np.isnan(value[t]):
            r[:] = s
            N[:] = M
        else:
            e, d = tape.error[t] / spread, 1.0 / spread
            for i in range(size):
                w[i] = 0.0
                for j in range(size):
                    w[i] += M[i, j] * gain[j]
                e -= gain[i] * s[i]
                d += gain[i] * w[i]
            for i in range(size):
                r[i] = s[i] + load[i] * e
                for j in range(i + 1):
                    new = M[i, j] - load[i] * w[j] - w[i] * load[j] + load[i] * load[j] * d
                    N[i, j] = new
                    N[j, i] = new
        d_mean[t] = e
        d_variance[t] = 0.5 * (e * e - d)
        for i in range(1 + factors):
            smooth, pull = tape.state[t, i], 0.0
            for j in range(size):
                smooth += cov[i, j] * r[j]
                pull += cov[i, j] * (load[j] * d - w[j])
            d_state[0, i] += away[i] * smooth
            if i > 0:
                d_load[t, i - 1] = 0.0 if np.isnan(value[t]) else e * smooth - pull
    for i in range(1 + factors):
        d_state[2, i] = 0.5 * (r[i] * r[i] - N[i, i])


@nb.njit(error_model="numpy", cache=True)
def _chain(
    arrays: LinkArrays, sigma: float, d_state: Floats
) -> tuple[float, float, float]:  # pragma: no cover
    """Give derivatives by the logs of sigma and both memories from those by the states."""
    keep, shock, start = _transitions(arrays, sigma)
    memory, factors = arrays.level_memory, arrays.load.shape[1]
    by_sigma = 2.0 * (shock[0] * d_state[1, 0] + start[0] * d_state[2, 0])
    by_level = 0.0
    if not np.isinf(memory):
        by_level = keep[0] / memory * d_state[0, 0] + start[0] * d_state[2, 0]
        by_level += (shock[0] - 2.0 * start[0] * keep[0] ** 2 / memory) * d_state[1, 0]
    by_season = 0.0
    for i in range(1, 1 + factors):
        slope = keep[i] / arrays.season_memory
        by_season += slope * (d_state[0, i] - 2.0 * keep[i] * d_state[1, i])
    return by_sigma, by_level, by_season


@nb.njit(error_model="numpy", cache=True)
def _log_sum(logs: Floats, log_weight: Floats) -> tuple[float, Floats]:  # pragma: no cover
    """Log of the weighted sum of likelihoods, and each node's part of it."""
    total = logs + log_weight
    top = np.max(total)
    parts = np.exp(total - top)
    return top + np.log(np.sum(parts)), parts / np.sum(parts)


@nb.njit(error_model="numpy", cache=True)
def log_likelihoods(arrays: LinkArrays) -> Floats:  # pragma: no cover
    """Log likelihood of each link at each node, (S, Q)."""
    series, nodes = arrays.sigma.shape
    months, factors = arrays.load.shape
    tape = _tape(months, 1 + factors + len(arrays.constant_variance))
    out = np.empty((series, nodes))
    for s in range(series):
        for q in range(nodes):
            keep, shock, start = _transitions(arrays, arrays.sigma[s, q])
            _load(arrays, arrays.scale[s, q], tape)
            out[s, q] = _forward(
                arrays.value[s], arrays.mean[s], arrays.variance[s], keep, shock, start, tape
            )
    return out


@nb.njit(error_model="numpy", cache=True)
def value_and_gradient(arrays: LinkArrays) -> tuple[float, LinkGradient]:  # pragma: no cover
    """Sum over links of the log likelihood summed over nodes, and its gradient."""
    series, nodes = arrays.sigma.shape
    months, factors = arrays.load.shape
    tape = _tape(months, 1 + factors + len(arrays.constant_variance))
    d_mean, d_variance = np.zeros((series, months)), np.zeros((series, months))
    d_sigma, d_scale = np.zeros((series, nodes)), np.zeros((series, nodes))
    parts = np.zeros((series, nodes))
    d_load, by_level, by_season, total = np.zeros((months, factors)), 0.0, 0.0, 0.0
    logs, memories = np.empty(nodes), np.empty((nodes, 2))
    means, variances = np.empty((nodes, months)), np.empty((nodes, months))
    loads, d_state = np.empty((nodes, months, factors)), np.empty((3, 1 + factors))
    for s in range(series):
        y = arrays.value[s]
        for q in range(nodes):
            sigma, scale = arrays.sigma[s, q], arrays.scale[s, q]
            keep, shock, start = _transitions(arrays, sigma)
            _load(arrays, scale, tape)
            logs[q] = _forward(y, arrays.mean[s], arrays.variance[s], keep, shock, start, tape)
            _backward(y, keep, factors, tape, means[q], variances[q], loads[q], d_state)
            d_sigma[s, q], memories[q, 0], memories[q, 1] = _chain(arrays, sigma, d_state)
            loads[q] *= scale
            d_scale[s, q] = np.sum(loads[q] * arrays.load)
        value, part = _log_sum(logs, arrays.log_weight[s])
        total += value
        parts[s] = part
        for q in range(nodes):
            d_mean[s] += part[q] * means[q]
            d_variance[s] += part[q] * variances[q]
            d_load += part[q] * loads[q]
            d_sigma[s, q] *= part[q]
            d_scale[s, q] *= part[q]
            by_level += part[q] * memories[q, 0]
            by_season += part[q] * memories[q, 1]
    return total, LinkGradient(
        d_mean, d_variance, d_sigma, d_scale, parts, d_load, by_level, by_season
    )


@nb.njit(error_model="numpy", cache=True)
def _spread_shock(
    first: float, later: float, keep: Floats, tape: Tape, response: Floats
) -> None:  # pragma: no cover
    """Carry unit shocks of the level through the filter's error, month by month, (n, T + 1)."""
    months, size = tape.gain.shape
    response[:] = 0.0
    response[0, 0] = first
    for t in range(months):
        for j in range(t + 1):
            seen = 0.0
            for i in range(size):
                seen += tape.loading[t, i] * response[i, j]
            for i in range(size):
                response[i, j] = keep[i] * (response[i, j] - tape.gain[t, i] * seen)
        response[0, t + 1] = later


@nb.njit(error_model="numpy", cache=True)
def last_state(arrays: LinkArrays) -> LastState:  # pragma: no cover
    """State of every link in the month after the last, at the first node of each."""
    series, (months, factors) = len(arrays.value), arrays.load.shape
    size = 1 + factors + len(arrays.constant_variance)
    tape = _tape(months, size)
    mean, cov = np.empty((series, size)), np.empty((series, size, size))
    keeps, shocks = np.empty((series, size)), np.empty((series, size))
    response = np.empty((series, size, months + 1))
    for s in range(series):
        keep, shock, start = _transitions(arrays, arrays.sigma[s, 0])
        _load(arrays, arrays.scale[s, 0], tape)
        _forward(arrays.value[s], arrays.mean[s], arrays.variance[s], keep, shock, start, tape)
        mean[s], cov[s] = tape.state[months], tape.cov[months]
        keeps[s], shocks[s] = keep, shock
        _spread_shock(np.sqrt(start[0]), np.sqrt(shock[0]), keep, tape, response[s])
    return LastState(mean, cov, keeps, shocks, response)


@nb.njit(error_model="numpy", cache=True)
def one_step_errors(arrays: LinkArrays) -> tuple[Floats, Floats]:  # pragma: no cover
    """Standardised one-step errors and what they owe to shocks of the level.

    Returns
    -------
    errors : (S, T), NaN where missing; independent and standard normal if the model is true
    responses : (S, T, T) of each error to unit shocks of the level in each month up to its own,
        the level at the start being the first; zero where the month is missing
    """
    series, (months, factors) = len(arrays.value), arrays.load.shape
    size = 1 + factors + len(arrays.constant_variance)
    tape = _tape(months, size)
    errors, responses = np.full((series, months), np.nan), np.zeros((series, months, months))
    state = np.empty((size, months + 1))
    for s in range(series):
        keep, shock, start = _transitions(arrays, arrays.sigma[s, 0])
        _load(arrays, arrays.scale[s, 0], tape)
        _forward(arrays.value[s], arrays.mean[s], arrays.variance[s], keep, shock, start, tape)
        state[:] = 0.0
        state[0, 0] = np.sqrt(start[0])
        for t in range(months):
            known, spread = not np.isnan(arrays.value[s, t]), np.sqrt(tape.spread[t])
            if known:
                errors[s, t] = tape.error[t] / spread
            for j in range(t + 1):
                seen = 0.0
                for i in range(size):
                    seen += tape.loading[t, i] * state[i, j]
                responses[s, t, j] = seen / spread if known else 0.0
                for i in range(size):
                    state[i, j] = keep[i] * (state[i, j] - tape.gain[t, i] * seen)
            state[0, t + 1] = np.sqrt(shock[0])
    return errors, responses
