"""ONNX files: of this program, with preprocessing, and a graph as other programs write it."""

from __future__ import annotations

from functools import cache

from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import first_preset
from core.experiment.project_file import TrainerState
from core.formats import Onnx
from core.formats.trained_experiment import trained_model
from core.io.model_graphs import OnnxGraph, OnnxValue
from core.nn import LAYERS
from core.nn.layer_stacks import onnx_stack
from core.nn.network import Network
from tests.fuzz.mutations import mutate_bytes
from tests.fuzz.target import Target, made
from tests.fuzz.weights import read_weights


@cache
def _seeds() -> list[bytes]:
    from core.formats.onnx.writer import onnx_bytes

    prepared = prepare(first_preset())
    state = TrainerState.of(make_trainer(first_preset(), prepared), prepared.pipeline)
    model = trained_model(first_preset(), state)
    layers = LAYERS.parse("conv2d 2 3x3 relu, max_pooling2d, flatten, dense 4 gelu, dense 3 softmax")
    network, graph = Network(layers, (7, 7, 2), seed=0), OnnxGraph()
    x = OnnxValue(graph.input("x", "float32", (7, 7, 2)), 3)
    y = onnx_stack(graph, x, layers, network.weights, (7, 7, 2), "abcde")
    graph.call("Identity", y.name, output=graph.output("y", "float32", (3,)))
    return [made(lambda path: Onnx().write(model, path), ".onnx"), onnx_bytes(graph, {})]


TARGET = Target("onnx", ".onnx", _seeds, mutate_bytes, read_weights, (ValueError,), needs="onnx")
