"""Record a forward and backward pass, on a copy of the weights, at any time during training."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from ..spec.arrays import Array
from . import ActivationFunction
from .losses import BoundLoss, CrossEntropy, Loss
from .network import Network
from .stage import Address, bound_apart
from .token_loss import TokenLoss


class GradientTape:
    """Passes over `batch` samples through `network` in inference mode.

    Dropout and noise are off, and BatchNorm uses its running averages: outputs equal `Network.predict`, gradients are
    those of its loss. After `run`, one entry per layer, by its path, such as "3", or "3/1" within a block:

    - `inputs`, `pre_activations`, `outputs`: (batch, *shape).
    - `pre_activation_gradients`, `output_gradients`: loss gradients with respect to those, (batch, *shape).
    - `weight_gradients`: loss gradients of its trainable arrays, views into `gradients`.

    `input_gradient`, (batch, *input_shape), is the loss gradient of the network's inputs.
    """

    def __init__(self, network: Network, batch: int, dtype: DTypeLike = np.float64) -> None:
        self._source = network
        layers = [layer.as_predicted() for layer in network.layers]
        self.network = Network(layers, network.input_shape, dtype=dtype)
        self.batch = batch
        noise = self.network.rng, self.network.dropout
        self._stages = list(bound_apart(self.network.stages(False), batch, self.network.dtype, *noise))
        self.inputs: dict[str, Array] = {}
        self.pre_activations: dict[str, Array] = {}
        self.outputs: dict[str, Array] = {}
        self.pre_activation_gradients: dict[str, Array] = {}
        self.output_gradients: dict[str, Array] = {}
        self.input_gradient: Array = np.zeros((batch, *network.input_shape), dtype)
        self.loss = np.nan

    @property
    def gradients(self) -> Array:
        """Loss gradients of all trainable weights, (parameters,), in the layout of the network's vector."""
        return self.network.gradients

    @property
    def weight_gradients(self) -> tuple[Any, ...]:
        return self.network.weight_gradients

    def override_of(self, layer: Address, unit: int) -> float | None:
        """Replacement of the output of a unit, if it is muted or clamped; see `Network.intervene`."""
        units, values = self._source.output_overrides.get(str(layer), (np.empty(0, np.intp), []))
        return dict(zip(units.tolist(), values, strict=True)).get(unit)

    def run(
        self, inputs: Array, targets: Array, loss: Loss, weight: float = 1.0, *, first: Array | None = None
    ) -> None:
        """Forward and backward: `inputs` (batch, *input_shape), encoded `targets` (batch, outputs).

        The loss is multiplied by `weight`. Whole `targets` (batch, time) are class numbers of positions. With `first`,
        the network goes on with that in place of the outputs of its first layer.
        """
        np.copyto(self.network.parameters, self._source.parameters)
        np.copyto(self.network.state, self._source.state)
        self.network.muted_heads = self._source.muted_heads
        self.network.fold_heads()
        with np.errstate(all="ignore"):
            self._forward(self.network.checked(inputs), first)
            if isinstance(loss, CrossEntropy) and targets.dtype.kind == "i":
                self._backward(targets, partial(TokenLoss, loss), loss, weight)
            else:
                self._backward(np.asarray(targets, self.network.dtype), loss.bind, loss, weight)

    def _forward(self, x: Array, first: Array | None) -> None:
        self.inputs, self.pre_activations, self.outputs = {}, {}, {}
        for stage, op in self._stages:
            path = stage.path
            self.inputs.setdefault(path, x)
            if isinstance(stage.layer, ActivationFunction):
                self.pre_activations[path] = x
            x = x if op is None else op.forward(x)
            if not stage.ends_layer:
                continue
            x = first if path == "0" and first is not None else x
            self.pre_activations.setdefault(path, x)
            self.outputs[path] = x
            if (held := self._source.output_overrides.get(path)) is not None:
                # Pass the override on, but record the neuron's own output.
                units, values = held
                x = x.copy()
                x[..., units] = values

    def _backward(self, targets: Array, bind: Callable[[bool], BoundLoss], loss: Loss, weight: float) -> None:
        fused, last = loss.fuses_with(self.network.final_activation), str(len(self.network.layers) - 1)
        final = self.outputs[last]
        plain, own = bind(False), bind(fused)
        self.loss = weight * own.value(self.pre_activations[last] if fused else final, targets)
        gradient = np.empty_like(final)
        plain.gradient(final, targets, gradient)
        gradient *= weight
        self.pre_activation_gradients, self.output_gradients = {}, {}
        for stage, op in reversed(self._stages):
            path = stage.path
            if stage.ends_layer:
                if (held := self._source.output_overrides.get(path)) is not None:
                    gradient[..., held[0]] = 0.0
                by_output = self.output_gradients[path] = gradient.copy()
                self.pre_activation_gradients[path] = by_output
            if fused and stage is self._stages[-1][0]:
                # The fused gradient is exact where the plain one divides by nearly zero.
                own.gradient(self.pre_activations[last], targets, gradient)
                gradient *= weight
            elif op is not None:
                gradient = op.backward(gradient)
            if isinstance(stage.layer, ActivationFunction):
                self.pre_activation_gradients[path] = gradient.copy()
        self.input_gradient = gradient.reshape(self.batch, *self.network.input_shape).copy()
