"""Images of every format, depth and transparency that is read."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from core.data.images.read_image import UnreadableImageError, read_image
from tests.fuzz.mutations import mutate_image
from tests.fuzz.target import Target


@cache
def _seeds() -> list[bytes]:
    pixels = np.random.default_rng(0).integers(0, 256, (24, 20, 4), np.uint8)
    image = Image.fromarray(pixels)
    deep = Image.fromarray(np.arange(400, dtype=np.uint16).reshape(20, 20) * 160)
    found = []
    for made, kind, options in (
        (image, "PNG", {}),
        (image.convert("P"), "PNG", {"transparency": 3}),
        (deep, "PNG", {}),
        (image.convert("RGB"), "JPEG", {}),
        (image.convert("RGB"), "JPEG", {"progressive": True}),
        (image.convert("CMYK"), "JPEG", {}),
        (image.convert("RGB"), "GIF", {}),
        (image.convert("RGB"), "BMP", {}),
        (image, "WEBP", {}),
    ):
        buffer = io.BytesIO()
        made.save(buffer, kind, **options)
        found.append(buffer.getvalue())
    return found


def _read(path: Path) -> None:
    for fit, color in (("crop", True), ("pad", False), ("stretch", True)):
        read_image(path, 16, color, fit)


TARGET = Target("image", ".png", _seeds, mutate_image, _read, (UnreadableImageError,))
