"""The density of a panel as a C function, which the sampler calls without Python's interpreter.

nutpie calls a Python function under the interpreter's lock: of four chains on two cores one waits
for the other, which for three areas of 72 months takes as long as the density itself. A C function
has no lock. It takes the data behind a pointer, so it is compiled once for panels of every size.

nutpie makes such models of a graph of PyMC, and compiles the graph for every panel anew (a minute
for the first). `by_pointer` fills in what it makes of a graph, `CompiledPyMCModel`, without one;
its fields may change with nutpie's next minor version, which `pyproject.toml` does not allow.
"""

# numba's decorators hide the types of what they compile, nutpie brings few:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUntypedFunctionDecorator=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# ruff: noqa: ANN401

from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np
from numba import types

from forecast.models.kernels import Floats
from forecast.models.panel_mapping import Constants, RoundCoordinates, round_value_and_gradient

if TYPE_CHECKING:
    from collections.abc import Callable

    from nutpie.sample import CompiledModel

PARTS = len(Constants._fields) + len(RoundCoordinates._fields)

_DOUBLES = types.CPointer(types.double)
_DENSITY = types.int64(types.uint64, _DOUBLES, _DOUBLES, _DOUBLES, types.voidptr)
_EXPANSION = types.int64(types.uint64, types.uint64, _DOUBLES, _DOUBLES, types.voidptr)
_NOT_A_NUMBER = 4


def pack(constants: Constants, to: RoundCoordinates) -> Floats:
    """Lay data and coordinates out as one flat array: where each part begins, then the parts."""
    parts = [np.ravel(np.asarray(part, dtype=np.float64)) for part in (*constants, *to)]
    starts = np.cumsum([PARTS + 1, *(len(part) for part in parts)]).astype(np.float64)
    return np.concatenate([starts, *parts])


@nb.njit(error_model="numpy", cache=True, nogil=True)
def _part(data: Floats, k: int) -> Floats:  # pragma: no cover
    return data[int(data[k]) : int(data[k + 1])]


@nb.njit(error_model="numpy", cache=True, nogil=True)
def unpack(data: Floats) -> tuple[Constants, RoundCoordinates]:  # pragma: no cover
    """Undo `pack`, without copies but for the calendar."""
    areas, months, waves = len(_part(data, 2)), len(_part(data, 4)), len(_part(data, 13)) // 12
    constants = Constants(
        _part(data, 0).reshape(areas, months),
        _part(data, 1).reshape(areas, months),
        _part(data, 2),
        _part(data, 3)[0],
        _part(data, 4),
        _part(data, 5).astype(np.int64),
        _part(data, 6).reshape(months, len(_part(data, 6)) // months),
        _part(data, 7).reshape(areas, months, len(_part(data, 7)) // (areas * months)),
        _part(data, 8)[0],
        _part(data, 9),
        _part(data, 10),
        _part(data, 11)[0],
        _part(data, 12)[0],
        _part(data, 13).reshape(12, waves),
        _part(data, 14)[0],
        _part(data, 15)[0],
        _part(data, 16),
    )
    own = len(constants.spread)
    shared = len(_part(data, 17)) - own * areas
    return constants, RoundCoordinates(
        _part(data, 17),
        _part(data, 18).reshape(shared, shared),
        _part(data, 19).reshape(own * areas, shared),
        _part(data, 20).reshape(areas, own, own),
    )


@nb.cfunc(_DENSITY, error_model="numpy")
def density_by_pointer(
    size: int, at: Any, gradient: Any, value: Any, data: Any
) -> int:  # pragma: no cover
    """Write log density and gradient at coordinates `at`; give 0, or 4 where they are no numbers.

    A step far out may overflow: the sampler then refuses it.
    """
    length = int(nb.carray(data, (PARTS + 1,), np.float64)[PARTS])
    constants, to = unpack(nb.carray(data, (length,), np.float64))
    found, slope = round_value_and_gradient(nb.carray(at, (size,)), to, constants)
    nb.carray(value, (1,))[0] = found
    nb.carray(gradient, (size,))[:] = slope
    return 0 if np.isfinite(found) and np.all(np.isfinite(slope)) else _NOT_A_NUMBER


@nb.cfunc(_EXPANSION)
def _as_it_is(_size: int, expanded: int, at: Any, out: Any, _data: Any) -> int:  # pragma: no cover
    for k in range(expanded):
        out[k] = at[k]
    return 0


def by_pointer(
    constants: Constants, to: RoundCoordinates, start: "Callable[[int], Floats]"
) -> "CompiledModel":
    """Give the density as nutpie takes it; what it draws are the coordinates, under the name `x`.

    Parameters
    ----------
    constants, to : data, and coordinates in which their density is round
    start : where a chain begins, by its seed
    """
    from nutpie.compile_pymc import CompiledPyMCModel

    size = len(to.centre)
    return CompiledPyMCModel(
        dims={},
        compiled_logp_func=density_by_pointer,
        compiled_expand_func=_as_it_is,
        initial_point_func=start,
        shared_data={},
        user_data=pack(constants, to),
        n_expanded=size,
        shape_info=(["x"], [slice(0, size)], [(size,)]),
        logp_func=None,
        expand_func=None,
        _n_dim=size,
        _shapes={"x": (size,)},
        _coords={},
    )
