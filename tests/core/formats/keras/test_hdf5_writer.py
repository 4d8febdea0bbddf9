"""Files that h5py reads as groups and arrays."""

from __future__ import annotations

import io

import numpy as np
import pytest

from core.formats.keras.hdf5_writer import Tree, hdf5_bytes


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.foreign
def test_h5py_finds_every_group_and_array() -> None:
    h5py = pytest.importorskip("h5py")
    many: Tree = {f"layer_{number}": {"vars": {"0": numbers(3, number % 3 + 1)}} for number in range(700)}
    tree: Tree = {
        "layers": {**many, "transposed": numbers(4, 3).T, "images": numbers(2, 3, 1, 5), "b": numbers(0)},
        "vars": {},
        "scalar": np.array(2.5, np.float32),
    }
    with h5py.File(io.BytesIO(hdf5_bytes(tree))) as file:
        assert sorted(file) == ["layers", "scalar", "vars"]
        assert len(file["layers"]) == 703
        assert list(file["vars"]) == []
        assert file["scalar"][()] == np.float32(2.5)
        for number in range(0, 700, 99):
            found = file[f"layers/layer_{number}/vars/0"]
            assert found.dtype == np.dtype("<f4")
            np.testing.assert_array_equal(found[:], numbers(3, number % 3 + 1))
        for name in ("transposed", "images", "b"):
            np.testing.assert_array_equal(file["layers"][name][:], tree["layers"][name])  # type: ignore[index, call-overload]


@pytest.mark.foreign
def test_h5py_adds_to_a_file() -> None:
    h5py = pytest.importorskip("h5py")
    file = io.BytesIO(hdf5_bytes({"a": {"b": numbers(2)}}))
    with h5py.File(file, "r+") as opened:
        for number in range(30):
            opened[f"a/{number}"] = numbers(5)
    with h5py.File(file) as opened:
        assert len(opened["a"]) == 31
        np.testing.assert_array_equal(opened["a/b"][:], numbers(2))


def test_equal_arrays_are_equal_files() -> None:
    assert hdf5_bytes({"a": numbers(3), "b": {}}) == hdf5_bytes({"b": {}, "a": numbers(3)})
    assert hdf5_bytes({"a": numbers(3).astype(">f4")}) == hdf5_bytes({"a": numbers(3)})
