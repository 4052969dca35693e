"""Numbers side by side: arithmetic on four of them at a time, for what numba compiles.

Processors add and multiply several numbers with one instruction. Compilers find such work in long
loops, and not in the loops over a dozen states that a filter is made of. Here it is said outright:
where the last axis of an array runs over `LANES` things of a kind, such as four links, `take` reads
one place of all of them, ``+ - * /`` work on all of them, and `put` writes them back.

    total = full(0.0)
    for i in range(len(x)):
        total += take(x, (i,)) * take(y, (i,))      # x, y: (n, LANES)

Numbers meet lanes as the same number in each. Products and sums may be fused and reordered, as with
numba's ``reassoc`` and ``contract``. LLVM makes of it what the processor has.

numba's cache on disk notices changes of the file a function stands in, and not of this one: after a
change here, delete ``__pycache__`` where lanes are used.
"""

# llvmlite and numba's insides have no types, and ``extending`` hides those of what it makes:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false
# pyright: reportUntypedFunctionDecorator=false, reportUntypedBaseClass=false
# pyright: reportMissingImports=false, reportUnusedClass=false, reportUnusedFunction=false
# pyright: reportAttributeAccessIssue=false, reportUntypedClassDecorator=false
# pyright: reportOptionalCall=false
# what they take and give are values of a compiler:
# ruff: noqa: ANN401

import operator
from typing import Any, Final

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.core.imputils import lower_builtin, lower_cast
from numba.core.typeconv import Conversion
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, models, register_model

LANES: Final = 4
"""Numbers that are worked on at a time."""

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_FLAGS = ("reassoc", "contract")
_INSTRUCTIONS = {
    operator.add: "fadd",
    operator.sub: "fsub",
    operator.mul: "fmul",
    operator.truediv: "fdiv",
}


class Lanes(types.Type):
    """numba's type of `LANES` numbers."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes({LANES})")

    def can_convert_from(self, typingctx: Any, other: Any) -> Any:
        """Let a number be the same number in each lane."""
        del typingctx
        return Conversion.safe if isinstance(other, types.Float) else None


lanes: Final = Lanes()


@register_model(Lanes)
class _Model(models.PrimitiveModel):
    """Lanes are a vector of LLVM's."""

    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _VECTOR)


def _same(builder: Any, number: Any) -> Any:
    """Give a number in each lane."""
    nothing, first = ir.Constant(_VECTOR, ir.Undefined), ir.Constant(ir.IntType(32), 0)
    places = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    one = builder.insert_element(nothing, number, first)
    return builder.shuffle_vector(one, nothing, places)


@lower_cast(types.Float, Lanes)
def _cast(context: Any, builder: Any, fromty: Any, toty: Any, value: Any) -> Any:
    del toty
    return _same(builder, context.cast(builder, value, fromty, types.float64))


class _Arithmetic(AbstractTemplate):
    """Types of lanes with lanes, or with numbers."""

    def generic(self, args: Any, kws: Any) -> Any:
        """Give the signature, or nothing where no lanes take part."""
        del kws
        theirs = all(isinstance(arg, Lanes | types.Float) for arg in args)
        if theirs and any(isinstance(arg, Lanes) for arg in args):
            return signature(lanes, lanes, lanes)
        return None


def _typed(symbol: Any) -> None:
    infer_global(symbol)(type(f"_{symbol.__name__}", (_Arithmetic,), {"key": symbol}))


def _lowered(symbol: Any, instruction: str) -> None:
    @lower_builtin(symbol, Lanes, Lanes)
    def _lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        del context, sig
        return getattr(builder, instruction)(*args, flags=_FLAGS)


for _symbol, _instruction in _INSTRUCTIONS.items():
    _typed(_symbol)
    _lowered(_symbol, _instruction)

# lanes are never changed in place: numba asks for the types of these, and makes + and - of them
_typed(operator.iadd)
_typed(operator.isub)


def _full(typingctx: Any, number: Any) -> Any:
    """Give lanes that all hold a number."""
    del typingctx, number

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        del context, sig
        return _same(builder, args[0])

    return lanes(types.float64), lower


def _take(typingctx: Any, array: Any, place: Any) -> Any:
    """Read the lanes at a place of an array, (..., LANES) of floats in C order.

    Parameters
    ----------
    place : a tuple of integers, one for each axis but the last; within bounds, and not negative
    """
    del typingctx
    _check(array, place)

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load(_pointer(context, builder, sig, args), align=8)

    return lanes(array, place), lower


def _put(typingctx: Any, array: Any, place: Any, values: Any) -> Any:
    """Write lanes, or a number in each, at a place of an array, as `take` reads them."""
    del typingctx, values
    _check(array, place)

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store(args[2], _pointer(context, builder, sig, args), align=8)
        return context.get_dummy_value()

    return types.none(array, place, lanes), lower


full: Final[Any] = intrinsic(_full)
take: Final[Any] = intrinsic(_take)
put: Final[Any] = intrinsic(_put)


def _check(array: Any, place: Any) -> None:
    right = isinstance(array, types.Array) and array.dtype == types.float64 and array.layout == "C"
    if not right or not isinstance(place, types.UniTuple) or len(place) != array.ndim - 1:
        raise TypingError(
            f"lanes: found place {place} of {array}, expected a tuple of integers, one less than "
            "axes, and floats in C order"
        )


def _pointer(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Address of the lanes: places are within bounds, so nothing wraps around."""
    array = context.make_array(sig.args[0])(context, builder, args[0])
    shape = cgutils.unpack_tuple(builder, array.shape)
    offset = ir.Constant(ir.IntType(64), 0)
    for length, at in zip(shape, cgutils.unpack_tuple(builder, args[1]), strict=False):
        offset = builder.add(builder.mul(offset, length, flags=("nsw",)), at, flags=("nsw",))
    offset = builder.mul(offset, ir.Constant(ir.IntType(64), LANES), flags=("nsw",))
    return builder.bitcast(builder.gep(array.data, [offset], inbounds=True), _VECTOR.as_pointer())
