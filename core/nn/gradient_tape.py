"""Record a forward and backward pass, on a copy of the weights, at any time during training."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from core.nn import ActivationFunction, Layer, Op, OpContext, Shape
from core.nn.losses import BoundLoss, CrossEntropy, Loss
from core.nn.network import Network
from core.nn.token_loss import TokenLoss
from core.spec.arrays import Array


class GradientTape:
    """Passes over `batch` samples through `network` in inference mode.

    Dropout and noise are off, and BatchNorm uses its running averages: outputs equal `Network.predict`, gradients are
    those of its loss. After `run`, one entry per layer:

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
        self._stages = [
            _bound_stages(self.network, index, batch, shape)
            for index, shape in enumerate((network.input_shape, *network.shapes[:-1]))
        ]
        self.inputs: list[Array] = []
        self.pre_activations: list[Array] = []
        self.outputs: list[Array] = []
        self.pre_activation_gradients: list[Array] = []
        self.output_gradients: list[Array] = []
        self.input_gradient: Array = np.zeros((batch, *network.input_shape), dtype)
        self.loss = np.nan

    @property
    def gradients(self) -> Array:
        """Loss gradients of all trainable weights, (parameters,), in the layout of the network's vector."""
        return self.network.gradients

    @property
    def weight_gradients(self) -> tuple[Any, ...]:
        return self.network.weight_gradients

    def override_of(self, layer: int, unit: int) -> float | None:
        """What replaces the output of a unit, if it is muted or clamped; see `Network.intervene`."""
        units, values = self._source.output_overrides.get(layer, (np.empty(0, np.intp), []))
        return dict(zip(units.tolist(), values, strict=True)).get(unit)

    def run(self, inputs: Array, targets: Array, loss: Loss, weight: float = 1.0) -> None:
        """Forward and backward: `inputs` (batch, *input_shape), encoded `targets` (batch, outputs).

        The loss is multiplied by `weight`. Whole `targets` (batch, time) are class numbers of positions.
        """
        np.copyto(self.network.parameters, self._source.parameters)
        np.copyto(self.network.state, self._source.state)
        with np.errstate(all="ignore"):
            self._forward(self.network.checked(inputs))
            if isinstance(loss, CrossEntropy) and targets.dtype.kind == "i":
                self._backward(targets, partial(TokenLoss, loss), loss, weight)
            else:
                self._backward(np.asarray(targets, self.network.dtype), loss.bind, loss, weight)

    def _forward(self, x: Array) -> None:
        self.inputs, self.pre_activations, self.outputs = [], [], []
        for index, (layer, activation) in enumerate(self._stages):
            self.inputs.append(x)
            x = x if layer is None else layer.forward(x)
            self.pre_activations.append(x)
            x = x if activation is None else activation.forward(x)
            self.outputs.append(x)
            if index in self._source.output_overrides:
                # Pass the override on, but record the neuron's own output.
                units, values = self._source.output_overrides[index]
                x = x.copy()
                x[..., units] = values

    def _backward(self, targets: Array, bind: Callable[[bool], BoundLoss], loss: Loss, weight: float) -> None:
        fused = loss.fuses_with(self.network.final_activation)
        final = self.outputs[-1]
        plain, own = bind(False), bind(fused)
        self.loss = weight * own.value(self.pre_activations[-1] if fused else final, targets)
        gradient = np.empty_like(final)
        plain.gradient(final, targets, gradient)
        gradient *= weight
        back: list[tuple[Array, Array]] = []
        for index, (layer, activation) in reversed(list(enumerate(self._stages))):
            if index in self._source.output_overrides:
                gradient[..., self._source.output_overrides[index][0]] = 0.0
            by_output = gradient.copy()
            if fused and not back:
                # The fused gradient is exact where the plain one divides by nearly zero.
                own.gradient(self.pre_activations[-1], targets, gradient)
                gradient *= weight
            elif activation is not None:
                gradient = activation.backward(gradient)
            by_sum = gradient.copy()
            if layer is not None:
                gradient = layer.backward(gradient)
            back.append((by_sum, by_output))
        self.input_gradient = gradient.reshape(self.batch, *self.network.input_shape).copy()
        self.pre_activation_gradients = [by_sum for by_sum, _ in reversed(back)]
        self.output_gradients = [by_output for _, by_output in reversed(back)]


def _bound_stages(network: Network, index: int, batch: int, shape: Shape) -> tuple[Op | None, Op | None]:
    """The ops of a layer and of its activation. A standalone activation layer has only the latter."""
    layer = network.layers[index]
    output = network.shapes[index]

    def bind(part: Layer, before: Shape, after: Shape) -> Op | None:
        context = OpContext(
            batch=batch,
            input_shape=before,
            output_shape=after,
            dtype=network.dtype,
            training=True,
            parameters=network.weights[index],
            gradients=network.weight_gradients[index],
            rng=network.rng,
            dropout=network.dropout,
            in_place=False,
            input_gradient=True,
        )
        if not context.parameters and part.bind(dataclasses.replace(context, training=False)) is None:
            return None
        return part.bind(context)

    if isinstance(layer, ActivationFunction):
        return None, bind(layer, shape, output)
    activation = getattr(layer, "activation", None)
    own = bind(layer, shape, output)
    return own, None if activation is None else bind(activation, output, output)
