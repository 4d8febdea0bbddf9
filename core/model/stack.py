"""Stack: an Input, and layers with their weights, without a training; the half of `Sequence` that predicts."""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ..nn import LAYERS, Layer, LayerError, Shape
from ..nn.layer import Variable
from ..nn.network import Network, describe
from ..nn.summary import layer_names
from ..spec import Spec
from ..spec.arrays import Array
from ..spec.instead import InitSignature, instead_of, unknown_name
from ..train.trainer import Trainer
from .batch_source import BatchSource
from .check_inputs import as_inputs, check_tokens, count, listed
from .continuation import Continuation


@dataclass(frozen=True)
class Input:
    """The shape of one sample, such as `Input(784)` or `Input((28, 28, 1))`, as the first of a model's layers.

    It has no weights; a model with one is built at once. The length of sequences may be None, `Input((None, 3))`: they
    are of any, and the first build the model. Raises `ValueError` for other shapes.
    """

    shape: int | Sequence[int | None]

    if not TYPE_CHECKING:
        __signature__ = InitSignature()

        def __new__(cls, *_: Any, **given: Any) -> Input:
            for name in given:
                if name != "shape":
                    raise TypeError(unknown_name("Input", name, ("shape",)))
            return super().__new__(cls)

    def __post_init__(self) -> None:
        given = self.shape
        parts: Any = (given,) if isinstance(given, int | np.integer) else given
        is_shape = (
            isinstance(parts, Iterable) and not isinstance(parts, str) and getattr(parts, "ndim", 1) == 1
        )
        lengths = tuple(parts) if is_shape else ()
        known = lengths[1:] if lengths[:1] == (None,) and len(lengths) < 3 else lengths
        if not 1 <= len(lengths) <= 3 or not all(
            isinstance(length, int | np.integer) and not isinstance(length, bool) and length > 0
            for length in known
        ):
            raise ValueError(f"Input: shape must be one to three lengths of at least 1, got {given!r}")
        object.__setattr__(self, "shape", tuple(length and int(length) for length in lengths))

    @property
    def lengths(self) -> Shape:
        """The shape as a tuple, with 0 for a length that is open."""
        assert isinstance(self.shape, tuple)
        return tuple(length or 0 for length in self.shape)


