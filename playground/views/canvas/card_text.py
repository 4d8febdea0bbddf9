"""Texts of the network, of a card (summary line, accessible description and tooltip) and of each neuron."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Final

import numpy as np

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import places_of
from core.inspect.snapshot import Snapshot
from core.io.number_text import count_text, rounded_text
from core.io.sentence import in_sentence
from core.nn import ActivationFunction, Layer, Shape
from core.nn.attention import heads_in
from core.nn.stage import Address, moved
from core.spec import Setting
from core.spec.arrays import Array
from playground.views.canvas.column_layout import LayerColumn, shows_rows
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


def listed_units(experiment: Experiment, columns: Sequence[LayerColumn] = ()) -> list[tuple[Address, int]]:
    """(column, units) of each column with neurons, maps or heads; -1 is the input, only for points and sequences.

    The layers inside an opened block are in front of it, by their paths.
    """
    found: list[tuple[Address, int]] = []
    if experiment.dataset.family == "points":
        found = [(-1, len(experiment.features))]
    if shows_rows(experiment):
        found = [(-1, experiment.input_shape[0])]
    heads, opened = attending_columns(experiment), {str(each.index) for each in columns if each.inner}
    for path, place in places_of(experiment).items():
        block, inside, name = path.rpartition("/")
        if (block in opened and name != "skip") or not inside:
            address = moved(path, 0)
            found.append((address, heads_in(place.layer) if address in heads else place.output_shape[-1]))
    return found


def attending_columns(experiment: Experiment) -> frozenset[int]:
    """The layers that are drawn by the heads of their attention."""
    if not shows_rows(experiment):
        return frozenset()
    return frozenset(index for index, layer in enumerate(experiment.layers) if heads_in(layer))


def card_titles(experiment: Experiment) -> list[str]:
    """Of each layer the title of its `sized_part`; equal ones of blocks in rows are numbered: "Attention 2"."""
    titles = [sized_part(layer).title for layer in experiment.layers]
    named = titles if shows_rows(experiment) else []
    return [
        f"{title} {titles[: at + 1].count(title)}"
        if hasattr(layer, "layers") and named.count(title) > 1
        else title
        for at, (title, layer) in enumerate(zip(titles, experiment.layers, strict=True))
    ]


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
            source = neuron_name(strongest) if column > 0 else f"input {strongest + 1}"
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


_SIZES: Final = {"units": ("unit", "units"), "filters": ("filter", "filters"), "num_heads": ("head", "heads")}
_SHORT: Final[Mapping[str, str]] = {
    "average_pooling2d": "AvgPool",
    "gaussian_noise": "Noise",
    "global_average_pooling2d": "GlobalAvg",
    "spatial_dropout2d": "Dropout2D",
}
_KEYS_HELP: Final = "Drag to move it, or off the canvas to remove it."


def sized_part(layer: Layer) -> Layer:
    """The layer that − and + change: this one, or the first with heads inside it."""
    inside = next(filter(heads_in, getattr(layer, "layers", ())), None)
    return layer if inside is None else sized_part(inside)


def neuron_name(unit: int) -> str:
    """The name of a neuron that has no other: "neuron 3"."""
    return f"neuron {unit + 1}"


def size_setting(layer: Layer) -> Setting | None:
    """The setting of its `sized_part` that − and + change: units, filters or heads; None if it has none."""
    for item in sized_part(layer).settings():
        if item.name in _SIZES and item.type == "int":
            return item
    return None


def short_title(layer: Layer) -> str:
    """The title, shortened for a narrow card."""
    return _SHORT.get(layer.kind, layer.title)


def layer_summary(layer: Layer) -> str:
    """One line such as "6 · tanh", "8 @ 3×3 · ReLU", "20 %" or, of a block, "Dense 8 · Dense 8"."""
    part = sized_part(layer)
    if part is not layer:
        return f"{layer_summary(part)} · {in_sentence(layer.title)}"
    inner = getattr(layer, "layers", None)
    if isinstance(inner, tuple):
        # Those that learn say more than the norms between them.
        named = [part for part in inner if part.family != "regularization"] if len(inner) > 2 else inner
        return " · ".join(_name_and_size(part) for part in named or inner) or layer.summary
    size, parts = size_setting(layer), list[str]()
    if size is not None:
        count = str(getattr(layer, size.name))
        kernel = _pair(layer, "kernel_size", "×")
        heads = heads_in(layer)
        parts.append(count_text(heads, "head") if heads else f"{count} @ {kernel}" if kernel else count)
    elif pool := _pair(layer, "pool_size", " × "):
        parts.append(pool)
    rate = getattr(layer, "rate", None)
    if isinstance(rate, float):
        parts.append(f"{rate * 100:.3g} %")
    beta = getattr(layer, "beta", None)
    if isinstance(beta, float):
        parts.append(f"β {beta:.3g}")
    function = layer.output_activation
    if isinstance(function, ActivationFunction):
        parts.append(_function_name(function))
    return " · ".join(parts) or layer.summary


def layer_words(layer: Layer) -> str:
    """The layer's accessible description: "Dense, 6 units, tanh"."""
    size, part = size_setting(layer), sized_part(layer)
    if size is None:
        return ", ".join((layer.title, layer_summary(layer)))
    count = getattr(part, size.name)
    one, many = _SIZES[size.name]
    words = [part.title, f"1 {one}" if count == 1 else f"{count} {many}"]
    function = part.output_activation
    if isinstance(function, ActivationFunction):
        words.append(_function_name(function))
    return ", ".join(words)


