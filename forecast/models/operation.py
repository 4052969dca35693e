"""The compiled density as an operation of PyTensor, with its gradient."""

# PyTensor and numba bring few types, and the arguments of an Op are symbols or numbers:
# ruff: noqa: ANN401
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeArgument=false
# pyright: reportPrivateImportUsage=false, reportCallIssue=false

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import grad_undefined
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch import basic as numba_basic

from forecast.models import kernels
from forecast.models.compiled import density_by_pointer, standard_density, unpack
from forecast.models.kernels import Floats
from forecast.models.packed import (
    AREA,
    BENEFIT,
    NOISE,
    NOISY,
    OWN,
    SEASON,
    SEASONAL,
    FigureData,
)
from forecast.models.problem import Layout, Parameters, Problem, layout, mean


def figure_data(problem: Problem) -> FigureData:
    """Arrays of a problem as `density` takes them."""
    parts, series, figures = layout(problem), problem.series, problem.figures
    none, by_elasticity = _means(problem, parts)
    shape = kernels.season_shape()[np.ix_(problem.months % 12, problem.months % 12)]
    return FigureData(
        residual=figures.value - none,
        by_elasticity=np.ascontiguousarray(by_elasticity),
        fixed=np.ascontiguousarray(parts.fixed),
        coefficients=np.ascontiguousarray(figures.coefficients),
        on_root=figures.on_root,
        place=parts.place,
        **_columns(problem, parts),
        windows=parts.windows,
        lagged=np.array(parts.lagged),
        lag_of=np.array([parts.lag_lengths.index(n) for n in series.lag.tolist()]),
        shared=np.column_stack([series.area >= 0, series.benefit >= 0]).astype(np.int64),
        season_shape=shape,
        relative_level=parts.relative_level,
        root_variance=np.array([problem.root_level_sd**2]),
        switches=np.array([int(problem.given_path is None), int(parts.has_season)]),
    )


def _columns(problem: Problem, parts: Layout) -> dict[str, Any]:
    """Columns of the covariance by their entries: own, area, benefit, noise and season."""
    series, coefficients = problem.series, problem.figures.coefficients
    links = range(len(series.names))
    # (term, kind, links that share the column, coefficients)
    columns = [(int(series.kernel[s]), OWN, [s], coefficients) for s in links]
    for kind, factor in ((AREA, series.area), (BENEFIT, series.benefit)):
        for number in range(int(factor.max(initial=-1)) + 1):
            for term in np.unique(series.kernel[factor == number]):
                mine = np.flatnonzero((factor == number) & (series.kernel == term)).tolist()
                columns.append((int(term), kind, mine, coefficients))
    columns.extend((NOISE, NOISY, [s], coefficients) for s in links)
    if parts.has_season:
        columns.extend((SEASON, SEASONAL, [s], parts.seasonal) for s in links)
    rows: list[int] = []
    first, terms, entries = [0], [], []
    for term, kind, mine, weights in columns:
        touched = np.flatnonzero(np.any(weights[:, mine] != 0, axis=1)).tolist()
        if not touched:
            continue
        at = {row: len(rows) + k for k, row in enumerate(touched)}
        entries.extend(
            (at[row], s, kind, weights[row, s])
            for s in mine
            for row in np.flatnonzero(weights[:, s]).tolist()
        )
        rows.extend(touched)
        first.append(len(rows))
        terms.append(term)
    place, link, kinds, weight = zip(*entries, strict=True)
    return {
        "first_row": np.array(first),
        "rows": np.array(rows),
        "column_term": np.array(terms),
        "entry_at": np.array(place),
        "entry_link": np.array(link),
        "entry_kind": np.array(kinds),
        "entry_weight": np.array(weight),
    }


def arguments(p: Parameters) -> tuple[Any, ...]:
    """Give the parameters as `density` takes them, numbers only."""
    return (
        p.scale,
        p.noise,
        p.elasticity,
        np.asarray(p.memory),
        np.array([p.by_area, p.by_benefit]),
        np.array([p.root_long, p.root_short, p.root_scale]),
        np.array([p.season_memory, p.kappa]),
    )


def _means(problem: Problem, parts: Layout) -> tuple[Floats, Floats]:
    """Mean of the figures without elasticities, and its derivative by them (it is linear)."""
    links = len(problem.series.names)
    zero = Parameters(*([None] * len(Parameters._fields)))
    none = mean(parts, problem, zero._replace(elasticity=np.zeros(links)))
    slopes = [mean(parts, problem, zero._replace(elasticity=e)) - none for e in np.eye(links)]
    return none, np.array(slopes).T


class FigureDensity(Op):
    """`standard_density` of packed arrays: the log density, and its gradient."""

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:
        """Take standard normal parameters (P,), then what `pack` returns."""
        symbols = [pt.as_tensor(x) for x in inputs]
        return Apply(self, symbols, [pt.dscalar(), pt.dvector()])

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        """Evaluate with numbers."""
        del node
        standard, floats, ints = inputs
        value, slope = standard_density(standard, *unpack(floats, ints))
        output_storage[0][0], output_storage[1][0] = np.asarray(value), slope

    def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:
        """Gradient of the log density; the gradient itself is not to be differentiated."""
        rest = (grad_undefined(self, k, inputs[k]) for k in (1, 2))
        return [cotangents[0] * outputs[1], *rest]

    def L_op(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Any]:  # noqa: N802
        """`pullback` under the name that older versions of PyTensor call."""
        return self.pullback(inputs, outputs, output_grads)


@numba_basic.register_funcify_default_op_cache_key(FigureDensity)
def _compile(op: FigureDensity, node: Apply | None = None, **_: Any) -> Any:
    """Let numba call the compiled function by its address."""
    del op, node
    by_pointer = density_by_pointer.ctypes

    @numba_basic.numba_njit
    def call(standard: Any, floats: Any, ints: Any) -> Any:
        out = np.empty(len(standard) + 1)
        by_pointer(standard.ctypes, len(standard), floats.ctypes, ints.ctypes, out.ctypes)
        return np.array(out[0]), out[1:].copy()

    return call


figure_density = FigureDensity()
