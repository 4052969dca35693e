"""The density of the figures with its analytic gradient, compiled by numba.

The same formulas as `problem.covariance` and `problem.mean`, which the tests hold it against to
1e-9, in one compiled function. With ``V = B + sum_c (v_c v_c') o K[w, w] + Q P Q'`` (c columns of
shocks, noise and season; o elementwise; w the window of each figure; P the national path),
``a = V^-1 r`` and ``G = (a a' - V^-1)/2``,

    log p = -1/2 (n log 2 pi + log det V + r' a)
    d log p / dr = -a,       d / dv_c = 2 (G o K[w, w]) v_c,
    d / dK[u, v] = sum of G o v_c v_c' over figures with windows u and v,
    d / dQ = 2 G Q P,        d / dP = Q' G Q.

A link touches few figures, so columns are kept by their entries.

All of it stands in one file, since numba's cache on disk notices changes of that file only.
PyTensor would differentiate the Cholesky factor itself and compile a hundred small functions: six
times the price of a gradient and a minute of compilation.
"""

# numba's decorators hide the types of what they compile:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUntypedFunctionDecorator=false, reportArgumentType=false

# the arguments of a C function are pointers, which have no type in Python:
# ruff: noqa: ANN401

from typing import Any

import numba as nb
import numpy as np

from forecast.models.dense import LOG_2PI
from forecast.models.kernels import Floats, Ints
from forecast.models.packed import (
    AREA,
    BENEFIT,
    NOISE,
    NOISY,
    OWN,
    SEASON,
    SHOCKS,
    TERMS,
    FigureData,
)

_BLOCK = 24  # rows inverted by plain loops; the rest is matrix products


@nb.njit(error_model="numpy", cache=True, fastmath={"reassoc", "contract"})
def _factor(matrix: Floats) -> tuple[bool, Floats]:  # pragma: no cover
    """Cholesky factor, and whether there is one; an exception could not leave a C function."""
    size = matrix.shape[0]
    lower = np.zeros((size, size))
    for i in range(size):
        for j in range(i):
            total = 0.0
            for k in range(j):
                total += lower[i, k] * lower[j, k]
            lower[i, j] = (matrix[i, j] - total) / lower[j, j]
        total = 0.0
        for k in range(i):
            total += lower[i, k] ** 2
        pivot = matrix[i, i] - total
        if not pivot > 0.0:
            return False, lower
        lower[i, i] = np.sqrt(pivot)
    return True, lower


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
def _column_values(
    scale: Floats, noise: Floats, shares: Floats, data: FigureData
) -> Floats:  # pragma: no cover
    """Entries of all columns, one after the other."""
    links = len(scale)
    by_kind = np.ones((5, links))  # what a coefficient is multiplied by, by kind of entry
    for s in range(links):
        own = 1.0 - shares[0] * data.shared[s, 0] - shares[1] * data.shared[s, 1]
        by_kind[OWN, s] = scale[s] * np.sqrt(own)
        by_kind[AREA, s] = scale[s] * np.sqrt(shares[0])
        by_kind[BENEFIT, s] = scale[s] * np.sqrt(shares[1])
        by_kind[NOISY, s] = noise[s]
    out = np.zeros(len(data.rows))
    for e in range(len(data.entry_at)):
        scaled = data.entry_weight[e] * by_kind[data.entry_kind[e], data.entry_link[e]]
        out[data.entry_at[e]] += scaled
    return out


@nb.njit(error_model="numpy", cache=True)
def _add_columns(
    total: Floats, values: Floats, small: Floats, data: FigureData
) -> None:  # pragma: no cover
    """Add ``(v v') o K[w, w]`` of every column to the covariance."""
    for c in range(len(data.column_term)):
        kernel = small[data.column_term[c]]
        for a in range(data.first_row[c], data.first_row[c + 1]):
            i, v = data.rows[a], values[a]
            for b in range(data.first_row[c], a):
                j = data.rows[b]
                add = v * values[b] * kernel[data.place[i], data.place[j]]
                total[i, j] += add
                total[j, i] += add
            total[i, i] += v * v * kernel[data.place[i], data.place[i]]


