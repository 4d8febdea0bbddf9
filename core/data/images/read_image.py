"""Decode one image file, by Pillow, into a small square of bytes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import Condition
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from ...io.budget import check_ordinary
from ...io.sentence import SentenceError
from .class_folders import IMAGE_FORMATS


class MemoryBudget:
    """A budget of `most` bytes. Each block takes all it needs at once, which avoids deadlocks."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._free = most
        self._changed = Condition()

    @contextmanager
    def taking(self, count: int) -> Iterator[None]:
        """Wait for `count` free bytes and reserve them in the block; `MemoryError` if beyond the budget."""
        if count > self.most:
            raise MemoryError(f"{count:,} bytes of {self.most:,}")
        with self._changed:
            self._changed.wait_for(lambda: self._free >= count)
            self._free -= count
        try:
            yield
        finally:
            with self._changed:
                self._free += count
                self._changed.notify_all()


MAX_PIXELS = 89_478_485
"""Pillow's limit, checked before decoding, since a small file can claim to be gigantic."""

_memory = MemoryBudget(256_000_000)
"""Enough for an uncompressed photograph of 60 megapixels, and little enough for four threads on any computer."""

# Bytes per pixel in Pillow; 4 for other modes.
_STORED = {"1": 1, "L": 1, "P": 1, "LA": 4, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
_DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_ROWS = 64
# Other decoders are disabled: some start other programs.
_FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "DIB", "GIF", "WEBP")
# Compressions of TIFF; others may ask for any memory, such as lzma's dictionary, or are obsolete.
_TIFF = (
    "raw", "packbits", "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "jpeg", "tiff_ccitt", "group3", "group4"
)  # fmt: skip
_FILTER = Image.Resampling.BILINEAR
# A JPEG is decoded at a reduced scale that leaves at least this many times the wanted pixels.
_SPARE = 2

_ORIENTATION = ExifTags.Base.Orientation
_BITS_PER_SAMPLE, _SAMPLES_PER_PIXEL, _ROWS_PER_STRIP, _TILE_WIDTH, _TILE_LENGTH = 258, 277, 278, 322, 323
# Pillow only warns up to twice its limit; treat it as an error.
warnings.simplefilter("error", Image.DecompressionBombWarning)
# Of odd entries beside the image, such as a date that is too long.
warnings.filterwarnings("ignore", module=r"PIL\.TiffImagePlugin")

Pixels = NDArray[np.uint8]


class UnreadableImageError(SentenceError):
    """The reason, to follow the file name and a colon."""


def read_image(path: Path, size: int, color: bool, fit: str) -> tuple[Pixels, bytes]:
    """The image, (size, size, 3) in colour or (size, size, 1) in grey, and the file's content.

    The first frame, upright by EXIF, transparency on white. `fit` is "crop" (the central square), "pad" (the whole
    image, padded with its border colour) or "stretch". Raises `UnreadableImageError`.
    """
    try:
        length = check_ordinary(path)
        if length == 0:
            raise UnreadableImageError("it is empty")
        with Image.open(path, formats=_FORMATS) as image:
            need = length + _decoded_bytes(image, size, color)
        if need > _memory.most:
            raise UnreadableImageError(
                f"it needs {need // 1_000_000:,} MB to be decoded, more than {_memory.most // 1_000_000:,} MB"
            )
        with _memory.taking(need):
            content = path.read_bytes()
            with Image.open(BytesIO(content), formats=_FORMATS) as image:
                if len(content) + _decoded_bytes(image, size, color) > need:
                    raise UnreadableImageError("it changed while it was read")
                # A TIFF is upright once it is loaded.
                image.load()
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
        raise UnreadableImageError(f"it is no image of a known format ({IMAGE_FORMATS})") from None
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


def _unreadable(error: OSError) -> UnreadableImageError:
    """The reason why a file cannot be read: disk errors have an errno, errors of Pillow's decoders do not."""
    if isinstance(error, FileNotFoundError):
        return UnreadableImageError("it is not there")
    if isinstance(error, PermissionError):
        return UnreadableImageError("it may not be read")
    if error.errno is not None:
        return UnreadableImageError(f"it cannot be read ({error.strerror})")
    return UnreadableImageError(f"it is damaged ({_reason(error)})")


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
    waiting += _tiff_bytes(image, stored) if image.format == "TIFF" else 0
    return (stored + made) * image.width * image.height + waiting


def _tiff_bytes(image: Any, stored: int) -> int:
    """Memory for a strip or tile of a compressed TIFF, twice, and for a copy that is turned upright."""
    compression = image.info.get("compression")
    if compression not in _TIFF:
        raise UnreadableImageError("its compression is not read; save it anew as PNG, or as TIFF with LZW")

    def number(tag: int, otherwise: int) -> int:
        value = image.tag_v2.get(tag)
        return value if isinstance(value, int) and value > 0 else otherwise

    turned: int = stored * image.width * image.height if number(_ORIENTATION, 1) != 1 else 0
    if compression == "raw":
        return turned
    longest: int = max(image.size)
    strip = longest * min(number(_ROWS_PER_STRIP, longest), longest)
    block = max(strip, number(_TILE_WIDTH, 0) * number(_TILE_LENGTH, 0))
    bits: tuple[int, ...] = image.tag_v2.get(_BITS_PER_SAMPLE) or (1,)
    # Chroma may be stored for some pixels, and is unpacked for all.
    pixel = 32 if compression == "jpeg" else max(sum(bits), bits[0] * number(_SAMPLES_PER_PIXEL, 1))
    return 2 * block * pixel // 8 + turned


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
    """Map 65,535 to white, where Pillow would clip at 255, or 1 in floats that are not above it.

    Some rows at a time, since floats take much memory.
    """
    found = np.empty(values.shape, np.uint8)
    shares = values.dtype.kind == "f" and not np.fmax.reduce(values, axis=None) > 1
    for start in range(0, len(values), _ROWS):
        rows = values[start : start + _ROWS].astype(np.float32) / np.float32(1 / 255 if shares else 257)
        found[start : start + _ROWS] = np.clip(np.rint(np.nan_to_num(rows)), 0, 255)
    return found


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


_FITTERS: dict[str, Callable[[Image.Image, int], Image.Image]] = {
    "crop": lambda image, size: ImageOps.fit(image, (size, size), _FILTER),
    "pad": _padded,
    "stretch": lambda image, size: image.resize((size, size), _FILTER, reducing_gap=3.0),
}


def _bytes(image: Image.Image) -> Pixels:
    """(height, width, channels)"""
    return np.asarray(image, np.uint8).reshape(image.height, image.width, -1)


def _reason(error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    return text[:1].lower() + text[1:] if text else type(error).__name__
