"""Stack: layers with their weights, without a training; the half of `Sequence` that predicts."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from core.model.check_inputs import as_inputs, count
from core.model.input import Input
from core.nn import LAYERS, Layer, LayerError, Shape
from core.nn.network import Network
from core.spec.arrays import Array
from core.train.trainer import Trainer


def layers_of(layers: tuple[Layer, ...], network: Network | None) -> tuple[Layer, ...]:
    """Equal layers that have the weights of `network`; `layers` themselves where there is none yet."""
    if network is None:
        return layers
    return tuple(_with_weights(layer, network, index) for index, layer in enumerate(layers))


def _with_weights(layer: Layer, network: Network, index: int) -> Layer:
    # A copy: the same layer may stand in several models.
    made = copy.copy(layer)
    object.__setattr__(made, "arrays", network.weights[index])
    return made


class Stack:
    """The layers of a `Sequence`, its weights, and what is computed and shown from them."""

    def __init__(self, layers: Iterable[Layer | str | Input], seed: int, dtype: str) -> None:
        if dtype not in ("float32", "float64"):
            raise ValueError(f"Sequence: dtype must be float32 or float64, got {dtype!r}")
        self.seed = count("seed", seed, 0)
        self.dtype = dtype
        self._layers: tuple[Layer, ...] = ()
        self._input_shape: Shape | None = None
        self._network: Network | None = None
        self._trainer: Trainer | None = None
        for layer in layers:
            self._append(layer)
        self._build_where_known()

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers; those of a built model have their weights (`layers[0].get_weights()`)."""
        return layers_of(self._layers, self._network)

    @property
    def built(self) -> bool:
        """Whether the weights exist."""
        return self._network is not None

    @property
    def network(self) -> Network:
        """The network. Raises `RuntimeError` before `build` or `train`."""
        if self._network is None:
            raise RuntimeError(
                "Sequence: it has no weights yet; call build(input_shape) or train(X, y) first"
            )
        return self._network

    def add(self, layer: Layer | str | Input) -> Self:
        """Append a layer; the next build initializes all weights."""
        self._append(layer)
        self._network = self._trainer = None
        self._build_where_known()
        return self

    def build(self, input_shape: int | Shape) -> Self:
        """Initialize the weights for samples of `input_shape`, such as 2 or (28, 28, 1); `LayerError` if none fit."""
        self._initialize((input_shape,) if isinstance(input_shape, int) else tuple(input_shape))
        return self

    def predict(self, X: ArrayLike, batch_size: int | None = None, verbose: int | str = 0) -> Array:
        """Outputs (samples, outputs); with softmax each row sums to 1.

        `batch_size` limits how many samples are computed at once, which changes nothing but memory; `verbose` is
        Keras's, and prints nothing.
        """
        inputs = as_inputs(X, self.dtype)
        if batch_size is None or len(inputs) <= count("batch_size", batch_size, 1):
            return self.network.predict(inputs)
        parts = [inputs[start : start + batch_size] for start in range(0, len(inputs), batch_size)]
        return np.concatenate([self.network.predict(part) for part in parts])

    def get_weights(self) -> list[Array]:
        """Copies of all weights, in Keras's order and with its shapes."""
        return self.network.get_weights()

    def set_weights(self, weights: Iterable[Any]) -> None:
        """The inverse of `get_weights`."""
        self.network.set_weights(list(weights))

    def set_network(self, network: Network) -> None:
        """Take the layers and weights of a network; training starts anew."""
        self._layers, self._network, self._trainer = tuple(network.layers), network, None
        if self._input_shape is not None:
            self._input_shape = network.input_shape

    def count_params(self) -> int:
        """The number of weights, with those that are not trained."""
        return self.network.parameter_count

    def summary(self, print_fn: Callable[[str], object] = print) -> None:
        """Print a table of the layers, their output shapes and parameters, as Keras does; `str(model)` is its text."""
        print_fn(str(self))

    show = summary

    def plot(self, axes: Any = None) -> Any:
        """Draw the network with its links by matplotlib, which the extra `plot` brings; returns the axes."""
        from core.model.plots import plot_network

        return plot_network(self._layers, self.network, axes)

    def __str__(self) -> str:
        from core.nn.summary import summary_text

        return summary_text(self._layers, self._network)

    def _repr_html_(self) -> str:
        from core.model.pictures import stack_html

        return stack_html(self._layers, self._network, repr(self))

    def __getstate__(self) -> dict[str, Any]:
        # A trainer is bound to arrays; training goes on with the optimizer's memory empty.
        state = self.__dict__ | {"_trainer": None, "_network": None}
        if self._network is not None:
            state["_network"] = (self._network.input_shape, self._network.state_dict())
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        kept = state["_network"]
        self.__dict__.update(state | {"_network": None})
        if kept is not None:
            self._initialize(kept[0])
            self.network.load_state_dict(kept[1])

    def _append(self, layer: Layer | str | Input) -> None:
        if isinstance(layer, Input):
            if self._layers or self._input_shape is not None:
                raise LayerError("Sequence: an Input must be the first of the layers, and the only one")
            self._input_shape = layer.lengths
        else:
            self._layers = (*self._layers, LAYERS.make(layer))

    def _build_where_known(self) -> None:
        """Initialize the weights of a model with an `Input`; its loss may still be compiled."""
        if self._input_shape is not None and self._layers:
            self._initialize(self._input_shape)

    def _initialize(self, shape: Shape) -> None:
        if not self._layers:
            raise LayerError("Sequence: it needs at least one layer, got none")
        self._network = Network(self._layers, shape, seed=self.seed, dtype=self.dtype)
        self._trainer = None
