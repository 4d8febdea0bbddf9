"""Export to ONNX: the whole model, from raw samples to predictions, for every runtime of that format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from ...data.pipeline import ClassOutputs, Pipeline
from ...io.atomic_write import atomic_write
from ...io.sentence import short_sentence
from ...io.version import __version__
from ...spec import setting
from ..exporter import EXPORTERS, Exporter
from ..external_reader import ReaderPredictions, package_version
from ..trained_model import ModelDescription, TrainedModel
from .form import NUMBERS, OPSETS, PORTS, OnnxForm
from .loading_code import javascript_program, python_program
from .writer import check_onnx_is_installed, description_graph, has_columns, onnx_bytes, onnx_graph

_FATAL_ONLY: Final = 4


@EXPORTERS.register()
class Onnx(Exporter):
    """An `.onnx` from raw samples to predictions; see `core.formats.onnx.writer` for its inputs and outputs.

    The metadata hold class names, pipeline, layers and origin, as JSON texts. Muted and clamped units are in the graph.
    """

    kind = "onnx"
    title = "ONNX (.onnx)"
    summary = "Runs in Python, C++, C#, JavaScript and on phones, without this program"
    suffix = ".onnx"
    group = "Models"
    languages = ("Python", "JavaScript")

    ports: str = setting(
        "columns",
        "Inputs",
        "Of a table: one input per column, with the column's name, or one array (rows, columns) of numbers.",
        choices=PORTS,
    )
    numbers: str = setting(
        "float32",
        "Numbers",
        "The type of points, images and predictions; the network computes in float32 either way.",
        choices=NUMBERS,
    )
    opset: str = setting(
        "17",
        "Opset",
        "The version of ONNX's operators: 15 for runtimes of 2021, 17 for browsers, 21 for the newest.",
        choices=OPSETS,
    )

    @property
    def form(self) -> OnnxForm:
        """The settings, as the graph takes them."""
        return OnnxForm(self.ports, self.numbers, int(self.opset))

    def write(self, model: TrainedModel, path: Path) -> None:
        check_onnx_is_installed()
        graph = onnx_graph(model.network, model.pipeline, self.form)
        metadata = _metadata(model, self.form)
        content = onnx_bytes(graph, metadata, producer_version=__version__, opset=self.form.opset)
        with atomic_write(path) as file:
            file.write(content)

    def check(self, model: ModelDescription) -> None:
        check_onnx_is_installed()
        description_graph(model, self.form)

    def idle(self, model: ModelDescription) -> frozenset[str]:
        return frozenset() if has_columns(model.pipeline) else frozenset({"ports"})

    def run(self, path: Path, model: ModelDescription, raw: Any) -> ReaderPredictions | None:
        if model.pipeline is None:
            return None
        return onnx_predictions(path, model.pipeline, raw, self.form)

    def prediction_names(self, model: ModelDescription) -> tuple[str, ...]:
        return tuple(port.name for port in description_graph(model).outputs)

    def program(self, path: Path, model: ModelDescription, language: str) -> str:
        return _PROGRAMS[language](path, model, self.form)


_PROGRAMS = {"Python": python_program, "JavaScript": javascript_program}


def _metadata(model: TrainedModel, form: OnnxForm) -> dict[str, str]:
    values = model.to_json()
    if model.pipeline is not None and isinstance(model.pipeline.outputs, ClassOutputs):
        values["classes"] = list(model.pipeline.outputs.names)
    if written := form.to_json():
        values["form"] = written
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)
        for name, value in values.items()
    }


def onnx_predictions(
    path: Path, pipeline: Pipeline, raw: Any, form: OnnxForm | None = None
) -> ReaderPredictions:
    """Predictions of the file at `path` for raw samples in the forms that `pipeline.transform` takes.

    Raises `MissingReaderError` if onnxruntime is not installed, and `ValueError` if it cannot run the file.
    """
    reader = f"onnxruntime {package_version('onnxruntime')}"
    inputs = (form or OnnxForm()).feed(pipeline.inputs.onnx_inputs(raw), table=has_columns(pipeline))
    predictions = run_onnx(path.read_bytes(), inputs)
    if len(predictions) == 1:
        return ReaderPredictions(reader, values=predictions[0])
    labels, probabilities = predictions
    return ReaderPredictions(reader, labels.ravel().tolist(), probabilities)


def run_onnx(content: bytes, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
    """All outputs of a file, in order, for inputs by name. `ValueError` if onnxruntime cannot run it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL_ONLY
    # More threads would wait for each other beside a training.
    options.intra_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        outputs: list[NDArray[Any]] = session.run(None, dict(inputs))
    except Exception as error:  # its own kinds have no other base
        raise ValueError(short_sentence(f"onnxruntime cannot run the file: {error}")) from None
    return outputs
