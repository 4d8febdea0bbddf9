"""The code that loads an exported model, from raw samples to predictions."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from ...data.pipeline import ReconstructionOutputs
from ...nn import Layer, Residual, Shape
from ...nn.autoencoder import code_layer, is_variational
from ...nn.layer_stacks import numpy_layer, torch_lines, torch_modules
from ...nn.network import describe
from ..exporter import Exporter, keras_prefixes
from ..keras.loading_code import KERAS_HEAD, KERAS_NETWORK, keras_layers_code
from ..trained_model import ModelDescription
from ..weights.pytorch_layout import check_pytorch
from .pipeline_code import PipelineCode, generate_code, path_text, pipeline_code, sample_code

STANDARD_LIBRARY = {"from datetime import date", "from pathlib import Path", "import json", "import re"}


def loading_code(
    exporter: Exporter,
    path: Path,
    model: ModelDescription,
    language: str = "Python",
    ending: Callable[[PipelineCode], str] | None = None,
) -> str:
    """A program that reads the file at `path` and predicts: raw samples if the model has a pipeline.

    `language` is one of the exporter's. For formats of weights it builds a `torch.nn.Sequential` in the layout
    "pytorch", a Keras model for the package "keras", else a NumPy function; it ends with an example, or where the model
    has a pipeline with `ending`. Raises `SettingError` if the format does not support a layer.
    """
    if program := exporter.program(path, model, language):
        return program
    ending = ending or _example
    if getattr(exporter, "package", "") == "keras":
        return _keras_program(exporter, path, model, ending)
    if getattr(exporter, "layout", "keras") == "pytorch":
        return _torch_program(exporter, path, model, ending)
    return _numpy_program(exporter, path, model, ending)


Ending = Callable[[PipelineCode], str]


def _example(code: PipelineCode) -> str:
    return f"{code.example}print(predict({code.argument}))\n"


def _bare_example(exporter: Exporter, lines: str) -> str:
    """Lines that predict inputs; in a program, which others import, they run where it is run itself."""
    is_program = hasattr(exporter, "package")
    return f'if __name__ == "__main__":\n{textwrap.indent(lines, "    ")}' if is_program else lines


def _torch_program(exporter: Exporter, path: Path, model: ModelDescription, ending: Ending) -> str:
    imports, weights = exporter.reading(path_text(path))
    text = pytorch_model(model.layers, model.input_shape)
    half = _lacks_half_an_affine(model.layers)
    strict = ", strict=False" if half else ""
    remark = "  # what a normalization here does without keeps its 1 or 0" if half else ""
    gap = "\n\n" if text.startswith("class") else "\n"
    loaded = f"{text}model.load_state_dict({weights}{strict}){remark}\nmodel.eval()\n"
    images = len(model.input_shape) == 3
    if model.pipeline is None:
        order = "channels, height, width" if images else "features"
        return f"{imports}{gap}{loaded}\n" + _bare_example(
            exporter,
            f"inputs = torch.zeros{(1, *channels_first(model.input_shape))}  # put yours here: samples, {order}\n"
            "with torch.no_grad():\n"
            "    print(model(inputs))\n",
        )
    code = pipeline_code(model.pipeline)
    more, pipeline = exporter.reading_pipeline(path_text(path))
    permuted = ".permute(0, 3, 1, 2)" if images else ""
    outputs = (
        f"    inputs = torch.from_numpy(prepare({code.argument})){permuted}\n"
        "    with torch.no_grad():\n"
        "        outputs = model(inputs).numpy()\n"
    )
    head = _imports(imports, more, code.imports, "import numpy as np\n")
    # Two empty lines before a function, one before its constants.
    space = "\n\n" if code.prepare.startswith("def") else "\n"
    first = len(list(torch_modules(model.layers[: _encoder(model)], model.input_shape)))
    made = _sampling(model, _TORCH_NETWORK, _TORCH_DECODE.format(first=first))
    return (
        f"{head}{gap}{loaded}pipeline = {pipeline}\n{space}{_raw_samples(code, outputs)}{made}{ending(code)}"
    )


def _keras_program(exporter: Exporter, path: Path, model: ModelDescription, ending: Ending) -> str:
    imports, weights = exporter.reading(path_text(path))
    text = keras_layers_code(model.layers, model.input_shape)
    if model.pipeline is None:
        order = "height, width, channels" if len(model.input_shape) == 3 else "features"
        return (
            f"{imports}\n{KERAS_HEAD}\nweights = {weights}\n\n{text}\n\n"
            "def predict(inputs):\n"
            "    return model.predict(np.asarray(inputs, np.float32), batch_size=256, verbose=0)\n\n\n"
            + _bare_example(
                exporter,
                f"inputs = np.zeros({(1, *model.input_shape)}, np.float32)  # put yours here: samples, {order}\n"
                "print(predict(inputs))\n",
            )
        )
    code = pipeline_code(model.pipeline)
    reading, pipeline = exporter.reading_pipeline(path_text(path))
    head = _imports(imports, reading, code.imports, "import numpy as np\n")
    outputs = f"    outputs = model.predict(prepare({code.argument}), batch_size=256, verbose=0)\n"
    loaded = f"{head}\n{KERAS_HEAD}\nweights = {weights}\npipeline = {pipeline}\n\n{text}"
    # Two empty lines before a function, one before its constants.
    space = "\n\n" if code.prepare.startswith("def") else "\n"
    name = list(keras_prefixes(model.layers))[_encoder(model) - 1]
    made = _sampling(model, KERAS_NETWORK, _KERAS_DECODE.format(name=name))
    return f"{loaded}{space}{_raw_samples(code, outputs)}{made}{ending(code)}"


def _numpy_program(exporter: Exporter, path: Path, model: ModelDescription, ending: Ending) -> str:
    imports, weights = exporter.reading(path_text(path))
    bare = model.pipeline is None
    more, text = numpy_model(
        model.layers, model.input_shape, "predict" if bare else "network", _encoder(model)
    )
    if model.pipeline is None:
        order = "height, width, channels" if len(model.input_shape) == 3 else "features"
        return f"{imports}{more}\nweights = {weights}\n\n\n{text}\n\n" + _bare_example(
            exporter,
            f"inputs = np.zeros({(1, *model.input_shape)}, np.float32)  # put yours here: samples, {order}\n"
            "print(predict(inputs))\n",
        )
    code = pipeline_code(model.pipeline)
    reading, pipeline = exporter.reading_pipeline(path_text(path))
    head = _imports(imports, more, reading, code.imports, "import numpy as np\n")
    loaded = f"{head}\nweights = {weights}\npipeline = {pipeline}\n"
    outputs = f"    outputs = network(prepare({code.argument}))\n"
    made = _sampling(model, "", "")
    return f"{loaded}\n\n{text}\n\n{_raw_samples(code, outputs)}{made}{ending(code)}"


def _raw_samples(code: PipelineCode, outputs: str) -> str:
    """`prepare`, and `predict`, whose body starts with the lines that give `outputs`."""
    return (
        f"{code.prepare}\n\n"
        f"def predict({code.argument}):\n"
        f'    """{code.returns} of raw {code.argument}."""\n'
        f"{outputs}{code.prediction}\n\n"
    )


_TORCH_NETWORK: Final = """def network(inputs):
    with torch.no_grad():
        return model(torch.from_numpy(inputs)).numpy()


