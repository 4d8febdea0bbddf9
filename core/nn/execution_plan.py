"""What one pass through a network does, decided once: which calls, on which buffers.

A step must be little more than its numpy calls, so everything that can be known before it is: a plan is made for
one batch size and holds the ops' bound methods in two lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.nn import Layer, Op, OpContext, Shape
from core.nn.interventions import OutputOverrideOp
from core.spec.arrays import Array

__all__ = ["ExecutionPlan", "Stage"]


class Stage(NamedTuple):
    """One op to be: what to bind, and to which arrays.

    `ends_layer` is False for a layer whose activation is a stage of its own. `overrides`, (units, values), replaces
    outputs of the layer after its last stage.
    """

    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parameters: Mapping[str, Array]
    gradients: Mapping[str, Array]
    ends_layer: bool
    overrides: tuple[NDArray[np.intp], list[float]] | None = None


class ExecutionPlan:
    """One pass over `batch` samples.

    - `stages`: in their order; with a fused loss without the last activation, which the loss absorbs.
    - `training`: dropout drops, running averages move, and `backward` fills the gradient arrays.
    - `inspect`: no layer overwrites another's output, so that `outputs` can show them all.
    """

    def __init__(
        self,
        stages: Iterable[Stage],
        batch: int,
        dtype: np.dtype[Any],
        rng: np.random.Generator,
        *,
        training: bool,
        inspect: bool,
    ) -> None:
        self.batch = batch
        self._ends: list[int] = []
        ops: list[Op] = []
        # Nobody asks for the gradient in front of the first parameters: the way back ends there.
        first = 0
        learned = False
        begins_layer = True
        for stage in stages:
            # The first op's input is the caller's; an inspected layer's output is what it will be asked for.
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
                in_place=free,
                input_gradient=learned,
            )
            op = stage.layer.bind(context)
            if op is not None:
                ops.append(op)
                if context.gradients and not learned and begins_layer:
                    first, learned = len(ops) - 1, True
            begins_layer = stage.ends_layer
            if stage.ends_layer:
                if stage.overrides is not None:
                    ops.append(OutputOverrideOp(context, *stage.overrides))
                self._ends.append(len(ops))
        self._forwards = [op.forward for op in ops]
        self._backwards = [op.backward for op in reversed(ops[first:])]

    def forward(self, x: Array) -> Array:
        """The outputs (batch, *output_shape), in a buffer that the next call overwrites."""
        for forward in self._forwards:
            x = forward(x)
        return x

    def backward(self, gradient: Array) -> None:
        """Fill the network's gradient vector from the loss's gradient, which may be overwritten."""
        for backward in self._backwards:
            gradient = backward(gradient)

    def outputs(self, x: Array) -> Iterator[Array]:
        """The output of every layer, one after the other, in buffers that the next call overwrites."""
        done = 0
        for end in self._ends:
            for forward in self._forwards[done:end]:
                x = forward(x)
            done = end
            yield x
