"""The density of the figures with its analytic gradient, compiled by numba.

The same formulas as `problem.covariance` and `problem.mean`, which the tests hold it against to
1e-9, in one compiled function. With ``V = B + sum_m (U_m U_m') o K_m[w, w] + Q K Q'``
(o elementwise, w the window of each figure), ``a = V^-1 r`` and ``G = (a a' - V^-1)/2``,

    log p = -1/2 (n log 2 pi + log det V + r' a)
    d log p / dr = -a,       d / dU_m = 2 (G o K_m[w, w]) U_m,
    d / dK_m[u, v] = sum of (G o U_m U_m') over figures with windows u and v,
    d / dQ = 2 G Q K,        d / dK = Q' G Q.

PyTensor would differentiate the Cholesky factor itself and compile a hundred small functions: six
times the price of a gradient and a minute of compilation.
"""

# numba's decorators hide the types of what they compile:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUntypedFunctionDecorator=false, reportArgumentType=false

from typing import NamedTuple

import numba as nb
import numpy as np

from forecast.models.dense import LOG_2PI
from forecast.models.kernels import Floats, Ints

SHOCKS, NOISE, SEASON, TERMS = 3, 3, 4, 5
"""Terms of the covariance: one for each kernel of shocks, then noise, then season."""

_BLOCK = 24  # rows inverted by plain loops; the rest is matrix products


class FigureData(NamedTuple):
    """What `density` needs of a problem; see `problem.Layout` and `problem.Figures`."""

    residual: Floats  # (n,) figures less their mean at elasticities of zero
    by_elasticity: Floats  # (n, S) derivative of the mean by the elasticities
    fixed: Floats  # (n, n)
    coefficients: Floats  # (n, S)
    on_root: Floats  # (n,)
    seasonal: Floats  # (n, S)
    place: Ints  # (n,) window of each figure, ascending
    bounds: Ints  # (W + 1,) where the figures of each window begin
    windows: Floats  # (W, T)
    lagged: Floats  # (L, W, T)
    lag_of: Ints  # (S,)
    kernel: Ints  # (S,)
    area: Ints  # (S,)
    benefit: Ints  # (S,)
    season_shape: Floats  # (T, T)
    relative_level: Floats  # (T,)
    root_variance: Floats  # (1,) prior variance of the mean log national rate
    switches: Ints  # latent national path, season: 1 or 0


@nb.njit(error_model="numpy", cache=True)
def _inverse_factor(lower: Floats) -> Floats:  # pragma: no cover
    """Inverse of a lower triangular matrix, block row by block row."""
    size = lower.shape[0]
    out = np.zeros((size, size))
    for start in range(0, size, _BLOCK):
        stop = min(start + _BLOCK, size)
        for i in range(start, stop):
            out[i, i] = 1.0 / lower[i, i]
            for j in range(start, i):
                total = 0.0
                for k in range(j, i):
                    total += lower[i, k] * out[k, j]
                out[i, j] = -total / lower[i, i]
        if start:
            left = np.ascontiguousarray(lower[start:stop, :start])
            corner = np.ascontiguousarray(out[start:stop, start:stop])
            above = np.ascontiguousarray(out[:start, :start])
            out[start:stop, :start] = -np.dot(corner, np.dot(left, above))
    return out


@nb.njit(error_model="numpy", cache=True)
def _add_term(
    total: Floats, columns: Floats, small: Floats, bounds: Ints
) -> Floats:  # pragma: no cover
    """Add ``(U U') o K[w, w]`` to the covariance; returns U U'.

    Figures of one window stand together, so K is constant over blocks and the loops are plain.
    """
    product = np.dot(columns, columns.T)
    for v in range(len(small)):
        for w in range(len(small)):
            kernel = small[v, w]
            for i in range(bounds[v], bounds[v + 1]):
                for j in range(bounds[w], bounds[w + 1]):
                    total[i, j] += product[i, j] * kernel
    return product


