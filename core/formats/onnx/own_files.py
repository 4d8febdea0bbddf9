"""Read a model from an ONNX file; of this program, from its description, if the graph is what follows from it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...data.pipeline import FittedInputs, ImageInputs, NumberColumn, Pipeline, TableInputs
from ...io import strict_json
from ...io.archive import MAX_TEXT_BYTES
from ...io.model_graphs import OnnxGraph, OnnxNode
from ...io.sentence import opening
from ...nn import LAYERS, Layer, Shape
from ...nn.interventions import Intervention
from ...nn.network import Network, state_shapes
from ...train.tasks.supervised import plain_outputs
from ..exporter import keras_prefixes
from ..model_reader import MODEL_READERS, ModelReader, ModelReport, report_of
from ..residual_blocks import network_of
from ..trained_experiment import scaled_images
from ..trained_model import TrainedModel
from ..weights.bare_weights import described_model_of, places_of, set_numbers
from .flow import Flow
from .form import OnnxForm
from .graph_walk import Walked, walk
from .parser import TENSOR_TYPES, ParsedNode, ParsedOnnx, parse_onnx
from .writer import onnx_graph

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
    rows, note, remarks = walked.rows, "", []
    if flow.log:
        note, remarks, last = _NOTE, [_NOTE], rows[-1]
        remark = "; ".join(filter(None, (last.remark, _LOGARITHM)))
        rows = (*rows[:-1], replace(last, fit="adapted", remark=remark))
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


@MODEL_READERS.register()
class OnnxReader(ModelReader):
    """A stack of layers, also as PyTorch, Keras and skl2onnx write it; needs no other package."""

    kind = "onnx"
    title = "ONNX (.onnx)"
    suffix = ".onnx"

    def report(self, path: Path) -> ModelReport:
        with opening(path):
            model = parse_onnx(path)
            described = described_model(model)
            if described is not None:
                return report_of(described, f"ONNX, by {described.program or model.producer:.60}")
            return recognize(model, path.stem)


_NUMBER_OF: Final = {np.dtype(kind): number for number, kind in TENSOR_TYPES.items() if kind is not str}


def described_model(model: ParsedOnnx) -> TrainedModel | None:
    """The model, bit by bit; None if the file has no description or its graph is another one.

    The graph is written again from what was read, and compared node by node and number by number.
    """
    texts = {name: text for name, text in model.metadata.items() if name in _JSON_NAMES}
    if not {"layers", "input_shape"} <= texts.keys() or max(map(len, texts.values())) > MAX_TEXT_BYTES:
        return None
    try:
        read = {name: strict_json.load(text) for name, text in texts.items()}
        layers = tuple(LAYERS.from_json(layer) for layer in read["layers"])
        shape: Shape = tuple(read["input_shape"])
        pipeline = Pipeline.from_json(read["pipeline"]) if "pipeline" in read else None
        form = OnnxForm.from_json(read.get("form", {}))
        network = _network(model, layers, shape, pipeline)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    if network is None or not _is_written(model, onnx_graph(network, pipeline, form)):
        return None
    return described_model_of(network, pipeline, {**model.metadata, **read})


_JSON_NAMES: Final = ("layers", "input_shape", "pipeline", "seed", "epoch", "form", "training")


def _network(
    model: ParsedOnnx, layers: tuple[Layer, ...], shape: Shape, pipeline: Pipeline | None
) -> Network | None:
    """The network with the file's weights."""
    if not all(type(length) is int and 0 < length < 2**31 for length in shape):
        return None
    needed = sum(math.prod(each) for each in state_shapes(layers, shape).values())
    if needed > sum(array.size for array in model.constants.values()):
        return None
    network = Network(layers, shape, seed=None)
    network.intervene(_interventions(model, layers))
    numbers = np.zeros(needed, np.float32)
    # A graph's integers, such as shapes, hold no weights, and neither do constants beside them.
    for name, (place, _) in places_of(network, lambda: _floats(onnx_graph(network, pipeline))).items():
        known = place >= 0
        if not known.any():
            continue
        found = model.constants.get(name)
        if found is None or found.dtype != np.float32 or found.shape != place.shape:
            return None
        if not np.isfinite(found).all():
            return None
        numbers[place[known]] = found[known]
    set_numbers(network, numbers)
    return network


def _floats(graph: OnnxGraph) -> dict[str, NDArray[Any]]:
    return {name: array for name, array in graph.constants.items() if array.dtype == np.float32}


def _interventions(model: ParsedOnnx, layers: tuple[Layer, ...]) -> list[Intervention]:
    """Muted and clamped units: where a layer is followed by Where, with a mask and values."""
    found = []
    for place, prefix in enumerate(keras_prefixes(layers)):
        mask, values = (model.constants.get(f"{prefix}/Where_{number}") for number in (0, 1))
        if mask is None or values is None or mask.dtype != np.bool_ or mask.shape != values.shape:
            continue
        flat, held = mask.reshape(-1), values.reshape(-1)
        for unit in np.flatnonzero(flat).tolist():
            value = float(held[unit])
            kind: Any = "clamp" if value else "mute"
            found.append(Intervention(kind, place, unit, value=value))
    return found


def _is_written(model: ParsedOnnx, graph: OnnxGraph) -> bool:
    """Whether this graph is the file's."""
    if len(graph.nodes) != len(model.nodes) or graph.constants.keys() != model.constants.keys():
        return False
    ports = [(port.name, port.shape) for port in (*graph.inputs, *graph.outputs)]
    theirs = [(port.name, (port.shape or ())[1:]) for port in (*model.inputs, *model.outputs)]
    return (
        ports == theirs
        and all(map(_is_same_node, graph.nodes, model.nodes))
        and all(_is_same(array, model.constants[name]) for name, array in graph.constants.items())
    )


def _is_same_node(ours: OnnxNode, theirs: ParsedNode) -> bool:
    mine = (ours.operator, ours.name, ours.inputs, (ours.output,), ours.domain)
    if mine != (theirs.operator, theirs.name, theirs.inputs, theirs.outputs, theirs.domain):
        return False
    if ours.attributes.keys() != theirs.attributes.keys():
        return False
    return all(_is_same_attribute(value, theirs.attributes[name]) for name, value in ours.attributes.items())


def _is_same_attribute(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, type):
        return bool(_NUMBER_OF[np.dtype(ours)] == theirs)
    if isinstance(ours, float):
        return isinstance(theirs, float) and np.float32(ours) == np.float32(theirs)
    return bool(ours == theirs)


def _is_same(ours: NDArray[Any], theirs: NDArray[Any]) -> bool:
    # A single number is written as an array of one.
    same_kind = ours.dtype == theirs.dtype and (ours.shape or (1,)) == (theirs.shape or (1,))
    return same_kind and np.array_equal(ours.ravel(), theirs.ravel(), equal_nan=ours.dtype.kind == "f")
