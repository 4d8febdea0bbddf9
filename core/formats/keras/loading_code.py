"""Write Keras as Python: a network as layers, and a program that runs an exported `.keras` file on raw samples."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...data.pipeline import CategoryColumn, ClassOutputs, Pipeline, TableInputs, TokenInputs
from ...io.model_graphs import INPUT, KerasGraph, KerasNode, KerasValue
from ...nn import ActivationFunction, Layer
from ...nn.network import describe
from ..exporter import keras_prefixes
from ..programs.pipeline_code import (
    call_text,
    cell_code,
    generate_code,
    nested,
    path_text,
    pipeline_code,
    written,
)
from ..trained_model import ModelDescription
from .writer import description_layers

KERAS_HEAD: Final = """\
# Keras runs on PyTorch, JAX or TensorFlow, as this says when it is imported.
os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
"""
KERAS_NETWORK: Final = """def network(inputs):
    return keras.ops.convert_to_numpy(model(inputs, training=False))


"""
_AS_BY_DEFAULT: Final[dict[str, Any]] = {
    "use_bias": True, "padding": "valid", "strides": [1, 1], "dilation_rate": [1, 1],
    "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True, "offset": 0.0,
}  # fmt: skip
_FILE: Final = """\
{standard}

{head}import numpy as np

path = {path}
model = keras.models.load_model(path)
# What was trained, beside the model: columns and categories, names of classes, origin and proof.
pipeline = json.loads(zipfile.ZipFile(path).read("metadata.json"))["pipeline"]
"""
_BARE_FILE: Final = """\
import os

{head}import numpy as np

model = keras.models.load_model({path})

inputs = np.zeros({shape})  # put yours here: samples, {order}
print(model.predict(inputs))
"""
_SET_WEIGHTS: Final = """\
for place, arrays in {{
{places}}}.items():
    model.get_layer(place).set_weights(arrays)
"""
_ARRAYS: Final = """\
    outputs = model.predict(np.asarray({argument}, np.float32), batch_size=256, verbose=0)
"""
_TABLE: Final = """\
    # By its call: model.predict would round the numbers to float32 before they are scaled.
    outputs = keras.ops.convert_to_numpy(model(prepare(rows), training=False))
