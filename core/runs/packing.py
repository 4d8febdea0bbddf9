"""Curves and pictures of runs as bytes, and back."""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

Curves = NDArray[np.float32]
"""Shape (moments, 5): epoch, training loss, test loss, training score, test score; NaN where not measured."""

CURVE_COLUMNS: Final = 5
THUMBNAIL_PX: Final = 84
_MAX_MOMENTS = 1_000
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
