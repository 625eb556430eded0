"""Vectors of LANES numbers inside numba: a value type of LLVM's, and the few operations that the kernels need.

numba's arrays carry no promise that they do not overlap, so LLVM does not vectorise the kernels by itself; with
explicit vectors the speed does not depend on its mood. LLVM lowers them to AVX-512, AVX2, SSE or NEON.

Positions in arrays are NOT checked here: explanation.trees and explanation.layout see to it that they are right.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

LANES: int = 32 if llvm.get_host_cpu_features().get("avx512f") else 16
"""Clients that one vector holds: four registers of float64 with AVX-512 and with AVX2, which hide their latency."""

_BIT32 = ir.IntType(32)
_BYTES = ir.VectorType(ir.IntType(8), LANES)
# A multiplication and an addition may become one instruction; nothing else may be reordered.
_FLAGS = ("contract", "nsz")


class Vector(types.Type):  # type: ignore[misc]
    """numba's type of LANES numbers of one kind."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Vector({dtype} x {LANES})")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, vector: Vector) -> None:
        element = manager.lookup(vector.dtype).get_data_type()
        super().__init__(manager, vector, ir.VectorType(element, LANES))


def _spread(builder: Any, value: Any, element: Any = None) -> Any:
    """The number in every lane, narrowed to `element` where it is a wider integer; vectors as they are."""
    if isinstance(value.type, ir.VectorType):
        return value
    if element is not None and isinstance(element, ir.IntType) and value.type.width > element.width:
        value = builder.trunc(value, element)
    one = builder.insert_element(ir.Constant(ir.VectorType(value.type, LANES), ir.Undefined), value, _BIT32(0))
    return builder.shuffle_vector(one, one, ir.Constant(ir.VectorType(_BIT32, LANES), [0] * LANES))


def _vectors(builder: Any, *values: Any) -> list[Any]:
    """The values as vectors of one element type: that of the vector among them, if there is one."""
    element = next((value.type.element for value in values if isinstance(value.type, ir.VectorType)), None)
    return [_spread(builder, value, element) for value in values]


def _common(*kinds: Any) -> Vector:
    """The type of an operation's result: that of the vector among its operands, else a vector of the first one."""
    return Vector(next((kind.dtype for kind in kinds if isinstance(kind, Vector)), kinds[0]))


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, position: Any, to: Any = None) -> Any:
    pointer = builder.gep(context.make_array(array_type)(context, builder, array).data, [position], inbounds=True)
    return pointer if to is None else builder.bitcast(pointer, to.as_pointer())


def _width(array_type: Any) -> int:
    return int(array_type.dtype.bitwidth // 8)


@intrinsic
def at(typing, array, position):  # type: ignore[no-untyped-def]
    """array[position], a scalar, without numba's handling of negative positions."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.load(_pointer(context, builder, signature.args[0], arguments[0], arguments[1]))

    return array.dtype(array, position), generate


@intrinsic
def load(typing, array, position):  # type: ignore[no-untyped-def]
    """The vector array[position : position + LANES]."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        kind = context.get_value_type(signature.return_type)
        vector = builder.load(_pointer(context, builder, signature.args[0], arguments[0], arguments[1], kind))
        vector.align = _width(signature.args[0])
        return vector

    return Vector(array.dtype)(array, position), generate


@intrinsic
def store(typing, array, position, value):  # type: ignore[no-untyped-def]
    """array[position : position + LANES] = value, a vector or one number for all lanes."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        vector = _spread(builder, arguments[2])
        pointer = _pointer(context, builder, signature.args[0], arguments[0], arguments[1], vector.type)
        builder.store(vector, pointer).align = _width(signature.args[0])
        return context.get_dummy_value()

    return types.none(array, position, value), generate


@intrinsic
def add(typing, x, y):  # type: ignore[no-untyped-def]
    """x + y in each lane, floats."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.fadd(*_vectors(builder, *arguments), flags=_FLAGS)

    return _common(x, y)(x, y), generate


@intrinsic
def subtract(typing, x, y):  # type: ignore[no-untyped-def]
    """x - y in each lane, floats."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.fsub(*_vectors(builder, *arguments), flags=_FLAGS)

    return _common(x, y)(x, y), generate


@intrinsic
def multiply(typing, x, y):  # type: ignore[no-untyped-def]
    """x * y in each lane, floats."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        return builder.fmul(*_vectors(builder, *arguments), flags=_FLAGS)

    return _common(x, y)(x, y), generate


@intrinsic
def multiply_add(typing, x, y, z):  # type: ignore[no-untyped-def]
    """x * y + z in each lane, float64; one instruction where the processor has it."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        vectors = _vectors(builder, *arguments)
        kind = vectors[0].type
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind, [kind] * 3), f"llvm.fmuladd.v{LANES}f64"
        )
        return builder.call(function, vectors)

    return _common(x, y, z)(x, y, z), generate


@intrinsic
def where_at_most(typing, codes, position, limit, yes, no):  # type: ignore[no-untyped-def]
    """`yes` in the lanes where the byte codes[position + lane] <= limit, `no` in the others."""

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        array, position, limit, yes, no = arguments
        code = builder.load(_pointer(context, builder, signature.args[0], array, position, _BYTES))
        code.align = 1
        at_most = builder.icmp_unsigned("<=", code, _spread(builder, limit, _BYTES.element))
        return builder.select(at_most, *_vectors(builder, yes, no))

    return _common(yes, no)(codes, position, limit, yes, no), generate
