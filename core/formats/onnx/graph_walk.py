"""Walk a file's graph from its inputs to its outputs, and collect our layers on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...io.budget import spend
from ...io.sentence import short_sentence
from ...nn import Shape
from ..model_reader import LayerReport
from ..residual_blocks import MisfitError, residual_of, rows_of
from .constants import BATCH, compute, is_computed, shape_part
from .flow import Affine, Flow, check_size, row_of, settled
from .fusions import fused_nodes, is_of_sequences
from .operators import Call, is_known, run
from .parser import ParsedNode, ParsedOnnx, ParsedPort

MAX_NODES: Final = 5_000
_ML: Final = "ai.onnx.ml"
# They make labels of the predictions.
_LABELLING: Final = {
    ("", "ArgMax"), (_ML, "ArrayFeatureExtractor"), (_ML, "LabelEncoder"), (_ML, "ZipMap"), (_ML, "Normalizer"),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Walked:
    """The flow at the output, or, if a node does not fit, the rows up to there and of that node.

    `classes` are names of classes, if the graph has them.
    """

    flow: Flow | None
    rows: tuple[LayerReport, ...] = ()
    classes: tuple[str, ...] = ()
    has_labels: bool = False


@dataclass(frozen=True, eq=False)
class _Labels:
    """Class numbers or names of a flow's samples."""

    flow: Flow
    names: tuple[str, ...] = ()


_Value = Flow | _Labels | NDArray[Any]


def walk(model: ParsedOnnx, *, channels_first: bool) -> Walked:
    """The layers of a graph; `channels_first` says how images and sequences lie in its inputs."""
    return _Walk(model, channels_first).walked()


