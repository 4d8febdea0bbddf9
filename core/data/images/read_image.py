"""Decode one image file, by Pillow, into a small square of bytes."""

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

__all__ = ["MAX_PIXELS", "UnreadableImageError", "read_image", "resize_image"]

MAX_PIXELS = 89_478_485
"""Pillow's limit, checked before decoding, since a small file can claim to be gigantic."""

_memory = MemoryBudget(256_000_000)
"""Enough for an uncompressed photograph of 60 megapixels, and little enough for four threads on any computer."""

# Bytes per pixel in Pillow; 4 for other modes.
_STORED = {"1": 1, "L": 1, "P": 1, "LA": 4, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
_DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_ROWS = 64
# Other decoders are disabled: some start other programs.
_FORMATS = ("PNG", "JPEG", "BMP", "DIB", "GIF", "WEBP")
_FILTER = Image.Resampling.BILINEAR
# A JPEG is decoded at a reduced scale that leaves at least this many times the wanted pixels.
_SPARE = 2

_ORIENTATION = ExifTags.Base.Orientation
# Pillow only warns up to twice its limit; treat it as an error.
warnings.simplefilter("error", Image.DecompressionBombWarning)

Pixels = NDArray[np.uint8]


class UnreadableImageError(ValueError):
    """The reason, to follow the file name and a colon."""

    def __init__(self, reason: str) -> None:
        super().__init__(short_sentence(reason))


def read_image(path: Path, size: int, color: bool, fit: str) -> tuple[Pixels, bytes]:
    """The image, (size, size, 3) in colour or (size, size, 1) in grey, and the file's content.

    The first frame, upright by EXIF, transparency on white. `fit` is "crop" (the central square), "pad" (the whole
    image, padded with its border colour) or "stretch". Raises `UnreadableImageError`.
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
                # Rotating the small square is cheap. Its EXIF data would be parsed again, and warn again if damaged.
                square.info.pop("exif", None)
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
        # Decoders raise any exception for damaged files.
        raise UnreadableImageError(f"it is damaged ({_reason(error)})") from None


def resize_image(pixels: Pixels, size: int, color: bool, fit: str) -> Pixels:
    """An image (height, width, 1 or 3) as `read_image` returns a file's."""
    image = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    return _bytes(_FITTERS[fit](_plain(image, color), size))


def _checked_length(path: Path) -> int:
    """Size of a file in bytes, if it may be read."""
    length = check_ordinary(path)
    if length == 0:
        raise UnreadableImageError("it is empty")
    return length


def _unreadable(error: OSError) -> UnreadableImageError:
    """Why a file cannot be read: disk errors have an errno, errors of Pillow's decoders do not."""
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
    """Memory for decoding an image, by its header, with intermediate copies.

    Also sets a JPEG to a reduced scale if possible: 48 megapixels then take 3 MB.
    """
    whole = image.width * image.height
    image.draft("RGB" if color else "L", (_SPARE * size, _SPARE * size))
    stored = _STORED.get(image.mode, 4)
    made = 0 if image.mode == _mode(color) else 4 if color else 1
    if image.mode in _DEEP:
        made += stored + 1
    # A progressive JPEG buffers two bytes per channel of every full-size pixel, whatever the scale.
    waiting = 2 * len(image.getbands()) * whole if image.info.get("progressive") else 0
    return (stored + made) * image.width * image.height + waiting


def _mode(color: bool) -> str:
    return "RGB" if color else "L"


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # damaged EXIF data is no reason to reject the image
        return 1


def _plain(image: Image.Image, color: bool) -> Image.Image:
    """Convert any mode to 8-bit grey or colour."""
    if image.mode in _DEEP:
        image = Image.fromarray(_eight_bits(np.asarray(image)))
    mode = _mode(color)
    if image.has_transparency_data:
        return _on_white(image, mode)
    return image if image.mode == mode else image.convert(mode)


def _on_white(image: Image.Image, mode: str) -> Image.Image:
    """Composite on white, some rows at a time: as a whole it would take four times the memory."""
    found = Image.new(mode, image.size)
    for top in range(0, image.height, _ROWS):
        box = (0, top, image.width, min(top + _ROWS, image.height))
        part = image.crop(box).convert("RGBA")
        ground = Image.new("RGBA", part.size, "white")
        found.paste(Image.alpha_composite(ground, part).convert(mode), box)
    return found


def _eight_bits(values: NDArray[Any]) -> Pixels:
    """Map 65,535 to white, where Pillow would clip at 255. Some rows at a time, since floats take much memory."""
    found = np.empty(values.shape, np.uint8)
    for start in range(0, len(values), _ROWS):
        rows = values[start : start + _ROWS].astype(np.float32) / 257.0
        found[start : start + _ROWS] = np.clip(np.rint(rows), 0, 255)
    return found


def _cropped(image: Image.Image, size: int) -> Image.Image:
    return ImageOps.fit(image, (size, size), _FILTER)


def _padded(image: Image.Image, size: int) -> Image.Image:
    """Pad with the median border colour, which `ImageOps.pad` would need before resizing."""
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
