"""Write a network as a few lines of NumPy that predict from its weights in Keras's names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.export.exporter import keras_prefixes
from core.nn import Layer, Shape
from core.nn.network import describe
from core.spec import SettingError

__all__ = ["numpy_model"]


def numpy_model(layers: Sequence[Layer], input_shape: Shape, name: str = "predict") -> tuple[str, str]:
    """Import lines, and a function `name`(x) for `weights`, the arrays by Keras's names.

    Convolutions, pooling and blocks need more code: networks with one list their arrays instead.
    """
    unwritten = dict.fromkeys(title for layer in layers for title in _unwritten(layer))
    if unwritten:
        listed = "".join(f"{line}\n" for line in _listed(layers, input_shape))
        return "", f"# NumPy has no single line for {', '.join(unwritten)}; these are the arrays:\n{listed}"
    _, described = describe(layers, input_shape)
    body, imports = "", dict[str, None]()
    for prefix, layer, parameters in zip(keras_prefixes(layers), layers, described, strict=True):
        names = {parameter.name: f'weights["{prefix}/{parameter.name}"]' for parameter in parameters}
        for lines in (part.numpy_lines() for part in _parts(layer)):
            body += "".join(f"    x = {text.format_map(names)}\n" for text in lines.expressions)
            imports.update(dict.fromkeys(lines.imports))
    return "".join(f"{line}\n" for line in imports), f"def {name}(x):\n{body}    return x\n"


def _parts(layer: Layer) -> tuple[Layer, ...]:
    """The layer, then its activation."""
    activation = getattr(layer, "activation", None)
    return (layer,) if activation is None else (layer, activation)


def _unwritten(layer: Layer) -> Iterator[str]:
    """Titles of the parts without NumPy code."""
    for part in _parts(layer):
        try:
            part.numpy_lines()
        except SettingError:
            yield part.title


def _listed(layers: Sequence[Layer], input_shape: Shape) -> Iterator[str]:
    _, described = describe(layers, input_shape)
    for prefix, parameters in zip(keras_prefixes(layers), described, strict=True):
        for parameter in parameters:
            yield f'weights["{prefix}/{parameter.name}"]  # {parameter.shape}'
