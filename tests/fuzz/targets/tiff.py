"""TIFF images of several depths, compressions and byte orders, whose directory is changed entry by entry."""

from __future__ import annotations

import io
import random
import struct
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.images.read_image import UnreadableImageError, read_image
from tests.fuzz.mutations import mutate_bytes
from tests.fuzz.target import Target

_NUMBERS = (0, 1, 2, 3, 7, 8, 255, 5000, 32_773, 65_535, 2**31 - 1, 2**32 - 1)


@cache
def _seeds() -> list[bytes]:
    pixels = np.random.default_rng(0).integers(0, 256, (24, 20, 4), np.uint8)
    image = Image.fromarray(pixels)
    deep = np.arange(400, dtype=np.uint16).reshape(20, 20) * 160
    found = []
    for made, options in (
        (image, {}),
        (image.convert("RGB"), {"compression": "tiff_lzw", "big_tiff": True}),
        (image.convert("RGB"), {"compression": "jpeg"}),
        (image.convert("P"), {"compression": "packbits"}),
        (image.convert("1"), {"compression": "group4"}),
        (image.convert("CMYK"), {"compression": "tiff_adobe_deflate", "strip_size": 200}),
        (Image.fromarray(deep), {}),
        (Image.fromarray(deep.astype(np.float32) / 65_535), {"compression": "tiff_lzw"}),
    ):
        buffer = io.BytesIO()
        made.save(buffer, "TIFF", **options)
        found.append(buffer.getvalue())
    return found


def _mutated(rng: random.Random, content: bytes) -> bytes:
    """Change tag, type, count or value of entries of the first directory, or bytes anywhere."""
    if rng.random() < 0.3 or content[:4] != b"II*\0":
        return mutate_bytes(rng, content)
    data = bytearray(content)
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    for _ in range(rng.choice((1, 1, 2, 4))):
        entry = start + 2 + 12 * rng.randrange(count)
        match rng.randrange(5):
            case 0:
                struct.pack_into(
                    "<H", data, entry, rng.choice((256, 257, 259, 262, 274, 277, 278, 322, 323, 339))
                )
            case 1:
                struct.pack_into("<H", data, entry + 2, rng.randrange(20))
            case 2:
                struct.pack_into("<I", data, entry + 4, rng.choice(_NUMBERS))
            case _:
                struct.pack_into("<I", data, entry + 8, rng.choice(_NUMBERS))
    return bytes(data)


def _read(path: Path) -> None:
    for fit, color in (("crop", True), ("pad", False)):
        read_image(path, 16, color, fit)


TARGET = Target("tiff", ".tif", _seeds, _mutated, _read, (UnreadableImageError,))
