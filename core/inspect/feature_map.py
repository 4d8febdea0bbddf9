"""One unit's feature map for one sample, with the inputs and weights behind every value.

It is complete, so that views can follow the pointer without further requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..nn import Flatten, Layer, Shape
from ..nn.gradient_tape import GradientTape
from ..nn.layer_types import Box, cut_box
from ..nn.sliding_window import SlidingWindow, window_box
from ..nn.stage import Address
from ..spec.arrays import Array, Arrays
from ..train.slow_step import LayerPass, SlowStep

Place = tuple[int, int]


@dataclass(frozen=True, eq=False)
class MapPosition:
    """One value of a feature map and the inputs it is computed from; arrays are float64.

    - `patch` (height, width, channels): the inputs in the window, 0 in the padding; `inside` (height, width) is False
      there; `box` is the window on the inputs, None if they are not an image.
    - `kernel`: weights in the shape of `patch`; None for layers without weights.
    - `total`: the sum with bias, before the activation; `output`: after it.
    """

    place: Place
    patch: Array
    inside: NDArray[np.bool_]
    kernel: Array | None
    box: Box | None
    total: float
    output: float

    @property
    def products(self) -> Array:
        """patch · kernel elementwise, (height, width, channels)."""
        return self.patch if self.kernel is None else self.patch * self.kernel

    @property
    def channel_sums(self) -> Array:
        """Contribution of each input channel to the total, (channels,)."""
        sums: Array = self.products.sum(axis=(0, 1))
        return sums


@dataclass(frozen=True, eq=False)
class FeatureMapView:
    """One unit of a layer for one sample, in float64; dropout and noise are off, as in `GradientTape`.

    - `inputs`: the layer's inputs, (height, width, channels) or (features,); `seen_as` is the shape of the image before
      Flatten, None if there was none.
    - `totals`, `outputs` (rows, columns): before and after the activation; a single number is (1, 1).
    - `total_gradients`, `output_gradients` (rows, columns): derivatives of the loss.
    - `shape`: the whole layer's output; `weights`: the unit's own weights by name: the kernel (height, width, channels)
      or (features,), scalars such as bias and gamma 0-dimensional.
    - `sample`: that of `PreparedData.find`, or a row of the samples that were traced.
    - `image`: the network's input image, if any: the sample or, with `is_drawn`, a drawing. A drawing has no
      target, so loss and gradients are meaningless.
    - `place`: of a sequence the position that is looked at, (0, position).
    - `override`: what the network goes on with in place of `outputs`, if the unit is muted or clamped.
    """

    sample: int
    layer: Address
    unit: int
    units: int
    kind: Layer
    inputs: Array
    totals: Array
    outputs: Array
    total_gradients: Array
    output_gradients: Array
    weights: Arrays
    shape: Shape
    seen_as: Shape | None = None
    image: Array | None = None
    is_drawn: bool = False
    override: float | None = None
    place: Place = (0, 0)

    @property
    def is_map(self) -> bool:
        """Whether the unit's output is an image rather than one number."""
        return len(self.shape) == 3

    @property
    def strongest(self) -> Place:
        """Position of the largest absolute output."""
        row, column = np.unravel_index(int(np.argmax(np.abs(self.outputs))), self.outputs.shape)
        return int(row), int(column)

    def clip(self, place: Place) -> Place:
        """The position on the map nearest to `place`."""
        rows, columns = self.outputs.shape
        return min(max(0, place[0]), rows - 1), min(max(0, place[1]), columns - 1)

    def at(self, place: Place) -> MapPosition:
        """The computation of the value at `place`; `IndexError` outside of the map."""
        if not (0 <= place[0] < self.outputs.shape[0] and 0 <= place[1] < self.outputs.shape[1]):
            raise IndexError(f"Feature map: the place must lie on {self.outputs.shape}, got {place}")
        patch, inside, kernel, box = self._seen(place)
        total, output = float(self.totals[place]), float(self.outputs[place])
        return MapPosition(place, patch, inside, kernel, box, total, output)

    def _seen(self, place: Place) -> tuple[Array, NDArray[np.bool_], Array | None, Box | None]:
        inputs, kernel = self.inputs, self.weights.get("kernel")
        if inputs.ndim == 3 and (windows := self.kind.windows(inputs.shape)) is not None:
            # Without a kernel, channels are independent.
            of = slice(None) if kernel is not None else slice(self.unit, self.unit + 1)
            patch, inside = _window(inputs[:, :, of], *windows, place)
            return patch, inside, kernel, window_box(*windows, place)
        if inputs.ndim == 2 and kernel is not None and kernel.shape == inputs.shape[1:]:
            # A position is a row.
            row = inputs[place[1]].reshape(1, -1, 1)
            return row, np.ones((1, row.size), bool), kernel.reshape(row.shape), None
        if inputs.ndim == 1 and kernel is not None:
            shape = self.seen_as or (1, len(inputs), 1)
            box = None if self.seen_as is None else (0, 0, shape[0], shape[1])
            return inputs.reshape(shape), np.ones(shape[:2], bool), kernel.reshape(shape), box
        return self._single(place)

    def _single(self, place: Place) -> tuple[Array, NDArray[np.bool_], None, Box | None]:
        """The only input of an elementwise layer's value, without weights."""
        inputs = self.inputs
        at = self.source_index(place)
        value = inputs[at] if at is not None else np.nan
        box = (at[0], at[1], at[0] + 1, at[1] + 1) if at is not None and len(at) == 3 else None
        return np.full((1, 1, 1), value), np.ones((1, 1), bool), None, box

    def source_index(self, place: Place) -> tuple[int, ...] | None:
        """Index into `inputs` of the input of the value at `place`; None if a layer mixes several."""
        at = (*place, self.unit)[3 - len(self.shape) :]
        if len(at) != len(self.shape):
            return None
        return self.kind.input_index(at, self.inputs.shape)


