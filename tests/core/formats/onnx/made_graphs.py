"""ONNX files made node by node, as other programs write them, and what onnxruntime predicts for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from core.formats import ModelReport, report_model
from core.formats.onnx.exporter import run_onnx

Array = NDArray[Any]


def node(operator: str, inputs: str, output: str, *, domain: str = "", **attributes: Any) -> onnx.NodeProto:
    """A node called as its output; `inputs` are separated by spaces."""
    return helper.make_node(operator, inputs.split(), [output], output, domain=domain, **attributes)


def weights(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng([seed, *shape]).normal(0.0, 0.5, shape).astype(np.float32)


def write(
    folder: Path,
    nodes: Sequence[onnx.NodeProto],
    constants: Mapping[str, Array],
    inputs: Mapping[str, Sequence[int | str]],
    *,
    opset: int = 17,
    output: str = "y",
) -> Path:
    """A file with float inputs of these shapes and one output."""
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(array, order="C"), name) for name, array in constants.items()],
    )
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, producer_name="made", ir_version=8, opset_imports=opsets)
    path = folder / "made.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def report(
    folder: Path,
    nodes: Sequence[onnx.NodeProto],
    constants: Mapping[str, Array],
    shape: Sequence[int | str],
    **settings: Any,
) -> ModelReport:
    """What is found in a file with one input `x`."""
    return report_model(write(folder, nodes, constants, {"x": shape}, **settings))


def runtime_outputs(path: Path, x: Array) -> Array:
    return run_onnx(path.read_bytes(), {"x": x})[0]


def assert_reads_as_it_runs(path: Path, shape: Sequence[int], *, channels_first: bool = False) -> ModelReport:
    """The report of a file with one input, of which the network predicts what onnxruntime does."""
    found = report_model(path)
    assert found.model is not None, found.fault
    x = np.random.default_rng(5).normal(size=shape).astype(np.float32)
    ours = x.transpose(0, 2, 3, 1) if channels_first else x
    ours = ours.reshape(len(x), *found.model.network.input_shape)
    if found.model.pipeline is not None:
        ours = found.model.pipeline.transform(ours)
    wanted = runtime_outputs(path, x)
    outputs = found.model.network.predict(ours).reshape(wanted.shape)
    np.testing.assert_allclose(outputs, wanted, rtol=1e-5, atol=1e-5)
    return found
