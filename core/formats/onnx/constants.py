"""Compute what of a graph depends on no sample: weights that are reordered, and shapes that are put together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...io.budget import spend
from ..residual_blocks import MisfitError
from .parser import TENSOR_TYPES, ParsedNode

Array = NDArray[Any]

BATCH: Final = -(2**40)
"""Stands for the number of samples in a shape that is read from a value. It is moved, never reckoned with."""
_MAX_AXES: Final = 64


def is_computed(node: ParsedNode) -> bool:
    """Whether `compute` knows the operator."""
    return node.domain == "" and node.operator in _OPERATORS


def compute(node: ParsedNode, inputs: Sequence[Array | None]) -> Array:
    """The first output of a node for constant inputs, None where omitted. `MisfitError` if it cannot be computed.

    What is made is spent from the budget before it is.
    """
    try:
        found = _OPERATORS[node.operator](node.attributes, [each for each in inputs if each is not None])
    except (ValueError, IndexError, TypeError, KeyError, OverflowError) as error:
        raise MisfitError(f"its constants do not fit: {error}") from None
    return found


def axes_of(node: ParsedNode, inputs: Sequence[Array | None]) -> list[int] | None:
    """The axes that a node names in an attribute, or, since opset 13, in an input; None if it names none."""
    given = node.attributes.get("axes")
    if given is None and len(inputs) > 1 and inputs[1] is not None:
        given = whole_numbers(inputs[1])
    return None if given is None else [int(axis) for axis in given]


def whole_numbers(array: Any) -> list[int]:
    """The numbers of a constant that names axes or lengths. `MisfitError` if they are more than those."""
    flat = np.asarray(array).reshape(-1)
    if flat.size > _MAX_AXES:
        raise MisfitError(f"it names {flat.size:,} axes or lengths")
    return [int(number) for number in flat.tolist()]


def _spend_array(size: int, *dtypes: np.dtype[Any]) -> None:
    """Texts, which are names of classes, are entries too: numpy handles objects one by one, and lets no thread run."""
    spend(size * max(dtype.itemsize for dtype in dtypes), entries=size if object in dtypes else 0)


def _cast(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    kind = TENSOR_TYPES[attributes["to"]]
    if kind is str:
        spend(200 * inputs[0].size, entries=inputs[0].size)
        return inputs[0] if inputs[0].dtype == object else inputs[0].astype(str).astype(object)
    _spend_array(inputs[0].size, inputs[0].dtype, np.dtype(kind))
    return inputs[0].astype(kind)


def _constant(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    if "value" in attributes:
        return np.asarray(attributes["value"])
    for name, kind in (("value_float", np.float32), ("value_floats", np.float32)):
        if name in attributes:
            return np.array(attributes[name], kind)
    for name in ("value_int", "value_ints"):
        if name in attributes:
            return np.array(attributes[name], np.int64)
    raise ValueError("it has no value")


def _squeeze(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    axes = attributes.get("axes", whole_numbers(inputs[1]) if len(inputs) > 1 else None)
    return np.squeeze(inputs[0], None if axes is None else tuple(axes))


def _unsqueeze(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    axes = attributes.get("axes", whole_numbers(inputs[1]) if len(inputs) > 1 else ())
    return np.expand_dims(inputs[0], tuple(axes))


def _reshape(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    lengths = enumerate(whole_numbers(inputs[1]))
    return _reshaped(inputs[0], [inputs[0].shape[place] if each == 0 else each for place, each in lengths])


def _flatten(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    rows = int(np.prod(inputs[0].shape[: attributes.get("axis", 1)]))
    return _reshaped(inputs[0], [rows, -1])


def _reshaped(array: Array, shape: Sequence[int]) -> Array:
    # A view of most arrays.
    _spend_array(0 if array.flags.c_contiguous else array.size, array.dtype)
    return array.reshape(shape)


def _concatenate(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    _spend_array(sum(array.size for array in inputs), *(array.dtype for array in inputs))
    return np.concatenate(inputs, attributes.get("axis", 0))


def _gather(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    array, places, axis = inputs[0], inputs[1], attributes.get("axis", 0)
    spend(8 * places.size)
    _spend_array(places.size * (array.size // max(1, array.shape[axis])), array.dtype)
    return np.take(array, places.astype(np.int64), axis)


def _slice(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    array = inputs[0]
    given = [whole_numbers(each) for each in inputs[1:]]
    starts = attributes.get("starts") or given[0]
    ends = attributes.get("ends") or given[1]
    axes = attributes.get("axes") or (given[2] if len(given) > 2 else range(len(starts)))
    steps = given[3] if len(given) > 3 else [1] * len(starts)
    parts = [slice(None)] * array.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        parts[axis] = slice(start, None if step < 0 and end < -array.shape[axis] else end, step)
    return array[tuple(parts)]


def _filled(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    value = np.asarray(attributes.get("value", np.zeros(1, np.float32))).reshape(-1)
    shape = whole_numbers(inputs[0])
    if min(shape, default=0) < 0:
        raise ValueError(f"its shape is {shape[:8]}")
    _spend_array(math.prod(shape), value.dtype)
    return np.full(shape, value[0], value.dtype)


def _expand(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    wanted = whole_numbers(inputs[1])
    if BATCH in wanted:
        raise ValueError("it repeats numbers for each sample")
    shape = np.broadcast_shapes(inputs[0].shape, tuple(wanted))
    _spend_array(math.prod(shape), inputs[0].dtype)
    return np.broadcast_to(inputs[0], shape)


def shape_part(attributes: Mapping[str, Any], shape: Sequence[int]) -> Array:
    """What the operator Shape gives of a shape: from `start` to `end`."""
    return np.array(shape[attributes.get("start", 0) : attributes.get("end")], np.int64)


def _reckoned(function: Callable[[Array, Array], Array]) -> Callable[[Mapping[str, Any], list[Array]], Array]:
    """Arithmetic of small constants, not of the number of samples."""

    def reckon(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
        if any(each.dtype == object for each in inputs):
            raise ValueError("it reckons with texts")
        if any(each.dtype.kind == "i" and (each == BATCH).any() for each in inputs):
            raise ValueError("it reckons with the number of samples")
        spend(8 * math.prod(np.broadcast_shapes(*(each.shape for each in inputs))))
        with np.errstate(all="ignore"):
            return function(inputs[0], inputs[1])

    return reckon


def _root(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    spend(16 * inputs[0].size)
    found: Array = np.sqrt(np.maximum(inputs[0], 0))
    return found


def _divide(first: Array, second: Array) -> Array:
    found: Array = first / second if first.dtype.kind == "f" else first // second
    return found


_OPERATORS: Final[Mapping[str, Callable[[Mapping[str, Any], list[Array]], Array]]] = {
    "Constant": _constant,
    "Identity": lambda attributes, inputs: inputs[0],
    "Cast": _cast,
    "Transpose": lambda attributes, inputs: inputs[0].transpose(attributes.get("perm")),
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Concat": _concatenate,
    "Gather": _gather,
    "Slice": _slice,
    "ConstantOfShape": _filled,
    "Expand": _expand,
    "Shape": lambda attributes, inputs: shape_part(attributes, inputs[0].shape),
    "Add": _reckoned(np.add),
    "Sub": _reckoned(np.subtract),
    "Mul": _reckoned(np.multiply),
    "Div": _reckoned(_divide),
    "Sqrt": _root,
}