def feature_map_view(
    tape: GradientTape,
    kind: Layer,
    sample: int,
    layer: Address,
    unit: int,
    *,
    is_drawn: bool = False,
    position: int | None = None,
) -> FeatureMapView:
    """Copy one unit from a `tape` that has run on one sample.

    `kind` is the network's own layer; the tape replaces some layers by deterministic ones.
    """
    network, path = tape.network, str(layer)
    place = network.places[path]
    shape = place.output_shape
    return FeatureMapView(
        sample=sample,
        layer=layer,
        unit=unit,
        units=shape[-1],
        kind=kind,
        inputs=np.array(tape.inputs[path][0], np.float64, order="C").reshape(place.input_shape),
        totals=_map_of(tape.pre_activations[path], shape, unit),
        outputs=_map_of(tape.outputs[path], shape, unit),
        total_gradients=_map_of(tape.pre_activation_gradients[path], shape, unit),
        output_gradients=_map_of(tape.output_gradients[path], shape, unit),
        weights=_own_weights(place.weights, unit, shape[-1]),
        shape=shape,
        image=np.array(tape.inputs["0"][0], np.float64) if len(network.input_shape) == 3 else None,
        is_drawn=is_drawn,
        seen_as=image_seen(network.layers, network.input_shape, network.shapes, layer),
        override=tape.override_of(layer, unit),
        place=_place(shape, position, network.input_shape[0]),
    )


