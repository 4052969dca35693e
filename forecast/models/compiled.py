"""The multivariate normal of the figures with its analytic gradient, compiled by numba.

With ``V = B + sum_m (U_m U_m') o K_m[w, w]`` (o elementwise, w the window of each figure),
``a = V^-1 r`` and ``G = (a a' - V^-1)/2``,

    log p = -1/2 (n log 2 pi + log det V + r' a)
    d log p / dr = -a,     d / dB = G,     d / dU_m = 2 (G o K_m[w, w]) U_m,
    d / dK_m[u, v] = sum of (G o U_m U_m') over figures with windows u and v.

PyTensor would differentiate the Cholesky factor itself, at several times the price; the tests hold
this against it, against finite differences, and against SciPy.
"""

from typing import Any

import numba as nb
import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import grad_undefined
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch import basic as numba_basic

from forecast.models.dense import LOG_2PI
from forecast.models.kernels import Floats, Ints

_BLOCK = 24  # rows inverted by plain loops; the rest is matrix products


@nb.njit(error_model="numpy")
def _inverse_factor(lower: Floats) -> Floats:  # pragma: no cover - compiled
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


@nb.njit(error_model="numpy")
def density_and_gradients(
    residual: Floats, base: Floats, columns: Floats, small: Floats, place: Ints, starts: Ints
) -> tuple[Floats, Floats, Floats, Floats, Floats]:  # pragma: no cover - compiled
    """Log density and its gradients by residual, base, columns and kernels.

    Parameters
    ----------
    residual : (n,)
    base : (n, n) B, symmetric
    columns : (n, c) all U_m side by side
    small : (m, W, W) kernels over distinct windows
    place : (n,) window of each figure
    starts : (m + 1,) first column of each U_m

    Returns
    -------
    tuple
        Shapes (), (n,), (n, n), (n, c) and (m, W, W). Minus infinity where V is not finite.
    """
    n, terms = residual.shape[0], small.shape[0]
    products = np.empty((terms, n, n))
    total = base.copy()
    for m in range(terms):
        mine = np.ascontiguousarray(columns[:, starts[m] : starts[m + 1]])
        products[m] = np.dot(mine, mine.T)
        for i in range(n):
            for j in range(n):
                total[i, j] += products[m, i, j] * small[m, place[i], place[j]]
    d_columns, d_small = np.zeros_like(columns), np.zeros_like(small)
    if not np.isfinite(total).all():
        return np.array(-np.inf), np.zeros(n), np.zeros((n, n)), d_columns, d_small
    lower = np.linalg.cholesky(total)
    inverse_factor = _inverse_factor(lower)
    weights = np.dot(inverse_factor.T, np.dot(inverse_factor, residual))
    slope = np.dot(inverse_factor.T, inverse_factor)
    for i in range(n):
        for j in range(n):
            slope[i, j] = 0.5 * (weights[i] * weights[j] - slope[i, j])
    log_det = 0.0
    for i in range(n):
        log_det += 2.0 * np.log(lower[i, i])
    value = -0.5 * (n * LOG_2PI + log_det + np.dot(residual, weights))
    tilted = np.empty((n, n))
    for m in range(terms):
        for i in range(n):
            for j in range(n):
                tilted[i, j] = slope[i, j] * small[m, place[i], place[j]]
                d_small[m, place[i], place[j]] += slope[i, j] * products[m, i, j]
        mine = np.ascontiguousarray(columns[:, starts[m] : starts[m + 1]])
        d_columns[:, starts[m] : starts[m + 1]] = 2.0 * np.dot(tilted, mine)
    return np.array(value), -weights, slope, d_columns, d_small


class FigureDensity(Op):
    """`density_and_gradients` as an operation of PyTensor; the first output has a gradient."""

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        """Residual, base, columns, kernels, place and starts, as `density_and_gradients`."""
        symbols = [pt.as_tensor(x) for x in inputs]
        outputs = [pt.dscalar(), *(symbols[k].type() for k in range(4))]
        return Apply(self, symbols, outputs)

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        """Evaluate with numbers."""
        for place, value in zip(output_storage, density_and_gradients(*inputs), strict=True):
            place[0] = value

    def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:
        """Gradient of the density; the other outputs are not to be differentiated."""
        first = cotangents[0]
        slopes = [first * slope for slope in outputs[1:]]
        undefined = [grad_undefined(self, k, inputs[k]) for k in (4, 5)]
        return [*slopes, *undefined]

    def L_op(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Any]:  # noqa: N802
        """`pullback` under the name older versions of PyTensor call."""
        return self.pullback(inputs, outputs, output_grads)


@numba_basic.register_funcify_default_op_cache_key(FigureDensity)
def _compile(op: FigureDensity, node: Apply | None = None, **_: Any) -> Any:
    """Give numba the function itself, under pytensor's own decorator."""

    @numba_basic.numba_njit
    def density(residual, base, columns, small, place, starts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return density_and_gradients(residual, base, columns, small, place, starts)

    return density


figure_density = FigureDensity()
