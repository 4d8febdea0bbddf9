"""Save and open a `Sequence`: its own file, or the formats of exports and projects, by the suffix."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ..formats.trained_experiment import as_is_pipeline
from ..formats.trained_model import PROGRAM
from ..io.archive import ArchiveReader, write_archive
from ..io.sentence import opening, short_sentence
from ..nn import LAYERS, Layer, Rescaling, Shape
from ..nn.function_loss import usual_loss
from ..nn.network import Network, state_shapes
from ..spec import without_limits
from ..train.training_config import TrainingConfig
from .continuation import Continuation

if TYPE_CHECKING:
    from ..data.pipeline import Pipeline
    from ..experiment.experiment import Experiment
    from ..formats import TrainedModel


_VERSION = 1
# Settings missing in files of the first versions.
_LATER = {"clipping", "schedule", "class_weights", "augmentation", "engine"}


@dataclass(frozen=True)
class SavedModel:
    """The contents of a model file; `weights` are in Keras's order and layout."""

    layers: tuple[Layer, ...]
    input_shape: Shape
    weights: Sequence[NDArray[Any]]
    training: TrainingConfig
    epochs: int
    seed: int
    loss_history: Sequence[float]
    class_names: tuple[str, ...] = ()
    continuation: Continuation | None = None


def write_model(model: SavedModel, path: Path) -> None:
    """Write a model atomically."""
    described = {
        "kind": "model",
        "version": _VERSION,
        "input_shape": list(model.input_shape),
        "layers": [layer.to_json() for layer in model.layers],
        "epochs": model.epochs,
        "seed": model.seed,
        "loss_history": list(model.loss_history),
    }
    described = model.training.to_json() | described
    if model.class_names:
        described["class_names"] = list(model.class_names)
    names = state_shapes(model.layers, model.input_shape)
    arrays = dict(zip(names, model.weights, strict=True))
    texts, goes_on = {"model.json": described}, model.continuation
    if goes_on is not None:
        texts, arrays = texts | goes_on.texts, arrays | goes_on.arrays
    write_archive(path, texts, arrays)


def read_model(path: Path) -> SavedModel:
    """Read a file of `write_model`. Raises `ValueError` for invalid files."""
    with ArchiveReader(path) as archive, without_limits(), opening(path, (ValueError, OverflowError)):
        try:
            return _read(archive)
        except (KeyError, TypeError) as error:
            raise ValueError(f"model.json is incomplete: {error}") from None


def is_saved_model(path: Path) -> bool:
    """Whether a file is one of `write_model`, whatever its suffix. Raises nothing."""
    try:
        with ArchiveReader(path) as archive:
            return "model.json" in archive
    except (ValueError, OSError):
        return False


def _read(archive: ArchiveReader) -> SavedModel:
    described = archive.text("model.json")
    if not isinstance(described, dict) or described.get("kind") != "model":
        raise ValueError("it is not a saved model")
    if described.get("version") != _VERSION:
        raise ValueError(f"version must be {_VERSION}, got {described.get('version')!r}")
    layers = tuple(LAYERS.from_json(layer) for layer in described["layers"])
    shape = tuple(described["input_shape"])
    if not all(isinstance(length, int) and 0 < length < 2**31 for length in shape):
        raise ValueError(f"the input shape must be whole numbers of at least 1, got {list(shape)}")
    # Allocates only arrays in the file, whatever the layers claim.
    weights = [archive.array(name, size, np.float32) for name, size in state_shapes(layers, shape).items()]
    training, network = _training(described), Network(layers, shape, seed=None)
    return SavedModel(
        layers=layers,
        input_shape=shape,
        weights=weights,
        training=training,
        epochs=described["epochs"],
        seed=described["seed"],
        loss_history=[float(value) for value in described["loss_history"]],
        class_names=tuple(str(name) for name in described.get("class_names", ())),
        continuation=Continuation.read(archive, training.optimizer, network.parameters.size),
    )


def _training(described: dict[str, Any]) -> TrainingConfig:
    names = [item.name for item in TrainingConfig.settings()]
    given = {name: described[name] for name in names if name in described or name not in _LATER}
    return TrainingConfig(**{"engine": "numpy"} | given)


