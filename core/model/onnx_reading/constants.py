"""Compute what of a graph depends on no sample: weights that are reordered, and shapes that are put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.io.onnx_parser import TENSOR_TYPES, ParsedNode
from core.model.onnx_reading.flow import MisfitError

__all__ = ["BATCH", "axes_of", "compute", "is_computed"]

Array = NDArray[Any]

BATCH: Final = -(2**40)
"""Stands for the number of samples in a shape that is read from a value. It is moved, never reckoned with."""
_MOST_NUMBERS: Final = 1 << 24


def is_computed(node: ParsedNode) -> bool:
    """Whether `compute` knows the operator."""
    return node.domain == "" and node.operator in _OPERATORS


def compute(node: ParsedNode, inputs: Sequence[Array | None]) -> Array:
    """The first output of a node for constant inputs, None where omitted. `MisfitError` if it cannot be computed."""
    try:
        found = _OPERATORS[node.operator](node.attributes, [each for each in inputs if each is not None])
    except (ValueError, IndexError, TypeError, KeyError, OverflowError, MemoryError) as error:
        raise MisfitError(f"its constants do not fit: {error}") from None
    return found


def axes_of(node: ParsedNode, inputs: Sequence[Array | None], place: int = 1) -> list[int] | None:
    """The axes that a node names in an attribute, or, since opset 13, in an input; None if it names none."""
    given = node.attributes.get("axes")
    if given is None and len(inputs) > place and inputs[place] is not None:
        given = np.asarray(inputs[place]).reshape(-1).tolist()
    return None if given is None else [int(axis) for axis in given]


def _cast(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    kind = TENSOR_TYPES[attributes["to"]]
    return inputs[0].astype(kind) if kind is not str else inputs[0].astype(str).astype(object)


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
    axes = attributes.get("axes", inputs[1].tolist() if len(inputs) > 1 else None)
    return np.squeeze(inputs[0], None if axes is None else tuple(axes))


def _unsqueeze(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    axes = attributes.get("axes", inputs[1].tolist() if len(inputs) > 1 else ())
    return np.expand_dims(inputs[0], tuple(axes))


def _reshape(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    wanted = [inputs[0].shape[place] if each == 0 else each for place, each in enumerate(inputs[1].tolist())]
    return inputs[0].reshape(wanted)


def _slice(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    array = inputs[0]
    starts = attributes.get("starts") or inputs[1].tolist()
    ends = attributes.get("ends") or inputs[2].tolist()
    axes = attributes.get("axes") or (inputs[3].tolist() if len(inputs) > 3 else range(len(starts)))
    steps = inputs[4].tolist() if len(inputs) > 4 else [1] * len(starts)
    parts = [slice(None)] * array.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        parts[axis] = slice(start, None if step < 0 and end < -array.shape[axis] else end, step)
    return array[tuple(parts)]


def _filled(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
    value = np.asarray(attributes.get("value", np.zeros(1, np.float32))).reshape(-1)[0]
    shape = [int(length) for length in inputs[0].reshape(-1)]
    size = 1
    for length in shape:
        size *= length
    if min(shape, default=0) < 0 or size > _MOST_NUMBERS:
        raise ValueError(f"a constant must have at most {_MOST_NUMBERS:,} numbers, got the shape {shape[:8]}")
    return np.full(shape, value)


def _reckoned(function: Callable[[Array, Array], Array]) -> Callable[[Mapping[str, Any], list[Array]], Array]:
    """Arithmetic of small constants, not of the number of samples."""

    def reckon(attributes: Mapping[str, Any], inputs: list[Array]) -> Array:
        if any(each.dtype.kind == "i" and (each == BATCH).any() for each in inputs):
            raise ValueError("it reckons with the number of samples")
        size = 1
        for length in np.broadcast_shapes(*(each.shape for each in inputs)):
            size *= length
        if size > _MOST_NUMBERS:
            raise ValueError(f"a constant must have at most {_MOST_NUMBERS:,} numbers, got {size:,}")
        with np.errstate(all="ignore"):
            return function(inputs[0], inputs[1])

    return reckon


def _divide(first: Array, second: Array) -> Array:
    found: Array = first / second if first.dtype.kind == "f" else first // second
    return found


_OPERATORS: Final[Mapping[str, Callable[[Mapping[str, Any], list[Array]], Array]]] = {
    "Constant": _constant,
    "Identity": lambda attributes, inputs: inputs[0],
    "Cast": _cast,
    "Transpose": lambda attributes, inputs: inputs[0].transpose(attributes.get("perm")),
    "Reshape": _reshape,
    "Flatten": lambda attributes, inputs: inputs[0].reshape(
        int(np.prod(inputs[0].shape[: attributes.get("axis", 1)])), -1
    ),
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Concat": lambda attributes, inputs: np.concatenate(inputs, attributes.get("axis", 0)),
    "Gather": lambda attributes, inputs: np.take(
        inputs[0], inputs[1].astype(np.int64), attributes.get("axis", 0)
    ),
    "Slice": _slice,
    "ConstantOfShape": _filled,
    "Shape": lambda attributes, inputs: np.array(inputs[0].shape, np.int64),
    "Add": _reckoned(np.add),
    "Sub": _reckoned(np.subtract),
    "Mul": _reckoned(np.multiply),
    "Div": _reckoned(_divide),
    "Sqrt": lambda attributes, inputs: np.sqrt(np.maximum(inputs[0], 0)),
}
