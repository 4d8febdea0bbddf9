"""A trained model as an ONNX graph, and its file, made by the package `onnx` and checked.

Opset 17, ai.onnx.ml 3 and IR 8 are usual: onnxruntime 1.12 and newer, and onnxruntime-web, load these.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ...io.command_lines import install_line
from ...io.model_graphs import ML_DOMAIN, OnnxGraph, OnnxNode, OnnxPort
from ...spec import SettingError

if TYPE_CHECKING:
    import onnx
from collections.abc import Sequence

from ...data.pipeline import Pipeline, TableInputs
from ...io.model_graphs import OnnxValue
from ...nn import Layer, Shape
from ...nn.layer_stacks import Overrides, onnx_stack
from ...nn.network import Network, describe
from ...nn.override_folding import fold_inside
from ...spec.arrays import Arrays
from ..exporter import keras_prefixes
from ..trained_model import ModelDescription
from .form import OnnxForm


def onnx_graph(network: Network, pipeline: Pipeline | None, form: OnnxForm | None = None) -> OnnxGraph:
    """The graph of a network with its pipeline; without one, from `inputs` to `outputs`, both float32.

    `SettingError` for what ONNX, or the form, cannot hold.
    """
    network, overrides = fold_inside(network)
    graph = _graph(network.layers, network.input_shape, network.weights, overrides, pipeline)
    return graph if form is None else form.shape(graph, table=has_columns(pipeline))


def description_graph(model: ModelDescription, form: OnnxForm | None = None) -> OnnxGraph:
    """The graph of a model with zeros for weights, which take no memory. `SettingError` for what ONNX cannot hold."""
    layers, input_shape = model.layers, model.input_shape
    _, described = describe(layers, input_shape)
    weights = [{p.name: np.broadcast_to(np.float32(0.0), p.shape) for p in each} for each in described]
    graph = _graph(layers, input_shape, weights, {}, model.pipeline)
    return graph if form is None else form.shape(graph, table=has_columns(model.pipeline))


def layer_nodes(graph: OnnxGraph, layers: Sequence[Layer]) -> list[list[OnnxNode]]:
    """The nodes of each layer of a graph; some have none."""
    prefixes = [f"{prefix}/" for prefix in keras_prefixes(layers)]
    return [[node for node in graph.nodes if node.name.startswith(prefix)] for prefix in prefixes]


def has_columns(pipeline: Pipeline | None) -> bool:
    """Whether raw samples are rows of a table."""
    return pipeline is not None and isinstance(pipeline.inputs, TableInputs)


def _graph(
    layers: Sequence[Layer],
    input_shape: Shape,
    weights: Sequence[Arrays],
    overrides: Overrides,
    pipeline: Pipeline | None,
) -> OnnxGraph:
    graph = OnnxGraph()
    if pipeline is None:
        x, refused = OnnxValue(graph.input("inputs", np.float32, input_shape), len(input_shape)), ""
    else:
        x, refused = pipeline.inputs.onnx_nodes(graph)
    x = onnx_stack(graph, x, layers, weights, input_shape, keras_prefixes(layers), overrides)
    x = graph.channels_last(x)
    if pipeline is None:
        shape = describe(layers, input_shape)[0][-1] if layers else input_shape
        graph.call("Identity", x.name, output=graph.output("outputs", np.float32, shape))
    else:
        pipeline.outputs.onnx_nodes(graph, x.name, refused)
    return graph


_OPSET: Final = 17
_ML_OPSET: Final = 3
_IR_VERSIONS: Final = {15: 8, 17: 8, 21: 10}
"""By opset: the oldest that has it, but not older than 8."""


def check_onnx_is_installed() -> None:
    """`SettingError` with the remedy if the package is missing."""
    if find_spec("onnx") is None:
        raise SettingError(
            f"Export: ONNX needs the package onnx; install it by: {install_line('numpynet-playground[export]')}"
        )


def onnx_bytes(
    graph: OnnxGraph, metadata: Mapping[str, str], *, producer_version: str = "", opset: int = _OPSET
) -> bytes:
    """The file's content, checked by `onnx.checker`. The batch axis of all inputs and outputs is dynamic."""
    check_onnx_is_installed()
    import onnx
    from onnx import helper, numpy_helper

    made = helper.make_graph(
        [_node(node) for node in graph.nodes],
        "network",
        [_port(port) for port in graph.inputs],
        [_port(port) for port in graph.outputs],
        # Views, such as a kernel's transpose, are written in the order of their own axes.
        [
            numpy_helper.from_array(np.asarray(array, order="C"), name)
            for name, array in graph.constants.items()
        ],
    )
    used = {"", *(node.domain for node in graph.nodes)}
    model = helper.make_model(
        made,
        producer_name="NumpyNet Playground",
        producer_version=producer_version,
        ir_version=_IR_VERSIONS[opset],
        opset_imports=[
            helper.make_opsetid(domain, {"": opset, ML_DOMAIN: _ML_OPSET}[domain]) for domain in sorted(used)
        ],
    )
    helper.set_model_props(model, dict(metadata))
    content: bytes = model.SerializeToString(deterministic=True)
    # Of a large network every copy counts: the bytes are checked without another one.
    del made, model
    onnx.checker.check_model(content, full_check=True)
    return content


def _node(node: OnnxNode) -> onnx.NodeProto:
    from onnx import helper

    attributes: dict[str, Any] = {
        # The type to cast to.
        name: helper.np_dtype_to_tensor_dtype(np.dtype(value)) if isinstance(value, type) else value
        for name, value in node.attributes.items()
    }
    return helper.make_node(
        node.operator, node.inputs, [node.output], name=node.name, domain=node.domain, **attributes
    )


def _port(port: OnnxPort) -> onnx.ValueInfoProto:
    from onnx import TensorProto, helper

    text = port.dtype is str
    element = TensorProto.STRING if text else helper.np_dtype_to_tensor_dtype(np.dtype(port.dtype))
    return helper.make_tensor_value_info(port.name, element, ["n", *port.shape])
