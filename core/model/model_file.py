"""Model files: layers and settings as readable JSON, weights as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..io.archive import ArchiveReader, write_archive
from ..io.sentence import opening
from ..nn import LAYERS, Layer, Shape
from ..nn.network import Network, state_shapes
from ..spec import without_limits
from ..train.training_config import TrainingConfig
from .continuation import Continuation

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
