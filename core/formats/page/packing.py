"""Arrays as a page holds them (type, shape and base64 text, little-endian as every machine has it), and its program."""

from __future__ import annotations

import base64
import re
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...io.resources import resource

_MAX_LEVELS = 256
_STORED: Final[dict[str, tuple[str, Any]]] = {
    "i": ("int64", "<i4"),
    "u": ("int64", "<i4"),
    "b": ("bool", "u1"),
}


def packed(array: NDArray[Any], halved: bool = False) -> list[Any]:
    """Type, shape and text; whole numbers have 32 bits, as the page's do.

    `halved`: float32 as float16, whose largest number is 65,504.
    """
    own = array.dtype.name, array.dtype.newbyteorder("<")
    kind, stored = _STORED.get(array.dtype.kind, own)
    if halved and array.dtype == np.float32:
        kind, stored, array = "float16", "<f2", array.clip(-65_504, 65_504)
    return [kind, list(array.shape), _text(array.astype(stored))]


def packed_levels(array: NDArray[Any]) -> list[Any]:
    """As `packed`, of numbers that are few: a bit says whether one is the most frequent, or its place among the others.

    Nothing is lost. 1,797 digits of 64 pixels with 17 grey levels, half of them white, take 59 KB, as float32 613.
    """
    levels, places, counts = np.unique(array, return_inverse=True, return_counts=True)
    if not 0 < len(levels) <= _MAX_LEVELS:
        return packed(array)
    order = np.argsort(-counts, kind="stable")
    places = np.argsort(order)[places.reshape(-1)]
    bits = max(0, len(levels) - 2).bit_length()
    written = np.concatenate([places[:, None] > 0, places[:, None] - 1 >> np.arange(bits) & 1], axis=1)
    is_other = np.repeat(places[:, None] > 0, 1 + bits, axis=1)
    is_other[:, 0] = True
    text = _text(np.packbits(written[is_other].astype("u1"), bitorder="little"))
    return ["levels", list(array.shape), text, bits, levels[order].tolist()]


def _text(stored: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(stored).tobytes()).decode()


@cache
def page_text(name: str) -> str:
    """The text of a file of `resources/page`."""
    return resource("page", name).read_text("utf-8")


@cache
def operators(*, learning: bool = False) -> frozenset[str]:
    """The operators that the page's program knows, in ONNX's words; `learning`: those that have slopes."""
    _, _, table = page_text("runtime.js").partition("const OPERATORS = {")
    entry = r"^  (\w+): learns\(" if learning else r"^  (\w+): "
    return frozenset(re.findall(entry, table.partition("\n};")[0], re.MULTILINE))
