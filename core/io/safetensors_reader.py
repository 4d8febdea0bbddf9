"""Read .safetensors: a header in JSON with the type, shape and place of every array, and the numbers behind it.

By numpy alone: the library takes a second for the 80,000 names that a header may have, in which no other thread runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from . import strict_json
from .archive import MAX_TEXT_BYTES
from .budget import spend
from .ordinary_file import check_ordinary

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
