"""Read HDF5 files of arrays in groups, as `h5py` writes them by default and Keras keeps its weights.

In Python alone: the library behind h5py is C, which damaged files have made read outside of its memory. Every address
and length is checked, every object is visited once, and what this version of the format does not need is refused:
compressed or chunked arrays, links, types other than numbers, and the newer kind of groups.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...io.budget import spend

_SIGNATURE: Final = b"\x89HDF\r\n\x1a\n"
_MAX_OBJECTS: Final = 30_000
_MAX_DEPTH: Final = 20
_MAX_RANK: Final = 32
_MAX_NAME: Final = 200
_DATASPACE, _TYPE, _LAYOUT, _FILTERS, _CONTINUED, _TABLE = 0x01, 0x03, 0x08, 0x0B, 0x10, 0x11
_LINKS: Final = (0x02, 0x06, 0x0A)
_DAMAGED: Final = "its HDF5 is damaged"


@dataclass(frozen=True)
class Hdf5Array:
    """An array of a file: its numbers are at `start`."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    start: int

    def read(self, content: bytes) -> NDArray[Any]:
        """A view of the numbers."""
        count = math.prod(self.shape)
        return np.frombuffer(content, self.dtype, count, self.start).reshape(self.shape)


def hdf5_arrays(content: bytes) -> dict[str, Hdf5Array]:
    """All arrays by their paths, such as "layers/dense/vars/0". Raises `ValueError` with a sentence."""
    try:
        return dict(_Reader(content).arrays())
    except (struct.error, IndexError, OverflowError, UnicodeError):
        raise ValueError(_DAMAGED) from None


