"""A network: a stack of layer specs bound to arrays.

All parameters are views into one flat vector and all gradients into another, so that an optimizer step is a few
numpy calls. Kernels come first, so that regularized parameters are contiguous. Untrainable state, such as running
averages, is a third vector.
"""

from __future__ import annotations

import itertools
import math
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ..io.budget import spend
from ..spec.arrays import Array, Arrays
from . import ActivationFunction, Layer, LayerError, Parameter, Shape
from .attention import MultiHeadAttention, MutedHeads
from .dropout_stream import DropoutStream, GeneratorStream, dropout_stream
from .execution_plan import ExecutionPlan
from .interventions import Intervention, frozen_weights, muted_heads, output_overrides
from .layer import Stage
from .stage import LayerPlace, outer

Named = Arrays

# Measured cost of one output value in multiplications of a matrix product.
_ELEMENT_COST = 50

# Plan buffers of this many numbers per layer fit the second-level cache.
_CACHED_NUMBERS = 131_072
_KEPT_PLANS = 12

MAX_PARAMETERS = 50_000_000
"""More would take gigabytes with gradients and optimizer slots."""


class Network:
    """`layers` on samples of `input_shape`. Raises `LayerError`, with the layer's position, when they do not fit.

    Weights start from `seed`; with None they are zeros until `load_state_dict` or `set_weights`.

    - `shapes`: output shape of every layer.
    - `weights`: arrays of every layer by name, views into `parameters` or, where not trainable, into `state`.
    - `weight_gradients`: gradients of every layer's trainable arrays, views into `gradients`.
    - `kernels`, `kernel_gradients`: the regularized slice of the vectors.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        input_shape: Shape,
        *,
        dtype: DTypeLike = np.float32,
        seed: int | None = 0,
    ) -> None:
        self.layers = tuple(layers)
        self.input_shape = tuple(input_shape)
        self.dtype = np.dtype(dtype)
        self.shapes, self._described = describe(self.layers, self.input_shape)
        trainable = [p for described in self._described for p in described if p.trainable]
        size = sum(p.size for p in trainable)
        spend(2 * self.dtype.itemsize * _size(self._described))
        self.parameters: Array = np.zeros(size, self.dtype)
        self.gradients: Array = np.zeros(size, self.dtype)
        self.state: Array = np.zeros(_size(self._described) - size, self.dtype)
        self.weights, self.weight_gradients = self._views()
        regularized = sum(p.size for p in trainable if p.regularized)
        self.kernels = self.parameters[:regularized]
        self.kernel_gradients = self.gradients[:regularized]
        self.dropout: DropoutStream | GeneratorStream
        self._plans: OrderedDict[tuple[int, bool, bool, bool], ExecutionPlan] = OrderedDict()
        self.output_overrides: dict[str, tuple[NDArray[np.intp], list[float]]] = {}
        """By the path of a layer: units whose outputs are replaced, and their values; see `intervene`."""
        self.muted_heads: dict[str, tuple[int, ...]] = {}
        """By the path of an attention: its heads that add nothing."""
        self.frozen: list[tuple[Array, Array]] = []
        """Views of frozen weights, with their gradients."""
        self._pruned: list[Array] = []
        self._interventions: tuple[Intervention, ...] = ()
        self._learns: tuple[bool, ...] = ()
        inputs, arrays = (self.input_shape, *self.shapes), (self.weights, self.weight_gradients)
        places = map(LayerPlace, map(str, itertools.count()), self.layers, inputs, self.shapes, *arrays)
        self.places = {place.path: place for outer in places for place in outer.within()}
        """All layers by path, also those within blocks, which come before their block."""
        self.freeze_untrainable()
        if seed is None:
            self.rng = np.random.default_rng(0)
            self.dropout = DropoutStream(0)
        else:
            self.initialize(seed)

    def initialize(self, seed: int) -> None:
        """Initialize all weights. The same seed gives the same weights and the same dropout."""
        rng = np.random.default_rng(seed)
        for described, views in zip(self._described, self.weights, strict=True):
            for parameter in described:
                parameter.initializer.fill(views[parameter.name], parameter.fan_in, parameter.fan_out, rng)
        self.rng = np.random.default_rng([seed, 1])
        self.dropout = DropoutStream(seed)
        # Plans hold the previous generators.
        self._drop_plans()
        self.prune_links()

    @property
    def noise_state(self) -> dict[str, Any]:
        """State of the generator of noise and of the dropout stream, JSON-ready; set it to draw the same again."""
        return {"noise_state": self.rng.bit_generator.state, "dropout_state": self.dropout.state_dict()}

    @noise_state.setter
    def noise_state(self, state: Mapping[str, Any]) -> None:
        self.rng.bit_generator.state = state["noise_state"]
        dropout = state.get("dropout_state")
        if dropout is not None and dropout["version"] == self.dropout.version:
            self.dropout.load_state_dict(dropout)
        else:
            self.dropout = dropout_stream(dropout, self.rng)
            self._drop_plans()

    def intervene(self, interventions: Iterable[Intervention]) -> None:
        """Replace all interventions; pruned links become 0. Outputs of the last layer cannot be overridden."""
        self._interventions = tuple(interventions)
        self.output_overrides = output_overrides(
            each for each in self._interventions if outer(each.layer) < len(self.layers) - 1
        )
        self.muted_heads = muted_heads(self._interventions, self.places)
        self._freeze()
        self.prune_links()

    def fold_heads(self) -> None:
        """Let the weights of muted heads be 0, for what holds weights alone."""
        for path, heads in self.muted_heads.items():
            self.places[path].weights["attention_output/kernel"][list(heads)] = 0.0

    def freeze_untrainable(self) -> None:
        """Follow what layers have as `trainable` now."""
        learns = tuple(place.layer.trainable for place in self.places.values())
        if learns != self._learns:
            self._learns = learns
            self._freeze()

    def _freeze(self) -> None:
        self.frozen, self._pruned = frozen_weights(self._interventions, self.places)
        for place in self.places.values():
            if not place.layer.trainable:
                self.frozen += [
                    (place.weights[name], array) for name, array in place.weight_gradients.items()
                ]
        self._drop_plans()

    def prune_links(self) -> None:
        """Set the pruned links to 0; call it after loading other weights."""
        for entry in self._pruned:
            entry.fill(0.0)

    @property
    def parameter_count(self) -> int:
        """Size of all arrays, trainable or not, as Keras counts."""
        return self.parameters.size + self.state.size

    @property
    def output_shape(self) -> Shape:
        return self.shapes[-1] if self.shapes else self.input_shape

    @property
    def final_activation(self) -> ActivationFunction | None:
        """The activation function of the last layer."""
        if not self.layers:
            return None
        last = self.layers[-1]
        function = last.output_activation or last
        return function if isinstance(function, ActivationFunction) else None

    def plan(
        self, batch: int, *, training: bool = False, fused: bool = False, inspect: bool = False
    ) -> ExecutionPlan:
        """The cached execution plan for `batch` samples; it may be used while it `is_current`.

        `fused` omits the last activation, which is part of the loss.
        """
        key = (batch, training, fused, inspect)
        plan = self._plans.get(key)
        if plan is None:
            stages = self.stages(fused)
            noise = self.rng, self.dropout
            plan = ExecutionPlan(stages, batch, self.dtype, *noise, training=training, inspect=inspect)
            self._plans[key] = plan
            if len(self._plans) > _KEPT_PLANS:
                self._plans.popitem(last=False)
        else:
            self._plans.move_to_end(key)
        return plan

    def _drop_plans(self) -> None:
        for plan in self._plans.values():
            plan.is_current = False
        self._plans.clear()

    def predict(self, inputs: Array) -> Array:
        """Outputs (samples, *output_shape) for inputs (samples, *input_shape), in inference mode."""
        inputs = self.checked(inputs)
        outputs = np.empty((len(inputs), *self.output_shape), self.dtype)
        with np.errstate(all="ignore"):  # diverged weights show in the outputs
            for part in self.parts(len(inputs)):
                rows = inputs[part]
                outputs[part] = self.plan(len(rows)).forward(rows)
        return outputs

    def frozen_copy(self) -> Network:
        """The same network at this moment, to predict with while this one trains on."""
        made = Network(self.layers, self.input_shape, dtype=self.dtype, seed=None)
        np.copyto(made.parameters, self.parameters)
        np.copyto(made.state, self.state)
        made.output_overrides, made.muted_heads = self.output_overrides, self.muted_heads
        return made

    def layer_outputs(self, inputs: Array) -> list[Array]:
        """Copies of every layer's output, (samples, *shape), for inputs (samples, *input_shape)."""
        return list(self.outputs_at(map(str, range(len(self.layers))), inputs).values())

    def outputs_at(self, paths: Iterable[str], inputs: Array) -> dict[str, Array]:
        """Copies of the outputs, (samples, *shape), of the layers at `paths`, for inputs (samples, *input_shape)."""
        inputs = self.checked(inputs)
        shapes = {path: self.places[path].output_shape for path in paths}
        found = {path: np.empty((len(inputs), *shape), self.dtype) for path, shape in shapes.items()}
        with np.errstate(all="ignore"):
            for part in self.parts(len(inputs)):
                rows = inputs[part]
                for path, output in self.plan(len(rows), inspect=True).outputs(rows):
                    if path in found:
                        found[path][part] = output
        return found

    def parts(self, samples: int) -> Iterator[slice]:
        """Slices of `samples` rows whose buffers fit the cache."""
        widest = max(math.prod(shape) for shape in (self.input_shape, *self.shapes))
        rows = max(64, min(4096, _CACHED_NUMBERS // widest))
        for start in range(0, samples, rows):
            yield slice(start, min(start + rows, samples))

    def output_mask(self, inputs: Array) -> NDArray[np.bool_] | None:
        """(samples, time), true where outputs for inputs (samples, *input_shape) count; None where all do."""
        if self.plan(1).mask is None:
            return None
        found = np.empty((len(inputs), self.output_shape[0]), np.bool_)
        for part in self.parts(len(inputs)):
            plan = self.plan(len(inputs[part]))
            plan.forward(inputs[part])
            found[part] = plan.mask
        return found

    def checked(self, inputs: Any) -> Array:
        """`inputs` in the network's dtype; `ValueError` unless they are (samples, *input_shape)."""
        array: Array = np.asarray(inputs, self.dtype)
        if array.shape[1:] != self.input_shape or array.ndim == 0:
            wanted = ", ".join(map(str, self.input_shape))
            raise ValueError(f"Network: inputs must be (samples, {wanted}), got shape {array.shape}")
        return array

    def get_weights(self) -> list[Array]:
        """Copies of all arrays, by layer, in Keras's order and shapes: kernel, bias; gamma, beta, averages."""
        return [array.copy() for views in self.weights for array in views.values()]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """The inverse of `get_weights`; `ValueError` names the array of a wrong shape."""
        places = [
            (f"layer {index + 1}'s {name}", array)
            for index, views in enumerate(self.weights)
            for name, array in views.items()
        ]
        if len(weights) != len(places):
            raise ValueError(f"Network: weights must be {len(places)} arrays, got {len(weights)}")
        given = [np.asarray(array, self.dtype) for array in weights]
        for (name, into), array in zip(places, given, strict=True):
            if array.shape != into.shape:
                raise ValueError(f"Network: {name} must have the shape {into.shape}, got {array.shape}")
        for (_, into), array in zip(places, given, strict=True):
            into[...] = array

    def state_dict(self) -> dict[str, Array]:
        """Copies of all arrays of the parameters' shapes, state included, by name: "layer_0/kernel", ..."""
        return {_array_name(index, parameter): view.copy() for index, parameter, view in self.described()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """The inverse of `state_dict`; other entries are ignored. `ValueError` for missing arrays or wrong shapes."""
        places = [(_array_name(index, parameter), view) for index, parameter, view in self.described()]
        for name, into in places:
            if name not in state:
                raise ValueError(f"Network: {name} is missing")
            if np.shape(state[name]) != into.shape:
                raise ValueError(
                    f"Network: {name} must have the shape {into.shape}, got {np.shape(state[name])}"
                )
        for name, into in places:
            into[...] = state[name]
        self.prune_links()

    def described(self) -> Iterator[tuple[int, Parameter, Array]]:
        """Yield (layer index, parameter, view of the parameter's shape) in Keras's order, state included."""
        for index, (described, views) in enumerate(zip(self._described, self.weights, strict=True)):
            for parameter in described:
                yield index, parameter, views[parameter.name]

    def stages(self, fused: bool) -> list[Stage]:
        """The stages of a pass in order: each layer's own, then its activation's; `fused` as of `plan`."""
        found = list(self._stages())
        return found[:-1] if fused else found

    def _stages(self) -> Iterator[Stage]:
        for index in range(len(self.layers)):
            place = self.places[str(index)]
            arrays = place.weights, place.weight_gradients
            for stage in place.layer.stages(place.path, place.input_shape, *arrays):
                heads = self.muted_heads.get(stage.path)
                if heads and isinstance(stage.layer, MultiHeadAttention):
                    stage = stage._replace(layer=MutedHeads(stage.layer, heads))
                yield stage._replace(overrides=self.output_overrides.get(stage.path))

    def _views(self) -> tuple[tuple[Named, ...], tuple[Named, ...]]:
        """Every layer's arrays and the gradients of the trainable ones, as views into the vectors."""
        arrays: list[dict[str, Array]] = [{} for _ in self.layers]
        gradients: list[dict[str, Array]] = [{} for _ in self.layers]
        places = [(index, p) for index, described in enumerate(self._described) for p in described]
        learned = [place for place in places if place[1].trainable]
        # Regularized parameters first; the sort is stable.
        learned.sort(key=lambda place: not place[1].regularized)
        for index, name, view in _cut(self.parameters, learned):
            arrays[index][name] = view
        for index, name, view in _cut(self.gradients, learned):
            gradients[index][name] = view
        for index, name, view in _cut(self.state, [place for place in places if not place[1].trainable]):
            arrays[index][name] = view
        return tuple(map(self._in_order, arrays, self._described)), tuple(
            map(self._in_order, gradients, self._described)
        )

    @staticmethod
    def _in_order(arrays: dict[str, Array], described: tuple[Parameter, ...]) -> Named:
        return MappingProxyType({p.name: arrays[p.name] for p in described if p.name in arrays})


def _cut(vector: Array, places: list[tuple[int, Parameter]]) -> Iterator[tuple[int, str, Array]]:
    """Consecutive views of a vector: layer index, parameter name, array."""
    start = 0
    for index, parameter in places:
        yield index, parameter.name, vector[start : start + parameter.size].reshape(parameter.shape)
        start += parameter.size


def offset_in(view: Array, vector: Array) -> int:
    """Offsets of the views in `vector`, (count,)."""
    start, first = (array.__array_interface__["data"][0] for array in (view, vector))
    return int(start - first) // vector.itemsize


def _size(described: Iterable[Iterable[Parameter]]) -> int:
    return sum(parameter.size for parameters in described for parameter in parameters)


def state_shapes(layers: Sequence[Layer], input_shape: Shape) -> dict[str, Shape]:
    """Names and shapes of the arrays in `Network.state_dict`; nothing is allocated. Raises as `describe`."""
    _, described = describe(layers, input_shape)
    return {
        _array_name(index, parameter): parameter.shape
        for index, parameters in enumerate(described)
        for parameter in parameters
    }


def _array_name(layer: int, parameter: Parameter) -> str:
    return f"layer_{layer}/{parameter.name}"


def describe(
    layers: Sequence[Layer], input_shape: Shape
) -> tuple[tuple[Shape, ...], tuple[tuple[Parameter, ...], ...]]:
    """Output shape and parameters of every layer; nothing is allocated.

    Raises `LayerError` when layers do not fit or have more than `MAX_PARAMETERS` weights.
    """
    if not all(isinstance(length, (int, np.integer)) and length > 0 for length in input_shape):
        raise LayerError(f"Network: the input shape must be whole numbers of at least 1, got {input_shape}")
    shapes = tuple(_shapes(layers, input_shape))
    inputs = (input_shape, *shapes)
    described = tuple(layer.parameters(shape) for layer, shape in zip(layers, inputs, strict=False))
    count = _size(described)
    if count > MAX_PARAMETERS:
        raise LayerError(f"Network: weights must be at most {MAX_PARAMETERS:,}, got {count:,}")
    return shapes, described


def _shapes(layers: Sequence[Layer], shape: Shape) -> Iterator[Shape]:
    masked = False
    for index, layer in enumerate(layers):
        try:
            shape, masked = layer.output_shape(shape), layer.masks(masked)
        except LayerError as error:
            raise LayerError(f"Layer {index + 1} of {len(layers)}: {error}") from None
        yield shape


def forward_flops(network: Network) -> int:
    """Estimated multiplications of one sample's forward pass."""
    shapes = (network.input_shape, *network.shapes)
    flops = _ELEMENT_COST * sum(map(math.prod, shapes))
    return flops + sum(layer.flops(shape) for layer, shape in zip(network.layers, shapes[:-1], strict=True))
