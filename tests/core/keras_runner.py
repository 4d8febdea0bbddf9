"""Compare Keras models with our networks, for tests: Keras runs in this process, with PyTorch below it."""

from __future__ import annotations

import io
import os
import runpy
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.pipeline import Pipeline
from core.formats import TrainedModel
from core.formats.external_reader import ReaderPredictions
from core.formats.keras.exporter import Keras
from core.formats.keras.loading_code import keras_program
from core.formats.keras.writer import keras_model, write_keras
from core.nn.network import Network
from tests.core.onnx_runner import file_predictions


@cache
def keras_module() -> Any:
    """Keras; skips the test if it is not installed."""
    pytest.importorskip("torch")
    # Where it would write its settings into the home of the user.
    os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="keras-home-")
    os.environ["KERAS_BACKEND"] = "torch"
    with quiet_keras():
        return pytest.importorskip("keras")


@contextmanager
def quiet_keras() -> Iterator[None]:
    """Its warnings, such as that of arrays from tensors of PyTorch, are none of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def run_layers(network: Network, inputs: np.ndarray, folder: Path) -> np.ndarray:
    """Outputs (samples, *output_shape) of the network alone, as Keras computes them."""
    keras = keras_module()
    file = io.BytesIO()
    write_keras(*keras_model(network, None), {}, file)
    (folder / "layers.keras").write_bytes(file.getvalue())
    with quiet_keras():
        model = keras.models.load_model(folder / "layers.keras")
        return np.asarray(keras.ops.convert_to_numpy(model(inputs, training=False)))


def run_file(network: Network, pipeline: Pipeline, raw: Any, folder: Path) -> ReaderPredictions:
    """What the program that the dialog shows predictions for the file that the dialog writes."""
    keras_module()
    model, path = TrainedModel(network, pipeline), folder / "model.keras"
    Keras().write(model, path)
    (folder / "program.py").write_text(keras_program(path, model.description), "utf-8")
    given = rows_of(raw) if isinstance(raw, dict) else raw
    with quiet_keras():
        found = runpy.run_path(str(folder / "program.py"))["predict"](given)
    return file_predictions(*found) if isinstance(found, tuple) else file_predictions(found)


def rows_of(columns: dict[str, Any]) -> list[dict[str, Any]]:
    """A table's columns as rows, which programs take."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
