"""One unit of one layer for one sample: its map, and for every place of the map the numbers that made it.

The window shows them while the pointer moves, so all is here at once; nothing is asked of the training for a place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.nn import Flatten, Layer, Shape
from core.nn.gradient_tape import GradientTape
from core.nn.shapes import Box, cut_box
from core.nn.sliding_window import SlidingWindow, window_box
from core.spec.arrays import Array

__all__ = [
    "Box",
    "FeatureMapView",
    "MapPosition",
    "Place",
    "feature_map_view",
    "image_seen",
    "receptive_field",
]

Place = tuple[int, int]


@dataclass(frozen=True, eq=False)
class MapPosition:
    """One number of a map and what it comes from; arrays are float64.

    - `patch` (height, width, channels): what the layer sees of its inputs for this number, 0 beyond the edge; `inside`
      (height, width) tells what lies within. `box` is where the patch lies on the inputs, None where they are no image.
    - `kernel`, of the patch's shape: by what it is multiplied; None for layers that do not multiply.
    - `total` is the sum with the bias, before the activation, and `output` what comes of it.
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
        """patch · kernel, number by number."""
        return self.patch if self.kernel is None else self.patch * self.kernel

    @property
    def channel_sums(self) -> Array:
        """(channels,): how much each channel of the inputs adds to the total."""
        sums: Array = self.products.sum(axis=(0, 1))
        return sums


@dataclass(frozen=True, eq=False)
class FeatureMapView:
    """A unit of a layer; numbers are float64, as `GradientTape` passes them, so dropout and noise are off.

    - `inputs`: what the layer got, (height, width, channels) or (features,); `seen_as` is the image that a row of
      features was before it was flattened, as (height, width, channels), None where it was none.
    - `totals`, `outputs`, (rows, columns): before and after the activation; a single number is (1, 1).
    - `total_gradients`, `output_gradients`, likewise: the loss's derivatives by them.
    - `shape` is the whole layer's output; `weights` the unit's own part of the layer's arrays by name: the kernel
      (height, width, channels) or (features,), numbers such as the bias or gamma as arrays of no axes.
    - `image`: what the network got, where that is an image: the test sample or, `is_drawn`, a drawing in its place.
      A drawing has no target, so what is told of the loss has no meaning then.
    """

    sample: int
    layer: int
    unit: int
    units: int
    kind: Layer
    inputs: Array
    totals: Array
    outputs: Array
    total_gradients: Array
    output_gradients: Array
    weights: Mapping[str, Array]
    shape: Shape
    seen_as: Shape | None = None
    image: Array | None = None
    is_drawn: bool = False

    @property
    def is_map(self) -> bool:
        """Whether the unit's answer is an image and no single number."""
        return len(self.shape) == 3

    @property
    def strongest(self) -> Place:
        """Where the answer is largest, whatever its sign."""
        row, column = np.unravel_index(int(np.argmax(np.abs(self.outputs))), self.outputs.shape)
        return int(row), int(column)

    def clip(self, place: Place) -> Place:
        """The place of the map that is nearest to `place`."""
        rows, columns = self.outputs.shape
        return min(max(0, place[0]), rows - 1), min(max(0, place[1]), columns - 1)

    def at(self, place: Place) -> MapPosition:
        """What the number at `place` comes from; `IndexError` where there is none."""
        if not (0 <= place[0] < self.outputs.shape[0] and 0 <= place[1] < self.outputs.shape[1]):
            raise IndexError(f"Feature map: the place must lie on {self.outputs.shape}, got {place}")
        patch, inside, kernel, box = self._seen(place)
        total, output = float(self.totals[place]), float(self.outputs[place])
        return MapPosition(place, patch, inside, kernel, box, total, output)

    def _seen(self, place: Place) -> tuple[Array, NDArray[np.bool_], Array | None, Box | None]:
        inputs, kernel = self.inputs, self.weights.get("kernel")
        if inputs.ndim == 3 and (windows := self.kind.windows(inputs.shape)) is not None:
            # Without a kernel each channel is for itself.
            of = slice(None) if kernel is not None else slice(self.unit, self.unit + 1)
            patch, inside = _window(inputs[:, :, of], *windows, place)
            return patch, inside, kernel, window_box(*windows, place)
        if inputs.ndim == 1 and kernel is not None:
            shape = self.seen_as or (1, len(inputs), 1)
            box = None if self.seen_as is None else (0, 0, shape[0], shape[1])
            return inputs.reshape(shape), np.ones(shape[:2], bool), kernel.reshape(shape), box
        return self._single(place)

    def _single(self, place: Place) -> tuple[Array, NDArray[np.bool_], None, Box | None]:
        """The one input that a layer takes a number from, without weights between them."""
        inputs = self.inputs
        at = self.source_index(place)
        value = inputs[at] if at is not None else np.nan
        box = (at[0], at[1], at[0] + 1, at[1] + 1) if at is not None and len(at) == 3 else None
        return np.full((1, 1, 1), value), np.ones((1, 1), bool), None, box

    def source_index(self, place: Place) -> tuple[int, ...] | None:
        """The index into `inputs` of the number that belongs to `place`; None where a layer mixes them."""
        at: tuple[int, ...] = (*place, self.unit) if self.is_map else (self.unit,)
        if len(at) != len(self.shape):
            return None
        return self.kind.input_index(at, self.inputs.shape)