"""
_PREPARE: Final = '''\
def prepare(rows):
    """Inputs of the model, by name, of rows: dicts of the raw columns, as of csv.DictReader."""
    inputs = {{}}
    for column, tensor in zip(pipeline["inputs"]["columns"], model.inputs):
        values = [filled(row[column["name"]], column) for row in rows]
{lines}        inputs[tensor.name] = x
    return inputs
'''
_CODES: Final = """\
codes = {{name: code for code, name in enumerate(column["categories"])}}
{indent}x = np.array([codes.get(str(v).strip(), -1) for v in values], np.int32)[:, np.newaxis]
"""


def keras_layers_code(layers: Sequence[Layer], input_shape: tuple[int, ...]) -> str:
    """Python code that defines `model`, a functional model, and gives it its `weights`, the arrays by Keras's names.

    Raises the `SettingError` of a layer that cannot be written.
    """
    graph, output = description_layers(ModelDescription(tuple(layers), input_shape))
    lines, names = "", _variables(graph, output)
    for node in graph.nodes.values():
        lines += f"{_line(node, names)}\n"
    _, described = describe(layers, input_shape)
    known = {
        f"{of}/{each.name}"
        for of, each_of in zip(keras_prefixes(layers), described, strict=True)
        for each in each_of
    }
    places = "".join(
        f'    "{node.name}": [{", ".join(_array(each, array, known) for each, array in node.arrays.items())}],\n'
        for node in graph.nodes.values()
        if node.arrays
    )
    set_weights = _SET_WEIGHTS.format(places=places) if places else ""
    return f"{lines}model = keras.Model(inputs, {names[output.name]})\n{set_weights}"


def _array(name: str, array: NDArray[Any], known: Collection[str]) -> str:
    """The expression for an array of a layer, which is one of `weights` where it is known, or else a constant."""
    if name in known:
        return f'weights["{name}"]'
    if array.ndim == 2 and array.shape[0] == array.shape[1] and (array == np.eye(len(array))).all():
        return f"np.eye({len(array)})"
    return f"np.array({written(nested(array), 4)})"


def keras_program(path: Path, model: ModelDescription) -> str:
    """A program for the file at `path`. Raises `SettingError` for a model that Keras cannot hold."""
    description_layers(model)
    if model.pipeline is None:
        order = "height, width, channels" if len(model.input_shape) == 3 else "features"
        shape = (1, *model.input_shape)
        return _BARE_FILE.format(head=KERAS_HEAD, path=path_text(path), shape=shape, order=order)
    code, inputs = pipeline_code(model.pipeline), model.pipeline.inputs
    prepare, outputs = "", _ARRAYS.format(argument=code.argument)
    if isinstance(inputs, TableInputs):
        prepare, outputs = _prepare(inputs), _TABLE
    elif isinstance(inputs, TokenInputs):
        prepare, outputs = f"\n\n{code.prepare}", _ARRAYS.format(argument="prepare(texts)")
    made = generate_code(model.pipeline)
    if made:
        made = f"{KERAS_NETWORK}{made}\n\n"
    needed = ["import json", "import os", "import zipfile", *(code.imports.splitlines() if prepare else ())]
    standard = "\n".join(sorted(set(needed), key=lambda line: (line.startswith("from "), line)))
    return (
        f"{_FILE.format(head=KERAS_HEAD, path=path_text(path), standard=standard)}"
        f"{prepare}\n\n"
        f"def predict({code.argument}):\n"
        f'    """{code.returns} of raw {code.argument}."""\n'
        f"{outputs}{code.prediction if made else _prediction(model.pipeline, model.layers)}\n\n{made}"
        f"{code.example}print(predict({code.argument}))\n"
    )


def _prediction(pipeline: Pipeline, layers: Sequence[Layer]) -> str:
    """Lines that return what `outputs` mean, which are probabilities or values already."""
    outputs = pipeline.outputs
    if not isinstance(outputs, ClassOutputs):
        return "    return outputs\n"
    clipped = "outputs" if _is_within(outputs, layers) else "outputs.clip(0, 1)"
    places = "outputs.argmax(axis=1)"
    if outputs.threshold != 0.5:
        places = f"(outputs[:, 1] > {outputs.threshold!r}).astype(int)"
    return f'    return [pipeline["outputs"]["names"][place] for place in {places}], {clipped}\n'


def _is_within(outputs: ClassOutputs, layers: Sequence[Layer]) -> bool:
    """Whether all shares lie within 0 and 1."""
    last = (layers[-1].output_activation or layers[-1]) if layers else None
    low, high = (outputs.low, outputs.high) if outputs.outputs == 1 else (0.0, 1.0)
    return isinstance(last, ActivationFunction) and last.low >= low and last.high <= high


def _prepare(inputs: TableInputs) -> str:
    cells, number = cell_code(inputs)
    numbers, texts = (
        [column for column in inputs.columns if isinstance(column, CategoryColumn) == is_text]
        for is_text in (False, True)
    )
    if not texts:
        lines = f"        x = {number}\n"
    elif not numbers:
        lines = _coded(8)
    else:
        lines = (
            f'        if column["kind"] == "number":\n            x = {number}\n        else:\n{_coded(12)}'
        )
    return f"\n{cells}{_PREPARE.format(lines=lines)}"


def _coded(spaces: int) -> str:
    indent = " " * spaces
    remark = f"{indent}# By its place, as Keras needs TensorFlow for texts; -1 was not there in training.\n"
    return f"{remark}{indent}{_CODES.format(indent=indent)}"


def _variables(graph: KerasGraph, output: KerasValue) -> dict[str, str]:
    """Name of each node's output: x where the next line alone takes it, else its own."""
    nodes = list(graph.nodes.values())
    uses = Counter(parent.name for node in nodes for parent in node.parents)
    following = {node.name: after for node, after in itertools.pairwise(nodes)}
    found = {}
    for node in nodes:
        after = following.get(node.name)
        is_next = after is not None and uses[node.name] == 1 and after.parents[:1] == (node.output,)
        plain = is_next or node.name == output.name
        found[node.name] = "x" if plain else re.sub(r"\W", "_", node.name)
    found[nodes[0].name] = "inputs"
    return found


def _line(node: KerasNode, names: dict[str, str]) -> str:
    before = f"{names[node.name]} = "
    if node.kind == INPUT:
        return f"{before}keras.Input({tuple(node.output.shape)})"
    given = [names[each.name] if isinstance(each, KerasValue) else repr(each) for each in node.inputs]
    if node.is_operation:
        return call_text(f"keras.ops.{node.kind.lower()}", given, before=before)
    given += [f"{name}={value!r}" for name, value in node.call.items()]
    called = f"([{', '.join(given)}])" if node.is_listed else f"({', '.join(given)})"
    arguments = [*_arguments(node), f'name="{node.name}"']
    return call_text(f"keras.layers.{node.kind}", arguments, called, before)


def _arguments(node: KerasNode) -> Iterator[str]:
    for name, value in node.settings.items():
        is_default = name in _AS_BY_DEFAULT and _AS_BY_DEFAULT[name] == value
        if is_default or (name, value) == ("activation", "linear"):
            continue
        pairs = isinstance(value, list) and all(isinstance(each, int) for each in value)
        # A nested list stands one level deeper.
        yield f"{name}={tuple(value) if pairs else written(value, 4)}"