class Stack:
    """The layers of a `Sequence`, its weights, and what is computed and shown from them."""

    _trained_on: threading.Thread | None = None
    """The thread that changes the weights at any moment; others would compute in its memory."""

    def __init__(self, layers: Iterable[Layer | str | Input | Stack], seed: int, dtype: str) -> None:
        if dtype not in ("float32", "float64"):
            raise ValueError(f"Sequence: dtype must be float32 or float64, got {dtype!r}")
        self.seed = count("seed", seed, 0)
        self.dtype = dtype
        self._layers: tuple[Layer, ...] = ()
        self._input_shape: Shape | None = None
        self._network: Network | None = None
        self._trainer: Trainer | None = None
        self._continues: Continuation | None = None
        """What the next fit goes on with, of a model that has no trainer yet."""
        self._starts: dict[int, list[Array]] = {}
        """By index: what a layer's weights begin with at the next build, because it has learned before."""
        for layer in listed("layers", layers, "layers"):
            self._append(layer)
        self._build_where_known()

    @property
    def layers(self) -> tuple[Any, ...]:
        """The layers; those of a built model have their weights (`layers[0].kernel`), names, and `trainable` to set."""
        return layers_of(self._layers, self._network, self._hold)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """The layer of a name, such as "dense_1", or at an index. Raises `ValueError` where there is none."""
        return self.layers[self._index_of(name, index)]

    def _index_of(self, name: str | None, index: int | None) -> int:
        names = layer_names(self._layers)
        if index is None and name in names:
            index = names.index(name)
        if index is not None:
            index = count("index", index, -len(names) if names else 0)
        if index is None or not -len(names) <= index < len(names):
            wanted = f"called {name!r}" if index is None else f"at index {index}"
            raise ValueError(f"Sequence: there is no layer {wanted}; there are {', '.join(names) or 'none'}")
        return index % len(names)

    @property
    def weights(self) -> list[Variable]:
        """All weights in Keras's order: what is written to them is the model's."""
        return [Variable.of(view, parameter.name) for _, parameter, view in self.network.described()]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that learn."""
        return self._weights_that(True)

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that do not learn: running averages, and all of a layer with `trainable` off."""
        return self._weights_that(False)

    variables = weights
    trainable_variables, non_trainable_variables = trainable_weights, non_trainable_weights

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """The shape of inputs, with None for the samples, as in Keras."""
        return (None, *self.network.input_shape)

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """The shape of outputs, with None for the samples, as in Keras."""
        return (None, *self.network.output_shape)

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
        if self._trained_on not in (None, threading.current_thread()):
            raise RuntimeError(
                "Sequence: it is learning in a notebook's view; press Pause there, or call pause() of it"
            )
        return self._network

    def add(self, layer: Layer | str | Input | Stack) -> Self:
        """Append a layer; what the others have learned stays."""
        self._keep_weights()
        self._append(layer)
        self._rebuild()
        return self

    def pop(self) -> Any:
        """Remove the last layer and return it; what the others have learned stays."""
        if not self._layers:
            raise LayerError("Sequence: there is no layer to pop")
        self._keep_weights()
        self._layers, last = self._layers[:-1], self._layers[-1]
        self._starts.pop(len(self._layers), None)
        self._rebuild()
        return last

    def build(self, input_shape: int | tuple[int | None, ...]) -> Self:
        """Initialize the weights for samples of `input_shape`, such as 2 or (28, 28, 1); `LayerError` if none fit.

        Keras's shapes, with None for the samples in front, are taken as well.
        """
        single = isinstance(input_shape, int | np.integer)
        given = (input_shape,) if single else tuple(listed("input_shape", input_shape, "lengths"))
        shape = Input(given[1:] if given[:1] == (None,) and len(given) > 1 else given).lengths
        if all(shape):
            self._initialize(shape)
        else:
            self._input_shape = shape
        return self

    def __call__(self, X: ArrayLike, training: bool = False) -> Variable:
        """The outputs, as `predict` gives them; they answer Keras's `numpy()`. There are no gradients to follow here.

        Raises `ValueError` for `training=True`.
        """
        if training:
            raise ValueError("Sequence: outputs are those of predictions; fit and step(X, y) train")
        return Variable.of(self.predict(X))

    def predict(
        self, X: Any, batch_size: int | None = None, verbose: int | str = 0, steps: int | None = None
    ) -> Array:
        """Outputs (samples, outputs); with softmax each row sums to 1.

        `batch_size` limits how many samples are computed at once, which changes nothing but memory; `verbose` is
        Keras's, and prints nothing. X may give batches of inputs, or those of `fit`: `steps` of them, or all.
        """
        if BatchSource.is_one(X):
            return np.concatenate(
                [self.predict(X, batch_size) for X, *_ in BatchSource(X, steps, least=1).epoch()]
            )
        inputs = check_tokens(self._layers, as_inputs(X, self.dtype))
        if self._network is None and 0 < len(self._layers) == len(self._starts):
            self._build_learned(inputs.shape[1:])
        if batch_size is None or len(inputs) <= count("batch_size", batch_size, 1):
            return self._network_for(inputs).predict(inputs)
        network = self._network_for(inputs)
        parts = [inputs[start : start + batch_size] for start in range(0, len(inputs), batch_size)]
        return np.concatenate([network.predict(part) for part in parts])

    predict_on_batch = predict

    def activations(self, X: ArrayLike, layer: str | int | Layer | None = None) -> Any:
        """The outputs (samples, *shape) of a layer, by its name or index; of all layers by name without one.

        Layers are those of `layers`, too; `ValueError` for one that is not here.
        """
        inputs = check_tokens(self._layers, as_inputs(X, self.dtype))
        network = self._network_for(inputs)
        if layer is None:
            return dict(zip(layer_names(self._layers), network.layer_outputs(inputs), strict=True))
        given = layer.name if isinstance(layer, Layer) else layer
        index = self._index_of(*((given, None) if isinstance(given, str) else (None, given)))
        return network.outputs_at([str(index)], inputs)[str(index)]

    def get_weights(self) -> list[Array]:
        """Copies of all weights, in Keras's order and with its shapes."""
        return self.network.get_weights()

    def set_weights(self, weights: Iterable[Any]) -> None:
        """The inverse of `get_weights`."""
        self.network.set_weights(listed("weights", weights, "arrays"))

    def set_network(self, network: Network) -> None:
        """Take the layers and weights of a network; training starts anew."""
        self._layers, self._network, self._trainer = tuple(network.layers), network, None
        self._continues = None
        if self._input_shape is not None:
            self._input_shape = network.input_shape

    def count_params(self) -> int:
        """The number of weights, with those that are not trained."""
        return self.network.parameter_count

    def summary(self, print_fn: Callable[[str], object] = print) -> None:
        """Print a table of the layers, their output shapes and parameters, as Keras does; `str(model)` is its text."""
        if not callable(print_fn):
            raise ValueError(f"Sequence: print_fn must be a function of a text, got {print_fn!r:.60}")
        print_fn(str(self))

    show = summary

    def plot(self, axes: Any = None) -> Any:
        """Draw the network with its links by matplotlib, which the extra `plot` brings; returns the axes."""
        from ..reports.plots import plot_network

        return plot_network(self._layers, self.network, axes)

    def __str__(self) -> str:
        from ..nn.summary import summary_text

        return summary_text(self._layers, self._network)

    def _repr_html_(self) -> str:
        from ..reports.plots import stack_html

        return stack_html(self._layers, self._network, repr(self))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            sentence = f"{type(self).__name__!r} object has no attribute {name!r}{instead_of(name)}"
            raise AttributeError(sentence, name=name, obj=self)

    def __getstate__(self) -> dict[str, Any]:
        # A trainer is bound to arrays.
        state = self.__dict__ | {"_trainer": None, "_network": None, "_trained_on": None}
        if self._trainer is not None:
            state["_continues"] = Continuation.of(self._trainer)
        if self._network is not None:
            state["_network"] = (self.network.input_shape, self.network.state_dict())
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        kept, continues = state["_network"], state.get("_continues")
        self.__dict__.update(state | {"_network": None})
        if kept is not None:
            self._initialize(kept[0])
            self.network.load_state_dict(kept[1])
        self._continues = continues

    def _append(self, layer: Layer | str | Input | Stack) -> None:
        if isinstance(layer, Stack):
            # A model in a model: its layers, with what they have learned.
            if layer._input_shape is not None and not self._layers and self._input_shape is None:
                self._input_shape = layer._input_shape
            for inner in layer.layers:
                self._append(inner)
            return
        if isinstance(layer, Input):
            if self._layers or self._input_shape is not None:
                raise LayerError("Sequence: an Input must be the first of the layers, and the only one")
            self._input_shape = layer.lengths
            return
        made = LAYERS.make(layer)
        if made.name and made.name in (each.name for each in self._layers):
            raise LayerError(f"Sequence: names of layers must differ, got {made.name!r} twice")
        if made.arrays is not None:
            # It comes from another model, with what it has learned there.
            self._starts[len(self._layers)] = made.get_weights()
            made = apart(made)
        self._layers = (*self._layers, made)

    def _hold(self, index: int, trainable: bool) -> None:
        layer: Any = self._layers[index]
        layer.trainable = trainable
        self.network.freeze_untrainable()

    def _weights_that(self, learn: bool) -> list[Variable]:
        return [
            Variable.of(view, parameter.name)
            for index, parameter, view in self.network.described()
            if (parameter.trainable and self._layers[index].trainable) is learn
        ]

    def _keep_weights(self) -> None:
        if self._network is not None:
            kept = self._network.weights
            self._starts = {index: [*map(np.copy, arrays.values())] for index, arrays in enumerate(kept)}

    def _rebuild(self) -> None:
        """Build the changed layers, where the shape of inputs is known."""
        before, self._network, self._trainer, self._continues = self._network, None, None, None
        if before is not None and self._layers:
            self._initialize(before.input_shape)
        else:
            self._build_where_known()

    def _build_where_known(self) -> None:
        """Initialize the weights of a model with an `Input`; its loss may still be compiled."""
        if self._input_shape is not None and all(self._input_shape) and self._layers:
            self._initialize(self._input_shape)

    def _network_for(self, inputs: Array) -> Network:
        """The network, or one with the same weights for sequences (samples, time, ...) of another length."""
        network, shape = self.network, inputs.shape[1:]
        is_open = self._input_shape is None or not all(self._input_shape)
        if shape == network.input_shape or not is_open or len(shape) not in (1, 2):
            return network
        if shape[1:] != network.input_shape[1:] or not all(shape):
            return network
        try:
            if self._shapes_of_weights(shape) != self._shapes_of_weights(network.input_shape):
                return network
        except LayerError:
            return network
        made = Network(self._layers, shape, seed=None, dtype=self.dtype)
        made.set_weights(network.get_weights())
        made.noise_state = network.noise_state
        return made

    def _shapes_of_weights(self, shape: Shape) -> list[list[Shape]]:
        return [[p.shape for p in described] for described in describe(self._layers, shape)[1]]

    def _build_learned(self, shape: Shape) -> None:
        """Build layers that all come from another model, which have learned for inputs of one shape."""
        wanted = self._shapes_of_weights(shape)
        if wanted != [[array.shape for array in self._starts[index]] for index in range(len(wanted))]:
            raise ValueError(
                f"Sequence: its layers have learned for X of other shapes than (samples, *{shape})"
            )
        self._initialize(shape)

    def _initialize(self, shape: Shape) -> None:
        if not self._layers:
            raise LayerError("Sequence: it needs at least one layer, got none")
        self._network = network = Network(self._layers, shape, seed=self.seed, dtype=self.dtype)
        self._trainer = self._continues = None
        for index, starts in self._starts.items():
            places = list(network.weights[index].values())
            if [place.shape for place in places] == [start.shape for start in starts]:
                for place, start in zip(places, starts, strict=True):
                    place[...] = start
        self._starts = {}


S = TypeVar("S", bound=Spec)


def layers_of(
    layers: tuple[Layer, ...], network: Network | None, hold: Callable[[int, bool], None]
) -> tuple[Layer, ...]:
    """Equal layers that have the weights of `network`; `layers` themselves where there is none yet.

    `hold` is told the index of a layer whose `trainable` is set, and what it is now.
    """
    if network is None:
        return layers
    names = layer_names(layers)
    return tuple(
        linked(layer, arrays=arrays, name=name, trainable_changed=partial(hold, index))
        for index, (layer, arrays, name) in enumerate(zip(layers, network.weights, names, strict=True))
    )


def apart(layer: Layer) -> Layer:
    """A layer of a built model without its model; a name that the model gave stays there."""
    return layer.replace(name="" if re.fullmatch(rf"{layer.kind}(_\d+)?", layer.name) else layer.name)


def linked(spec: S, **attributes: object) -> S:
    """A copy with attributes of its own, since the same spec may stand in several models."""
    made = copy.copy(spec)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made