def feature_map_view(
    tape: GradientTape, kind: Layer, sample: int, layer: int, unit: int, *, is_drawn: bool = False
) -> FeatureMapView:
    """The unit as `tape`, which has run over one sample, went through it; arrays are copies.

    `kind` is the layer as the user knows it: the tape has steady stand-ins for some.
    """
    network = tape.network
    shape = network.shapes[layer]
    before = network.shapes[layer - 1] if layer else network.input_shape
    return FeatureMapView(
        sample=sample,
        layer=layer,
        unit=unit,
        units=shape[-1],
        kind=kind,
        inputs=np.array(tape.inputs[layer][0], np.float64, order="C").reshape(before),
        totals=_map_of(tape.pre_activations[layer], shape, unit),
        outputs=_map_of(tape.outputs[layer], shape, unit),
        total_gradients=_map_of(tape.pre_activation_gradients[layer], shape, unit),
        output_gradients=_map_of(tape.output_gradients[layer], shape, unit),
        weights=_own_weights(network.weights[layer], unit, shape[-1]),
        shape=shape,
        image=np.array(tape.inputs[0][0], np.float64) if len(network.input_shape) == 3 else None,
        is_drawn=is_drawn,
        seen_as=image_seen(network.layers, network.input_shape, network.shapes, layer),
    )


def image_seen(
    layers: Sequence[Layer], input_shape: Shape, shapes: Sequence[Shape], layer: int
) -> Shape | None:
    """The image (height, width, channels) whose numbers the row of inputs of `layer` is, in their order.

    None where that is no image: the layer gets an image itself, or something mixed the numbers since it was flattened.
    """
    before = (input_shape, *shapes)
    if len(before[layer]) != 1:
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
    """What of the network's image the number at `place` of a layer's map can depend on; None without an image.

    The box is cut to the image. Layers whose way is not known see all of it.
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
    """The numbers below one window, (height, width, channels), and which of them lie within the image."""
    down = place[0] * rows.stride - rows.before + np.arange(rows.size) * rows.dilation
    across = place[1] * columns.stride - columns.before + np.arange(columns.size) * columns.dilation
    inside_down = (down >= 0) & (down < rows.length)
    inside_across = (across >= 0) & (across < columns.length)
    inside = inside_down[:, None] & inside_across
    patch = np.zeros((rows.size, columns.size, inputs.shape[2]))
    patch[np.ix_(inside_down, inside_across)] = inputs[np.ix_(down[inside_down], across[inside_across])]
    return patch, inside


def _map_of(values: Array, shape: Shape, unit: int) -> Array:
    """(1, *shape) as the unit's map (rows, columns), or its one number as (1, 1); a copy."""
    own = np.array(values.reshape(1, *shape)[0, ..., unit], np.float64, order="C")
    return own if own.ndim == 2 else own.reshape(1, -1)


def _own_weights(weights: Mapping[str, Array], unit: int, units: int) -> dict[str, Array]:
    return {
        name: np.array(array[..., unit], np.float64)
        for name, array in weights.items()
        if array.shape[-1] == units
    }
