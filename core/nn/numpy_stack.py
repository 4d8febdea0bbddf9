"""Write layers in a row as NumPy, each in its own words, with the names of their arrays below a prefix."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.nn.code_writing import NumpyLines
from core.nn.layer import Layer
from core.nn.shapes import Shape

_FIELD = re.compile(r"\{([^{}]+)\}")


def numpy_layer(layer: Layer, input_shape: Shape, prefix: str = "") -> NumpyLines:
    """The prediction of a layer and its activation; `{name}` becomes `{prefix/name}`. `SettingError` without one."""
    parts: list[NumpyLines] = [layer.numpy_lines(input_shape)]
    activation = getattr(layer, "activation", None)
    if activation is not None:
        parts.append(activation.numpy_lines(layer.output_shape(input_shape)))
    below = f"{prefix}/" if prefix else ""
    return NumpyLines(
        tuple(_FIELD.sub(rf"{{{below}\1}}", text) for part in parts for text in part.expressions),
        _once(text for part in parts for text in part.imports),
        _once(text for part in parts for text in part.functions),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
