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
    COMMON,
    FAMILY_TERMS,
    NOISE,
    NOISY,
    OWN,
    SEASON,
    SHOCKS,
    TERMS,
    FigureData,
    PriorData,
)

_BLOCK = 24  # rows that plain loops work on; the rest is matrix products


@nb.njit(error_model="numpy", cache=True, fastmath={"reassoc", "contract"})
def _factor(matrix: Floats) -> tuple[bool, Floats]:  # pragma: no cover
    """Cholesky factor, and whether there is one; an exception could not leave a C function."""
    size = matrix.shape[0]
    lower = np.zeros((size, size))
    for start in range(0, size, _BLOCK):
        stop = min(start + _BLOCK, size)
        across = matrix[start:stop, start:].copy()  # columns of the factor, laid as rows
        if start:
            left = np.ascontiguousarray(lower[start:, :start])
            across -= np.dot(left[: stop - start], left.T)
        for j in range(stop - start):
            if not across[j, j] > 0.0:
                return False, lower
            across[j, :j] = 0.0
            row = across[j]
            root = np.sqrt(row[j])
            for m in range(j, size - start):
                row[m] /= root
            for i in range(j + 1, stop - start):
                below, weight = across[i], row[i]
                for m in range(i, size - start):
                    below[m] -= weight * row[m]
        lower[start:, start:stop] = across.T
    return True, lower


@nb.njit(error_model="numpy", cache=True)
def _inverse_factor(lower: Floats) -> Floats:  # pragma: no cover
    """Inverse of a lower triangular matrix, block row by block row."""
    size = lower.shape[0]
    out = np.zeros((size, size))
    for start in range(0, size, _BLOCK):
        stop = min(start + _BLOCK, size)
        for i in range(start, stop):
            row, scale = out[i], 1.0 / lower[i, i]
            row[i] = scale
            for k in range(start, i):
                above, weight = out[k], scale * lower[i, k]
                for j in range(start, k + 1):
                    row[j] -= weight * above[j]
        if start:
            left = np.ascontiguousarray(lower[start:stop, :start])
            corner = np.ascontiguousarray(out[start:stop, start:stop])
            before = np.ascontiguousarray(out[:start, :start])
            out[start:stop, :start] = -np.dot(corner, np.dot(left, before))
    return out


@nb.njit(error_model="numpy", cache=True)
def _inverse(inverse_factor: Floats) -> Floats:  # pragma: no cover
    """Inverse of a matrix from that of its Cholesky factor, block column by block column."""
    size = inverse_factor.shape[0]
    out = np.empty((size, size))
    for start in range(0, size, _BLOCK):
        stop = min(start + _BLOCK, size)
        below = np.ascontiguousarray(inverse_factor[start:, start:])
        block = np.dot(below.T, np.ascontiguousarray(below[:, : stop - start]))
        out[start:, start:stop] = block
        out[start:stop, start:] = block.T
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
def _root_weights(elasticity: Floats, data: FigureData) -> Floats:  # pragma: no cover
    """Weight of each figure on the national path at each lag length, (L, n)."""
    out = np.zeros((data.lagged.shape[0], len(data.on_root)))
    out[0] += data.on_root
    for e in range(len(data.entry_at)):
        if data.entry_kind[e] == NOISY:  # one for each coefficient that is not zero
            s, i = data.entry_link[e], data.rows[data.entry_at[e]]
            out[data.lag_of[s], i] += data.entry_weight[e] * elasticity[s]
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
def _path(root: Floats, data: FigureData) -> tuple[Floats, Floats]:  # pragma: no cover
    """National path over pairs of (lag length, window) and its slopes by `root`.

    Shapes (L W, L W) and (3, L W, L W).
    """
    lengths, windows, size = data.lagged.shape
    over_lags = np.empty((4, size))
    for lag in range(size):
        over_lags[:, lag] = _two_memories(float(lag), root)
    over_lags[0] += data.root_variance[0]
    a = data.lagged.reshape(lengths * windows, size)
    out = np.empty((4, len(a), len(a)))
    over_months = np.empty((size, size))
    for k in range(4):
        for t in range(size):
            for u in range(size):
                over_months[t, u] = over_lags[k, abs(t - u)]
        out[k] = np.dot(np.dot(a, over_months), a.T)
    return out[0], out[1:]


