"""A text table of a stack of layers."""

from __future__ import annotations

from core.nn import Layer
from core.nn.network import Network

__all__ = ["summary_text"]


def summary_text(layers: tuple[Layer, ...], network: Network | None) -> str:
    """One line per layer: name, output shape and parameters; "?" before the network is built."""
    rows = [("Layer", "Output shape", "Parameters")]
    for index, layer in enumerate(layers):
        shape, count = "?", "?"
        if network is not None:
            shape = f"(batch, {', '.join(map(str, network.shapes[index]))})"
            count = f"{sum(array.size for array in network.weights[index].values()):,}"
        rows.append((_name(layer), shape, count))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]
    total = "unknown until built" if network is None else f"{network.parameter_count:,}"
    rule = "─" * (sum(widths) + 4)
    return "\n".join([lines[0], rule, *lines[1:], rule, f"Parameters: {total}"])


def _name(layer: Layer) -> str:
    activation = getattr(layer, "activation", None)
    if activation is None or activation.kind == "linear":
        return layer.title
    return f"{layer.title} ({activation.title})"
