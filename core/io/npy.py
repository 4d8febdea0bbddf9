"""Read .npy arrays from untrusted files.

numpy's reader evaluates the header as Python. This one accepts only the form that writers produce, and allocates
nothing that the file cannot fill.
"""

from __future__ import annotations

import math
import re
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .budget import spend

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 10_000
_PIECE = 1 << 18
_DESCR = re.compile(rb"'descr'\s*:\s*'([<>|=]?[biufcSU]\d{1,9})'")
_ANY_DESCR = re.compile(rb"'descr'\s*:")
_OTHER = re.compile(rb"'descr'\s*:\s*'[<>|=]?(\w{1,20})'")
_ORDER = re.compile(rb"'fortran_order'\s*:\s*(True|False)")
_SHAPE = re.compile(rb"'shape'\s*:\s*\(([\d\sL,]*)\)")
_LENGTH = re.compile(rb"(\d{1,15})L?")
"""Apart from the shape: a pattern of both takes minutes for 30 digits, which it can divide in 2**30 ways."""


class Source(Protocol):
    """A binary file to read an array from."""

    def read(self, size: int, /) -> bytes: ...


def read_npy_header(file: Source, name: str) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    """Return (shape, dtype, fortran_order); `ValueError` unless it is an array, called `name`, of numbers or text."""
    if _exactly(file, 6, name) != _MAGIC:
        raise ValueError(f"{name} is no array of numpy's")
    version = _exactly(file, 2, name)[0]
    length = int.from_bytes(_exactly(file, 2 if version == 1 else 4, name), "little")
    if length > _LONGEST_HEADER:
        raise ValueError(f"{name}: its header must be at most {_LONGEST_HEADER:,} bytes, got {length:,}")
    header = _exactly(file, length, name)
    descr, order, shape = (pattern.search(header) for pattern in (_DESCR, _ORDER, _SHAPE))
    if descr is None and _ANY_DESCR.search(header):
        raise ValueError(f"{name} must hold numbers or texts, got {_shown(header)}")
    if descr is None or order is None or shape is None:
        raise ValueError(f"{name} has a damaged header")
    found = [_LENGTH.fullmatch(word.strip()) for word in shape[1].split(b",") if word.strip()]
    lengths = tuple(int(each[1]) for each in found if each is not None)
    if len(lengths) < len(found):
        raise ValueError(f"{name} has a damaged header")
    try:
        dtype = np.dtype(descr[1].decode())
    except (TypeError, ValueError, OverflowError, MemoryError):
        raise ValueError(f"{name} has the type {descr[1].decode()}, which is none of numpy's") from None
    if not dtype.itemsize or (dtype.kind in "biufc" and dtype.itemsize > 8) or dtype.kind == "c":
        raise ValueError(f"{name} must hold numbers of at most 8 bytes, or texts, got {dtype}")
    return lengths, dtype, order[1] == b"True"


def read_npy(file: Source, size: int, name: str) -> NDArray[Any]:
    """The array in a file of `size` bytes, of the header's shape; `ValueError` when damaged or truncated."""
    shape, dtype, first_fastest = read_npy_header(file, name)
    count = math.prod(shape)
    if count * dtype.itemsize > size or len(shape) > 32:
        raise ValueError(f"{name} has the shape {shape}, which does not fit its size")
    spend(count * dtype.itemsize)
    try:
        array = np.empty(count, dtype)
    except MemoryError:
        raise ValueError(f"{name} is too large for this computer's memory") from None
    into = array.view(np.uint8).data
    done = 0
    while done < len(into):
        spend(0)
        piece = file.read(min(_PIECE, len(into) - done))
        if not piece:
            raise ValueError(f"{name} is cut off")
        into[done : done + len(piece)] = piece
        done += len(piece)
    if dtype.kind == "b":
        # Bytes other than 0 and 1 break numpy's boolean loops.
        np.not_equal(array.view(np.uint8), 0, out=array)
    if dtype.kind == "U":
        _check_letters(array, name)
    return array.reshape(shape, order="F" if first_fastest else "C")


def _shown(header: bytes) -> str:
    """The type named in a header; "|O" is a Python object, a list a record."""
    found = _OTHER.search(header)
    return {"O": "object"}.get(found[1].decode(), found[1].decode()) if found else "another type"


def _exactly(file: Source, size: int, name: str) -> bytes:
    found = b""
    while len(found) < size:
        piece = file.read(size - len(found))
        if not piece:
            raise ValueError(f"{name} is cut off")
        found += piece
    return found


def _check_letters(array: NDArray[Any], name: str) -> None:
    """`ValueError` unless all code points are valid: Python's str cannot hold others."""
    order = array.dtype.byteorder if array.dtype.byteorder in "<>" else "="
    letters = array.view(np.dtype(np.uint32).newbyteorder(order))
    if ((letters > 0x10FFFF) | ((letters >= 0xD800) & (letters < 0xE000))).any():
        raise ValueError(f"{name} holds letters that do not exist")
