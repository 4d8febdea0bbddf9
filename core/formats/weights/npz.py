"""Models in NumPy's `.npz`: the export, read by `numpy.load(path)`, and the reader of what it writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...io import strict_json
from ...io.archive import MAX_TEXT_BYTES, ArchiveReader
from ...io.atomic_write import atomic_write
from ...io.budget import spend
from ...io.npy import read_npy, read_npy_header
from ...io.sentence import opening
from ...io.zip_reader import ZipReader
from ...nn import Shape
from ..exporter import EXPORTERS, WeightsExporter, named_weights
from ..model_reader import MODEL_READERS, ModelReader, ModelReport, report_of
from ..trained_model import ModelDescription, TrainedModel
from .bare_weights import WEIGHTS_ALONE, are_weights, origin, rebuilt_model, report_onto

_METADATA: Final = "metadata"
_METADATA_ENTRY: Final = f"{_METADATA}.npy"
# numpy stores four bytes a letter.
_MAX_BYTES: Final = 4 * MAX_TEXT_BYTES
_MAX_PACKING: Final = 50


@EXPORTERS.register()
class Npz(WeightsExporter):
    """A `.npz` with one float32 array per weight; see `named_weights` for names and layouts.

    The array `metadata` is a JSON text with layers, pipeline and origin: `json.loads(str(file["metadata"]))` reads it.
    """

    kind = "npz"
    title = "NumPy (.npz)"
    summary = "One array per weight, read by numpy.load"
    suffix = ".npz"

    def write(self, model: TrainedModel, path: Path) -> None:
        self.check(model.description)
        metadata = {"layout": self.layout, **model.to_json()}
        # Not as an object, which numpy would pickle.
        text = np.array(json.dumps(metadata, allow_nan=False))
        arrays = {**named_weights(model.network, self.layout), _METADATA: text}
        with atomic_write(path) as file:
            # As keywords, because positional names would collide with numpy's own argument `file`.
            np.savez(file, **arrays)  # type: ignore[arg-type]

    def reading(self, file: str) -> tuple[str, str]:
        if self.layout == "keras":
            return "import numpy as np\n", f"dict(np.load({file}))"
        tensors = (
            f"{{name: torch.from_numpy(array) for name, array in np.load({file}).items() "
            f'if name != "{_METADATA}"}}'
        )
        return "import numpy as np\nimport torch\n", tensors

    def reading_pipeline(self, file: str) -> tuple[str, str]:
        expression = f'json.loads(str(np.load({file})["{_METADATA}"]))["pipeline"]'
        return "import json\nimport numpy as np\n", expression


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
                return _METADATA_ENTRY in archive or are_weights(map(_array_name, archive.names))
        except (ValueError, OSError):
            return False

    def report_onto(self, path: Path, onto: ModelDescription) -> ModelReport | None:
        with opening(path):
            with ZipReader(path, "file of numpy arrays") as archive:
                if _METADATA_ENTRY in archive:
                    return None
                found = {_array_name(name): _header(archive, name) for name in archive.names}
            with ArchiveReader(path) as arrays:

                def read(name: str) -> NDArray[Any]:
                    return arrays.array(name, *found[name], finite=False)

                return report_onto(onto, {name: shape for name, (shape, _) in found.items()}, read, "NumPy")

    def report(self, path: Path) -> ModelReport:
        with opening(path):
            with ZipReader(path, "file of numpy arrays") as archive:
                if _METADATA_ENTRY not in archive:
                    raise ValueError(WEIGHTS_ALONE)
                with archive.open(_METADATA_ENTRY, _MAX_BYTES) as file:
                    described = strict_json.load(str(read_npy(file, _MAX_BYTES, "metadata")))
            if not isinstance(described, dict):
                raise ValueError("its metadata must be an object")
            with ArchiveReader(path) as arrays:

                def read(name: str, shape: Shape) -> NDArray[Any]:
                    return arrays.array(name, shape, np.float32)

                model = rebuilt_model(described, read, _MAX_PACKING * path.stat().st_size)
                return report_of(model, origin("NumPy", described))


def _array_name(entry: str) -> str:
    return entry.removesuffix(".npy")


def _header(archive: ZipReader, entry: str) -> tuple[Shape, np.dtype[Any]]:
    spend(0, entries=1)
    with archive.open(entry, archive.size(entry)) as file:
        shape, dtype, _ = read_npy_header(file, entry)
    return shape, dtype
