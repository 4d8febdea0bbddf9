"""Read a model from the `.safetensors` that the export writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.formats.model_reader import MODEL_READERS, ModelReader
from core.formats.model_report import ModelReport, report_of
from core.formats.trained_model import ModelDescription
from core.formats.weights.bare_weights import WEIGHTS_ALONE, report_onto
from core.formats.weights.rebuilt_model import origin, rebuilt_model
from core.io import strict_json
from core.io.safetensors_reader import safetensors_arrays
from core.io.sentence import short_sentence
from core.nn import Shape

_JSON_NAMES = ("layers", "input_shape", "pipeline", "seed", "epoch")


@MODEL_READERS.register()
class SafetensorsReader(ModelReader):
    """Weights by name, with JSON texts of layers and pipeline in the header."""

    kind = "safetensors"
    title = "Safetensors (.safetensors)"
    suffix = ".safetensors"

    def report_onto(self, path: Path, onto: ModelDescription) -> ModelReport | None:
        """See `ModelReader.report_onto`."""
        try:
            arrays, metadata = safetensors_arrays(path)
            if "layers" in metadata:
                return None
            shapes = {name: array.shape for name, array in arrays.items()}
            return report_onto(onto, shapes, lambda name: arrays[name].read(path), "Safetensors")
        except ValueError as error:
            raise ValueError(short_sentence(f"{path.name} cannot be opened: {error}")) from None

    def report(self, path: Path) -> ModelReport:
        """See `ModelReader.report`."""
        try:
            arrays, metadata = safetensors_arrays(path)

            def read(name: str, shape: Shape) -> NDArray[Any]:
                if name not in arrays:
                    raise ValueError(f"{name} is missing")
                found = arrays[name]
                if found.kind != "F32" or found.shape != shape:
                    raise ValueError(f"{name} must be F32 of shape {shape}, got {found.kind} {found.shape}")
                array = found.read(path)
                if not np.isfinite(array).all():
                    raise ValueError(f"{name} must hold finite numbers only")
                return array

            described = _described(metadata)
            return report_of(
                rebuilt_model(described, read, path.stat().st_size), origin("Safetensors", described)
            )
        except ValueError as error:
            raise ValueError(short_sentence(f"{path.name} cannot be opened: {error}")) from None


def _described(metadata: dict[str, str]) -> dict[str, Any]:
    if "layers" not in metadata:
        raise ValueError(WEIGHTS_ALONE)
    return {name: strict_json.load(text) if name in _JSON_NAMES else text for name, text in metadata.items()}
