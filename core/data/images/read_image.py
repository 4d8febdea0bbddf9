"""One image file as a small square of bytes, or the reason why it cannot be read. Pillow does the decoding."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from core.data.images.memory_budget import MemoryBudget
from core.io.ordinary_file import check_ordinary
from core.io.sentence import short_sentence

__all__ = ["MAX_PIXELS", "UnreadableImageError", "read_image"]

MAX_PIXELS = 89_478_485
"""Pillow's limit: an image of more is refused before it is decoded, since a small file can claim to be gigantic."""

_memory = MemoryBudget(256_000_000)
"""Enough for a photograph of 60 megapixels without compression, and little enough for four threads on any computer."""

# Bytes that Pillow keeps for each pixel; 4 for all others.
_STORED = {"1": 1, "L": 1, "P": 1, "LA": 4, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
_DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_ROWS = 64
# Other decoders stay shut: some start other programs.
_FORMATS = ("PNG", "JPEG", "BMP", "DIB", "GIF", "WEBP")
_FILTER = Image.Resampling.BILINEAR
# A JPEG is decoded at a fraction of its size where that leaves at least this many times the pixels that are wanted.
_SPARE = 2

_ORIENTATION = ExifTags.Base.Orientation
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
    try:
        length = _checked_length(path)
        with Image.open(path, formats=_FORMATS) as image:
            need = length + _decoded_bytes(image, size, color)
        with _memory.taking(_checked_need(need)):
            content = path.read_bytes()
            with Image.open(BytesIO(content), formats=_FORMATS) as image:
                if len(content) + _decoded_bytes(image, size, color) > need:
                    raise UnreadableImageError("it changed while it was read")
                turn = _orientation(image)
                square = _FITTERS[fit](_plain(image, color), size)
                # Once it is a square of few pixels, turning costs nothing.
                square.getexif()[_ORIENTATION] = turn
                return _bytes(ImageOps.exif_transpose(square)), content
    except UnreadableImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnreadableImageError(f"it has more than {MAX_PIXELS:,} pixels") from None
    except UnidentifiedImageError:
        raise UnreadableImageError("it is no PNG, JPEG, BMP, GIF or WebP image") from None
    except MemoryError:
        raise UnreadableImageError("it is too large for this computer's memory") from None
    except OSError as error:
        raise _unreadable(error) from None
    except Exception as error:
        # Decoders raise whatever they meet in a damaged file.
        raise UnreadableImageError(f"it is damaged ({_reason(error)})") from None


def _checked_length(path: Path) -> int:
    """The length of a file in bytes, if it may be read."""
    length = check_ordinary(path)
    if length == 0:
        raise UnreadableImageError("it is empty")
    return length


def _unreadable(error: OSError) -> UnreadableImageError:
    """Why a file cannot be read: the disk says so with a number, Pillow's decoders without."""
    if isinstance(error, FileNotFoundError):
        return UnreadableImageError("it is not there")
    if isinstance(error, PermissionError):
        return UnreadableImageError("it may not be read")
    if error.errno is not None:
        return UnreadableImageError(f"it cannot be read ({error.strerror})")
    return UnreadableImageError(f"it is damaged ({_reason(error)})")


def _checked_need(need: int) -> int:
    if need > _memory.most:
        raise UnreadableImageError(
            f"it needs {need // 1_000_000:,} MB to be decoded, more than {_memory.most // 1_000_000:,} MB"
        )
    return need


def _decoded_bytes(image: Image.Image, size: int, color: bool) -> int:
    """The memory that decoding an image will take, as far as its header says, with the copies that are made on the way.

    A JPEG is asked for a fraction of its size here, where that is enough: 48 megapixels then take 3 MB.
    """
    whole = image.width * image.height
    image.draft("RGB" if color else "L", (_SPARE * size, _SPARE * size))
    stored = _STORED.get(image.mode, 4)
    made = 0 if image.mode == _mode(color) else 4 if color else 1
    if image.mode in _DEEP:
        made += stored + 1
    # A progressive JPEG has two bytes for each number of the whole picture in memory, whatever the fraction.
    waiting = 2 * len(image.getbands()) * whole if image.info.get("progressive") else 0
    return (stored + made) * image.width * image.height + waiting


def _mode(color: bool) -> str:
    return "RGB" if color else "L"


def _orientation(image: Image.Image) -> int:
    """How the camera was held, as EXIF numbers it."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # damaged notes about an image are no reason to refuse it
        return 1


def _plain(image: Image.Image, color: bool) -> Image.Image:
    """Eight bits of grey or colour, whatever the file has."""
    if image.mode in _DEEP:
        image = Image.fromarray(_eight_bits(np.asarray(image)))
    mode = _mode(color)
    if image.has_transparency_data:
        return _on_white(image, mode)
    return image if image.mode == mode else image.convert(mode)


def _on_white(image: Image.Image, mode: str) -> Image.Image:
    """An image with transparency on a white ground, some rows at a time: whole, it would be in memory four times."""
    found = Image.new(mode, image.size)
    for top in range(0, image.height, _ROWS):
        box = (0, top, image.width, min(top + _ROWS, image.height))
        part = image.crop(box).convert("RGBA")
        ground = Image.new("RGBA", part.size, "white")
        found.paste(Image.alpha_composite(ground, part).convert(mode), box)
    return found


def _eight_bits(values: NDArray[Any]) -> Pixels:
    """65,535 becomes white; Pillow itself would cut off at 255. Some rows at a time, since floats take much memory."""
    found = np.empty(values.shape, np.uint8)
    for start in range(0, len(values), _ROWS):
        rows = values[start : start + _ROWS].astype(np.float32) / 257.0
        found[start : start + _ROWS] = np.clip(np.rint(rows), 0, 255)
    return found


def _cropped(image: Image.Image, size: int) -> Image.Image:
    return ImageOps.fit(image, (size, size), _FILTER)


def _padded(image: Image.Image, size: int) -> Image.Image:
    """With the median colour of its border, which `ImageOps.pad` would have to know before it makes the image small."""
    longest = max(image.size)
    width, height = (max(1, round(length * size / longest)) for length in image.size)
    small = image.resize((width, height), _FILTER, reducing_gap=3.0)
    pixels = _bytes(small)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    square = Image.new(
        image.mode, (size, size), tuple(np.rint(np.median(border, axis=0)).astype(int).tolist())
    )
    square.paste(small, ((size - width) // 2, (size - height) // 2))
    return square


def _stretched(image: Image.Image, size: int) -> Image.Image:
    return image.resize((size, size), _FILTER, reducing_gap=3.0)


_FITTERS: dict[str, Callable[[Image.Image, int], Image.Image]] = {
    "crop": _cropped,
    "pad": _padded,
    "stretch": _stretched,
}


def _bytes(image: Image.Image) -> Pixels:
    """(height, width, channels)"""
    return np.asarray(image, np.uint8).reshape(image.height, image.width, -1)


def _reason(error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    return text[:1].lower() + text[1:] if text else type(error).__name__