@nb.njit(error_model="numpy", cache=True, fastmath={"reassoc"})
def _term_gradients(
    slope: Floats, columns: Floats, product: Floats, small: Floats, bounds: Ints
) -> tuple[Floats, Floats]:  # pragma: no cover
    """Gradients by U and by K of a term."""
    tilted, d_small = np.empty_like(slope), np.zeros_like(small)
    for v in range(len(small)):
        for w in range(len(small)):
            kernel, total = small[v, w], 0.0
            for i in range(bounds[v], bounds[v + 1]):
                for j in range(bounds[w], bounds[w + 1]):
                    tilted[i, j] = slope[i, j] * kernel
                    total += slope[i, j] * product[i, j]
            d_small[v, w] = total
    return 2.0 * np.dot(tilted, columns), d_small


@nb.njit(error_model="numpy", cache=True)
def _factors(kernel: int, data: FigureData) -> tuple[Ints, int, int]:  # pragma: no cover
    """Links of a kernel, and how many area and benefit factors they have."""
    mine = np.flatnonzero(data.kernel == kernel)
    areas, benefits = 0, 0
    for s in mine:
        areas, benefits = max(areas, data.area[s] + 1), max(benefits, data.benefit[s] + 1)
    return mine, areas, benefits


@nb.njit(error_model="numpy", cache=True)
def _shock_columns(
    kernel: int, scale: Floats, shares: Floats, data: FigureData
) -> Floats:  # pragma: no cover
    """U of one kernel's shocks: own columns, then one for each area and benefit factor."""
    n = data.coefficients.shape[0]
    mine, areas, benefits = _factors(kernel, data)
    out = np.zeros((n, max(1, len(mine) + areas + benefits)))
    for c in range(len(mine)):
        s = mine[c]
        by_area, by_benefit = data.area[s] >= 0, data.benefit[s] >= 0
        own = 1.0 - by_area * shares[0] - by_benefit * shares[1]
        for i in range(n):
            shock = data.coefficients[i, s] * scale[s]
            out[i, c] = shock * np.sqrt(own)
            if by_area:
                out[i, len(mine) + data.area[s]] += shock * np.sqrt(shares[0])
            if by_benefit:
                out[i, len(mine) + areas + data.benefit[s]] += shock * np.sqrt(shares[1])
    return out


@nb.njit(error_model="numpy", cache=True)
def _shock_gradients(
    kernel: int,
    d_columns: Floats,
    scale: Floats,
    shares: Floats,
    data: FigureData,
    d_scale: Floats,
    d_shares: Floats,
) -> None:  # pragma: no cover
    """Carry the gradient of U back to scales and shares."""
    n = d_columns.shape[0]
    mine, areas, _ = _factors(kernel, data)
    for c in range(len(mine)):
        s = mine[c]
        by_area, by_benefit = data.area[s] >= 0, data.benefit[s] >= 0
        own = 1.0 - by_area * shares[0] - by_benefit * shares[1]
        g_own, g_area, g_benefit = 0.0, 0.0, 0.0
        for i in range(n):
            coefficient = data.coefficients[i, s]
            g_own += coefficient * d_columns[i, c]
            if by_area:
                g_area += coefficient * d_columns[i, len(mine) + data.area[s]]
            if by_benefit:
                g_benefit += coefficient * d_columns[i, len(mine) + areas + data.benefit[s]]
        d_scale[s] += g_own * np.sqrt(own)
        d_scale[s] += g_area * np.sqrt(shares[0]) + g_benefit * np.sqrt(shares[1])
        for k in range(2):
            member, g = (by_area, g_area) if k == 0 else (by_benefit, g_benefit)
            if member:
                d_shares[k] += 0.5 * scale[s] * (g / np.sqrt(shares[k]) - g_own / np.sqrt(own))


@nb.njit(error_model="numpy", cache=True)
def _two_memories(lag: float, root: Floats) -> Floats:  # pragma: no cover
    """Covariance of the national path at a lag and its derivatives by long, short and scale.

    The derivatives by the memories are complex steps, exact to rounding.
    """
    out = np.empty(4)
    step = 1e-30
    for k in range(3):
        long, short = complex(root[0], 0.0), complex(root[1], 0.0)
        if k == 1:
            long = complex(root[0], step)
        elif k == 2:
            short = complex(root[1], step)
        gap = 1.0 / short - 1.0 / long
        if abs(gap.real) < 1e-6:
            gap = complex(1e-6, gap.imag)
        value = np.exp(-lag / long) * (1.0 + (1.0 - np.exp(-lag * gap)) / (gap * long))
        if k == 0:
            out[0] = root[2] ** 2 * value.real
            out[3] = 2.0 * root[2] * value.real
        else:
            out[k] = root[2] ** 2 * value.imag / step
    return out


