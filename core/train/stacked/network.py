"""Networks of one shape as one: their vectors are the rows of (seeds, count) arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...nn import Layer, Op
from ...nn.execution_plan import Pass
from ...nn.interventions import OutputOverrideOp
from ...nn.network import Network, offset_in
from ...spec.arrays import Array
from .ops import StackContext, stacked_op


class StackedNetwork:
    """Copies of `networks`, which are all of one stack of layers.

    - `parameters`, `gradients`, `state`: (seeds, count), laid out as those of one network.
    - `kernels`, `kernel_gradients`: the regularized columns.
    - `frozen` (count,): columns of weights that stay.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        self.networks = tuple(networks)
        first = networks[0]
        self.parameters: Array = np.stack([network.parameters for network in networks])
        self.gradients: Array = np.stack([network.gradients for network in networks])
        self.state: Array = np.stack([network.state for network in networks])
        self.kernels = self.parameters[:, : first.kernels.size]
        self.kernel_gradients = self.gradients[:, : first.kernels.size]
        self.frozen = _frozen_columns(first)
        self._weights = tuple(
            {name: self._rows_of(first, index, name, view) for name, view in views.items()}
            for index, views in enumerate(first.weights)
        )
        self._weight_gradients = tuple(
            {name: _cut(self.gradients, first.gradients, view) for name, view in views.items()}
            for views in first.weight_gradients
        )
        self._plans: dict[tuple[int, bool, bool], Pass] = {}

    def __len__(self) -> int:
        return len(self.networks)

    def plan(self, rows: int, *, training: bool, fused: bool) -> Pass:
        """The plan for `rows` samples per seed; `fused` omits the last activation, which is part of the loss."""
        key = (rows, training, fused)
        if key not in self._plans:
            self._plans[key] = self._bound(rows, training, fused)
        return self._plans[key]

    def write_back(self, row: int) -> None:
        """Copy one row into its network."""
        network = self.networks[row]
        network.parameters[...] = self.parameters[row]
        network.gradients[...] = self.gradients[row]
        network.state[...] = self.state[row]

    def _bound(self, rows: int, training: bool, fused: bool) -> Pass:
        network, ops = self.networks[0], list[Op]()
        lead, first, learned = (len(self) if training else 1), 0, False
        for stage in network.stages(fused):
            assert isinstance(stage.layer, Layer)
            index, own = int(stage.path), bool(stage.parameters)
            context = StackContext(
                self.networks, lead, rows, stage.input_shape, stage.output_shape,
                self._weights[index] if own else {}, self._weight_gradients[index] if own else {},
                training, bool(ops) and not ops[-1].uses_output, learned,
            )  # fmt: skip
            op = stacked_op(stage.layer, context)
            if op is not None:
                ops.append(op)
                if context.gradients and not learned:
                    first, learned = len(ops) - 1, True
            if context.parameters:
                lead = len(self)
            if stage.ends_layer and stage.overrides is not None:
                plain = StackContext(
                    self.networks, lead, rows, context.output_shape, context.output_shape, {}, {}, training,
                    False, learned,
                )  # fmt: skip
                ops.append(OutputOverrideOp(plain.plain(), *stage.overrides))
        return Pass(ops, first)

    def _rows_of(self, first: Network, index: int, name: str, view: Array) -> Array:
        trainable = name in first.weight_gradients[index]
        vectors = (self.parameters, first.parameters) if trainable else (self.state, first.state)
        return _cut(*vectors, view)


def _cut(rows: Array, vector: Array, view: Array) -> Array:
    """The columns of `rows`, (seeds, count), that `view` is of `vector`, (count,): (seeds, *shape)."""
    start = offset_in(view, vector)
    return rows[:, start : start + view.size].reshape(len(rows), *view.shape)


def _frozen_columns(network: Network) -> NDArray[np.intp]:
    columns: list[int] = []
    for weights, _ in network.frozen:
        for place in np.ndindex(weights.shape):
            inner = sum(at * step for at, step in zip(place, weights.strides, strict=True))
            columns.append(offset_in(weights, network.parameters) + inner // weights.itemsize)
    return np.array(sorted(set(columns)), np.intp)
