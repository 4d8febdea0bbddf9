"""Save and open a `Sequence`: its own file, or the formats of exports and projects, by the suffix."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..io.sentence import short_sentence
from ..nn import Layer
from ..nn.network import Network
from ..train.training_config import TrainingConfig
from .model_file import SavedModel, is_saved_model, read_model

if TYPE_CHECKING:
    from ..data.pipeline import Pipeline
    from ..experiment.experiment import Experiment
    from ..formats import TrainedModel

PROJECT: Final = ".nnplay"
_OWN: Final = ".nnmodel"
_FOREIGN: Final = {
    ".h5": "Keras's older HDF5",
    ".hdf5": "Keras's older HDF5",
    ".pt": "PyTorch",
    ".pth": "PyTorch",
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".joblib": "joblib",
    ".pb": "TensorFlow",
    ".tflite": "TensorFlow Lite",
}


@dataclass(frozen=True, eq=False)
class OpenedModel:
    """Contents of a file: layers and settings, as arguments of `Sequence`, and the network or None."""

    layers: tuple[Layer, ...]
    settings: dict[str, Any]
    network: Network | None = None
    saved: SavedModel | None = None
    pipeline: Pipeline | None = None
    experiment: Experiment | None = None
    epochs: int = 0
    note: str = ""
    """Difference of the model's predictions from the file's."""


def is_other_format(path: Path) -> bool:
    """Whether the suffix is one of projects, models or exports."""
    from ..formats import EXPORTERS

    name = path.name.lower()
    return name.endswith((PROJECT, *(kind.suffix for kind in EXPORTERS)))


def check_own_suffix(path: Path) -> None:
    """Raise `ValueError` for the suffix of a format of other programs, which would not be what the name says."""
    theirs = _FOREIGN.get(path.suffix.lower())
    if theirs is not None:
        raise ValueError(
            f"Sequence: {path.name} would not be a file of {theirs}; save as {_OWN}, the model with its settings, "
            "or as .keras, .onnx, .safetensors or .npz, which other programs read"
        )


def open_model(path: Path) -> OpenedModel:
    """The model in a file of any format. Raises `ValueError` with a sentence, and `OSError`."""
    if is_other_format(path) and not is_saved_model(path):
        return _opened(path)
    theirs = _FOREIGN.get(path.suffix.lower())
    if theirs is not None and path.is_file() and not is_saved_model(path):
        raise ValueError(
            short_sentence(
                f"{path.name} cannot be opened: files of {theirs} are not read; .keras and .onnx are"
            )
        )
    saved = read_model(path)
    settings = settings_of(saved.training) | {"epochs": saved.epochs, "seed": saved.seed}
    return OpenedModel(saved.layers, settings, saved=saved)


def export_model(
    model: TrainedModel, training: TrainingConfig, experiment: Experiment | None, path: Path
) -> None:
    """Write a model in the format of the suffix; a project shows it on the data of `experiment`, or on others."""
    from ..formats import exporter_for

    if path.suffix.lower() == PROJECT:
        from ..formats.model_import import write_project

        write_project(model, training, experiment, path)
    else:
        exporter_for(path).write(model, path)


def settings_of(training: TrainingConfig) -> dict[str, Any]:
    """The settings of a training as arguments of `Sequence`."""
    names = ("loss", "optimizer", "regularizer", "clipping", "schedule", "batch_size", "engine")
    return {name: getattr(training, name) for name in names}


def _opened(path: Path) -> OpenedModel:
    """The model in a file of another format; a project has the settings of its training, too."""
    from ..experiment.project_file import load_project
    from ..formats import load_model
    from ..formats.model_import import usual_loss

    found = load_model(path)
    experiment = load_project(path)[0] if path.suffix.lower() == PROJECT else None
    training = TrainingConfig() if experiment is None else experiment.training
    settings = settings_of(training) | {"seed": found.seed or 0}
    if experiment is None:
        settings |= {"loss": usual_loss(found.network)}
    return OpenedModel(
        found.network.layers,
        settings,
        found.network,
        None,
        found.pipeline,
        experiment,
        found.epoch or 0,
        found.note,
    )
