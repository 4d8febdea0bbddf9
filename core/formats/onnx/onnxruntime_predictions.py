"""Read an exported ONNX file as others do: by onnxruntime, from raw samples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from core.data.pipeline import Pipeline
from core.formats.external_reader import ForeignAnswers, package_version
from core.formats.onnx.form import OnnxForm
from core.formats.onnx.model import has_columns
from core.io.sentence import short_sentence

_FATAL_ONLY: Final = 4


def onnx_answers(path: Path, pipeline: Pipeline, raw: Any, form: OnnxForm | None = None) -> ForeignAnswers:
    """What the file at `path`, of this form, answers to raw samples in the forms that `pipeline.transform` takes.

    Raises `MissingReaderError` if onnxruntime is not installed, and `ValueError` if it cannot run the file.
    """
    reader = f"onnxruntime {package_version('onnxruntime')}"
    inputs = (form or OnnxForm()).feed(pipeline.inputs.onnx_inputs(raw), table=has_columns(pipeline))
    answers = run_onnx(path.read_bytes(), inputs)
    if len(answers) == 1:
        return ForeignAnswers(reader, values=answers[0])
    labels, probabilities = answers
    return ForeignAnswers(reader, labels.tolist(), probabilities)


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
