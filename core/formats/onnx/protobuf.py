"""Read the wire format of protocol buffers: numbered fields of numbers and bytes, without a schema."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from core.io.budget import spend

Value = int | memoryview
"""A whole number, or bytes: of a text, a message, packed numbers, or a float."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LENGTHS: Final = {_FIXED64: 8, _FIXED32: 4}
_MAX_VARINT_BYTES: Final = 10


class FieldReader:
    """Reads messages of at most `most` fields in all, so that small files take little time. Raises `ValueError`."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def fields(self, message: memoryview) -> Iterator[tuple[int, Value]]:
        """The number and the value of each field of a message, in order."""
        spend(0, entries=1)
        place, end = 0, len(message)
        while place < end:
            self._count()
            key, place = _varint(message, place)
            number, kind = key >> 3, key & 7
            if kind == _VARINT:
                value, place = _varint(message, place)
                yield number, value
                continue
            if kind == _BYTES:
                length, place = _varint(message, place)
            elif kind in _LENGTHS:
                length = _LENGTHS[kind]
            else:
                raise ValueError(f"it is damaged: a field has the unknown wire type {kind}")
            if length > end - place:
                raise ValueError(f"it ends too early: a field of {length:,} bytes has {end - place:,}")
            yield number, message[place : place + length]
            place += length

    def whole_numbers(self, value: Value) -> list[int]:
        """Signed whole numbers, one or packed."""
        if isinstance(value, int):
            return [signed(value)]
        found, place = [], 0
        while place < len(value):
            self._count()
            number, place = _varint(value, place)
            found.append(signed(number))
        return found

    def _count(self) -> None:
        # As a number of Python in a list.
        spend(40)
        self._left -= 1
        if self._left < 0:
            raise ValueError(f"it has more than {self._most:,} entries")


def signed(number: int) -> int:
    """A 64-bit whole number as it is written for negative ones."""
    return number - (1 << 64) if number >= 1 << 63 else number


def float32(value: Value) -> float:
    """A number of four bytes."""
    found: float = struct.unpack("<f", of_bytes(value))[0]
    return found


def of_bytes(value: Value, length: int | None = 4) -> memoryview:
    """A value that must be bytes, of `length` unless that is None."""
    if isinstance(value, int) or (length is not None and len(value) != length):
        raise ValueError("it is damaged: a field has the wrong type")
    return value


def text(value: Value) -> str:
    """A text; bytes that are not UTF-8 are replaced."""
    return bytes(of_bytes(value, None)).decode("utf-8", "replace")


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and the place behind it."""
    number = 0
    for position, byte in enumerate(message[place : place + _MAX_VARINT_BYTES]):
        number |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            return number & 0xFFFF_FFFF_FFFF_FFFF, place + position + 1
    raise ValueError("it is damaged: a number has no end")
