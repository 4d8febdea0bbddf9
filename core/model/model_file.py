"""A `Sequence` as one file: its layers and settings as readable JSON, its weights as arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.io.archive import ArchiveReader, write_archive
from core.model.sequence import Sequence
from core.nn import LAYERS
from core.nn.losses import LOSSES
from core.nn.network import describe
from core.optim import OPTIMIZERS
from core.optim.clipping import CLIPPINGS
from core.optim.regularizers import REGULARIZERS
from core.optim.schedules import SCHEDULES

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
        "clipping": model.clipping.to_json(),
        "schedule": model.schedule.to_json(),
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
        try:
            return _read_model(archive)
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path.name} cannot be opened: model.json is incomplete: {error}") from None
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{path.name} cannot be opened: {error}") from None


def _read_model(archive: ArchiveReader) -> Sequence:
    described = archive.text("model.json")
    if not isinstance(described, dict) or described.get("kind") != "model":
        raise ValueError("it is not a saved model")
    if described.get("version") != _VERSION:
        raise ValueError(f"version must be {_VERSION}, got {described.get('version')!r}")
    layers = [LAYERS.from_json(layer) for layer in described["layers"]]
    shape = tuple(described["input_shape"])
    if not all(isinstance(length, int) and 0 < length < 2**31 for length in shape):
        raise ValueError(f"the input shape must be whole numbers of at least 1, got {list(shape)}")
    # The arrays are read first: what a file only claims to hold is not allocated.
    _, parameters = describe(layers, shape)
    weights = [
        archive.array(f"layer_{index}/{parameter.name}", parameter.shape, np.float32)
        for index, described_layer in enumerate(parameters)
        for parameter in described_layer
    ]
    model = Sequence(
        layers,
        loss=LOSSES.from_json(described["loss"]),
        optimizer=OPTIMIZERS.from_json(described["optimizer"]),
        regularizer=REGULARIZERS.from_json(described["regularizer"]),
        clipping=CLIPPINGS.from_json(described.get("clipping", {"kind": "none"})),
        schedule=SCHEDULES.from_json(described.get("schedule", {"kind": "constant"})),
        epochs=described["epochs"],
        batch_size=described["batch_size"],
        seed=described["seed"],
    )
    model.loss_history = [float(value) for value in described["loss_history"]]
    model.build(shape)
    model.set_weights(weights)
    return model
