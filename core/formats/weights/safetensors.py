"""Models in safetensors, a format that loads anywhere and cannot run code: the export, the reader of its files, and
how a `.pt` or `.pth` of PyTorch is exported: pickles can run code, so that they are not read.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...io import strict_json
from ...io.archive import MAX_TEXT_BYTES
from ...io.atomic_write import atomic_write
from ...io.budget import check_ordinary, spend
from ...io.sentence import opening, short_sentence
from ...nn import Shape
from ..exporter import EXPORTERS, WeightsExporter, layout_setting, named_weights
from ..model_reader import MODEL_READERS, ModelReader, ModelReport, report_of
from ..trained_model import ModelDescription, TrainedModel
from .bare_weights import WEIGHTS_ALONE, origin, rebuilt_model, report_onto

_LENGTH_BYTES: Final = 8
_HALF: Final = "BF16"
_DTYPES: Final = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", _HALF: "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U8": "u1", "BOOL": "?",
}  # fmt: skip


@dataclass(frozen=True)
class StoredArray:
    """An array of a file: `kind` is its type there, its numbers are at `start`."""

    kind: str
    shape: tuple[int, ...]
    start: int

    def read(self, path: Path) -> NDArray[Any]:
        """The numbers; those of BF16 as float32."""
        count = math.prod(self.shape)
        spend(8 * count)
        found = np.fromfile(path, _DTYPES[self.kind], count, offset=self.start)
        if self.kind == _HALF:
            found = (found.astype("<u4") << 16).view("<f4")
        return found.reshape(self.shape)


def safetensors_arrays(path: Path) -> tuple[dict[str, StoredArray], dict[str, str]]:
    """The arrays of a file by name, and its metadata. Raises `ValueError` with a reason, and `OSError`."""
    size = check_ordinary(path)
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        if length > MAX_TEXT_BYTES:
            raise ValueError(f"its header must be at most {MAX_TEXT_BYTES:,} bytes, got {length:,}")
        header = strict_json.load(file.read(length))
    if not isinstance(header, dict):
        raise ValueError("its header must be an object")
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise ValueError("its metadata must be texts")
    spend(0, entries=len(header))
    begin = _LENGTH_BYTES + length
    return {name: _array(name, entry, begin, size) for name, entry in header.items()}, metadata


def _array(name: str, entry: Any, begin: int, size: int) -> StoredArray:
    try:
        kind, shape, (start, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
        whole = all(type(number) is int and 0 <= number < 2**48 for number in (*shape, start, end))
        fits = whole and end - start == math.prod(shape) * np.dtype(_DTYPES[kind]).itemsize
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"its array {name[:60]} is not described as one of numbers") from None
    if not fits or begin + end > size:
        raise ValueError(f"its array {name[:60]} is cut off")
    return StoredArray(kind, shape, begin + start)


_JSON_NAMES = ("layers", "input_shape", "pipeline", "seed", "epoch", "training")


@EXPORTERS.register()
class Safetensors(WeightsExporter):
    """A `.safetensors` with one float32 array per weight; see `named_weights` for names and layouts.

    In the default layout, `torch.nn.Sequential(...).load_state_dict(safetensors.torch.load_file(path))` loads it. The
    header's metadata holds the layout and, as JSON texts, layers, pipeline and origin.
    """

    kind = "safetensors"
    title = "Safetensors (.safetensors)"
    summary = "Loads in PyTorch, JAX and others; can run no code"
    suffix = ".safetensors"

    layout: str = layout_setting("pytorch")

    def write(self, model: TrainedModel, path: Path) -> None:
        data = self.content(model)
        with atomic_write(path) as file:
            file.write(data)

    def content(self, model: TrainedModel) -> bytes:
        """The bytes of the file. Raises as `write`."""
        from safetensors.numpy import save

        self.check(model.description)
        metadata = {"format": "pt" if self.layout == "pytorch" else "np", "layout": self.layout}
        for name, value in model.to_json().items():
            metadata[name] = value if isinstance(value, str) else json.dumps(value, allow_nan=False)
        return _ordered(save(named_weights(model.network, self.layout), metadata))

    def reading(self, file: str) -> tuple[str, str]:
        if self.layout == "keras":
            return "import numpy as np\nfrom safetensors.numpy import load_file\n", f"load_file({file})"
        return "import torch\nfrom safetensors.torch import load_file\n", f"load_file({file})"

    def reading_pipeline(self, file: str) -> tuple[str, str]:
        framework = "pt" if self.layout == "pytorch" else "np"
        expression = f'json.loads(safe_open({file}, "{framework}").metadata()["pipeline"])'
        return "import json\nfrom safetensors import safe_open\n", expression


def _ordered(data: bytes) -> bytes:
    """The file with its metadata in the order of their names, so that equal models are equal files."""
    start = 8 + int.from_bytes(data[:8], "little")
    header = strict_json.load(data[8:start])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[start:]


@MODEL_READERS.register()
class SafetensorsReader(ModelReader):
    """Weights by name, with JSON texts of layers and pipeline in the header."""

    kind = "safetensors"
    title = "Safetensors (.safetensors)"
    suffix = ".safetensors"

    def report_onto(self, path: Path, onto: ModelDescription) -> ModelReport | None:
        with opening(path):
            arrays, metadata = safetensors_arrays(path)
            if "layers" in metadata:
                return None
            shapes = {name: array.shape for name, array in arrays.items()}
            return report_onto(onto, shapes, lambda name: arrays[name].read(path), "Safetensors")

    def report(self, path: Path) -> ModelReport:
        with opening(path):
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


def _described(metadata: dict[str, str]) -> dict[str, Any]:
    if "layers" not in metadata:
        raise ValueError(WEIGHTS_ALONE)
    return {name: strict_json.load(text) if name in _JSON_NAMES else text for name, text in metadata.items()}


@MODEL_READERS.register()
class PtFile(ModelReader):
    """A pickle, or a program of TorchScript."""

    kind = "pt"
    title = "PyTorch (.pt)"
    suffix = ".pt"
    is_read = False

    def report(self, path: Path) -> ModelReport:
        raise ValueError(
            short_sentence(
                f"{path.name} cannot be opened: pickles of PyTorch can run code. Write it there as ONNX, by "
                'torch.onnx.export(model, x, "model.onnx") with a batch x, and open that'
            )
        )


@MODEL_READERS.register()
class PthFile(PtFile):
    """As `PtFile`, with its other suffix."""

    kind = "pth"
    title = "PyTorch (.pth)"
    suffix = ".pth"
