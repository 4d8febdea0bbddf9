"""The parts of a `.keras` file: its configuration, its notes, and its weights by path. Nothing in it is run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...io import strict_json
from ...io.archive import MAX_TEXT_BYTES
from ...io.budget import spend
from ...io.zip_reader import ZipReader
from ...nn.network import MAX_PARAMETERS
from .hdf5_reader import Hdf5Array, hdf5_arrays

# A model in training has two more numbers for each weight.
_MAX_WEIGHT_BYTES: Final = 3 * 4 * MAX_PARAMETERS
_MAX_PACKING: Final = 50


@dataclass(frozen=True, eq=False)
class KerasParts:
    """Contents of a file. `notes` are those of `metadata.json`."""

    config: Mapping[str, Any]
    notes: Mapping[str, Any]
    content: bytes
    arrays: Mapping[str, Hdf5Array]

    def array(self, path: str, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """The weights of a path, with finite numbers. Raises `ValueError` if they are missing or of another shape."""
        if path not in self.arrays:
            raise ValueError(f"its weights {path:.80} are missing")
        found = self.arrays[path]
        if found.shape != shape or found.dtype.kind != "f":
            raise ValueError(
                f"its weights {path:.80} must be floats of shape {shape}, got {found.dtype} {found.shape}"
            )
        # Arrays may share their numbers.
        spend(4 * math.prod(shape))
        with np.errstate(over="ignore"):
            array = found.read(self.content).astype(np.float32)
        if not np.isfinite(array).all():
            raise ValueError(f"its weights {path:.80} must hold finite numbers only")
        return array


def read_parts(path: Path) -> KerasParts:
    """The parts of a file. Raises `ValueError` with a sentence, and `OSError`."""
    with ZipReader(path, "Keras file") as archive:
        config = strict_json.load(archive.read("config.json", MAX_TEXT_BYTES))
        notes = (
            strict_json.load(archive.read("metadata.json", MAX_TEXT_BYTES))
            if "metadata.json" in archive
            else {}
        )
        most = min(_MAX_WEIGHT_BYTES, _MAX_PACKING * path.stat().st_size)
        content = archive.read("model.weights.h5", most)
    if not isinstance(config, dict) or not isinstance(notes, dict):
        raise ValueError("its configuration must be an object")
    return KerasParts(config, notes, content, hdf5_arrays(content))
