"""Run ONNX files in onnxruntime, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime

from core.data.pipeline import CategoryColumn, FittedInputs, Pipeline, TableInputs
from core.export.onnx_file import onnx_bytes
from core.export.onnx_model import onnx_graph
from core.nn.network import Network

__all__ = ["CLOSE", "assert_same_answers", "raw_feeds", "run_network", "run_onnx"]

CLOSE = 1e-5
"""Largest difference, relative to the largest output or to the target's scale."""


def run_onnx(content: bytes, inputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Outputs by name, as onnxruntime computes them for inputs by name."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, dict(inputs)), strict=True))


def run_network(network: Network, inputs: np.ndarray) -> np.ndarray:
    """Outputs (samples, *output_shape) as onnxruntime computes them for inputs (samples, *input_shape), float32."""
    content = onnx_bytes(onnx_graph(network, None), {})
    outputs: np.ndarray = run_onnx(content, {"inputs": inputs})["outputs"]
    return outputs


def raw_feeds(inputs: FittedInputs, raw: Any) -> dict[str, np.ndarray]:
    """Raw samples as the inputs of the file; a table's are columns by name."""
    if not isinstance(inputs, TableInputs):
        return {"x" if inputs.kind == "points" else "image": np.asarray(raw, np.float32)}
    return {
        column.name: np.array(raw[column.name], object if isinstance(column, CategoryColumn) else np.float64)[
            :, None
        ]
        for column in inputs.columns
    }


def assert_same_answers(
    network: Network, pipeline: Pipeline, raw: Any, found: Mapping[str, Any] | None = None
) -> None:
    """onnxruntime answers as our network does, from raw samples; `found` are the answers of another runtime."""
    if found is None:
        found = run_onnx(onnx_bytes(onnx_graph(network, pipeline), {}), raw_feeds(pipeline.inputs, raw))
    outputs = network.predict(pipeline.transform(raw))
    ours = pipeline.decode(outputs)
    if ours.values is not None:
        scale = np.array([column.scale for column in pipeline.outputs.columns])  # type: ignore[attr-defined]
        assert found["value"].shape == ours.values.shape
        assert (np.abs(found["value"] - ours.values) / scale).max() <= CLOSE
        return
    assert ours.probabilities is not None
    assert ours.labels is not None
    assert found["probabilities"].shape == ours.probabilities.shape
    assert np.abs(found["probabilities"] - ours.probabilities).max() <= CLOSE
    sure = _margins(pipeline, outputs) > 2 * CLOSE
    assert sure.mean() > 0.9
    assert found["label"].shape == ours.labels.shape
    assert (found["label"] == ours.labels)[sure].all()


def _margins(pipeline: Pipeline, outputs: np.ndarray) -> np.ndarray:
    """How far the label is from another, (samples,)."""
    if outputs.shape[1] == 1:
        return np.asarray(np.abs(outputs[:, 0] - pipeline.outputs.encoding.threshold))
    highest = np.sort(outputs, axis=1)
    return np.asarray(highest[:, -1] - highest[:, -2])