PROJECT: Final = ".nnplay"
_OWN: Final = ".nnmodel"
_FOREIGN: Final = {
    ".h5": "Keras's older HDF5", ".hdf5": "Keras's older HDF5", ".pt": "PyTorch", ".pth": "PyTorch", ".pkl": "pickle",
    ".pickle": "pickle", ".joblib": "joblib", ".pb": "TensorFlow", ".tflite": "TensorFlow Lite",
}  # fmt: skip


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
    """Raise `ValueError` for the suffix of another format, which would not be what the name says."""
    suffix = path.suffix.lower()
    if suffix not in ("", _OWN, ".nnet") and suffix not in _FOREIGN:
        from ..formats import EXPORTERS

        known = ", ".join([_OWN, PROJECT, *(kind.suffix for kind in EXPORTERS)])
        raise ValueError(f"Sequence: a file of a model ends with one of {known}, got {path.name!r}")
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
    from ..formats import InteractivePage, exporter_for

    if path.suffix.lower() == PROJECT:
        from ..formats.model_import import write_project

        write_project(model, training, experiment, path)
        return
    exporter = exporter_for(path)
    if (
        isinstance(exporter, InteractivePage)
        and model.pipeline is None
        and len(model.network.input_shape) != 2
    ):
        # A page shows raw samples, which are then the numbers of X themselves.
        model = dataclasses.replace(model, pipeline=as_is_pipeline(model.network))
    exporter.write(model, path)


def settings_of(training: TrainingConfig) -> dict[str, Any]:
    """The settings of a training as arguments of `Sequence`."""
    names = ("loss", "optimizer", "regularizer", "clipping", "schedule", "batch_size", "engine")
    return {name: getattr(training, name) for name in names}


def _opened(path: Path) -> OpenedModel:
    """The model in a file of another format; a project has the settings of its training, too."""
    from ..experiment.project_file import load_project
    from ..formats import load_model

    found = _predicting_alone(load_model(path))
    experiment = load_project(path)[0] if path.suffix.lower() == PROJECT else None
    training = found.training or TrainingConfig(loss=usual_loss(found.network))
    settings = settings_of(training) | {"seed": found.seed or 0}
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


def _predicting_alone(found: TrainedModel) -> TrainedModel:
    """Another program's model with its scaling as layers, so that it predicts what the file does."""
    from ..data.pipeline import ImageInputs, NumberColumn, Pipeline, TableInputs, ValueOutputs

    pipeline, network = found.pipeline, found.network
    if pipeline is None or found.program.startswith(PROGRAM):
        return found
    inputs, plain = pipeline.inputs, as_is_pipeline(network)
    is_affine = isinstance(inputs, ImageInputs)
    if isinstance(inputs, TableInputs):
        columns = [column for column in inputs.columns if isinstance(column, NumberColumn)]
        plain = Pipeline(TableInputs(tuple(c.replace(shift=0.0, scale=1.0) for c in columns)), plain.outputs)
        is_affine = len(columns) == len(inputs.columns) and all(column.fill is None for column in columns)
    units = pipeline.outputs if type(pipeline.outputs) is type(plain.outputs) is ValueOutputs else None
    ends_plain = pipeline.outputs.to_json() == plain.outputs.to_json()
    if not is_affine or not (ends_plain or units):
        note = (
            "predict takes what model.pipeline.transform(rows) gives, and gives what inverse_transform takes"
        )
        return dataclasses.replace(found, note="; ".join(filter(None, (found.note, note))))
    scale: Any
    shift: Any
    if isinstance(inputs, ImageInputs):
        ends = [np.full((1, *inputs.shape), value) for value in (0.0, inputs.high)]
        low, high = (float(pipeline.transform(end).flat[0]) for end in ends)
        scale, shift = np.float64((high - low) / inputs.high), np.float64(low)
    else:
        assert isinstance(inputs, TableInputs)
        scale = 1.0 / inputs.scaler.scale.astype(np.float64)
        shift = -inputs.scaler.shift * scale
    first = (Rescaling(scale, shift, name="scaling"),) if (scale != 1.0).any() or shift.any() else ()
    last: tuple[Layer, ...] = ()
    if units is not None and not ends_plain:
        last = (Rescaling([c.scale for c in units.columns], [c.shift for c in units.columns], name="units"),)
    if not first and not last:
        return found
    scaled = Network((*first, *network.layers, *last), network.input_shape, seed=None)
    scaled.set_weights(network.get_weights())
    return dataclasses.replace(found, network=scaled, pipeline=plain)
