"""What one pass through a network does, decided once: which calls, on which buffers.

A step must be little more than its numpy calls, so everything that can be known before it is: a plan is made for
one batch size and holds the ops' bound methods in two lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.nn import Layer, Op, Shape, Site
from core.nn.interventions import HeldOutputs

if TYPE_CHECKING:
    from core.nn.network import Network

__all__ = ["Plan"]

Array = NDArray[np.floating[Any]]


class Plan:
    """One pass over `batch` samples.

    - `training`: dropout drops, running averages move, and `backward` fills the network's gradient vector.
    - `fused`: the last activation is left out, since the loss absorbs it.
    - `inspect`: no layer overwrites another's output, so that `outputs` can show them all.
    """

    def __init__(self, network: Network, batch: int, *, training: bool, fused: bool, inspect: bool) -> None:
        self.batch = batch
        self._ends: list[int] = []
        ops: list[Op] = []
        # Nobody asks for the gradient in front of the first parameters: the way back ends there.
        first = 0
        learned = False
        stages = list(_stages(network))
        if fused:
            stages.pop()
        for index, layer, input_shape, output_shape, closes in stages:
            # The first op's input is the caller's; an inspected layer's output is what it will be asked for.
            free = bool(ops) and not ops[-1].uses_output and not (inspect and layer is network.layers[index])
            site = Site(
                batch=batch,
                input_shape=input_shape,
                output_shape=output_shape,
                dtype=network.dtype,
                training=training,
                parameters=network.weights[index],
                gradients=network.weight_gradients[index],
                rng=network.rng,
                in_place=free,
                input_gradient=learned,
            )
            op = layer.bind(site)
            if op is not None:
                ops.append(op)
                if site.gradients and not learned and layer is network.layers[index]:
                    first, learned = len(ops) - 1, True
            if closes and index in network.held_outputs:
                ops.append(HeldOutputs(site, *network.held_outputs[index]))
            if closes:
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


def _stages(network: Network) -> Iterator[tuple[int, Layer, Shape, Shape, bool]]:
    """Every op to be: the layer's index, what to bind, its shapes, and whether it is the layer's last."""
    shape = network.input_shape
    for index, (layer, output) in enumerate(zip(network.layers, network.shapes, strict=True)):
        activation = getattr(layer, "activation", None)
        yield index, layer, shape, output, activation is None
        if activation is not None:
            yield index, activation, output, output, True
        shape = output
