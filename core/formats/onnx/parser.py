"""Read ONNX files, without the package `onnx`: a few messages of protocol buffers, within bounds of time and memory.

Field numbers are those of onnx.proto (onnx 1.20). What is not needed is passed over: graphs within nodes, functions,
training information, sparse tensors.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...io.budget import admit, check_ordinary, spend

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


MAX_FILE_BYTES: Final = 1 << 30
"""The largest network has 50 million parameters, 200 MB."""
_MAX_FIELDS: Final = 1_000_000
_MAX_AXES: Final = 8
_STRING: Final = 8

TENSOR_TYPES: Final[Mapping[int, type]] = {
    1: np.float32, 2: np.uint8, 3: np.int8, 4: np.uint16, 5: np.int16, 6: np.int32, 7: np.int64, _STRING: str,
    9: np.bool_, 10: np.float16, 11: np.float64, 12: np.uint32, 13: np.uint64,
}  # fmt: skip
"""NumPy's type of each number in TensorProto.DataType that is read."""


@dataclass(frozen=True)
class ParsedPort:
    """An input or output: `element` is None if unknown; `shape` has None for axes of any length, and may be None."""

    name: str
    element: type | None = None
    shape: tuple[int | None, ...] | None = None


@dataclass(frozen=True)
class ParsedNode:
    """One operator call; "" is an omitted input. Attributes that hold graphs are None."""

    operator: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    domain: str = ""


@dataclass(frozen=True, eq=False)
class ParsedOnnx:
    """A model: its graph with constants by name, and who wrote it. `opset` is that of the main domain."""

    nodes: tuple[ParsedNode, ...]
    constants: Mapping[str, NDArray[Any]]
    inputs: tuple[ParsedPort, ...]
    outputs: tuple[ParsedPort, ...]
    producer: str = ""
    opset: int = 1
    metadata: Mapping[str, str] = field(default_factory=dict)


def parse_onnx(path: Path) -> ParsedOnnx:
    """The model in a file. Raises `ValueError` with a reason if it is damaged or too large, and `OSError`.

    Weights may lie in another file of the same folder, as PyTorch writes them; no other place is read.
    """
    size = check_ordinary(path)
    if size > MAX_FILE_BYTES:
        raise ValueError(f"it must be at most {MAX_FILE_BYTES:,} bytes, got {size:,}")
    return _Parser(path.parent).model(memoryview(path.read_bytes()))