class _Walk:
    def __init__(self, model: ParsedOnnx, channels_first: bool) -> None:
        if len(model.nodes) > MAX_NODES:
            raise ValueError(f"it must have at most {MAX_NODES:,} nodes, got {len(model.nodes):,}")
        self._model = model
        self._nodes = fused_nodes(model.nodes, model.constants)
        self._uses = Counter(name for node in self._nodes for name in node.inputs)
        self._uses.update(port.name for port in model.outputs)
        self._values: dict[str, _Value] = dict(model.constants)
        self._channels_first = channels_first
        self._has_sequences = any(is_of_sequences(node, model.constants) for node in self._nodes)
        self._batch = _fixed_batch(model.inputs)
        self._reached: Flow | None = None

    def walked(self) -> Walked:
        try:
            for port in self._model.inputs:
                self._values[port.name] = self._input(port)
        except MisfitError as misfit:
            row = LayerReport(f"input {port.name}", None, None, "misfit", str(misfit))
            return Walked(None, (row, *self._unknown(self._nodes)))
        for place, node in enumerate(self._nodes):
            try:
                self._take(place, node)
            except MisfitError as misfit:
                return self._stopped(place, str(misfit))
        return self._ended()

    def _input(self, port: ParsedPort) -> Flow:
        if port.element not in (np.float32, np.float64, np.float16, np.int64, np.int32, np.uint8):
            kind = "texts" if port.element is str else "values of another kind"
            raise MisfitError(f"inputs must be numbers, got {kind}")
        if port.shape is None or len(port.shape) not in (2, 3, 4):
            raise MisfitError("samples must be rows of numbers or images")
        if None in port.shape[1:]:
            listed = " × ".join("?" if length is None else str(length) for length in port.shape[1:])
            raise MisfitError(f"the size of a sample must be known, got {listed}")
        shape = tuple(length or 1 for length in port.shape[1:])
        size = check_size(shape)
        # Numbers of a row have names.
        spend(8 * size, entries=size if len(shape) == 1 else 0)
        index = np.arange(size).reshape(shape)
        ours: Shape = shape
        if len(shape) == 3 and self._channels_first:
            ours = (*shape[1:], shape[0])
            index = np.arange(index.size).reshape(ours).transpose(2, 0, 1)
        elif len(shape) == 2 and not self._has_sequences:
            ours = (*shape, 1)
        elif len(shape) == 2 and self._channels_first:
            ours = shape[::-1]
            index = np.arange(size).reshape(ours).T
        columns = _columns(port.name[:80], shape) if len(shape) == 1 else ()
        return Flow((), ours, index, ours, columns=columns)

    def _take(self, place: int, node: ParsedNode) -> None:
        spend(0)
        if not node.outputs:
            raise MisfitError("it has no output")
        found = self._value(place, node)
        if isinstance(found, Flow):
            if self._uses[node.outputs[0]] > 1:
                # So that both ways start from the very same layers.
                found = settled(found) if found.steps else found
            if self._reached is None or len(found.steps) >= len(self._reached.steps):
                self._reached = found
        self._values[node.outputs[0]] = found

    def _value(self, place: int, node: ParsedNode) -> _Value:
        given = [self._given(name) for name in node.inputs]
        flows = [each for each in given if isinstance(each, Flow)]
        labels = [each for each in given if isinstance(each, _Labels)]
        if labels or (flows and (node.domain, node.operator) in _LABELLING):
            return _labelled(node, given, labels[0].flow if labels else flows[0])
        arrays = [each if isinstance(each, np.ndarray) else None for each in given]
        if not flows:
            if not is_computed(node):
                raise MisfitError(f"there is no layer here for {node.operator}")
            return compute(node, arrays)
        if any(flow.log or flow.both for flow in flows) and node.operator not in ("Identity", "Cast"):
            raise MisfitError("it goes on behind the predictions")
        if node.operator == "Shape":
            return shape_part(node.attributes, (BATCH, *flows[0].index.shape))
        if node.operator == "Concat" and len(flows) == len(given):
            if len(flows) == 1:
                return flows[0]
            return concatenated(flows, int(node.attributes.get("axis", 1)))
        if len(flows) == 2 and node.operator in ("Add", "Sum"):
            return summed(flows[0], flows[1], self._source(place))
        if len(flows) > 1:
            raise MisfitError("it takes two values that depend on the samples; only Residual blocks do here")
        first = next(i for i, each in enumerate(given) if isinstance(each, Flow))
        constants = {i: each for i, each in enumerate(arrays) if each is not None}
        shared = self._uses[node.inputs[first]] > 1
        call = Call(
            node, flows[0], first, constants, self._source(place), shared, self._model.opset, self._batch
        )
        return run(call)

    def _given(self, name: str) -> _Value | None:
        if not name:
            return None
        if name not in self._values:
            raise MisfitError(f"its input {name[:60]!r} is nowhere made before it")
        return self._values[name]

    def _source(self, place: int) -> str:
        node = self._nodes[place]
        operator, name = node.operator[:80], node.name[:80]
        if not name:
            return f"{operator} (node {place + 1})"
        return name if operator.lower() in name.lower() else f"{operator} {name}"

    def _stopped(self, place: int, reason: str) -> Walked:
        """The rows of the layers so far, of the node that does not fit, and of those behind it that never would."""
        rows = _rows(self._reached)
        row = LayerReport(self._source(place), None, None, "misfit", short_sentence(reason))
        return Walked(None, (*rows, row, *self._unknown(self._nodes[place + 1 :])))

    def _unknown(self, nodes: Sequence[ParsedNode]) -> list[LayerReport]:
        """Rows of nodes that are no layer here, whatever they get; one for each operator."""
        found: dict[str, LayerReport] = {}
        for node in nodes:
            known = is_known(node) or is_computed(node) or (node.domain, node.operator) in _LABELLING
            if not known and node.operator not in ("Concat", "Shape", "Sum"):
                source = f"{node.operator} {node.name}".strip()
                reason = f"there is no layer here for {node.operator}"
                found.setdefault(node.operator, LayerReport(source, None, None, "misfit", reason))
        return list(found.values())

    def _ended(self) -> Walked:
        values = [self._values.get(port.name) for port in self._model.outputs]
        labels = [value for value in values if isinstance(value, _Labels)]
        flows = [value for value in values if isinstance(value, Flow)]
        found = flows or [label.flow for label in labels]
        if not found:
            row = LayerReport("outputs", None, None, "misfit", "no output depends on the inputs")
            return Walked(None, (row,))
        try:
            flow = _finished(found)
        except MisfitError as misfit:
            row = LayerReport("outputs", None, None, "misfit", str(misfit))
            return Walked(None, (*_rows(self._reached), row))
        classes = next((label.names for label in labels if label.names), ())
        return Walked(flow, _rows(flow), classes, bool(labels))