@nb.njit(error_model="numpy", cache=True)
def _root_columns(elasticity: Floats, data: FigureData) -> Floats:  # pragma: no cover
    """Q: what each figure shows of each month of the national path, (n, T)."""
    n, links = data.coefficients.shape
    out = np.zeros((n, data.lagged.shape[2]))
    for i in range(n):
        out[i] += data.on_root[i] * data.windows[data.place[i]]
        for s in range(links):
            weight = data.coefficients[i, s] * elasticity[s]
            if weight != 0.0:
                out[i] += weight * data.lagged[data.lag_of[s], data.place[i]]
    return out


@nb.njit(error_model="numpy", cache=True)
def _season(swing: Floats, data: FigureData) -> tuple[Floats, Floats, Floats]:  # pragma: no cover
    """Season of unit size over windows and its derivatives by memory and kappa, (W, W)."""
    size = len(data.relative_level)
    value = np.empty((size, size))
    by_memory, by_kappa = np.empty((size, size)), np.empty((size, size))
    for t in range(size):
        for u in range(size):
            lag, level = abs(t - u), data.relative_level[t] + data.relative_level[u]
            here = data.season_shape[t, u] * np.exp(-lag / swing[0] - swing[1] * level)
            value[t, u] = here
            by_memory[t, u] = here * lag / swing[0] ** 2
            by_kappa[t, u] = -here * level
    a = data.windows
    return (
        np.dot(np.dot(a, value), a.T),
        np.dot(np.dot(a, by_memory), a.T),
        np.dot(np.dot(a, by_kappa), a.T),
    )


@nb.njit(error_model="numpy", cache=True)
def _levels(memory: float, data: FigureData) -> tuple[Floats, Floats]:  # pragma: no cover
    """Ornstein-Uhlenbeck level over windows and its derivative by the memory, (W, W)."""
    size = data.windows.shape[1]
    value, slope = np.empty((size, size)), np.empty((size, size))
    for t in range(size):
        for u in range(size):
            lag = abs(t - u)
            decay = np.exp(-lag / memory)
            value[t, u] = 0.5 * memory * decay
            slope[t, u] = 0.5 * decay * (1.0 + lag / memory)
    a = data.windows
    return np.dot(np.dot(a, value), a.T), np.dot(np.dot(a, slope), a.T)


@nb.njit(error_model="numpy", cache=True)
def _path(size: int, root: Floats, level: float) -> tuple[Floats, Floats]:  # pragma: no cover
    """Covariance of the national path over months, (T, T), and its slopes by lag, (3, T)."""
    value, slopes = np.zeros((size, size)), np.zeros((3, size))
    for lag in range(size):
        row = _two_memories(float(lag), root)
        slopes[:, lag] = row[1:]
        for t in range(size - lag):
            value[t, t + lag] = row[0] + level
            value[t + lag, t] = row[0] + level
    return value, slopes


@nb.njit(error_model="numpy", cache=True)
def _small_kernels(
    memory: Floats, swing: Floats, data: FigureData
) -> tuple[Floats, Floats, Floats]:  # pragma: no cover
    """Kernels of shocks, noise and season over windows, their slopes by memory and by kappa."""
    size = data.windows.shape[0]
    small, by_memory = np.zeros((TERMS, size, size)), np.zeros((TERMS, size, size))
    for k in range(SHOCKS):
        small[k], by_memory[k] = _levels(memory[k], data)
    small[NOISE] = np.dot(data.windows, data.windows.T)
    small[SEASON], by_memory[SEASON], by_kappa = _season(swing, data)
    return small, by_memory, by_kappa


@nb.njit(error_model="numpy", cache=True)
def _columns(
    term: int, scale: Floats, noise: Floats, shares: Floats, data: FigureData
) -> Floats:  # pragma: no cover
    """U of a term."""
    if term < SHOCKS:
        return _shock_columns(term, scale, shares, data)
    if term == NOISE:
        return data.coefficients * noise
    return data.seasonal


