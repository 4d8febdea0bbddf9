"""Write a network as a few lines of NumPy that predict from its weights in Keras's names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.formats.exporter import keras_prefixes
from core.nn import Layer, Shape
from core.nn.network import describe
from core.nn.numpy_stack import numpy_layer

_KEPT = re.compile(r"\w+ = ")


def numpy_model(
    layers: Sequence[Layer], input_shape: Shape, name: str = "predict", code: int = 0
) -> tuple[str, str]:
    """Import lines, and functions, the last of which is `name`(x) for `weights`, the arrays by Keras's names.

    With `code`, the layers after which the outputs are a code, `name` is made of `encode` and `decode`.

    Raises the `SettingError` of a layer that cannot be written.
    """
    shapes, described = describe(layers, input_shape)
    bodies, imports, functions = ["", ""], dict[str, None](), dict[str, None]()
    for place, (prefix, layer, shape, parameters) in enumerate(
        zip(keras_prefixes(layers), layers, (input_shape, *shapes), described, strict=False)
    ):
        names = {parameter.name: f'weights["{prefix}/{parameter.name}"]' for parameter in parameters}
        lines = numpy_layer(layer, shape)
        bodies[place < code] += "".join(_line(text.format_map(names)) for text in lines.expressions)
        imports.update(dict.fromkeys(lines.imports))
        functions.update(dict.fromkeys(lines.functions))
    made = [(name, bodies[0])]
    if code:
        made = [("encode", bodies[1]), ("decode", bodies[0]), (name, "    x = decode(encode(x))\n")]
    source = "\n\n".join([*functions, *(f"def {each}(x):\n{body}    return x\n" for each, body in made)])
    return "".join(f"{line}\n" for line in imports), source


def _line(text: str) -> str:
    return f"    {text}\n" if _KEPT.match(text) else f"    x = {text}\n"