@nb.njit(error_model="numpy", cache=True)
def _add_path(
    total: Floats, weights: Floats, path: Floats, data: FigureData
) -> None:  # pragma: no cover
    """Add what figures owe to the national path, ``Q P Q'``, to the covariance."""
    lengths, windows = data.lagged.shape[:2]
    row = np.empty(len(path))
    for i in range(len(total)):
        row[:] = 0.0
        for k in range(lengths):
            row += weights[k, i] * path[k * windows + data.place[i]]
        for m in range(lengths):
            mine = row[m * windows : (m + 1) * windows]
            for j in range(len(total)):
                total[i, j] += weights[m, j] * mine[data.place[j]]


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
    slope = _inverse(inverse_factor)
    log_det = 0.0
    for i in range(n):
        log_det += 2.0 * np.log(lower[i, i])
        for j in range(n):
            slope[i, j] = 0.5 * (weights[i] * weights[j] - slope[i, j])
    return -0.5 * (n * LOG_2PI + log_det + np.dot(residual, weights)), weights, slope


@nb.njit(error_model="numpy", cache=True)
def _root_gradients(
    slope: Floats, weights: Floats, path: Floats, slopes: Floats, data: FigureData
) -> tuple[Floats, Floats]:  # pragma: no cover
    """Carry G back to the national path's parameters and to the elasticities."""
    lengths, windows = data.lagged.shape[:2]
    d_weights, d_path = np.empty_like(weights), np.zeros_like(path)
    row = np.empty(len(path))
    for i in range(len(slope)):
        row[:] = 0.0
        for m in range(lengths):
            mine = row[m * windows : (m + 1) * windows]
            for j in range(len(slope)):
                mine[data.place[j]] += slope[i, j] * weights[m, j]
        for k in range(lengths):
            a = k * windows + data.place[i]
            d_weights[k, i] = 2.0 * np.sum(row * path[a])
            d_path[a] += weights[k, i] * row
    d_root = np.array([np.sum(d_path * slopes[k]) for k in range(3)])
    d_elasticity = np.zeros(len(data.lag_of))
    for e in range(len(data.entry_at)):
        if data.entry_kind[e] == NOISY:
            s, i = data.entry_link[e], data.rows[data.entry_at[e]]
            d_elasticity[s] += data.entry_weight[e] * d_weights[data.lag_of[s], i]
    return d_root, d_elasticity


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
    on_path = _root_weights(elasticity, data)
    path, slopes = _path(root, data)
    if data.switches[0]:
        _add_path(total, on_path, path, data)
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
        d_root, d_by_path = _root_gradients(slope, on_path, path, slopes, data)
        d_elasticity += d_by_path
    return value, d_scale, d_noise, d_elasticity, d_memory, d_shares, d_root, d_swing


@nb.njit(error_model="numpy", cache=True)
def _split(
    standard: Floats, prior: PriorData
) -> tuple[Floats, Floats, Floats, Floats, Floats]:  # pragma: no cover
    """Parts of what is sampled: by family, spread, scale, elasticity, common; views."""
    terms, families = prior.family_mean.shape
    links = len(prior.family)
    a, b = terms * families, (terms + 1) * families
    by_family = standard[:a].reshape(terms, families)
    c = b + links
    return by_family, standard[a:b], standard[b:c], standard[c : c + links], standard[c + links :]


