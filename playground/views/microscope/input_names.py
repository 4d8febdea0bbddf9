"""Names of a neuron's inputs."""

from __future__ import annotations

import math

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.neuron import NeuronTrace
from core.inspect.weight_images import image_before
from core.nn import Conv2D, Dense


def layer_name(experiment: Experiment, layer: int) -> str:
    """ "Layer 2 · Dense 6, tanh" or "Output · 1, sigmoid"."""
    kind = experiment.stack()[layer]
    function = getattr(kind, "activation", None)
    ending = "" if function is None else f", {function.title}"
    if layer == len(experiment.layers) and isinstance(kind, Dense):
        return f"Output · {kind.units}{ending}"
    count = kind.filters if isinstance(kind, Conv2D) else getattr(kind, "units", "")
    return f"Layer {layer + 1} · {kind.title} {count}".rstrip() + ending


def input_name(trace: NeuronTrace, index: int, experiment: Experiment, prepared: PreparedData) -> str:
    """Name of an input: a feature, a table column, a pixel, or a neuron of the previous layer."""
    stack = experiment.stack()
    if trace.place is not None:
        return pixel_name(index, _kernel_shape(stack[trace.layer], len(trace.inputs)))
    if trace.layer == 0:
        if prepared.features:
            return experiment.feature_labels[index]
        names = prepared.data.feature_names
        return names[index] if index < len(names) else f"Input {index + 1}"
    if isinstance(stack[trace.layer - 1], Dense):
        return f"Neuron {index + 1}"
    shape = image_before(experiment, trace.layer)
    if shape is not None and len(trace.inputs) == math.prod(shape):
        return pixel_name(index, shape)
    return f"Input {index + 1}"


def pixel_name(index: int, shape: tuple[int, ...]) -> str:
    """ "Pixel 3, 5": row and column from 1, with the channel if there are several."""
    place, channel = divmod(index, shape[2])
    row, column = divmod(place, shape[1])
    ending = f", channel {channel + 1}" if shape[2] > 1 else ""
    return f"Pixel {row + 1}, {column + 1}{ending}"


def _kernel_shape(layer: object, size: int) -> tuple[int, int, int]:
    assert isinstance(layer, Conv2D)
    height, width = layer.kernel_size
    return height, width, size // (height * width)
