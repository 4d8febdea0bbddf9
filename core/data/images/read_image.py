"""One image file as a small square of bytes, or the reason why it cannot be read. Pillow does the decoding."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from core.io.ordinary_file import check_ordinary
from core.io.sentence import short_sentence

__all__ = ["MOST_PIXELS", "UnreadableImageError", "read_image"]

MOST_PIXELS = 89_478_485
"""Pillow's limit: an image of more is refused before it is decoded, since a small file can claim to be gigantic."""

_MOST_FILE_BYTES = 200_000_000
# Other decoders stay shut: some start other programs.
_FORMATS = ("PNG", "JPEG", "BMP", "DIB", "GIF", "WEBP")
_FILTER = Image.Resampling.BILINEAR
# A JPEG is decoded at a fraction of its size where that leaves at least this many times the pixels that are wanted.
_SPARE = 2

_ORIENTATION_TAG = 0x0112
# Up to twice its limit Pillow only warns; here both are a refusal.
warnings.simplefilter("error", Image.DecompressionBombWarning)

Pixels = NDArray[np.uint8]


class UnreadableImageError(ValueError):
    """The text is the reason, to stand behind the file's name and a colon."""

    def __init__(self, reason: str) -> None:
        super().__init__(short_sentence(reason))


def read_image(path: Path, size: int, color: bool, fit: str) -> tuple[Pixels, bytes]:
    """The image as (size, size, 3) in colour, or (size, size, 1) in grey, and the file's content.

    The first frame, upright as its EXIF says, transparent parts white. `fit` is "crop" (the middle square), "pad" (the
    whole image, with the colour of its border around it) or "stretch". Raises `UnreadableImageError`.
    """
    content = _content(path)
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            _check_size(image.size)
            turn = _orientation(image)
            image.draft("RGB" if color else "L", (_SPARE * size, _SPARE * size))
            square = _FITTERS[fit](_plain(image, color), size)
            # Once it is a square of few pixels, turning costs nothing.
            return np.ascontiguousarray(_UPRIGHT.get(turn, _as_it_is)(square)), content
    except UnreadableImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnreadableImageError(f"it has more than {MOST_PIXELS:,} pixels") from None
    except UnidentifiedImageError:
        raise UnreadableImageError("it is no PNG, JPEG, BMP, GIF or WebP image") from None
    except MemoryError:
        raise UnreadableImageError("it is too large for this computer's memory") from None
    except Exception as error:
        # Decoders raise whatever they meet in a damaged file.
        raise UnreadableImageError(f"it is damaged ({_reason(error)})") from None


def _content(path: Path) -> bytes:
    try:
        length = check_ordinary(path)
        if length > _MOST_FILE_BYTES:
            raise UnreadableImageError(f"it has more than {_MOST_FILE_BYTES // 1_000_000} MB")
        if length == 0:
            raise UnreadableImageError("it is empty")
        return path.read_bytes()
    except FileNotFoundError:
        raise UnreadableImageError("it is not there") from None
    except PermissionError:
        raise UnreadableImageError("it may not be read") from None
    except OSError as error:
        raise UnreadableImageError(f"it cannot be read ({error.strerror or error})") from None


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MOST_PIXELS:
        raise UnreadableImageError(f"it has more than {MOST_PIXELS:,} pixels ({width:,} × {height:,})")


def _orientation(image: Image.Image) -> int:
    """How the camera was held, as EXIF numbers it."""
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # damaged notes about an image are no reason to refuse it
        return 1


def _plain(image: Image.Image, color: bool) -> Image.Image:
    """Eight bits of grey or colour, whatever the file has."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        # 65,535 is white; Pillow itself would cut off at 255.
        values = np.asarray(image).astype(np.float32) / 257.0
        image = Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        image = ground
    return image.convert("RGB" if color else "L")


def _as_it_is(pixels: Pixels) -> Pixels:
    return pixels


def _turned(pixels: Pixels, quarters: int, mirrored: bool) -> Pixels:
    return np.rot90(pixels[:, ::-1] if mirrored else pixels, quarters)


def _cropped(image: Image.Image, size: int) -> Pixels:
    return _bytes(ImageOps.fit(image, (size, size), _FILTER))


def _padded(image: Image.Image, size: int) -> Pixels:
    longest = max(image.size)
    width, height = (max(1, round(length * size / longest)) for length in image.size)
    pixels = _bytes(image.resize((width, height), _FILTER, reducing_gap=3.0))
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    square = np.empty((size, size, pixels.shape[2]), np.uint8)
    square[...] = np.rint(np.median(border, axis=0))
    top, left = (size - height) // 2, (size - width) // 2
    square[top : top + height, left : left + width] = pixels
    return square


def _stretched(image: Image.Image, size: int) -> Pixels:
    return _bytes(image.resize((size, size), _FILTER, reducing_gap=3.0))


def _bytes(image: Image.Image) -> Pixels:
    """(height, width, channels)"""
    return np.asarray(image, np.uint8).reshape(image.height, image.width, -1)


_FITTERS: dict[str, Callable[[Image.Image, int], Pixels]] = {
    "crop": _cropped,
    "pad": _padded,
    "stretch": _stretched,
}


_UPRIGHT: dict[int, Callable[[Pixels], Pixels]] = {
    number: partial(_turned, quarters=quarters, mirrored=mirrored)
    for number, quarters, mirrored in (
        (2, 0, True),
        (3, 2, False),
        (4, 2, True),
        (5, 1, True),
        (6, 3, False),
        (7, 3, True),
        (8, 1, False),
    )
}


def _reason(error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    return text[:1].lower() + text[1:] if text else type(error).__name__
