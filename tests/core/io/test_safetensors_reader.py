"""Arrays and metadata of .safetensors, as the library reads them; damage is a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.formats.weights.safetensors import safetensors_arrays


def write(path: Path, header: Any, numbers: bytes = b"") -> Path:
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + numbers)
    return path


def test_what_the_library_writes_is_read(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "a.safetensors"
    kinds = ("f8", "f4", "f2", "i8", "i4", "u1", "?")
    arrays = {f"a{kind}": np.arange(6).reshape(2, 3).astype(kind) for kind in kinds}
    library.save_file({**arrays, "empty": np.zeros((0, 3), "f4")}, path, {"format": "pt"})
    found, metadata = safetensors_arrays(path)
    assert metadata == {"format": "pt"}
    assert found.keys() == {*arrays, "empty"}
    assert found["empty"].read(path).shape == (0, 3)
    for name, array in arrays.items():
        assert found[name].shape == (2, 3)
        np.testing.assert_array_equal(found[name].read(path), array)


def test_halves_of_floats_are_read(tmp_path: Path) -> None:
    numbers = (np.array([1.0, -2.5], "<f4").view("<u4") >> 16).astype("<u2").tobytes()
    entry = {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}
    path = write(tmp_path / "a.safetensors", {"a": entry}, numbers)
    assert safetensors_arrays(path)[0]["a"].read(path).tolist() == [1.0, -2.5]


FLOATS = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ([], "its header must be an object"),
        ({"__metadata__": {"a": 1}}, "its metadata must be texts"),
        ({"a": {**FLOATS, "dtype": "F8_E4M3"}}, "its array a is not described as one of numbers"),
        ({"a": {**FLOATS, "data_offsets": [0]}}, "its array a is not described as one of numbers"),
        ({"a": 5}, "its array a is not described as one of numbers"),
        ({"a": {**FLOATS, "shape": [3]}}, "its array a is cut off"),
        ({"a": {**FLOATS, "shape": [-2]}}, "its array a is cut off"),
        ({"a": {**FLOATS, "shape": [True, 2]}}, "its array a is cut off"),
        ({"a": {**FLOATS, "data_offsets": [8, 16]}}, "its array a is cut off"),
        ({"a": {**FLOATS, "shape": [10**12], "data_offsets": [0, 4 * 10**12]}}, "its array a is cut off"),
    ],
)
def test_damage_is_a_sentence(header: Any, sentence: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.safetensors", header, bytes(8))
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        safetensors_arrays(path)


def test_a_header_is_not_read_without_end(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes((10**15).to_bytes(8, "little"))
    with pytest.raises(
        ValueError, match="its header must be at most 4,000,000 bytes, got 1,000,000,000,000,000"
    ):
        safetensors_arrays(path)
