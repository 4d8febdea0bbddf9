"""Two values that meet again: a residual block, columns side by side, or both classes of one output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.formats.onnx.flow import Affine, Flow, settled
from core.formats.residual_blocks import MisfitError, residual_of
from core.io.budget import spend


def summed(first: Flow, second: Flow, source: str) -> Flow:
    """The sum of two flows, as a Residual block. `MisfitError` if they are no branch beside a skip connection."""
    first, second = settled(first), settled(second)
    if first.index.shape != second.index.shape or not (first.index == second.index).all():
        raise MisfitError("it adds two values in different orders")
    found = residual_of(first.steps, second.steps, first.input_shape)
    trunk = replace(first, steps=first.steps[: found.shared], shape=found.before)
    return trunk.add(found.block, found.weights, f"{source} ({found.inner})", found.remark, index=first.index)


def concatenated(flows: Sequence[Flow], axis: int) -> Flow:
    """Columns of the input side by side, or 1 - p beside p. `MisfitError` for anything else."""
    if len(flows) == 2 and _is_complement(*flows):
        return replace(flows[1], both=True)
    if axis not in (1, -1) or any(flow.steps or flow.index.ndim != 1 or flow.head for flow in flows):
        raise MisfitError("it puts two values side by side, for which there is no layer here")
    size = sum(flow.index.size for flow in flows)
    spend(40 * size)
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
