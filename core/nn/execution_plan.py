"""An execution plan: the calls and buffers of one pass, decided once per batch size.

A step should cost little more than its numpy calls, so a plan holds the bound methods of its ops in two lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..spec.arrays import Array
from . import Op, OpContext
from .dropout_stream import DropoutStream, GeneratorStream
from .interventions import OutputOverrideOp
from .layer import Stage, next_mask
from .pooled_convolution import joined


class Pass:
    """The calls of a pass: those of `ops`, and back to the op number `first`."""

    def __init__(self, ops: Sequence[Op], first: int) -> None:
        self._forwards = [op.forward for op in ops]
        self._backwards = [op.backward for op in reversed(ops[first:])]

    def forward(self, x: Array) -> Array:
        """Outputs (..., *output_shape) for `x`, (..., *input_shape), in a buffer that the next call overwrites."""
        for forward in self._forwards:
            x = forward(x)
        return x

    def backward(self, gradient: Array) -> None:
        """Fill the network's gradients; that of the loss, (..., *output_shape), may be overwritten."""
        for backward in self._backwards:
            gradient = backward(gradient)


class ExecutionPlan(Pass):
    """A pass over `batch` samples.

    - `stages`: in order; without the last activation when the loss is fused with it.
    - `training`: dropout is active, running averages are updated, and `backward` fills the gradient arrays.
    - `inspect`: no layer overwrites another's output or is joined with it, so that `outputs` can return all of them.
    """

    def __init__(
        self,
        stages: Iterable[Stage],
        batch: int,
        dtype: np.dtype[Any],
        rng: np.random.Generator,
        dropout: DropoutStream | GeneratorStream,
        *,
        training: bool,
        inspect: bool,
    ) -> None:
        self.batch = batch
        self.is_current = True
        """Whether the network has not been bound otherwise since."""
        self.ends: dict[str, int] = {}
        """Number of ops up to the end of each layer, by path."""
        ops: list[Op] = []
        paths: list[str] = []
        # No gradient is needed before the first parameters: the backward pass ends there.
        first = 0
        learned = False
        begins_layer = True
        mask: NDArray[np.bool_] | None = None
        for stage in stages if inspect else joined(stages):
            # The caller owns the first input; with `inspect`, layer outputs must survive.
            free = bool(ops) and not ops[-1].uses_output and not (inspect and begins_layer)
            context = OpContext(
                batch=batch,
                input_shape=stage.input_shape,
                output_shape=stage.output_shape,
                dtype=dtype,
                training=training,
                parameters=stage.parameters,
                gradients=stage.gradients,
                rng=rng,
                dropout=dropout,
                in_place=free,
                input_gradient=learned,
                mask=mask,
            )
            op = stage.layer.bind(context)
            mask = next_mask(stage.layer, op, mask)
            if op is not None:
                ops.append(op)
                if context.gradients and not learned:
                    first, learned = len(ops) - 1, True
            begins_layer = stage.ends_layer
            if stage.ends_layer:
                if stage.overrides is not None:
                    ops.append(OutputOverrideOp(context, *stage.overrides))
                self.ends[stage.path] = len(ops)
            paths += [stage.path] * (len(ops) - len(paths))
        self.mask = mask
        """(batch, time), true where outputs count, after `forward`; None where all do."""
        self._adding = tuple(op for op in ops if op.adds_loss)
        self.adds_loss = bool(self._adding)
        """Whether there is an `added_loss`."""
        self.ops = tuple(zip(paths, ops, strict=True))
        """In order, each with the path of the layer that it computes, such as "3", or "3/1" within a block."""
        self.first = first
        """The number of the first op that `backward` reaches."""
        super().__init__(ops, first)

    @property
    def added_loss(self) -> float:
        """Additional losses of layers in the last `forward`, a mean over the batch."""
        return sum(op.added_loss for op in self._adding)

    def outputs(self, x: Array) -> Iterator[tuple[str, Array]]:
        """Yield each layer's path and output, (batch, *shape), in buffers that the next call overwrites.

        Layers within a block come before it.
        """
        done = 0
        for path, end in self.ends.items():
            for forward in self._forwards[done:end]:
                x = forward(x)
            done = end
            yield path, x
