"""Read untrusted files in IDX, MNIST's format: a magic number, the axis lengths, then the bytes."""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_UNSIGNED_BYTES = 0x08
_CHUNK_BYTES = 1 << 18


class IdxError(ValueError):
    """A fault of a file, as the end of a sentence that begins with its name."""


def idx_header(shape: tuple[int, ...]) -> bytes:
    """Header of a file of unsigned bytes: two zeros, type, number of axes, lengths."""
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, _UNSIGNED_BYTES, len(shape), *shape)


def read_idx(content: bytes, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The array of this `shape` in an IDX file, as a view of `content`; `IdxError` for any other."""
    header = idx_header(shape)
    if content[:4] != header[:4]:
        raise IdxError("is no IDX file of bytes (its first four bytes are wrong)")
    if content[: len(header)] != header:
        found = struct.unpack_from(f">{len(shape)}I", content.ljust(len(header), b"\0"), 4)
        raise IdxError(f"must hold an array of shape {shape}, got {found}")
    expected = len(header) + math.prod(shape)
    if len(content) != expected:
        raise IdxError(f"must be {expected:,} bytes long, got {len(content):,}")
    return np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape)


def unpack_gzip(path: Path, expected_bytes: int) -> bytes:
    """The content of a gzip file, never unpacked beyond `expected_bytes`.

    Raises `IdxError` when it is damaged, truncated or of another length.
    """
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    content = bytearray()
    try:
        with path.open("rb") as file:
            while not unpacker.eof and (packed := file.read(_CHUNK_BYTES)):
                # One byte too many is enough to detect it.
                content += unpacker.decompress(packed, expected_bytes + 1 - len(content))
                if len(content) > expected_bytes or unpacker.unconsumed_tail:
                    raise IdxError(f"must unpack to {expected_bytes:,} bytes, got more")
    except zlib.error:
        raise IdxError("is no gzip file, or it is damaged") from None
    if not unpacker.eof:
        raise IdxError("is cut off")
    if len(content) != expected_bytes:
        raise IdxError(f"must unpack to {expected_bytes:,} bytes, got {len(content):,}")
    return bytes(content)