class _Parser:
    def __init__(self, folder: Path) -> None:
        self._reader = FieldReader(_MAX_FIELDS)
        self._folder = folder
        self._beside: dict[str, memoryview] = {}

    def model(self, message: memoryview) -> ParsedOnnx:
        names = {2: "", 3: ""}
        opset, metadata, graph = 0, {}, None
        for number, value in self._reader.fields(message):
            if number in names:
                names[number] = text(value)
            elif number == 7:
                graph = of_bytes(value, None)
            elif number == 8:
                opset = max(opset, self._opset(of_bytes(value, None)))
            elif number == 14:
                key, entry = self._entry(value)
                metadata[key] = entry
        if graph is None:
            raise ValueError("it holds no graph")
        producer = " ".join(name for name in names.values() if name)
        return self._graph(graph, producer, opset, metadata)

    def _graph(self, message: memoryview, producer: str, opset: int, metadata: dict[str, str]) -> ParsedOnnx:
        nodes, constants = [], {}
        ports: dict[int, list[ParsedPort]] = {11: [], 12: []}
        for number, value in self._reader.fields(message):
            if number == 1:
                nodes.append(self._node(of_bytes(value, None)))
            elif number == 5:
                name, array = self._tensor(of_bytes(value, None))
                constants[name] = array
            elif number in ports:
                ports[number].append(self._port(of_bytes(value, None)))
        # Older files list their constants among the inputs, too.
        inputs = tuple(port for port in ports[11] if port.name not in constants)
        return ParsedOnnx(tuple(nodes), constants, inputs, tuple(ports[12]), producer, opset, metadata)

    def _opset(self, message: memoryview) -> int:
        """The version of the main domain; 0 of others."""
        domain, version = "", 0
        for number, value in self._reader.fields(message):
            if number == 1:
                domain = text(value)
            elif number == 2 and isinstance(value, int):
                version = signed(value)
        if domain not in ("", "ai.onnx"):
            return 0
        if version < 1:
            raise ValueError(f"its opset must be at least 1, got {version}")
        return version

    def _entry(self, value: Value) -> tuple[str, str]:
        found = {1: "", 2: ""}
        for number, part in self._reader.fields(of_bytes(value, None)):
            if number in found:
                found[number] = text(part)
        return found[1], found[2]

    def _node(self, message: memoryview) -> ParsedNode:
        names: dict[int, list[str]] = {1: [], 2: []}
        texts = {3: "", 4: "", 7: ""}
        attributes: dict[str, Any] = {}
        for number, value in self._reader.fields(message):
            if number in names:
                names[number].append(text(value))
            elif number in texts:
                texts[number] = text(value)
            elif number == 5:
                name, attribute = self._attribute(of_bytes(value, None))
                attributes[name] = attribute
        domain = "" if texts[7] == "ai.onnx" else texts[7]
        return ParsedNode(texts[4], texts[3], tuple(names[1]), tuple(names[2]), attributes, domain)

    def _attribute(self, message: memoryview) -> tuple[str, Any]:
        name, kind = "", 0
        single: Any = None
        several: list[Any] = []
        for number, value in self._reader.fields(message):
            match number:
                case 1:
                    name = text(value)
                case 2:
                    single = float32(value)
                case 3:
                    single = _whole(value)
                case 4:
                    single = text(value)
                case 5:
                    single = self._tensor(of_bytes(value, None))[1]
                case 7:
                    several += np.frombuffer(_whole_numbers_of(value, 4), "<f4").tolist()
                case 8:
                    several += self._reader.whole_numbers(value)
                case 9:
                    several.append(text(value))
                case 20:
                    kind = _whole(value)
        # Files of the first versions do not say the kind; 6 to 8 are lists of floats, whole numbers and texts.
        return name, several if kind in (6, 7, 8) or several else _default(kind) if single is None else single

    def _port(self, message: memoryview) -> ParsedPort:
        name, kind = "", None
        for number, value in self._reader.fields(message):
            if number == 1:
                name = text(value)
            elif number == 2:
                kind = of_bytes(value, None)
        if kind is None:
            return ParsedPort(name)
        tensor = next((value for number, value in self._reader.fields(kind) if number == 1), None)
        return ParsedPort(name) if tensor is None else self._tensor_port(name, of_bytes(tensor, None))

    def _tensor_port(self, name: str, message: memoryview) -> ParsedPort:
        element: type | None = None
        shape: tuple[int | None, ...] | None = None
        for number, value in self._reader.fields(message):
            if number == 1:
                element = TENSOR_TYPES.get(_whole(value))
            elif number == 2:
                axes = self._reader.fields(of_bytes(value, None))
                shape = tuple(self._length(of_bytes(axis, None)) for number, axis in axes if number == 1)
        return ParsedPort(name, element, shape)

    def _length(self, message: memoryview) -> int | None:
        for number, value in self._reader.fields(message):
            # skl2onnx writes 0 for any length.
            if number == 1 and isinstance(value, int):
                return value if 0 < value < 2**31 else None
        return None

    def _tensor(self, message: memoryview) -> tuple[str, NDArray[Any]]:
        name, kind, place = "", 0, 0
        shape: list[int] = []
        data: list[tuple[int, Value]] = []
        beside: dict[str, str] = {}
        for number, value in self._reader.fields(message):
            match number:
                case 1:
                    shape += self._reader.whole_numbers(value)
                case 2:
                    kind = _whole(value)
                case 8:
                    name = text(value)
                case 13:
                    beside.update([self._entry(value)])
                case 14:
                    place = _whole(value)
                case 4 | 5 | 6 | 7 | 9 | 10 | 11:
                    data.append((number, value))
        called = f"the tensor {name[:60]!r}"
        if kind not in TENSOR_TYPES:
            raise ValueError(f"{called} has numbers of type {kind}, which are not read")
        if len(shape) > _MAX_AXES or not all(0 <= length < 2**40 for length in shape):
            raise ValueError(f"{called} has the shape {shape[:_MAX_AXES]}")
        if place:
            data = [(9, self._external(beside, called))]
        array = self._numbers(data, TENSOR_TYPES[kind])
        if array.size != math.prod(shape):
            raise ValueError(f"{called} must have {math.prod(shape):,} numbers, got {array.size:,}")
        return name, array.reshape(shape)

    def _numbers(self, data: list[tuple[int, Value]], kind: type) -> NDArray[Any]:
        if kind is str:
            return np.array([text(value) for number, value in data if number == 6], object)
        dtype = np.dtype(kind)
        if data and data[0][0] == 9:
            return np.frombuffer(_whole_numbers_of(data[0][1], dtype.itemsize), dtype.newbyteorder("<"))
        if dtype.kind == "f" and dtype.itemsize > 2:
            parts = [
                np.frombuffer(_whole_numbers_of(value, dtype.itemsize), dtype.newbyteorder("<"))
                for _, value in data
            ]
            return np.concatenate(parts) if parts else np.empty(0, dtype)
        whole = [each for _, value in data for each in self._reader.whole_numbers(value)]
        if dtype == np.float16:  # their bits
            return np.array(whole, np.int64).astype(np.uint16).view(np.float16)
        return np.array(whole, np.int64).astype(dtype)

    def _external(self, entries: dict[str, str], called: str) -> memoryview:
        """Bytes of a file in the same folder: what else is on the machine is none of the file's business."""
        location = entries.get("location", "")
        plain = location and location == Path(location).name and not set(location) & set("/\\:\0")
        if not plain or location in (".", ".."):
            raise ValueError(f"{called} lies in {location!r:.60}; only files of the same folder are read")
        if location not in self._beside:
            place = self._folder / location
            if place.is_symlink():
                raise ValueError(f"{called} lies in {location!r:.60}, which is a link to another place")
            if (size := check_ordinary(place)) > MAX_FILE_BYTES:
                raise ValueError(f"{location!r:.60} must be at most {MAX_FILE_BYTES:,} bytes, got {size:,}")
            admit(size)
            self._beside[location] = memoryview(place.read_bytes())
        content = self._beside[location]
        start = _number(entries.get("offset", "0"))
        length = _number(entries.get("length", str(max(0, len(content) - start))))
        if start + length > len(content):
            raise ValueError(f"{called} ends behind the end of {location!r:.60}")
        return content[start : start + length]


def _whole(value: Value) -> int:
    if not isinstance(value, int):
        raise ValueError("it is damaged: a field has the wrong type")
    return signed(value)


def _number(written: str) -> int:
    if not written.isascii() or not written.isdigit() or len(written) > 15:
        raise ValueError(f"it is damaged: a place in a file must be a whole number, got {written!r:.60}")
    return int(written)


def _whole_numbers_of(value: Value, size: int) -> memoryview:
    """Bytes that hold only whole numbers of `size` bytes."""
    content = of_bytes(value, None)
    if len(content) % size:
        raise ValueError(f"it is damaged: {len(content):,} bytes are no numbers of {size} bytes")
    return content


def _default(kind: int) -> Any:
    """Zero, which protocol buffers do not write: of a float, a whole number, a text; None of others."""
    return {1: 0.0, 2: 0, 3: ""}.get(kind)
