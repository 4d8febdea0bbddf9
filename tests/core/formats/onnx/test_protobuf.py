"""Fields of the wire format, and bytes that are none."""

from __future__ import annotations

import struct

import pytest

from core.formats.onnx.protobuf import FieldReader, float32, of_bytes, signed, text


def fields(content: bytes, most: int = 100) -> list[tuple[int, object]]:
    found = FieldReader(most).fields(memoryview(content))
    return [(number, value if isinstance(value, int) else bytes(value)) for number, value in found]


def test_fields_of_every_wire_type_are_read() -> None:
    content = b"\x08\x96\x01" + b"\x12\x02hi" + b"\x1d" + struct.pack("<f", 1.5) + b"\x21" + bytes(8)
    assert fields(content) == [(1, 150), (2, b"hi"), (3, struct.pack("<f", 1.5)), (4, bytes(8))]
    assert fields(b"") == []


def test_negative_and_packed_numbers_are_read() -> None:
    reader = FieldReader(100)
    assert reader.whole_numbers(2**64 - 1) == [-1]
    packed = memoryview(b"\x03\x96\x01" + b"\xff" * 9 + b"\x01")
    assert reader.whole_numbers(packed) == [3, 150, -1]
    assert signed(2**63 - 1) == 2**63 - 1


def test_floats_and_texts_are_read() -> None:
    assert float32(memoryview(struct.pack("<f", -0.5))) == -0.5
    assert text(memoryview("Ä".encode())) == "Ä"
    assert text(memoryview(b"\xff")) == "\ufffd"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x12\x05hi", "it ends too early: a field of 5 bytes has 2"),
        (b"\x1d\x00", "it ends too early"),
        (b"\x08" + b"\xff" * 11, "a number has no end"),
        (b"\x08", "a number has no end"),
        (b"\x0b", "unknown wire type 3"),
    ],
)
def test_damaged_messages_are_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        fields(content)


def test_more_entries_than_allowed_are_refused() -> None:
    assert len(fields(b"\x08\x00" * 5, most=5)) == 5
    with pytest.raises(ValueError, match="more than 4 entries"):
        fields(b"\x08\x00" * 5, most=4)
    with pytest.raises(ValueError, match="more than 4 entries"):
        FieldReader(4).whole_numbers(memoryview(bytes(5)))


def test_a_field_of_another_type_is_refused() -> None:
    for value in (3, memoryview(b"ab")):
        with pytest.raises(ValueError, match="wrong type"):
            of_bytes(value)
