"""Curves, pictures and arrays of runs as bytes, and back."""

from __future__ import annotations

import io
import zlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..io.budget import spend
from ..io.npy import read_npy

Curves = NDArray[np.float32]
"""Shape (moments, 5): epoch, training loss, test loss, training score, test score; NaN where not measured."""

CURVE_COLUMNS: Final = 5
THUMBNAIL_PX: Final = 84
_MAX_MOMENTS = 1_000
_MAX_ARRAY: Final = 50_000_000
_THUMBNAIL_BYTES = 3 * THUMBNAIL_PX * THUMBNAIL_PX


def pack_curves(curves: Curves) -> bytes:
    """Curves as bytes for the database."""
    return zlib.compress(np.ascontiguousarray(curves, "<f4").tobytes(), 3)


def unpack_curves(packed: object) -> Curves:
    """The inverse of `pack_curves`. Raises `ValueError` for anything else."""
    row = 4 * CURVE_COLUMNS
    data = _unpack(packed, 2 * _MAX_MOMENTS * row, "curves")
    if len(data) % row:
        raise ValueError("a run's curves are damaged")
    curves = np.frombuffer(data, "<f4").reshape(-1, CURVE_COLUMNS)
    epochs = curves[:, 0]
    if not np.isfinite(epochs).all() or (np.diff(epochs) < 0).any() or (epochs < 0).any():
        raise ValueError("a run's curves must be over ascending epochs")
    return curves.astype(np.float32, copy=False)


def pack_thumbnail(pixels: bytes) -> bytes:
    """RGB bytes for the database; b"" stays."""
    return zlib.compress(pixels, 6) if pixels else b""


def unpack_thumbnail(packed: object) -> bytes:
    """The inverse of `pack_thumbnail`; b"" for anything else."""
    try:
        pixels = _unpack(packed, _THUMBNAIL_BYTES, "picture")
    except ValueError:
        return b""
    return pixels if len(pixels) == _THUMBNAIL_BYTES else b""


def pack_array(array: NDArray[Any] | None) -> bytes:
    """An array for the database; b"" for None."""
    if array is None:
        return b""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return zlib.compress(buffer.getvalue(), 3)


def unpack_array(packed: object, axes: int) -> NDArray[Any] | None:
    """The inverse of `pack_array`, of so many axes. Raises `ValueError` for anything else."""
    content = _unpack(packed, _MAX_ARRAY, "pictures")
    if not content:
        return None
    spend(len(content))
    array = read_npy(io.BytesIO(content), len(content), "an array")
    if array.ndim != axes or array.dtype.kind not in "fi":
        raise ValueError("an array has another shape")
    return array


def _unpack(packed: object, most: int, what: str) -> bytes:
    if not isinstance(packed, bytes):
        raise ValueError(f"a run's {what} must be bytes, got {type(packed).__name__}")
    if not packed:
        return b""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, most)
    except zlib.error:
        raise ValueError(f"a run's {what} are damaged") from None
    if not unpacker.eof:
        raise ValueError(f"a run's {what} must be at most {most:,} bytes")
    return data
