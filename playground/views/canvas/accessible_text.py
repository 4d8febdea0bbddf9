"""Accessible texts of the network and of each neuron."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np

from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.io.number_text import count_text
from core.nn import Shape
from core.nn.attention import heads_in
from core.spec.arrays import Array
from playground.views.canvas.column_layout import shows_rows
from playground.views.canvas.hit_items import Neuron
from playground.views.widgets.number_format import number_text


def describe_network(experiment: Experiment, shapes: Sequence[Shape]) -> str:
    """ "Network: 2 features, 2 layers (Dense 6, Dense 5), 1 output"; `shapes` ends early at an invalid layer."""
    size, form = " × ".join(map(str, experiment.input_shape)), experiment.dataset.info().form
    inputs = f"{'series' if form == 'sequence' else 'images'} of {size}"
    if len(experiment.input_shape) == 1:
        inputs = count_text(experiment.input_shape[0], "token" if form == "tokens" else "feature")
    hidden = [
        f"{layer.title} {' × '.join(map(str, shape))}"
        for layer, shape in zip(experiment.layers, shapes, strict=False)
    ]
    listed = f" ({', '.join(hidden)})" if hidden else ""
    layers = count_text(len(experiment.layers), "layer") + listed
    return f"Network: {inputs}, {layers}, {count_text(experiment.output_layer().units, 'output')}"


def listed_units(experiment: Experiment, shapes: Sequence[Shape]) -> list[tuple[int, int]]:
    """(column, units) of each column with neurons, maps or heads; -1 is the input, only for points and sequences."""
    inputs = [(-1, len(experiment.features))] if experiment.dataset.family == "points" else []
    if shows_rows(experiment):
        inputs = [(-1, experiment.input_shape[0])]
    heads = attending_columns(experiment)
    return inputs + [
        (index, heads_in(experiment.layers[index]) if index in heads else shape[-1])
        for index, shape in enumerate(shapes)
    ]


def attending_columns(experiment: Experiment) -> frozenset[int]:
    """The layers that are drawn by the heads of their attention."""
    if not shows_rows(experiment):
        return frozenset()
    return frozenset(index for index, layer in enumerate(experiment.layers) if heads_in(layer))


def describe_neuron(neuron: Neuron, experiment: Experiment, snapshot: Snapshot | None, held: str = "") -> str:
    """ "Layer 1, neuron 3: bias 0.12, strongest input x₁ 1.30", as far as known, followed by `held`."""
    column, unit = neuron.column, neuron.unit
    if column < 0:
        return f"Feature {experiment.feature_labels[unit]}"
    picture = snapshot.layers[column] if snapshot is not None and column < len(snapshot.layers) else None
    values = None if picture is None else picture.activations
    mapped = values is not None and values.ndim == 3
    noun = "map" if mapped else "neuron"
    where = "Output" if column == len(experiment.layers) else f"Layer {column + 1}, {noun}"
    info = []
    if values is not None and mapped and unit < values.shape[2]:
        info.append(_map_words(values[:, :, unit]))
    if picture is not None and picture.bias is not None and unit < len(picture.bias):
        info.append(f"bias {_number(picture.bias[unit])}")
    kernel = None if picture is None else picture.kernel
    if kernel is not None and kernel.ndim == 2 and unit < kernel.shape[1]:
        strongest = int(abs(kernel[:, unit]).argmax())
        if column == 0 and experiment.dataset.family == "points":
            source = experiment.feature_labels[strongest]
        else:
            source = f"neuron {strongest + 1}" if column > 0 else f"input {strongest + 1}"
        info.append(f"strongest input {source} {_number(kernel[strongest, unit])}")
    if values is not None and values.ndim == 1 and unit < len(values):
        info.append(f"puts out {_number(values[unit])}")
    if held:
        info.append(held)
    return f"{where} {unit + 1}" + (f": {', '.join(info)}" if info else "")


def _map_words(values: Array) -> str:
    """ "26 by 26, strongest 1.50 at row 3, column 9"."""
    row, column = np.unravel_index(int(np.argmax(np.abs(values))), values.shape)
    size = " by ".join(map(str, values.shape))
    return f"{size}, strongest {_number(values[row, column])} at row {row + 1}, column {column + 1}"


def _number(value: float) -> str:
    return number_text(value) if isfinite(value) else "no number"
