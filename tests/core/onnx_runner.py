"""Compare ONNX files in onnxruntime with our networks, for tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.data.pipeline import Pipeline
from core.formats.external_reader import ReaderPredictions
from core.formats.onnx.exporter import run_onnx
from core.formats.onnx.writer import onnx_bytes, onnx_graph
from core.nn.network import Network

CLOSE = 1e-5
"""Largest difference, relative to the largest output or to the target's scale."""


def run_network(network: Network, inputs: np.ndarray) -> np.ndarray:
    """Outputs (samples, *output_shape) as onnxruntime computes them for inputs (samples, *input_shape), float32."""
    (outputs,) = run_onnx(onnx_bytes(onnx_graph(network, None), {}), {"inputs": inputs})
    return outputs


def run_model(network: Network, pipeline: Pipeline, raw: Any) -> list[Any]:
    """The outputs of the file for raw samples, as onnxruntime computes them."""
    content = onnx_bytes(onnx_graph(network, pipeline), {})
    return run_onnx(content, pipeline.inputs.onnx_inputs(raw))


def file_predictions(*outputs: Any) -> ReaderPredictions:
    """Values, or labels and probabilities, as a runtime returns them."""
    if len(outputs) == 1:
        return ReaderPredictions("", values=np.asarray(outputs[0], np.float64))
    return ReaderPredictions("", list(np.ravel(outputs[0])), np.asarray(outputs[1], np.float32))


def assert_same_predictions(
    network: Network, pipeline: Pipeline, raw: Any, found: ReaderPredictions, close: float = CLOSE
) -> None:
    """The predictions `found` for raw samples are those of our network, within `close` of a value's size."""
    outputs = network.predict(pipeline.transform(raw))
    ours = pipeline.decode(outputs)
    if ours.values is not None:
        assert found.values is not None
        scale = np.array([column.scale for column in pipeline.outputs.columns])  # type: ignore[attr-defined]
        assert found.values.shape == ours.values.shape
        # Float32 has seven digits: of values up to 35, as 10 steps out of noise make, 1.2e-5 is the last of them.
        size = max(1.0, float((np.abs(ours.values) / scale).max()))
        assert (np.abs(found.values - ours.values) / scale).max() <= close * size
        return
    assert found.probabilities is not None
    assert ours.probabilities is not None
    assert ours.labels is not None
    assert found.probabilities.shape == ours.probabilities.shape
    assert np.abs(found.probabilities - ours.probabilities).max() <= close
    sure = _margins(pipeline, outputs) > 2 * close
    assert sure.mean() > 0.9
    assert len(found.labels) == ours.labels.size
    assert (np.array(found.labels, object).reshape(ours.labels.shape) == ours.labels)[sure].all()


def rounding(network: Network, inputs: np.ndarray) -> float:
    """The largest difference of the network in float32 from itself in float64."""
    exact = Network(network.layers, network.input_shape, dtype=np.float64)
    exact.set_weights(network.get_weights())
    return float(np.abs(exact.predict(inputs) - network.predict(inputs)).max())


def _margins(pipeline: Pipeline, outputs: np.ndarray) -> np.ndarray:
    """How far the label is from another, (samples,) or of tokens (samples, time)."""
    if outputs.shape[-1] == 1:
        return np.asarray(np.abs(outputs[:, 0] - pipeline.outputs.encoding.threshold))
    highest = np.sort(outputs, axis=-1)
    return np.asarray(highest[..., -1] - highest[..., -2])
