"""The model of a graph that another program wrote: its layers, and preprocessing where the graph has it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...data.pipeline import FittedInputs, ImageInputs, NumberColumn, Pipeline, TableInputs
from ...nn.network import Network
from ...train.tasks.supervised import plain_outputs
from ..model_reader import LayerReport, ModelReport
from ..residual_blocks import network_of
from ..trained_experiment import scaled_images
from ..trained_model import TrainedModel
from .flow import Flow
from .graph_walk import Walked, walk
from .parser import ParsedOnnx

_LOGARITHM = "probabilities here, not their logarithms"
_NOTE = "The file gives logarithms of probabilities; here the model gives the probabilities"


def recognize(model: ParsedOnnx, name: str) -> ModelReport:
    """The report of a graph. Raises `ValueError` where there is nothing to report."""
    # Numbers that overflow are not finite, which is refused at the end.
    with np.errstate(all="ignore"):
        walked = _walked(model)
    origin = f"ONNX, by {model.producer:.60}" if model.producer else "ONNX"
    flow = walked.flow
    if flow is None:
        return ModelReport(origin, walked.rows)
    if not flow.steps:
        return ModelReport(origin, (), None, ("it computes nothing from its inputs",))
    with np.errstate(all="ignore"):
        network = network_of(flow.steps, flow.input_shape)
    rows = walked.rows if not flow.log else (*walked.rows[:-1], _with_remark(walked.rows[-1], _LOGARITHM))
    note = _NOTE if flow.log else ""
    remarks = [note] if note else []
    if model.metadata.get("layers"):
        remarks.append("The graph is not as this program wrote it, so that it counts, not its description")
    found = TrainedModel(network, _pipeline(walked, flow, network), name, program=model.producer, note=note)
    return ModelReport(origin, rows, found, tuple(remarks))


def _walked(model: ParsedOnnx) -> Walked:
    """Channels first or last: the order in which the graph makes sense, and the simpler one of both."""
    shapes = [port.shape for port in model.inputs if port.shape is not None and len(port.shape) in (3, 4)]
    if not shapes:
        return walk(model, channels_first=True)
    usual = all((shape[1] or 0) <= (shape[-1] or 0) for shape in shapes)
    tried = [walk(model, channels_first=order) for order in (usual, not usual)]
    fitting = [walked for walked in tried if walked.flow is not None]
    if fitting:
        return min(fitting, key=lambda walked: len(walked.rows))
    return max(tried, key=lambda walked: len(walked.rows))


def _with_remark(row: LayerReport, remark: str) -> LayerReport:
    return replace(row, fit="adapted", remark="; ".join(filter(None, (row.remark, remark))))


def _pipeline(walked: Walked, flow: Flow, network: Network) -> Pipeline | None:
    """Scaling of the inputs and names of classes; None if the graph has neither."""
    named = len(flow.columns) > 1 and not flow.columns[-1].endswith(str(len(flow.columns)))
    if flow.head is None and not walked.has_labels and not named:
        return None
    return Pipeline(_inputs(flow), plain_outputs(network, walked.classes, flow.both))


def _inputs(flow: Flow) -> FittedInputs:
    head = flow.head
    if len(flow.input_shape) == 3:
        if head is None:
            return ImageInputs(flow.input_shape)
        scale, shift = 1.0 / float(head.scale[0]), -float(head.shift[0]) / float(head.scale[0])
        return scaled_images(flow.input_shape, scale, shift)
    if head is None:
        return TableInputs(tuple(NumberColumn(name) for name in flow.columns))
    scales, shifts = 1.0 / head.scale, -head.shift / head.scale
    columns = zip(flow.columns, shifts.tolist(), scales.tolist(), strict=True)
    return TableInputs(tuple(NumberColumn(name, shift=shift, scale=scale) for name, shift, scale in columns))