@nb.njit(error_model="numpy", cache=True)
def _column_gradients(
    slope: Floats, values: Floats, small: Floats, data: FigureData
) -> tuple[Floats, Floats]:  # pragma: no cover
    """Gradients by the entries of the columns and by the kernels."""
    d_values, d_small = np.zeros_like(values), np.zeros_like(small)
    for c in range(len(data.column_term)):
        kernel, d_kernel = small[data.column_term[c]], d_small[data.column_term[c]]
        for a in range(data.first_row[c], data.first_row[c + 1]):
            i, v = data.rows[a], values[a]
            for b in range(data.first_row[c], a):
                j = data.rows[b]
                twice = 2.0 * slope[i, j]
                tilted = twice * kernel[data.place[i], data.place[j]]
                d_values[a] += tilted * values[b]
                d_values[b] += tilted * v
                d_kernel[data.place[i], data.place[j]] += twice * v * values[b]
            d_values[a] += 2.0 * slope[i, i] * kernel[data.place[i], data.place[i]] * v
            d_kernel[data.place[i], data.place[i]] += slope[i, i] * v * v
    return d_values, d_small


@nb.njit(error_model="numpy", cache=True)
def _entry_gradients(
    d_values: Floats,
    scale: Floats,
    shares: Floats,
    data: FigureData,
    d_scale: Floats,
    d_noise: Floats,
    d_shares: Floats,
) -> None:  # pragma: no cover
    """Carry the gradients of the entries back to scales, noise and shares."""
    for e in range(len(data.entry_at)):
        s, kind = data.entry_link[e], data.entry_kind[e]
        g = data.entry_weight[e] * d_values[data.entry_at[e]]
        if kind == OWN:
            own = 1.0 - shares[0] * data.shared[s, 0] - shares[1] * data.shared[s, 1]
            d_scale[s] += g * np.sqrt(own)
            for k in range(2):
                d_shares[k] -= 0.5 * g * scale[s] * data.shared[s, k] / np.sqrt(own)
        elif kind in (AREA, BENEFIT):
            k = kind - AREA
            d_scale[s] += g * np.sqrt(shares[k])
            d_shares[k] += 0.5 * g * scale[s] / np.sqrt(shares[k])
        elif kind == NOISY:
            d_noise[s] += g


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
    for lag in range(size):
        decay = np.exp(-lag / memory)
        level, change = 0.5 * memory * decay, 0.5 * decay * (1.0 + lag / memory)
        for t in range(size - lag):
            value[t, t + lag] = level
            value[t + lag, t] = level
            slope[t, t + lag] = change
            slope[t + lag, t] = change
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
    by_kappa = np.zeros((size, size))
    if data.switches[1]:
        small[SEASON], by_memory[SEASON], by_kappa = _season(swing, data)
    return small, by_memory, by_kappa


