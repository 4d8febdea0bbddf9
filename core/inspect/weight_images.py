"""What of a unit can be seen as an image: its feature map for the sample, or its weights where it looks at pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import shapes_of
from core.inspect.feature_map import image_seen
from core.inspect.snapshot import Snapshot
from core.nn import Shape
from core.spec.arrays import Array

__all__ = [
    "UnitImages",
    "image_before",
    "pixel_weights",
    "seen_by_output",
    "unit_images",
    "unit_map",
    "weight_images",
]


@dataclass(frozen=True, eq=False)
class UnitImages:
    """`images` (count, rows, columns): the one map, or the weights by which each channel is multiplied."""

    what: Literal["map", "weights"]
    images: Array


def weight_images(weights: Array, shape: Shape) -> Array:
    """The weights (inputs, ...) of a layer that sees a flattened image: (channels, height, width, ...)."""
    return np.moveaxis(weights.reshape(*shape, *weights.shape[1:]), 2, 0)


def unit_map(snapshot: Snapshot, layer: int, unit: int) -> Array | None:
    """What a unit puts out over the plane, (rows, columns); of a feature where `layer` is -1. None without a map."""
    if layer >= len(snapshot.layers):
        return None
    maps = snapshot.feature_maps if layer < 0 else snapshot.layers[layer].maps
    return maps[unit] if maps is not None and unit < len(maps) else None


def unit_images(snapshot: Snapshot, layer: int, unit: int) -> UnitImages | None:
    """The images of a unit of the stack's layer; None where it has none, or there is no such unit."""
    if not 0 <= layer < len(snapshot.layers):
        return None
    picture = snapshot.layers[layer]
    values, kernel = picture.activations, picture.kernel
    if values is not None and values.ndim == 3:
        return UnitImages("map", values[None, :, :, unit]) if unit < values.shape[2] else None
    shape = image_before(snapshot.experiment, layer)
    if kernel is None or shape is None or unit >= kernel.shape[1]:
        return None
    return UnitImages("weights", weight_images(kernel[:, unit], shape))


def seen_by_output(experiment: Experiment) -> bool:
    """Whether each class has weights of its own for each pixel of the data's images, as in a softmax regression."""
    info = experiment.dataset.info()
    several = info.task == "classification" and experiment.output_layer().units == info.outputs
    return several and image_before(experiment, len(experiment.layers)) == experiment.input_shape


def pixel_weights(snapshot: Snapshot) -> Array | None:
    """(classes, height, width): each class's weights, the mean over the colours; None unless `seen_by_output`."""
    kernel, experiment = snapshot.layers[-1].kernel, snapshot.experiment
    if kernel is None or not seen_by_output(experiment):
        return None
    images: Array = weight_images(kernel, experiment.input_shape).mean(axis=0)
    return np.moveaxis(images, 2, 0)


def image_before(experiment: Experiment, layer: int) -> Shape | None:
    """The image (height, width, channels) whose numbers a layer gets as a row; None where there is none."""
    if len(experiment.input_shape) != 3:
        return None
    shapes, problem = shapes_of(experiment)
    if problem is not None or layer >= len(shapes):
        return None
    return image_seen(experiment.stack(), experiment.input_shape, shapes, layer)
