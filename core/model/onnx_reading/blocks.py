"""Two values that meet again: a residual block, columns side by side, or both classes of one output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.model.onnx_reading.flow import Affine, Flow, MisfitError, Step, settled
from core.nn import Conv2D, Dense, LayerError, Residual, Shape
from core.spec import SettingError

__all__ = ["concatenated", "summed"]


def summed(first: Flow, second: Flow, source: str) -> Flow:
    """The sum of two flows, as a Residual block. `MisfitError` if they are no branch beside a skip connection."""
    first, second = settled(first), settled(second)
    if first.index.shape != second.index.shape or not (first.index == second.index).all():
        raise MisfitError("it adds two values in different orders")
    shared = _shared(first.steps, second.steps)
    branch, skip = first.steps[shared:], second.steps[shared:]
    if len(branch) < len(skip) or not branch:
        branch, skip = skip, branch
    if not branch:
        raise MisfitError("it adds a value to itself")
    before = _shape_behind(first.input_shape, first.steps[:shared])
    weights = {
        f"{place}/{name}": array for place, step in enumerate(branch) for name, array in step.weights.items()
    }
    block = Residual(tuple(step.layer for step in branch))
    remark = ""
    if skip:
        projected, remark = _projection(block, skip, before)
        weights["skip/kernel"] = projected
        weights, block = _with_bias_of(skip[0], weights, block, branch)
    inner = "; ".join(step.source for step in (*branch, *skip))
    trunk = replace(first, steps=first.steps[:shared], shape=before)
    return trunk.add(block, weights, f"{source} ({inner})", remark, index=first.index)


def _projection(block: Residual, skip: Sequence[Step], before: Shape) -> tuple[NDArray[np.float32], str]:
    """The kernel of the skip connection, which must be the layer that a Residual block makes itself."""
    try:
        wanted = next((part for name, part, *_ in block.parts(before) if name == "skip"), None)
    except (LayerError, SettingError) as error:
        raise MisfitError(str(error)) from None
    step = skip[0]
    layer = step.layer
    plain = len(skip) == 1 and isinstance(layer, Dense | Conv2D)
    if not plain or wanted is None:
        raise MisfitError(
            "it adds two branches of layers; a Residual block has one, beside its inputs or a projection"
        )
    assert isinstance(layer, Dense | Conv2D)
    alike = ("units",) if isinstance(layer, Dense) else ("filters", "kernel_size", "strides", "dilation_rate")
    same = type(layer) is type(wanted) and all(getattr(layer, n) == getattr(wanted, n) for n in alike)
    if not same or layer.activation.kind != "linear":
        raise MisfitError("its skip connection must be a Dense or a 1 × 1 convolution without activation")
    remark = "the bias of its projection is in its last layer" if layer.use_bias else ""
    return step.weights["kernel"], remark


def _with_bias_of(
    skip: Step, weights: dict[str, NDArray[np.float32]], block: Residual, branch: Sequence[Step]
) -> tuple[dict[str, NDArray[np.float32]], Residual]:
    """With the bias of the projection added to that of the branch's last layer, whose sums go into the same sum."""
    if "bias" not in skip.weights:
        return weights, block
    last = block.layers[-1]
    if not isinstance(last, Dense | Conv2D) or last.activation.kind != "linear":
        raise MisfitError("its skip connection has a bias, for which a Residual block has no place")
    name = f"{len(branch) - 1}/bias"
    bias = skip.weights["bias"] + weights.get(name, np.float32(0))
    layers = (*block.layers[:-1], last.replace(use_bias=True))
    ordered: dict[str, NDArray[np.float32]] = {}
    for key, array in {**weights, name: bias}.items():
        ordered[key] = array
    return ordered, block.replace(layers=layers)


def concatenated(flows: Sequence[Flow], axis: int) -> Flow:
    """Columns of the input side by side, or 1 - p beside p. `MisfitError` for anything else."""
    if len(flows) == 2 and _is_complement(*flows):
        return replace(flows[1], both=True)
    if axis not in (1, -1) or any(flow.steps or flow.index.ndim != 1 or flow.head for flow in flows):
        raise MisfitError("it puts two values side by side, for which there is no layer here")
    size = sum(flow.index.size for flow in flows)
    pending = None
    if any(flow.pending for flow in flows):
        pending = _joined([_pending(flow) for flow in flows])
    columns = tuple(name for flow in flows for name in flow.columns)
    if len(set(columns)) < len(columns):
        raise MisfitError("it uses a column twice")
    return Flow((), (size,), np.arange(size), (size,), pending, columns=columns)


def _pending(flow: Flow) -> Affine:
    if not flow.is_straight:
        raise MisfitError("it reorders columns")
    size = flow.index.size
    return flow.pending or Affine(np.ones(size), np.zeros(size), ())


def _joined(parts: Sequence[Affine]) -> Affine:
    return Affine(
        np.concatenate([part.scale for part in parts]),
        np.concatenate([part.shift for part in parts]),
        tuple(source for part in parts for source in part.sources),
    )


def _is_complement(first: Flow, second: Flow) -> bool:
    """Whether they are 1 - p and p of one output."""
    pending = first.pending
    return (
        pending is not None
        and second.pending is None
        and bool(second.steps)
        and first.steps == second.steps
        and second.index.shape == (1,)
        and pending.scale.tolist() == [-1.0]
        and pending.shift.tolist() == [1.0]
    )


def _shared(first: Sequence[Step], second: Sequence[Step]) -> int:
    """How many steps both have from the start, the very same ones."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one is not other:
            break
        count += 1
    return count


def _shape_behind(shape: Shape, steps: Sequence[Step]) -> Shape:
    for step in steps:
        shape = step.layer.output_shape(shape)
    return shape
