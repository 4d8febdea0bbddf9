"""Read a model from the `.safetensors` that the export writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.io import strict_json
from core.io.archive import MAX_TEXT_BYTES
from core.io.sentence import short_sentence
from core.model.model_report import ModelReport, report_of
from core.model.readers.model_reader import MODEL_READERS, ModelReader
from core.model.readers.weights import origin, rebuilt_model
from core.nn import Shape

__all__ = ["SafetensorsReader"]

_LENGTH_BYTES = 8
_JSON_NAMES = ("layers", "input_shape", "pipeline", "seed", "epoch")


@MODEL_READERS.register()
class SafetensorsReader(ModelReader):
    """Weights by name, with JSON texts of layers and pipeline in the header."""

    kind = "safetensors"
    title = "Safetensors (.safetensors)"
    suffix = ".safetensors"

    def report(self, path: Path) -> ModelReport:
        """See `ModelReader.report`."""
        from safetensors import SafetensorError, safe_open

        try:
            _check_header(path)
            with safe_open(path, "numpy") as file:
                names = set(file.keys())

                def read(name: str, shape: Shape) -> NDArray[Any]:
                    if name not in names:
                        raise ValueError(f"{name} is missing")
                    array = file.get_tensor(name)
                    if array.dtype != np.float32 or array.shape != shape:
                        raise ValueError(
                            f"{name} must be float32 of shape {shape}, got {array.dtype} {array.shape}"
                        )
                    if not np.isfinite(array).all():
                        raise ValueError(f"{name} must hold finite numbers only")
                    return np.asarray(array)

                described = _described(file.metadata() or {})
                model = rebuilt_model(described, read, path.stat().st_size)
                return report_of(model, origin("Safetensors", described))
        except (ValueError, SafetensorError) as error:
            raise ValueError(short_sentence(f"{path.name} cannot be opened: {error}")) from None


def _check_header(path: Path) -> None:
    """A header of a million names would take the library seconds and hundreds of megabytes."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
    if length > MAX_TEXT_BYTES:
        raise ValueError(f"its header must be at most {MAX_TEXT_BYTES:,} bytes, got {length:,}")


def _described(metadata: dict[str, str]) -> dict[str, Any]:
    if "layers" not in metadata:
        raise ValueError("it does not describe its layers, as files of other programs")
    return {name: strict_json.load(text) if name in _JSON_NAMES else text for name, text in metadata.items()}
