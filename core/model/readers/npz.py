"""Read a model from the `.npz` that the export writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.io import strict_json
from core.io.archive import MAX_TEXT_BYTES, ArchiveReader
from core.io.npy import read_npy
from core.io.sentence import short_sentence
from core.io.zip_reader import ZipReader
from core.model.model_report import ModelReport, report_of
from core.model.readers.model_reader import MODEL_READERS, ModelReader
from core.model.readers.weights import origin, rebuilt_model
from core.nn import Shape

__all__ = ["NpzReader"]

_METADATA = "metadata.npy"
# numpy stores four bytes a letter.
_MAX_BYTES = 4 * MAX_TEXT_BYTES
_MAX_PACKING = 50


@MODEL_READERS.register()
class NpzReader(ModelReader):
    """Weights by name, with the array `metadata`, a JSON text of layers and pipeline."""

    kind = "npz"
    title = "NumPy (.npz)"
    suffix = ".npz"

    def holds(self, path: Path) -> bool:
        """See `ModelReader.holds`; data have no metadata."""
        try:
            with ZipReader(path, "file of numpy arrays") as archive:
                return _METADATA in archive
        except (ValueError, OSError):
            return False

    def report(self, path: Path) -> ModelReport:
        """See `ModelReader.report`."""
        try:
            with ZipReader(path, "file of numpy arrays") as archive:
                if _METADATA not in archive:
                    raise ValueError("it does not describe its layers, as files of older versions")
                with archive.open(_METADATA, _MAX_BYTES) as file:
                    described = strict_json.load(str(read_npy(file, _MAX_BYTES, "metadata")))
            if not isinstance(described, dict):
                raise ValueError("its metadata must be an object")
            with ArchiveReader(path) as arrays:

                def read(name: str, shape: Shape) -> NDArray[Any]:
                    return arrays.array(name, shape, np.float32)

                model = rebuilt_model(described, read, _MAX_PACKING * path.stat().st_size)
                return report_of(model, origin("NumPy", described))
        except ValueError as error:
            raise ValueError(short_sentence(f"{path.name} cannot be opened: {error}")) from None