@nb.njit(error_model="numpy", cache=True)
def _slope(total: Floats, residual: Floats) -> tuple[float, Floats, Floats]:  # pragma: no cover
    """Log density, V^-1 r and G from a covariance; minus infinity where it is not positive."""
    n = len(residual)
    positive, lower = _factor(total)
    if not positive:
        return -np.inf, np.zeros(n), np.zeros((n, n))
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
        The log density (minus infinity where the covariance is not positive) and seven gradients.
    """
    links = data.coefficients.shape[1]
    d_scale, d_noise, d_elasticity = np.zeros(links), np.zeros(links), np.zeros(links)
    d_memory, d_shares, d_root, d_swing = np.zeros(3), np.zeros(2), np.zeros(3), np.zeros(2)
    total = data.fixed.copy()
    small, by_memory, by_kappa = _small_kernels(memory, swing, data)
    values = _column_values(scale, noise, shares, data)
    _add_columns(total, values, small, data)
    shown = _root_columns(elasticity, data)
    path, slopes = _path(shown.shape[1], root, data.root_variance[0])
    if data.switches[0]:
        total += np.dot(np.dot(shown, path), shown.T)
    residual = data.residual - np.dot(data.by_elasticity, elasticity)
    value, weights, slope = _slope(total, residual)
    if value == -np.inf:
        return value, d_scale, d_noise, d_elasticity, d_memory, d_shares, d_root, d_swing
    d_elasticity += np.dot(weights, data.by_elasticity)
    d_values, d_small = _column_gradients(slope, values, small, data)
    _entry_gradients(d_values, scale, shares, data, d_scale, d_noise, d_shares)
    for m in range(SHOCKS):
        d_memory[m] = np.sum(d_small[m] * by_memory[m])
    d_swing[0] = np.sum(d_small[SEASON] * by_memory[SEASON])
    d_swing[1] = np.sum(d_small[SEASON] * by_kappa)
    if data.switches[0]:
        _root_gradients(slope, shown, path, slopes, data, d_root, d_elasticity)
    return value, d_scale, d_noise, d_elasticity, d_memory, d_shares, d_root, d_swing


@nb.njit(error_model="numpy", cache=True)
def unpack(floats: Floats, ints: Ints) -> FigureData:  # pragma: no cover
    """Undo `packed.pack`, without copies."""
    n, links, windows, months, lengths = ints[0], ints[1], ints[2], ints[3], ints[4]
    columns, rows, entries = ints[5], ints[6], ints[7]
    a = np.cumsum(
        np.array(
            [
                0,
                n,
                n * links,
                n * n,
                n * links,
                n,
                entries,
                windows * months,
                lengths * windows * months,
                months * months,
                months,
                1,
            ]
        )
    )
    b = np.cumsum(
        np.array(
            [10, n, columns + 1, rows, columns, entries, entries, entries, links, 2 * links, 2]
        )
    )
    return FigureData(
        floats[a[0] : a[1]],
        floats[a[1] : a[2]].reshape(n, links),
        floats[a[2] : a[3]].reshape(n, n),
        floats[a[3] : a[4]].reshape(n, links),
        floats[a[4] : a[5]],
        ints[b[0] : b[1]],
        ints[b[1] : b[2]],
        ints[b[2] : b[3]],
        ints[b[3] : b[4]],
        ints[b[4] : b[5]],
        ints[b[5] : b[6]],
        ints[b[6] : b[7]],
        floats[a[5] : a[6]],
        floats[a[6] : a[7]].reshape(windows, months),
        floats[a[7] : a[8]].reshape(lengths, windows, months),
        ints[b[7] : b[8]],
        ints[b[8] : b[9]].reshape(links, 2),
        floats[a[8] : a[9]].reshape(months, months),
        floats[a[9] : a[10]],
        floats[a[10] : a[11]],
        ints[b[9] : b[10]],
    )


@nb.cfunc(
    "void(CPointer(float64), CPointer(float64), CPointer(int64), CPointer(float64))",
    error_model="numpy",
    cache=True,
)
def density_by_pointer(
    arguments: Any, floats: Any, ints: Any, out: Any
) -> None:  # pragma: no cover
    """`density` of packed arrays behind pointers: the value, then the gradient.

    A sampler calls it by its address, so that compiling a model need not optimise it again.
    """
    data = unpack(nb.carray(floats, ints[9]), nb.carray(ints, ints[8]))
    links = ints[1]
    given = nb.carray(arguments, 3 * links + 10)
    result = nb.carray(out, 3 * links + 11)
    value, a, b, c, d, e, f, g = density(
        given[:links],
        given[links : 2 * links],
        given[2 * links : 3 * links],
        given[3 * links : 3 * links + 3],
        given[3 * links + 3 : 3 * links + 5],
        given[3 * links + 5 : 3 * links + 8],
        given[3 * links + 8 :],
        data,
    )
    result[0] = value
    result[1:] = np.concatenate((a, b, c, d, e, f, g))