@nb.njit(error_model="numpy", cache=True)
def standard_density(
    standard: Floats, data: FigureData, prior: PriorData
) -> tuple[float, Floats]:  # pragma: no cover
    """Log density of the figures at standard normal parameters, and its gradient by them.

    The same formulas as `link.transform`, which the tests hold it against.

    Parameters
    ----------
    standard : (P,) in the order of `link.names_of`
    """
    by_family, spread_z, scale_z, elasticity_z, common_z = _split(standard, prior)
    family, size = prior.family, prior.log_size
    place = prior.family_mean + prior.family_sd * by_family
    spread = prior.spread_sd * spread_z
    scale, noise = np.empty(len(family)), np.empty(len(family))
    for s in range(len(family)):
        f = family[s]
        log_scale = place[0, f] + place[1, f] * size[s] + prior.scale_shift[s]
        scale[s] = np.exp(log_scale + spread[f] * scale_z[s])
        noise[s] = np.exp(place[2, f] + place[3, f] * size[s])
    common = prior.common_mean + prior.common_sd * common_z
    memory, root = 12.0 * np.exp(common[:3]), np.exp(common[5:8])
    swing = np.array([12.0 * np.exp(common[8]), common[9]])
    shares = np.exp(common[3:5])
    shares /= 1.0 + shares.sum()
    elasticity = prior.elasticity_mean + prior.elasticity_sd * elasticity_z
    value, d_scale, d_noise, d_elasticity, d_memory, d_shares, d_root, d_swing = density(
        scale, noise, elasticity, memory, shares, root, swing, data
    )
    out = np.zeros(len(standard))
    g_family, g_spread, g_scale, g_elasticity, g_common = _split(out, prior)
    for s in range(len(family)):
        f, by_scale, by_noise = family[s], d_scale[s] * scale[s], d_noise[s] * noise[s]
        g_family[0, f] += by_scale
        g_family[1, f] += by_scale * size[s]
        g_family[2, f] += by_noise
        g_family[3, f] += by_noise * size[s]
        g_spread[f] += by_scale * scale_z[s] * prior.spread_sd[f]
        g_scale[s] = by_scale * spread[f]
    g_family *= prior.family_sd
    g_elasticity[:] = d_elasticity * prior.elasticity_sd
    g_common[:3] = d_memory * memory
    g_common[3:5] = shares * (d_shares - np.sum(d_shares * shares))
    g_common[5:8] = d_root * root
    g_common[8:] = d_swing * np.array([swing[0], 1.0])
    g_common *= prior.common_sd
    return value, out


@nb.njit(error_model="numpy", cache=True)
def unpack(floats: Floats, ints: Ints) -> tuple[FigureData, PriorData]:  # pragma: no cover
    """Undo `packed.pack`, without copies."""
    n, links, windows, months, lengths = ints[0], ints[1], ints[2], ints[3], ints[4]
    columns, rows, entries, families = ints[5], ints[6], ints[7], ints[8]
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
                links,
                links,
                links,
                links,
                FAMILY_TERMS * families,
                FAMILY_TERMS * families,
                families,
                COMMON,
                COMMON,
            ]
        )
    )
    b = np.cumsum(
        np.array(
            [
                11,
                n,
                columns + 1,
                rows,
                columns,
                entries,
                entries,
                entries,
                links,
                2 * links,
                2,
                links,
            ]
        )
    )
    data = FigureData(
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
    prior = PriorData(
        ints[b[10] : b[11]],
        floats[a[11] : a[12]],
        floats[a[12] : a[13]],
        floats[a[13] : a[14]],
        floats[a[14] : a[15]],
        floats[a[15] : a[16]].reshape(FAMILY_TERMS, families),
        floats[a[16] : a[17]].reshape(FAMILY_TERMS, families),
        floats[a[17] : a[18]],
        floats[a[18] : a[19]],
        floats[a[19] : a[20]],
    )
    return data, prior


@nb.cfunc(
    "void(CPointer(float64), int64, CPointer(float64), CPointer(int64), CPointer(float64))",
    error_model="numpy",
    cache=True,
)
def density_by_pointer(
    standard: Any, size: int, floats: Any, ints: Any, out: Any
) -> None:  # pragma: no cover
    """`standard_density` of packed arrays behind pointers: the value, then the gradient.

    A sampler calls it by its address, so that compiling a model need not optimise it again.
    """
    data, prior = unpack(nb.carray(floats, ints[10]), nb.carray(ints, ints[9]))
    result = nb.carray(out, size + 1)
    value, slope = standard_density(nb.carray(standard, size), data, prior)
    result[0] = value
    result[1:] = slope
