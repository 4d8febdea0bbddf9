"""A text table of a stack of layers, in the form of Keras's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from . import Layer
from .network import Network

_HEADER = ("Layer (type)", "Output Shape", "Param #")


def summary_text(layers: tuple[Layer, ...], network: Network | None) -> str:
    """One row per layer with name, output shape and parameters, then totals; "?" before the network is built."""
    rows = [_HEADER]
    for index, (layer, name) in enumerate(zip(layers, layer_names(layers), strict=True)):
        shape, size = "?", "0 (unbuilt)"
        if network is not None:
            shape = _shape(network.shapes[index])
            size = f"{sum(array.size for array in network.weights[index].values()):,}"
        rows.append((f"{name} ({layer_title(layer)})", shape, size))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [_rule("┏┳┓", "━", widths), _row(_HEADER, widths, "┃"), _rule("┡╇┩", "━", widths)]
    for row in rows[1:]:
        lines += [_row(row, widths, "│"), _rule("├┼┤", "─", widths)]
    if len(rows) > 1:
        lines[-1] = _rule("└┴┘", "─", widths)
    first = "Model: not built, its input shape is unknown"
    if network is not None:
        first = f"Model: inputs {_shape(network.input_shape)}"
    return "\n".join([first, *lines, *_totals(network)])


def layer_names(layers: Iterable[Layer]) -> tuple[str, ...]:
    """Their own names, and those of others as in Keras: "dense", "dense_1", ..."""
    seen: Counter[str] = Counter()
    names = []
    for layer in layers:
        kind = layer.kind
        names.append(layer.name or (f"{kind}_{seen[kind]}" if seen[kind] else kind))
        seen[kind] += not layer.name
    return tuple(names)


def layer_title(layer: Layer) -> str:
    """The type of a layer, with its activation where it has one: "Dense, softmax"."""
    activation = layer.output_activation
    title = type(layer).__name__
    return title if activation is None or activation.kind == "linear" else f"{title}, {activation.kind}"


def _totals(network: Network | None) -> list[str]:
    if network is None:
        return [" Total params: unknown until built"]
    pairs = zip(network.layers, network.weight_gradients, strict=True)
    held = sum(array.size for layer, arrays in pairs if not layer.trainable for array in arrays.values())
    counts = (network.parameter_count, network.parameters.size - held, network.state.size + held)
    names = ("Total params", "Trainable params", "Non-trainable params")
    size = network.dtype.itemsize
    return [f" {name}: {count:,} ({_bytes(count * size)})" for name, count in zip(names, counts, strict=True)]


def _bytes(count: float) -> str:
    for unit in ("B", "KB", "MB"):
        if count < 1024:
            return f"{count:.2f} {unit}"
        count /= 1024
    return f"{count:.2f} GB"


def _shape(shape: tuple[int, ...]) -> str:
    return f"(None, {', '.join(map(str, shape))})"


def _row(cells: tuple[str, str, str], widths: list[int], bar: str) -> str:
    name, shape, size = cells
    return f"{bar} {name:<{widths[0]}} {bar} {shape:<{widths[1]}} {bar} {size:>{widths[2]}} {bar}"


def _rule(ends: str, line: str, widths: list[int]) -> str:
    return ends[0] + ends[1].join(line * (width + 2) for width in widths) + ends[2]