@nb.njit(error_model="numpy", cache=True)
def _slope(total: Floats, residual: Floats) -> tuple[float, Floats, Floats]:  # pragma: no cover
    """Log density, V^-1 r and G from a covariance."""
    n = len(residual)
    lower = np.linalg.cholesky(total)
    inverse_factor = _inverse_factor(lower)
    weights = np.dot(inverse_factor.T, np.dot(inverse_factor, residual))
    slope = np.dot(inverse_factor.T, inverse_factor)
    log_det = 0.0
    for i in range(n):
        log_det += 2.0 * np.log(lower[i, i])
        for j in range(n):
            slope[i, j] = 0.5 * (weights[i] * weights[j] - slope[i, j])
    return -0.5 * (n * LOG_2PI + log_det + np.dot(residual, weights)), weights, slope


@nb.njit(error_model="numpy", cache=True)
def _root_gradients(
    slope: Floats,
    shown: Floats,
    path: Floats,
    slopes: Floats,
    data: FigureData,
    d_root: Floats,
    d_elasticity: Floats,
) -> None:  # pragma: no cover
    """Carry G back to the national path's parameters and to the elasticities."""
    size = path.shape[0]
    tilted = np.dot(slope, shown)
    d_path = np.dot(shown.T, tilted)
    for t in range(size):
        for u in range(size):
            for k in range(3):
                d_root[k] += d_path[t, u] * slopes[k, abs(t - u)]
    d_shown = 2.0 * np.dot(tilted, path)
    for i in range(len(shown)):
        for s in range(len(d_elasticity)):
            if data.coefficients[i, s] != 0.0:
                lagged = data.lagged[data.lag_of[s], data.place[i]]
                d_elasticity[s] += data.coefficients[i, s] * np.dot(d_shown[i], lagged)


@nb.njit(error_model="numpy", cache=True)
def density(
    scale: Floats,
    noise: Floats,
    elasticity: Floats,
    memory: Floats,
    shares: Floats,
    root: Floats,
    swing: Floats,
    data: FigureData,
) -> tuple[float, Floats, Floats, Floats, Floats, Floats, Floats, Floats]:  # pragma: no cover
    """Log density of the figures and its gradients by the first seven arguments.

    Parameters
    ----------
    scale, noise, elasticity : (S,)
    memory : (3,) months
    shares : (2,) of the shock variance that a link shares with its area and its benefit
    root : (3,) long and short memory in months, stationary sd
    swing : (2,) memory of the season in months, kappa

    Returns
    -------
    tuple
        The log density (minus infinity where the covariance is not finite) and seven gradients.
    """
    n, links = data.coefficients.shape
    d_scale, d_noise, d_elasticity = np.zeros(links), np.zeros(links), np.zeros(links)
    d_memory, d_shares, d_root, d_swing = np.zeros(3), np.zeros(2), np.zeros(3), np.zeros(2)
    total, products = data.fixed.copy(), np.zeros((TERMS, n, n))
    small, by_memory, by_kappa = _small_kernels(memory, swing, data)
    terms = TERMS if data.switches[1] else SEASON
    for m in range(terms):
        columns = _columns(m, scale, noise, shares, data)
        products[m] = _add_term(total, columns, small[m], data.bounds)
    shown = _root_columns(elasticity, data)
    path, slopes = _path(shown.shape[1], root, data.root_variance[0])
    if data.switches[0]:
        total += np.dot(np.dot(shown, path), shown.T)
    if not np.isfinite(total).all():
        return -np.inf, d_scale, d_noise, d_elasticity, d_memory, d_shares, d_root, d_swing
    residual = data.residual - np.dot(data.by_elasticity, elasticity)
    value, weights, slope = _slope(total, residual)
    d_elasticity += np.dot(weights, data.by_elasticity)
    for m in range(terms):
        columns = _columns(m, scale, noise, shares, data)
        g, d_small = _term_gradients(slope, columns, products[m], small[m], data.bounds)
        if m < SHOCKS:
            _shock_gradients(m, g, scale, shares, data, d_scale, d_shares)
            d_memory[m] = np.sum(d_small * by_memory[m])
        elif m == NOISE:
            for i in range(n):
                d_noise += g[i] * data.coefficients[i]
        else:
            d_swing[0] = np.sum(d_small * by_memory[m])
            d_swing[1] = np.sum(d_small * by_kappa)
    if data.switches[0]:
        _root_gradients(slope, shown, path, slopes, data, d_root, d_elasticity)
    return value, d_scale, d_noise, d_elasticity, d_memory, d_shares, d_root, d_swing