class _Reader:
    def __init__(self, content: bytes) -> None:
        if not content.startswith(_SIGNATURE):
            raise ValueError("its weights are no HDF5 file")
        if content[8] > 1 or content[13:15] != b"\x08\x08":
            raise ValueError("its HDF5 is of a version that Keras does not write")
        # A view: messages may overlap each other, and a copy of each would be larger than the file.
        self._content = memoryview(content)
        self._seen: set[int] = set()

    def arrays(self) -> Iterator[tuple[str, Hdf5Array]]:
        # Version 1 has 4 bytes more, for chunked arrays.
        (root,) = struct.unpack_from("<Q", self._content, 64 + 4 * self._content[8])
        yield from self._object(root, "", 0)

    def _object(self, address: int, path: str, depth: int) -> Iterator[tuple[str, Hdf5Array]]:
        if depth > _MAX_DEPTH:
            raise ValueError(_DAMAGED)
        self._visit(address)
        messages = self._messages(address)
        if _TABLE in messages:
            tree, heap = struct.unpack("<QQ", messages[_TABLE][:16])
            for name, child in self._names(tree, heap):
                yield from self._object(child, f"{path}/{name}" if path else name, depth + 1)
        elif _DATASPACE in messages:
            yield path, self._array(path, messages)
        elif any(kind in messages for kind in _LINKS):
            raise ValueError("its HDF5 has groups of a newer kind than Keras writes")

    def _visit(self, address: int) -> None:
        """Each object once, and not without end."""
        if address in self._seen or len(self._seen) >= _MAX_OBJECTS:
            raise ValueError(_DAMAGED)
        self._seen.add(address)

    def _messages(self, address: int) -> dict[int, memoryview]:
        """The messages of an object by their kinds, those of its continuation blocks too."""
        version, count, size = struct.unpack_from("<BxH4xI", self._content, address)
        if version != 1:
            raise ValueError("its HDF5 has objects of a newer kind than Keras writes")
        blocks: list[tuple[int, int]] = [(address + 16, size)]
        found: dict[int, memoryview] = {}
        while blocks:
            for kind, body in self._in_block(*blocks.pop()):
                spend(0)
                count -= 1
                if count < 0:
                    break
                if kind == _CONTINUED:
                    blocks.append(struct.unpack("<QQ", body[:16]))
                else:
                    found.setdefault(kind, body)
        return found

    def _in_block(self, start: int, length: int) -> Iterator[tuple[int, memoryview]]:
        end = start + length
        if end > len(self._content):
            raise ValueError(_DAMAGED)
        while start + 8 <= end:
            kind, size = struct.unpack_from("<HH", self._content, start)
            start += 8
            if start + size > end:
                raise ValueError(_DAMAGED)
            yield kind, self._content[start : start + size]
            start += size

    def _names(self, tree: int, heap: int) -> Iterator[tuple[str, int]]:
        """Names in a group, and the addresses of what they name."""
        magic, length, names = struct.unpack_from("<4s4xQ8xQ", self._content, heap)
        if magic != b"HEAP" or names + length > len(self._content):
            raise ValueError(_DAMAGED)
        for leaf in self._leaves(tree, 0):
            magic, count = struct.unpack_from("<4s2xH", self._content, leaf)
            if magic != b"SNOD":
                raise ValueError(_DAMAGED)
            for number in range(count):
                place, address, cached = struct.unpack_from("<QQI", self._content, leaf + 8 + 40 * number)
                if cached == 2:
                    raise ValueError("its HDF5 has links, which are not followed")
                yield self._name(names, length, place), address

    def _leaves(self, tree: int, depth: int) -> Iterator[int]:
        magic, kind, level, used = struct.unpack_from("<4sBBH", self._content, tree)
        if magic != b"TREE" or kind or depth > 4:
            raise ValueError(_DAMAGED)
        self._visit(tree)
        for number in range(used):
            (child,) = struct.unpack_from("<Q", self._content, tree + 32 + 16 * number)
            if level:
                yield from self._leaves(child, depth + 1)
            else:
                self._visit(child)
                yield child

    def _name(self, names: int, length: int, place: int) -> str:
        if place >= length:
            raise ValueError(_DAMAGED)
        most = min(length - place, _MAX_NAME + 1)
        text, end, _ = bytes(self._content[names + place : names + place + most]).partition(b"\0")
        if not end or not text or b"/" in text:
            raise ValueError(_DAMAGED)
        return text.decode()

    def _array(self, path: str, messages: dict[int, memoryview]) -> Hdf5Array:
        if _TYPE not in messages or _LAYOUT not in messages:
            raise ValueError(_DAMAGED)
        shape, dtype = _shape(messages[_DATASPACE]), _dtype(path, messages[_TYPE])
        layout = messages[_LAYOUT]
        if _FILTERS in messages or bytes(layout[:2]) != b"\x03\x01":
            raise ValueError(f"its array {path:.60} is not in one piece, as Keras writes it")
        start, size = struct.unpack_from("<QQ", layout, 2)
        wanted = math.prod(shape) * dtype.itemsize
        if not wanted:
            return Hdf5Array(shape, dtype, 0)
        if size < wanted or start + wanted > len(self._content):
            raise ValueError(f"its array {path:.60} is cut off")
        return Hdf5Array(shape, dtype, start)


def _shape(body: memoryview) -> tuple[int, ...]:
    version, rank = body[0], body[1]
    if version not in (1, 2) or rank > _MAX_RANK:
        raise ValueError(_DAMAGED)
    return struct.unpack_from(f"<{rank}Q", body, 8 if version == 1 else 4)


def _dtype(path: str, body: memoryview) -> np.dtype[Any]:
    """Floats and whole numbers of the usual layouts."""
    kind, flags, size = body[0] & 0x0F, body[1], struct.unpack_from("<I", body, 4)[0]
    if kind == 0 and size in (1, 2, 4, 8):
        return np.dtype(f"{'>' if flags & 1 else '<'}{'i' if flags & 8 else 'u'}{size}")
    ieee = {2: (10, 5, 0, 10, 15), 4: (23, 8, 0, 23, 127), 8: (52, 11, 0, 52, 1023)}
    if kind == 1 and size in ieee and not flags & 0x40:
        *places, bias = struct.unpack_from("<4BI", body, 12)
        if (*places, bias) == ieee[size]:
            return np.dtype(f"{'>' if flags & 1 else '<'}f{size}")
    raise ValueError(f"its array {path:.60} holds no numbers that are read here")
