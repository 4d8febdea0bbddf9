"""Read a model from the `.npz` that the export writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.formats.model_reader import MODEL_READERS, ModelReader
from core.formats.model_report import ModelReport, report_of
from core.formats.trained_model import ModelDescription
from core.formats.weights.bare_weights import WEIGHTS_ALONE, are_weights, report_onto
from core.formats.weights.rebuilt_model import origin, rebuilt_model
from core.io import strict_json
from core.io.archive import MAX_TEXT_BYTES, ArchiveReader
from core.io.budget import spend
from core.io.npy import read_npy, read_npy_header
from core.io.sentence import short_sentence
from core.io.zip_reader import ZipReader
from core.nn import Shape

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
        """See `ModelReader.holds`; data have no metadata, and arrays of other names."""
        try:
            with ZipReader(path, "file of numpy arrays") as archive:
                return _METADATA in archive or are_weights(map(_array_name, archive.names))
        except (ValueError, OSError):
            return False

    def report_onto(self, path: Path, onto: ModelDescription) -> ModelReport | None:
        """See `ModelReader.report_onto`."""
        try:
            with ZipReader(path, "file of numpy arrays") as archive:
                if _METADATA in archive:
                    return None
                found = {_array_name(name): _header(archive, name) for name in archive.names}
            with ArchiveReader(path) as arrays:

                def read(name: str) -> NDArray[Any]:
                    return arrays.array(name, *found[name], finite=False)

                return report_onto(onto, {name: shape for name, (shape, _) in found.items()}, read, "NumPy")
        except ValueError as error:
            raise ValueError(short_sentence(f"{path.name} cannot be opened: {error}")) from None

    def report(self, path: Path) -> ModelReport:
        """See `ModelReader.report`."""
        try:
            with ZipReader(path, "file of numpy arrays") as archive:
                if _METADATA not in archive:
                    raise ValueError(WEIGHTS_ALONE)
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


def _array_name(entry: str) -> str:
    return entry.removesuffix(".npy")


def _header(archive: ZipReader, entry: str) -> tuple[Shape, np.dtype[Any]]:
    spend(0, entries=1)
    with archive.open(entry, archive.size(entry)) as file:
        shape, dtype, _ = read_npy_header(file, entry)
    return shape, dtype
