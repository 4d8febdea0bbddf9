"""What the package onnx writes is read without it; damaged files and places elsewhere are refused."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.formats.onnx import parser as onnx_parser
from core.formats.onnx.parser import (
    MAX_FILE_BYTES,
    TENSOR_TYPES,
    FieldReader,
    ParsedPort,
    float32,
    of_bytes,
    parse_onnx,
    signed,
    text,
)

onnx = pytest.importorskip("onnx")
helper, numpy_helper = onnx.helper, onnx.numpy_helper


def written(folder: Path, *nodes: Any, tensors: Any = (), inputs: Any = (), **model: Any) -> Path:
    graph = helper.make_graph(nodes, "g", inputs, [], tensors)
    made = helper.make_model(graph, producer_name="pytorch", producer_version="2.9", **model)
    path = folder / "a.onnx"
    path.write_bytes(made.SerializeToString())
    return path


@pytest.mark.parametrize("kind", TENSOR_TYPES, ids=[kind.__name__ for kind in TENSOR_TYPES.values()])
@pytest.mark.parametrize("raw", [True, False], ids=["raw", "numbers"])
def test_tensors_of_every_type_are_read(kind: int, raw: bool, tmp_path: Path) -> None:
    dtype = TENSOR_TYPES[kind]
    array = np.array([["a", "ß"]], object) if dtype is str else np.array([[0, 1, 3]]).astype(dtype)
    if raw and dtype is not str:
        tensor = numpy_helper.from_array(array, "t")
    else:
        given = [each.encode() for each in array.ravel()] if dtype is str else array.ravel()
        tensor = helper.make_tensor("t", kind, array.shape, given)
    found = parse_onnx(written(tmp_path, tensors=[tensor])).constants["t"]
    assert found.shape == array.shape
    assert found.tolist() == array.tolist()


def test_negative_whole_numbers_are_read(tmp_path: Path) -> None:
    tensors = [helper.make_tensor("a", 6, (2,), [-1, 5]), helper.make_tensor("b", 7, (2,), [-(2**60), 0])]
    constants = parse_onnx(written(tmp_path, tensors=tensors)).constants
    assert constants["a"].tolist() == [-1, 5]
    assert constants["b"].tolist() == [-(2**60), 0]


def test_nodes_with_their_attributes_are_read(tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "whole": -3,
        "real": 0.5,
        "word": "SAME",
        "wholes": [1, -2],
        "reals": [0.25, 4.0],
        "words": ["a", "b"],
        "zero": 0,
        "nought": 0.0,
    }
    node = helper.make_node("Conv", ["x", "", "w"], ["y"], "c1", domain="ai.onnx.ml", **given)
    tensor = helper.make_node(
        "Constant", [], ["c"], value=numpy_helper.from_array(np.eye(2, dtype=np.float32))
    )
    nodes = parse_onnx(written(tmp_path, node, tensor)).nodes
    assert (nodes[0].operator, nodes[0].name, nodes[0].domain) == ("Conv", "c1", "ai.onnx.ml")
    assert (nodes[0].inputs, nodes[0].outputs) == (("x", "", "w"), ("y",))
    assert nodes[0].attributes == given
    np.testing.assert_array_equal(nodes[1].attributes["value"], np.eye(2))


def test_ports_writer_and_metadata_are_read(tmp_path: Path) -> None:
    inputs = [
        helper.make_tensor_value_info("x", 1, ["n", 3]),
        helper.make_tensor_value_info("w", 1, [2]),
        helper.make_tensor_value_info("t", 8, None),
    ]
    tensors = [numpy_helper.from_array(np.zeros(2, np.float32), "w")]
    opsets = [helper.make_opsetid("ai.onnx.ml", 3), helper.make_opsetid("", 17)]
    path = written(tmp_path, inputs=inputs, tensors=tensors, opset_imports=opsets)
    file = onnx.load(path)
    helper.set_model_props(file, {"seed": "3"})
    path.write_bytes(file.SerializeToString())
    model = parse_onnx(path)
    assert model.inputs == (ParsedPort("x", np.float32, (None, 3)), ParsedPort("t", str, None))
    assert (model.producer, model.opset, model.metadata) == ("pytorch 2.9", 17, {"seed": "3"})


def external(folder: Path, location: str, **entries: str) -> Path:
    tensor = numpy_helper.from_array(np.arange(6, dtype=np.float32).reshape(2, 3), "w")
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in {"location": location, **entries}.items():
        tensor.external_data.add(key=key, value=value)
    return written(folder, tensors=[tensor])


def test_weights_in_a_file_beside_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.onnx.data").write_bytes(bytes(8) + np.arange(6, dtype="<f4").tobytes())
    path = external(tmp_path, "a.onnx.data", offset="8", length="24")
    np.testing.assert_array_equal(parse_onnx(path).constants["w"], np.arange(6).reshape(2, 3))


@pytest.mark.parametrize(
    "location", ["../secret", "/etc/passwd", "..", ".", "", "sub/a", "sub\\a", "C:a", "a\0b"]
)
def test_no_other_place_is_read(location: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_bytes(bytes(24))
    with pytest.raises(ValueError, match="only files of the same folder are read"):
        parse_onnx(external(tmp_path / "in", location))


def test_a_link_to_another_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_bytes(bytes(24))
    try:
        (tmp_path / "in" / "weights").symlink_to(tmp_path / "secret")
    except OSError:
        pytest.skip("links need a permission here")
    with pytest.raises(ValueError, match="a link to another place"):
        parse_onnx(external(tmp_path / "in", "weights"))


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"offset": "4"}, "must have 6 numbers, got 5"),
        ({"offset": "8", "length": "24"}, "ends behind the end"),
        ({"offset": "-8"}, "must be a whole number, got '-8'"),
        ({"length": "9" * 20}, "must be a whole number"),
        ({"length": "7"}, "are no numbers of 4 bytes"),
    ],
)
def test_places_that_the_file_beside_does_not_have_are_refused(
    entries: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "b.data").write_bytes(bytes(24))
    with pytest.raises(ValueError, match=sentence):
        parse_onnx(external(tmp_path, "b.data", **entries))


def test_a_missing_file_beside_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        parse_onnx(external(tmp_path, "none.data"))


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.onnx"
    for content, sentence in (
        (b"", "holds no graph"),
        (b"not a model at all", "damaged|too early|no graph"),
        (b"\x38\x01", "wrong type"),
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=sentence):
            parse_onnx(path)
    tensor = numpy_helper.from_array(np.zeros(2, np.float32), "w")
    tensor.dims[0] = 3
    with pytest.raises(ValueError, match="'w' must have 3 numbers, got 2"):
        parse_onnx(written(tmp_path, tensors=[tensor]))
    tensor.dims[0] = -3
    with pytest.raises(ValueError, match="has the shape"):
        parse_onnx(written(tmp_path, tensors=[tensor]))
    tensor = helper.make_tensor("w", onnx.TensorProto.BFLOAT16, (1,), [0])
    with pytest.raises(ValueError, match="numbers of type 16, which are not read"):
        parse_onnx(written(tmp_path, tensors=[tensor]))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(ValueError, match=r"must be at most 1,073,741,824 bytes, got 1,073,741,825"):
        parse_onnx(path)


def message(*fields: tuple[int, bytes | int]) -> bytes:
    """A protocol buffer: whole numbers as varints, all others with their length."""
    found = b""
    for number, value in fields:
        whole = isinstance(value, int)
        found += varint(number << 3 | (0 if whole else 2))
        found += varint(value) if isinstance(value, int) else varint(len(value)) + value
    return found


def varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


LATER = (30, b"later")
"""A field that a later version may add."""


@pytest.mark.parametrize(("version", "told"), [((1 << 64) - 1, -1), (1 << 63, -(1 << 63)), (0, 0)])
def test_an_opset_that_there_never_was_is_refused(tmp_path: Path, version: int, told: int) -> None:
    path = tmp_path / "odd.onnx"
    other = message((1, b"ai.onnx.ml"), (2, version))
    path.write_bytes(message((7, b""), (8, other), (8, message((2, 17)))))
    assert parse_onnx(path).opset == 17
    path.write_bytes(message((7, b""), (8, message((2, version), (1, b"ai.onnx")))))
    with pytest.raises(ValueError, match=f"^its opset must be at least 1, got {told}$"):
        parse_onnx(path)


def test_fields_of_later_versions_are_passed_over(tmp_path: Path) -> None:
    attribute = message((1, b"alpha"), (20, 1), LATER)
    node = message((1, b"x"), (2, b"y"), (4, b"Elu"), (5, attribute), LATER)
    shape = message((1, message((3, b"no length"))), (1, message((1, 4))), LATER)
    tensor = message((1, 1), (2, shape), LATER)
    ports = [
        message((1, b"x"), (2, message((1, tensor))), LATER),
        message((1, b"nothing known")),
        message((1, b"a sequence"), (2, message(LATER))),
    ]
    constant = message((1, 1), (2, 1), (4, np.float32(2.5).tobytes()), (8, b"c"), LATER)
    graph = message((1, node), (5, constant), *((11, port) for port in ports), (12, ports[0]), LATER)
    opset = message((2, 17), LATER)
    entry = message((1, b"seed"), (2, b"7"), LATER)
    path = tmp_path / "later.onnx"
    path.write_bytes(message((7, graph), (8, opset), (14, entry), (40, b"later")))
    model = parse_onnx(path)
    assert (model.opset, model.metadata) == (17, {"seed": "7"})
    assert model.nodes[0].attributes == {"alpha": 0.0}
    assert model.constants["c"].tolist() == [2.5]
    assert model.inputs == (
        ParsedPort("x", np.float32, (None, 4)), ParsedPort("nothing known"), ParsedPort("a sequence")
    )  # fmt: skip


def test_a_text_where_a_number_must_be_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "damaged.onnx"
    path.write_bytes(message((7, message((5, message((2, b"one")))))))
    with pytest.raises(ValueError, match="wrong type"):
        parse_onnx(path)


def test_one_file_beside_serves_several_tensors_and_has_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b.data").write_bytes(np.arange(4, dtype="<f4").tobytes())
    tensors = []
    for name, offset in (("one", "0"), ("two", "8")):
        tensor = numpy_helper.from_array(np.zeros(2, np.float32), name)
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in {"location": "b.data", "offset": offset, "length": "8"}.items():
            tensor.external_data.add(key=key, value=value)
        tensors.append(tensor)
    path = written(tmp_path, tensors=tensors)
    constants = parse_onnx(path).constants
    assert (constants["one"].tolist(), constants["two"].tolist()) == ([0.0, 1.0], [2.0, 3.0])
    monkeypatch.setattr(onnx_parser, "MAX_FILE_BYTES", path.stat().st_size)
    (tmp_path / "b.data").write_bytes(bytes(path.stat().st_size + 1))
    with pytest.raises(ValueError, match="must be at most"):
        parse_onnx(path)


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
