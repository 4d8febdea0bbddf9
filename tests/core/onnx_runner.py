"""Run ONNX files in onnxruntime, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime

from core.export.exporter import keras_prefixes
from core.export.onnx_file import OnnxPort, onnx_bytes
from core.io.onnx_graph import OnnxGraph, OnnxValue
from core.nn.network import Network
from core.nn.onnx_stack import onnx_stack

__all__ = ["network_graph", "run_network", "run_onnx"]


def run_onnx(content: bytes, inputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Outputs by name, as onnxruntime computes them for inputs by name."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, dict(inputs)), strict=True))


def network_graph(network: Network) -> OnnxGraph:
    """A network as a graph from "inputs" to "outputs", in our order of axes."""
    graph = OnnxGraph()
    inputs, outputs = OnnxValue(graph.reserve("inputs"), len(network.input_shape)), graph.reserve("outputs")
    last = onnx_stack(
        graph,
        inputs,
        network.layers,
        network.weights,
        network.input_shape,
        keras_prefixes(network.layers),
        network.output_overrides,
    )
    graph.call("Identity", graph.channels_last(last).name, output=outputs)
    return graph


def run_network(network: Network, inputs: np.ndarray) -> np.ndarray:
    """Outputs (samples, *output_shape) as onnxruntime computes them for inputs (samples, *input_shape), float32."""
    ports = (
        OnnxPort("inputs", np.float32, network.input_shape),
        OnnxPort("outputs", np.float32, network.output_shape),
    )
    content = onnx_bytes(network_graph(network), ports[:1], ports[1:], {})
    outputs: np.ndarray = run_onnx(content, {"inputs": inputs})["outputs"]
    return outputs
