"""A trained model as a graph of Keras layers, raw samples in, predictions out, and its zip as of `model.save`."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, Final

import numpy as np

from ...data.pipeline import Pipeline
from ...io.model_graphs import INPUT, KerasGraph, KerasNode, KerasValue, array_places, numbered, snake_case
from ...nn import Layer, Shape
from ...nn.layer_stacks import Overrides, keras_stack
from ...nn.network import Network, describe
from ...nn.override_folding import fold_inside
from ...spec.arrays import Arrays
from ..exporter import keras_prefixes
from ..trained_model import ModelDescription
from .hdf5_writer import hdf5_bytes

Model = tuple[KerasGraph, KerasValue]
"""A graph, and its output."""


def keras_model(network: Network, pipeline: Pipeline | None) -> Model:
    """A network with its pipeline; without one, it takes `inputs`. `SettingError` for what Keras cannot hold."""
    network, overrides = fold_inside(network)
    return _model(network.layers, network.input_shape, network.weights, overrides, pipeline)


def description_layers(model: ModelDescription) -> Model:
    """A model with zeros for weights, which take no memory. `SettingError` for what Keras cannot hold."""
    _, described = describe(model.layers, model.input_shape)
    weights = [{p.name: np.broadcast_to(np.float32(0.0), p.shape) for p in each} for each in described]
    return _model(model.layers, model.input_shape, weights, {}, model.pipeline)


def _model(
    layers: Sequence[Layer],
    input_shape: Shape,
    weights: Sequence[Arrays],
    overrides: Overrides,
    pipeline: Pipeline | None,
) -> Model:
    graph = KerasGraph()
    x = graph.input("inputs", input_shape) if pipeline is None else pipeline.inputs.keras_layers(graph)
    x = keras_stack(graph, x, layers, weights, keras_prefixes(layers), overrides)
    if pipeline is not None:
        x = pipeline.outputs.keras_layers(graph, x)
    if graph.nodes[x.name].kind == INPUT:
        x = graph.layer("Activation", x, name="outputs", activation="linear")
    return graph, x


_VERSION: Final = "3.5.0"
"""The first that reads these files."""


def write_keras(graph: KerasGraph, output: KerasValue, notes: Mapping[str, Any], file: IO[bytes]) -> None:
    """Write the model whose output is `output`, with `notes` beside the version of Keras in `metadata.json`."""
    nodes = graph.ordered(output)
    contents = {
        "metadata.json": _json({"keras_version": _VERSION, **notes}),
        "config.json": _json(keras_config(graph, output)),
        "model.weights.h5": hdf5_bytes(_weights(nodes)),
    }
    # Stored, as Keras does: trained weights hardly get smaller. The date is that of no day: equal models, equal files.
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def array_paths(graph: KerasGraph, output: KerasValue) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The path and the shape in the file of every array by its name."""
    return {
        name: (f"{path}/{place}", array.shape)
        for node, path in _paths(graph.ordered(output))
        for place, (name, array) in zip(
            array_places(node.kind, node.arrays), node.arrays.items(), strict=True
        )
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def keras_config(graph: KerasGraph, output: KerasValue) -> dict[str, Any]:
    """The configuration of the model whose output is `output`, for JSON."""
    inputs = [[node.name, 0, 0] for node in graph.inputs]
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": "model",
            "trainable": True,
            "layers": [_entry(node) for node in graph.ordered(output)],
            "input_layers": inputs if len(inputs) > 1 else inputs[0],
            "output_layers": [output.name, 0, 0],
        },
        "registered_name": "Functional",
        "build_config": {"input_shape": None},
    }


def _entry(node: KerasNode) -> dict[str, Any]:
    """A layer or operation with its one call."""
    config: dict[str, Any] = {"name": node.name, **node.settings}
    if node.kind == INPUT:
        config |= {"batch_shape": [None, *node.output.shape], "dtype": node.output.dtype}
    elif not node.is_operation:
        config["dtype"] = node.output.dtype
    arguments = [_tensor(each) if isinstance(each, KerasValue) else each for each in node.inputs]
    call: dict[str, Any] = {"args": [arguments] if node.is_listed else arguments, "kwargs": dict(node.call)}
    entry = {
        "module": "keras.src.ops.numpy" if node.is_operation else "keras.layers",
        "class_name": node.kind,
        "config": config,
        "registered_name": None,
        "name": node.name,
        "inbound_nodes": [] if node.kind == INPUT else [call],
    }
    if not node.is_operation and node.kind != INPUT:
        shapes = [[None, *each.shape] for each in node.parents]
        entry["build_config"] = {"input_shape": shapes if node.is_listed else shapes[0]}
        if len(shapes) > 1 and not node.is_listed:
            # That of attention, the one layer that takes two inputs as two arguments.
            named = dict(zip(("query_shape", "value_shape"), shapes, strict=True))
            entry["build_config"] = {"shapes_dict": named}
    return entry


def _tensor(value: KerasValue) -> dict[str, Any]:
    return {
        "class_name": "__keras_tensor__",
        "config": {"shape": [None, *value.shape], "dtype": value.dtype, "keras_history": [value.name, 0, 0]},
    }


def _weights(nodes: Iterable[KerasNode]) -> dict[str, Any]:
    """Arrays by number below each layer."""
    root: dict[str, Any] = {"layers": {}, "vars": {}}
    for node, path in _paths(nodes):
        group: dict[str, Any] = {"vars": {}}
        root["layers"][path.split("/")[1]] = group
        for place, array in zip(array_places(node.kind, node.arrays), node.arrays.values(), strict=True):
            put(group, place, array)
    return root


def put(group: dict[str, Any], place: str, array: Any) -> None:
    """Put an array at a place such as "cell/vars/0" within a group of groups."""
    *path, number = place.split("/")
    for name in path:
        group = group.setdefault(name, {})
    group[number] = array


def _paths(nodes: Iterable[KerasNode]) -> Iterator[tuple[KerasNode, str]]:
    """Layers, and the groups of their arrays: by the names of their classes, as dense, dense_1, ..."""
    layers = [node for node in nodes if not node.is_operation]
    for node, name in zip(layers, numbered(snake_case(node.kind) for node in layers), strict=True):
        yield node, f"layers/{name}"
