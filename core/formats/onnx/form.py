"""Form of an ONNX file: its samples and outputs, and the runtimes for which it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...io.model_graphs import OnnxGraph, OnnxPort
from ...spec import SettingError

PORTS: Final = ("columns", "array")
NUMBERS: Final = ("float32", "float64")
OPSETS: Final = ("15", "17", "21")
ARRAY_NAME: Final = "X"
"""The input of a table as one array, as skl2onnx calls it."""
_NEWEST: Final = {"LayerNormalization": 17}
"""Operators that older opsets do not have, by the first that has them."""
_AXES_ARE_INPUTS: Final = 18
"""From this opset on, ReduceMean and ReduceMin take their axes as an input."""


@dataclass(frozen=True)
class OnnxForm:
    """`ports` of a table: an input for each column, or one array (n, columns) of numbers.

    `numbers` is the type of images, points and predictions; columns of a table are float64 always. What is in between
    is computed in float32 either way. `opset` is the version of ONNX's operators.
    """

    ports: str = "columns"
    numbers: str = "float32"
    opset: int = 17

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of numbers that are taken and given."""
        return np.dtype(self.numbers)

    def to_json(self) -> dict[str, Any]:
        """Differences from the usual form."""
        usual = asdict(OnnxForm())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    @classmethod
    def from_json(cls, data: Any) -> OnnxForm:
        """Read what `to_json` wrote. Raises `ValueError`, `TypeError` for anything else."""
        form = cls(**data)
        if form.ports not in PORTS or form.numbers not in NUMBERS or str(form.opset) not in OPSETS:
            raise ValueError(f"ONNX: the form must be a known one, got {data!r}")
        return form

    def shape(self, graph: OnnxGraph, *, table: bool) -> OnnxGraph:
        """Give a graph that was just made this form; `table` is whether its inputs are columns. Returns `graph`.

        `SettingError` for texts in one array, and for operators that the opset does not have.
        """
        for node in graph.nodes:
            if (first := _NEWEST.get(node.operator, 0)) > self.opset:
                raise SettingError(
                    f"Export: opset must be at least {first} for {node.operator}, got {self.opset}"
                )
        with graph.scope("form"):
            if self.ports == "array" and table:
                _join_inputs(graph)
            if self.numbers == "float64":
                _widen(graph)
            if self.opset >= _AXES_ARE_INPUTS:
                _move_axes(graph)
        return graph

    def feed(self, inputs: Mapping[str, NDArray[Any]], *, table: bool) -> dict[str, NDArray[Any]]:
        """Arrays for the usual inputs as those for this form's."""
        if self.ports == "array" and table:
            return {ARRAY_NAME: np.concatenate(list(inputs.values()), axis=1)}
        if self.numbers == "float64":
            return {
                name: array.astype(np.float64) if array.dtype == np.float32 else array
                for name, array in inputs.items()
            }
        return dict(inputs)


def _join_inputs(graph: OnnxGraph) -> None:
    texts = [port.name for port in graph.inputs if port.dtype is str]
    if texts:
        raise SettingError(
            f"Export: one array holds numbers only, and {texts[0]!r} is a text; choose one input per column"
        )
    columns = graph.inputs
    graph.inputs = [OnnxPort(ARRAY_NAME, np.float64, (len(columns),))]
    before = len(graph.nodes)
    taken = {
        port.name: graph.call("Gather", ARRAY_NAME, np.array([place]), axis=1)
        for place, port in enumerate(columns)
    }
    _put_first(graph, before, taken)


def _widen(graph: OnnxGraph) -> None:
    """Take and give float64 where float32 was."""
    before, taken = len(graph.nodes), {}
    for place, port in enumerate(graph.inputs):
        if port.dtype is np.float32:
            graph.inputs[place] = replace(port, dtype=np.float64)
            taken[port.name] = graph.call("Cast", port.name, to=np.float32)
    _put_first(graph, before, taken)
    for place, port in enumerate(graph.outputs):
        if port.dtype is np.float32:
            graph.outputs[place] = replace(port, dtype=np.float64)
            # The node that made the prediction makes what is cast to it.
            last = max(index for index, node in enumerate(graph.nodes) if node.output == port.name)
            graph.call("Cast", port.name, output=port.name, to=np.float64)
            narrow = f"{graph.nodes[-1].name}:0"
            for index, node in enumerate(graph.nodes):
                inputs = tuple(narrow if name == port.name else name for name in node.inputs)
                graph.nodes[index] = replace(
                    node, inputs=inputs, output=narrow if index == last else node.output
                )


def _put_first(graph: OnnxGraph, before: int, taken: Mapping[str, str]) -> None:
    """Move the nodes after the first `before` to the front; the others take their results by `taken`."""
    added, rest = graph.nodes[before:], graph.nodes[:before]
    graph.nodes = [
        *added,
        *(replace(node, inputs=tuple(taken.get(name, name) for name in node.inputs)) for node in rest),
    ]


def _move_axes(graph: OnnxGraph) -> None:
    for index, node in enumerate(graph.nodes):
        if node.operator in ("ReduceMean", "ReduceMin"):
            attributes = dict(node.attributes)
            axes = graph.constant("axes", np.array(attributes.pop("axes"), np.int64))
            graph.nodes[index] = replace(node, inputs=(*node.inputs, axes), attributes=attributes)