def input_summary(experiment: Experiment) -> str:
    """ "x₁ x₂ sin" for points, "28 × 28 × 1" for images, "4 values" for tables, "16 tokens" for texts."""
    if experiment.dataset.family == "points":
        # "sin" covers both sine features: the neurons have the full names beside them.
        short = (label.split(" ")[0] for label in experiment.feature_labels)
        return " ".join(dict.fromkeys(short))
    shape = experiment.input_shape
    if len(shape) > 1:
        return _size(shape)
    return f"{shape[0]} tokens" if experiment.dataset.info().vocabulary else f"{shape[0]} values"


def threshold_text(experiment: Experiment) -> str:
    """Start of the second of two classes, if that was moved: "from 30 %"."""
    cut = experiment.encoding.cut
    return "" if cut == 0.5 else f"from {rounded_text(100.0 * cut)} %"


def stack_tooltips(experiment: Experiment, shapes: tuple[Shape, ...]) -> tuple[str, ...]:
    """Tooltip of each layer and the output: purpose, shape and parameters as far as known."""
    texts = []
    before: Shape | None = experiment.input_shape
    last = len(experiment.layers)
    for index, layer in enumerate(experiment.stack()):
        after = shapes[index] if index < len(shapes) else None
        lines = [
            f"{layer.title}: {layer.summary}" if index < last else "Output: the prediction of the network"
        ]
        if before is not None and after is not None:
            count = sum(math.prod(item.shape) for item in layer.parameters(before))
            lines.append(f"{_size(before)} → {_size(after)}, {count_text(count, 'parameter')}")
        if index < last:
            lines.append(_KEYS_HELP)
        elif moved := threshold_text(experiment):
            lines.append(f"It says the second class {moved} on; the page Why moves that.")
        texts.append("\n".join(lines))
        before = after
    return tuple(texts)


def _name_and_size(layer: Layer) -> str:
    size = size_setting(layer)
    return short_title(layer) if size is None else f"{short_title(layer)} {getattr(layer, size.name)}"


def _size(shape: Shape) -> str:
    return " × ".join(map(str, shape))


def _pair(layer: Layer, name: str, between: str) -> str:
    value: Any = getattr(layer, name, None)
    return between.join(map(str, value)) if isinstance(value, tuple) else ""


def _function_name(function: ActivationFunction) -> str:
    """Lower case for names that are words ("tanh"), unchanged for abbreviations ("ReLU")."""
    return (
        function.title.lower() if function.title.istitle() and " " not in function.title else function.title
    )


_PLACES: Final = ("first", "second", "third", "fourth", "fifth", "sixth")


def plain_titles(experiment: Experiment) -> list[tuple[str, str]]:
    """Title and summary of each card in the simple view: "4 neurons", "first layer"."""
    info, hidden = experiment.dataset.info(), experiment.layers
    points = experiment.dataset.family == "points"
    given = {"image": ("A picture", "its pixels"), "table": ("A row", "its numbers")}
    titles = [
        ("A point", "where it lies") if points else given.get(info.form, ("A sample", "what it is given"))
    ]
    for index, layer in enumerate(hidden):
        units, place = (
            getattr(layer, "units", None),
            _PLACES[index] if index < len(_PLACES) else f"{index + 1}th",
        )
        titles.append((layer.title if units is None else count_text(units, "neuron"), f"{place} layer"))
    classes = info.classes if experiment.task.classifies else 0
    answer = "orange or blue" if points and classes == 2 else f"{classes} classes" if classes else "a number"
    return [*titles, ("Answer", answer)]
