"""A unit as an image: its feature map, or its weights if its inputs are pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..experiment.experiment import Experiment
from ..experiment.stack_problems import shapes_of
from ..nn import Dense, Shape
from ..spec.arrays import Array
from .feature_map import image_seen
from .snapshot import Snapshot


@dataclass(frozen=True, eq=False)
class UnitImages:
    """`images` (count, rows, columns): one feature map, or the weights per input channel."""

    what: Literal["map", "weights"]
    images: Array


def weight_images(weights: Array, shape: Shape) -> Array:
    """Weights (inputs, ...) of a flattened image as (channels, height, width, ...)."""
    return np.moveaxis(weights.reshape(*shape, *weights.shape[1:]), 2, 0)


def unit_map(snapshot: Snapshot, layer: int, unit: int) -> Array | None:
    """A unit's output over the plane, (rows, columns); a feature's if `layer` is -1. None without a map."""
    if layer >= len(snapshot.layers):
        return None
    maps = snapshot.feature_maps if layer < 0 else snapshot.layers[layer].maps
    return maps[unit] if maps is not None and unit < len(maps) else None


def unit_images(snapshot: Snapshot, layer: int, unit: int) -> UnitImages | None:
    """Images of a unit of the stack; None if it has none or does not exist."""
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
    """Whether each class has a weight for each pixel, as in softmax regression."""
    return (
        experiment.class_units > 0
        and image_before(experiment, len(experiment.layers)) == experiment.input_shape
    )


def pixel_weights(snapshot: Snapshot) -> Array | None:
    """Weights per class, (classes, height, width), averaged over colours; None unless `seen_by_output`."""
    kernel, experiment = snapshot.layers[-1].kernel, snapshot.experiment
    if kernel is None or not seen_by_output(experiment):
        return None
    images: Array = weight_images(kernel, experiment.input_shape).mean(axis=0)
    return np.moveaxis(images, 2, 0)


def image_before(experiment: Experiment, layer: int) -> Shape | None:
    """Shape (height, width, channels) of the image that the layer gets flattened; None if there is none."""
    if len(experiment.input_shape) != 3:
        return None
    shapes, problem = shapes_of(experiment)
    if problem is not None or layer >= len(shapes):
        return None
    return image_seen(experiment.stack(), experiment.input_shape, shapes, layer)


def first_pixel_layer(experiment: Experiment) -> int | None:
    """The first Dense layer over the pixels, if it is hidden and all layers after it are flat; else None."""
    shapes, problem = shapes_of(experiment)
    if problem is not None or len(experiment.input_shape) != 3:
        return None
    layers = experiment.layers
    first = next((index for index, layer in enumerate(layers) if isinstance(layer, Dense)), None)
    if first is None or image_before(experiment, first) != experiment.input_shape:
        return None
    return first if all(len(shape) == 1 for shape in shapes[first:]) else None


def mean_weight_images(snapshot: Snapshot, first: int, layer: int, units: Sequence[int]) -> Array | None:
    """Mean input weights of units of a layer as images, (units, height, width), averaged over colours.

    For the layer `first`, which sees the pixels, these are its weights; for later ones they are passed on by the
    kernels in between, as if these layers were linear. None without kernels.
    """
    kernels = [snapshot.layers[index].kernel for index in range(first, layer + 1)]
    dense = [kernel for kernel in kernels if kernel is not None]
    if not dense or kernels[-1] is None:
        return None
    # From the last layer on, so that only the chosen units are computed.
    weights = dense[-1][:, list(units)]
    for kernel in reversed(dense[:-1]):
        if kernel.shape[1] == 2 * weights.shape[0]:
            # Through a Sampling layer, which passes on the means.
            kernel = kernel[:, : len(weights)]
        if kernel.shape[1] != weights.shape[0]:
            return None
        weights = kernel @ weights
    shape = snapshot.experiment.input_shape
    if weights.shape[0] != shape[0] * shape[1] * shape[2]:
        return None
    images: Array = weight_images(weights, shape).mean(axis=0)
    return np.moveaxis(images, 2, 0)


def added_images(snapshot: Snapshot, layer: int, units: Sequence[int]) -> Array | None:
    """Output weights of units of a decoder as images, (units, height, width), averaged over colours.

    Of units before the last hidden layer as if the layers behind them were linear. None without kernels that fit.
    """
    kernels = [after.kernel for after in snapshot.layers[layer + 1 :] if after.kernel is not None]
    if not kernels or max(units, default=0) >= len(kernels[0]):
        return None
    weights = kernels[0][list(units)]
    for kernel in kernels[1:]:
        if kernel.shape[0] != weights.shape[1]:
            return None
        weights = weights @ kernel
    shape = snapshot.experiment.input_shape
    if weights.shape[1] != shape[0] * shape[1] * shape[2]:
        return None
    images: Array = weights.reshape(len(units), *shape).mean(axis=3)
    return images
