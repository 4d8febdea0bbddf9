"""A `Sequence` as one file: its layers and settings as readable JSON, its weights as arrays."""

from __future__ import annotations

from pathlib import Path

from core.archive import ArchiveReader, write_archive
from core.layers import LAYERS
from core.losses import LOSSES
from core.optimizers import OPTIMIZERS
from core.regularizers import REGULARIZERS
from core.sequence import Sequence

__all__ = ["load_model", "save_model"]

_VERSION = 1


def save_model(model: Sequence, path: Path) -> None:
    """Write a built model, atomically."""
    network = model.network
    described = {
        "kind": "model",
        "version": _VERSION,
        "input_shape": list(network.input_shape),
        "layers": [layer.to_json() for layer in model.layers],
        "loss": model.loss.to_json(),
        "optimizer": model.optimizer.to_json(),
        "regularizer": model.regularizer.to_json(),
        "epochs": model.epochs,
        "batch_size": model.batch_size,
        "seed": model.seed,
        "loss_history": model.loss_history,
    }
    arrays = {f"layer_{index}/{p.name}": array for index, p, array in network.described()}
    write_archive(path, {"model.json": described}, arrays)


def load_model(path: Path) -> Sequence:
    """Read what `save_model` wrote; `ValueError` says what is wrong with the file."""
    with ArchiveReader(path) as archive:
        described = archive.text("model.json")
        if not isinstance(described, dict) or described.get("kind") != "model":
            raise ValueError(f"{path.name} is not a saved model")
        if described.get("version") != _VERSION:
            raise ValueError(f"{path.name}: version must be {_VERSION}, got {described.get('version')!r}")
        try:
            model = Sequence(
                [LAYERS.from_json(layer) for layer in described["layers"]],
                loss=LOSSES.from_json(described["loss"]),
                optimizer=OPTIMIZERS.from_json(described["optimizer"]),
                regularizer=REGULARIZERS.from_json(described["regularizer"]),
                epochs=described["epochs"],
                batch_size=described["batch_size"],
                seed=described["seed"],
            )
            model.loss_history = [float(value) for value in described["loss_history"]]
            model.build(tuple(described["input_shape"]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path.name}: model.json is incomplete: {error}") from None
        for index, parameter, into in model.network.described():
            into[...] = archive.array(f"layer_{index}/{parameter.name}", parameter.shape, into.dtype)
    return model