def _place(shape: Shape, position: int | None, time: int) -> Place:
    """Of a sequence the place of the sample's `position`, or the last; a layer with strides has fewer of them."""
    if len(shape) != 2:
        return 0, 0
    return 0, shape[0] - 1 if position is None else min(shape[0] - 1, position * shape[0] // time)


def map_of_pass(step: SlowStep, made: LayerPass, sample: int, layer: Address, unit: int) -> FeatureMapView:
    """Copy one unit from a slow step, for one of its samples; derivatives that are not known are NaN."""
    network, place = step.network, step.network.places[str(layer)]
    shape, first = place.output_shape, step.layers["0"].inputs[sample]
    unknown = np.full_like(made.outputs, np.nan)
    by_sum, by_output = (
        unknown if given is None else given for given in (made.sum_gradients, made.output_gradients)
    )
    overrides = network.output_overrides.get(place.path, (np.empty(0, np.intp), []))
    return FeatureMapView(
        sample=step.sample(sample),
        layer=layer,
        unit=unit,
        units=shape[-1],
        kind=place.layer,
        inputs=np.array(made.inputs[sample], np.float64),
        totals=_map_of(made.sums[sample : sample + 1], shape, unit),
        outputs=_map_of(made.outputs[sample : sample + 1], shape, unit),
        total_gradients=_map_of(by_sum[sample : sample + 1], shape, unit),
        output_gradients=_map_of(by_output[sample : sample + 1], shape, unit),
        weights=_own_weights(made.weights, unit, shape[-1]),
        shape=shape,
        image=np.array(first, np.float64) if first.ndim == 3 else None,
        seen_as=image_seen(network.layers, network.input_shape, network.shapes, layer),
        override=dict(zip(overrides[0].tolist(), overrides[1], strict=True)).get(unit),
        place=_place(shape, None, network.input_shape[0]),
    )


def image_seen(
    layers: Sequence[Layer], input_shape: Shape, shapes: Sequence[Shape], layer: Address
) -> Shape | None:
    """Shape (height, width, channels) of the image whose flattened pixels are the inputs of `layer`, in order.

    None if the layer's inputs are an image themselves, or were mixed after flattening or within a block.
    """
    before = (input_shape, *shapes)
    if isinstance(layer, str) or len(before[layer]) != 1:
        return None
    for index in range(layer - 1, -1, -1):
        if isinstance(layers[index], Flatten):
            shape = before[index]
            if len(shape) != 1:
                return shape if len(shape) == 3 else None
        elif not layers[index].keeps_order:
            return None
    return None


def receptive_field(
    layers: Sequence[Layer], input_shape: Shape, shapes: Sequence[Shape], layer: int, place: Place
) -> Box | None:
    """The receptive field of `place` on a layer's map, as a box on the input image; None without an image.

    The box is clipped to the image. A layer without `input_box` gets the whole image.
    """
    if len(input_shape) != 3:
        return None
    whole = (0, 0, input_shape[0], input_shape[1])
    before = (input_shape, *shapes)
    if len(before[layer + 1]) != 3:
        return whole
    box: Box = (*place, place[0] + 1, place[1] + 1)
    for index in range(layer, -1, -1):
        seen = layers[index].input_box(box, before[index]) if len(before[index]) == 3 else None
        if seen is None:
            return whole
        box = cut_box(seen, before[index])
    return box


def _window(
    inputs: Array, rows: SlidingWindow, columns: SlidingWindow, place: Place
) -> tuple[Array, NDArray[np.bool_]]:
    """The inputs under one window, (height, width, channels), and a mask (height, width) of those inside the image."""
    down = place[0] * rows.stride - rows.before + np.arange(rows.size) * rows.dilation
    across = place[1] * columns.stride - columns.before + np.arange(columns.size) * columns.dilation
    inside_down = (down >= 0) & (down < rows.length)
    inside_across = (across >= 0) & (across < columns.length)
    inside = inside_down[:, None] & inside_across
    patch = np.zeros((rows.size, columns.size, inputs.shape[2]))
    patch[np.ix_(inside_down, inside_across)] = inputs[np.ix_(down[inside_down], across[inside_across])]
    return patch, inside


def _map_of(values: Array, shape: Shape, unit: int) -> Array:
    """Copy (1, *shape) as the unit's map (rows, columns), or its one number as (1, 1)."""
    own = np.array(values.reshape(1, *shape)[0, ..., unit], np.float64, order="C")
    return own if own.ndim == 2 else own.reshape(1, -1)


def _own_weights(weights: Arrays, unit: int, units: int) -> dict[str, Array]:
    return {
        name: np.array(array[..., unit], np.float64)
        for name, array in weights.items()
        if array.shape[-1] == units
    }