def _finished(flows: Sequence[Flow]) -> Flow:
    """The one prediction of the graph, settled, as a row in our order."""
    last = max(flows, key=lambda each: len(each.steps))
    if any(each.steps != last.steps[: len(each.steps)] for each in flows):
        raise MisfitError("it has several outputs, which are predictions of different layers")
    flow = settled(last)
    if flow.index.ndim == 1:
        flow = row_of(flow, "the output")
    if not flow.is_straight:
        raise MisfitError("its outputs are in another order than those of the layer before")
    return flow


def _labelled(node: ParsedNode, given: Sequence[_Value | None], flow: Flow) -> _Labels | Flow:
    """Names of classes, where a node has them."""
    arrays = [each for each in given if isinstance(each, np.ndarray)]
    if node.operator == "Normalizer":
        # Rows of Softmax have the sum 1 already.
        if node.attributes.get("norm") != "L1":
            raise MisfitError("it scales the predictions")
        return flow
    names: Sequence[Any] = next((each.names for each in given if isinstance(each, _Labels)), ())
    for name in ("classlabels_strings", "classlabels_int64s", "values_strings", "values_int64s"):
        names = node.attributes.get(name) or names
    if node.operator == "ArrayFeatureExtractor" and arrays:
        spend(0, entries=arrays[0].size)
        names = arrays[0].reshape(-1).tolist()
    return _Labels(flow, tuple(str(name) for name in names))


def _rows(flow: Flow | None) -> tuple[LayerReport, ...]:
    return () if flow is None else rows_of(flow.steps, flow.input_shape)


def _columns(name: str, shape: Shape) -> tuple[str, ...]:
    if shape == (1,):
        return (name,)
    return tuple(f"{name}{number + 1}" for number in range(shape[0]))


def _fixed_batch(inputs: Sequence[ParsedPort]) -> int | None:
    """The number of samples that the inputs are fixed to, as PyTorch does unless told otherwise."""
    lengths = {port.shape[0] for port in inputs if port.shape}
    return lengths.pop() if len(lengths) == 1 else None


def summed(first: Flow, second: Flow, source: str) -> Flow:
    """The sum of two flows, as a Residual block. `MisfitError` if they are no branch beside a skip connection."""
    first, second = settled(first), settled(second)
    if first.index.shape != second.index.shape or not (first.index == second.index).all():
        raise MisfitError("it adds two values in different orders")
    found = residual_of(first.steps, second.steps, first.input_shape)
    trunk = replace(first, steps=first.steps[: found.shared], shape=found.before)
    return trunk.add(found.block, found.weights, f"{source} ({found.inner})", found.remark, index=first.index)


def concatenated(flows: Sequence[Flow], axis: int) -> Flow:
    """Columns of the input side by side, or 1 - p beside p. `MisfitError` for anything else."""
    if len(flows) == 2 and _is_complement(*flows):
        return replace(flows[1], both=True)
    if axis not in (1, -1) or any(flow.steps or flow.index.ndim != 1 or flow.head for flow in flows):
        raise MisfitError("it puts two values side by side, for which there is no layer here")
    size = sum(flow.index.size for flow in flows)
    spend(40 * size)
    pending = None
    if any(flow.pending for flow in flows):
        pending = _joined([_pending(flow) for flow in flows])
    columns = tuple(name for flow in flows for name in flow.columns)
    if len(set(columns)) < len(columns):
        raise MisfitError("it uses a column twice")
    return Flow((), (size,), np.arange(size), (size,), pending, columns=columns)


def _pending(flow: Flow) -> Affine:
    if not flow.is_straight:
        raise MisfitError("it reorders columns")
    size = flow.index.size
    return flow.pending or Affine(np.ones(size), np.zeros(size), ())


def _joined(parts: Sequence[Affine]) -> Affine:
    return Affine(
        np.concatenate([part.scale for part in parts]),
        np.concatenate([part.shift for part in parts]),
        tuple(source for part in parts for source in part.sources),
    )


def _is_complement(first: Flow, second: Flow) -> bool:
    """Whether they are 1 - p and p of one output."""
    pending = first.pending
    return (
        pending is not None
        and second.pending is None
        and bool(second.steps)
        and first.steps == second.steps
        and second.index.shape == (1,)
        and pending.scale.tolist() == [-1.0]
        and pending.shift.tolist() == [1.0]
    )
