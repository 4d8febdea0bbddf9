"""How a model shows itself: in one line, and as a picture of its stack in notebooks."""

from __future__ import annotations

import math
from html import escape

from core.nn import Layer
from core.nn.network import Network
from core.nn.summary import layer_title

_WIDTH, _HEIGHT, _GAP = 108, 76, 26
_FAINT = ' opacity="0.7"'
_COLORS = {
    "dense": "#3574d6",
    "convolution": "#3574d6",
    "sequence": "#3574d6",
    "activation": "#d9822b",
    "normalization": "#8a5cc9",
    "regularization": "#8a5cc9",
}


def described(layers: tuple[Layer, ...], network: Network | None, loss: str) -> str:
    """A line such as "<Sequence (2) → 8 → 2: 3 layers, 42 parameters, Cross-entropy>"."""
    count = f"{len(layers)} layer{'' if len(layers) == 1 else 's'}"
    if network is None:
        return f"<Sequence of {count}, not built, {loss}>"
    shapes = " → ".join(_lengths(shape) for shape in (network.input_shape, *network.shapes))
    return f"<Sequence {shapes}: {count}, {network.parameter_count:,} parameters, {loss}>"


def stack_html(layers: tuple[Layer, ...], network: Network | None, line: str) -> str:
    """The stack as a picture under its line, for notebooks."""
    return f'<div style="overflow-x:auto"><div>{escape(line)}</div>{stack_svg(layers, network)}</div>'


def stack_svg(layers: tuple[Layer, ...], network: Network | None) -> str:
    """A box for the inputs and for every layer, with output shape and parameters, in the color of the text around."""
    first = "" if network is None else _lengths(network.input_shape)
    boxes = [_box(0, "Inputs", first, "", "none")]
    for index, layer in enumerate(layers):
        shape, size = "", ""
        if network is not None:
            total = sum(array.size for array in network.weights[index].values())
            shape, size = _lengths(network.shapes[index]), f"{total:,} weights" if total else ""
        boxes.append(
            _arrow(index)
            + _box(index + 1, layer_title(layer), shape, size, _COLORS.get(layer.family, "none"))
        )
    width = (len(layers) + 1) * (_WIDTH + _GAP) - _GAP + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT + 4}" width="{width}" '
        f'height="{_HEIGHT + 4}" role="img" font-family="sans-serif" font-size="11" fill="currentColor">'
        f"<title>{len(layers)} layers</title>{''.join(boxes)}</svg>"
    )


def _box(place: int, title: str, shape: str, size: str, color: str) -> str:
    left = 2 + place * (_WIDTH + _GAP)
    middle = left + _WIDTH / 2
    name, _, function = title.partition(", ")
    lines = [name if len(name) <= 17 else f"{name[:16]}…", function, shape, size]
    texts = "".join(
        f'<text x="{middle:g}" y="{2 + 18 + 16 * row}" text-anchor="middle"'
        f"{_FAINT if row else ''}>{escape(line)}</text>"
        for row, line in enumerate(line for line in lines if line)
    )
    return (
        f'<rect x="{left}" y="2" width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="{color}" fill-opacity="0.14" '
        f'stroke="currentColor" stroke-opacity="0.4"/>{texts}'
    )


def _arrow(index: int) -> str:
    start = 2 + index * (_WIDTH + _GAP) + _WIDTH + 4
    end, middle = start + _GAP - 8, 2 + _HEIGHT / 2
    return (
        f'<path d="M{start} {middle:g}H{end}m-4 -4l4 4l-4 4" fill="none" stroke="currentColor" '
        'stroke-opacity="0.6"/>'
    )


def _lengths(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) if shape else str(math.prod(shape))