"""


_TORCH_DECODE: Final = """def decode(code):
    with torch.no_grad():
        return model[{first}:](torch.from_numpy(code)).numpy()


"""
_KERAS_DECODE: Final = """decoder = keras.Model(model.get_layer("{name}_code").output, model.output)


def decode(code):
    return keras.ops.convert_to_numpy(decoder(code, training=False))


"""


def _encoder(model: ModelDescription) -> int:
    """Number of layers up to the code of a VAE, of which programs decode random ones; 0 without one."""
    outputs = None if model.pipeline is None else model.pipeline.outputs
    if not isinstance(outputs, ReconstructionOutputs) or not is_variational(model.layers):
        return 0
    place = code_layer(model.layers, model.input_shape)
    return 0 if place is None else place + 1


def _sampling(model: ModelDescription, network: str, decode: str) -> str:
    """`sample` or `generate` behind the function that it calls, of a model that makes samples or texts."""
    assert model.pipeline is not None
    if count := _encoder(model):
        shapes, _ = describe(model.layers, model.input_shape)
        return f"{decode}{sample_code(model.pipeline, shapes[count - 1][0])}\n\n"
    code = sample_code(model.pipeline) or generate_code(model.pipeline)
    return f"{network}{code}\n\n" if code else ""


def _imports(*texts: str) -> str:
    """Every different line once, as linters sort them."""
    lines = {line for text in texts for line in text.splitlines() if line}
    own = sorted(lines & STANDARD_LIBRARY, key=lambda line: (line.startswith("from "), line))
    others = sorted(lines - STANDARD_LIBRARY, key=lambda line: (line.startswith("from "), line))
    return "".join(f"{line}\n" for line in [*own, "", *others])


def _lacks_half_an_affine(layers: Iterable[Layer]) -> bool:
    """Whether a normalization only scales or only shifts; PyTorch's BatchNorm does both."""
    return any(
        _lacks_half_an_affine(layer.layers)
        if isinstance(layer, Residual)
        else getattr(layer, "scale", True) != getattr(layer, "center", True)
        for layer in layers
    )


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


def pytorch_model(layers: Sequence[Layer], input_shape: Shape) -> str:
    """Python code that defines `model`, ending in a newline. `SettingError` for layers without a PyTorch module."""
    check_pytorch(layers, input_shape)
    modules = list(torch_modules(layers, input_shape))
    lines = "".join(f"    {line}\n" for line in torch_lines(modules))
    classes = dict.fromkeys(text for module in modules for text in module.classes)
    return "\n\n".join([*classes, f"model = torch.nn.Sequential(\n{lines})\n"])


def channels_first(shape: Shape) -> Shape:
    """Shape of a sample in PyTorch: (channels, height, width) for an image."""
    return (shape[2], *shape[:2]) if len(shape) == 3 else shape
