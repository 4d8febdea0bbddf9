"""Export to Keras 3: the whole model, from raw samples to predictions, to be used and trained on in Keras."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ...data.pipeline import CategoryColumn, TableInputs
from ...io.atomic_write import atomic_write
from ...io.command_lines import install_line
from ..exporter import EXPORTERS, Exporter
from ..external_reader import MissingReaderError, ReaderPredictions, package_version, run_program
from ..trained_model import ModelDescription, TrainedModel
from .loading_code import keras_program
from .writer import description_layers, keras_model, write_keras

_BACKENDS: Final = ("torch", "jax", "tensorflow")


@EXPORTERS.register()
class Keras(Exporter):
    """A `.keras` that takes raw samples; `keras.models.load_model` reads it in its safe mode.

    Tables have an input for each column, with its name; texts are numbered, as Keras needs TensorFlow for them, which
    the code does. Points have the input `x`, images `image` in their own range. It gives probabilities
    (n, classes), or with values in the target's own units. `metadata.json` in it holds pipeline, layers and origin.
    Muted and clamped units are in the model.
    """

    kind = "keras"
    title = "Keras 3 (.keras)"
    summary = "A model that Keras runs and trains on, with PyTorch, JAX or TensorFlow"
    suffix = ".keras"
    needs_suffix = True
    group = "Models"

    def write(self, model: TrainedModel, path: Path) -> None:
        layers, output = keras_model(model.network, model.pipeline)
        with atomic_write(path) as file:
            write_keras(layers, output, model.to_json(), file)

    def check(self, model: ModelDescription) -> None:
        description_layers(model)

    def remarks(self, model: ModelDescription) -> Mapping[str, str]:
        inputs = None if model.pipeline is None else model.pipeline.inputs
        texts = isinstance(inputs, TableInputs) and any(
            isinstance(column, CategoryColumn) for column in inputs.columns
        )
        return {"Texts": "numbered by the code: Keras needs TensorFlow for them"} if texts else {}

    def run(self, path: Path, model: ModelDescription, raw: Any) -> ReaderPredictions | None:
        return keras_predictions(keras_program(path, model), raw)

    def prediction_names(self, model: ModelDescription) -> tuple[str, ...]:
        # The labels are the code's.
        return tuple(name for name in super().prediction_names(model) if name != "label")

    def program(self, path: Path, model: ModelDescription, language: str) -> str:
        return keras_program(path, model)


def keras_predictions(program: str | Path, raw: Any) -> ReaderPredictions:
    """Predictions of a program, a text or a file, for `raw` samples.

    Raises `MissingReaderError` if Keras is not installed, or nothing that it runs on, and `ValueError` if it fails.
    """
    backend = next((name for name in _BACKENDS if find_spec(name) is not None), "")
    if find_spec("keras") is None or not backend:
        raise MissingReaderError(
            "The file is written but not read back: Keras is not installed here; "
            f"install it by: {install_line('numpynet-playground[keras]', 'torch')}"
        )
    reader = f"keras {package_version('keras')} with {backend}"
    # In a folder of its own, as Keras writes its settings into the user's; JAX takes float64 only when told.
    with tempfile.TemporaryDirectory(prefix="numpynet-keras-") as home:
        environment = {"KERAS_BACKEND": backend, "KERAS_HOME": home, "JAX_ENABLE_X64": "1"}
        return run_program(program, raw, reader, environment)
