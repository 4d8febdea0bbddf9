"""Arrays come back as they were written, by us and by h5py; what is damaged or needs more is refused."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.formats.keras.hdf5_reader import hdf5_arrays
from core.formats.keras.hdf5_writer import hdf5_bytes

SMALL = hdf5_bytes({"layers": {"dense": {"vars": {"0": np.ones((3, 2), np.float32)}}}, "vars": {}})


def test_what_is_written_is_read() -> None:
    rng = np.random.default_rng(0)
    arrays = {f"array_{number}": rng.normal(size=(number % 4, 3)).astype(np.float32) for number in range(300)}
    content = hdf5_bytes({"a": {"b": arrays}, "empty": {}, "s": np.array(1.5, np.float32)})
    found = hdf5_arrays(content)
    assert found.keys() == {"s", *(f"a/b/{name}" for name in arrays)}
    assert found["s"].read(content) == np.float32(1.5)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[f"a/b/{name}"].read(content), array)


def saved(write: Callable[[Any], None], **settings: Any) -> bytes:
    h5py = pytest.importorskip("h5py")
    file = io.BytesIO()
    with h5py.File(file, "w", **settings) as opened:
        write(opened)
    return file.getvalue()


@pytest.mark.foreign
def test_every_number_that_h5py_writes_is_read() -> None:
    types = ["<f4", "<f8", "<f2", ">f4", "<i4", "<u8", "i1"]
    arrays = {f"g{n % 40}/a{n}": np.arange(n % 5, dtype=types[n % 7]) for n in range(2_000)}

    def write(file: Any) -> None:
        for path, array in arrays.items():
            file[path] = array
            # Attributes lie in blocks of their own.
            file[path].attrs["name"] = "a text of some length" * 5

    content = saved(write)
    found = hdf5_arrays(content)
    assert found.keys() == arrays.keys()
    for path, array in arrays.items():
        assert found[path].dtype == array.dtype
        np.testing.assert_array_equal(found[path].read(content), array)


@pytest.mark.foreign
def test_what_keras_does_not_write_is_refused_with_a_sentence() -> None:
    h5py = pytest.importorskip("h5py")
    many = np.arange(9.0)
    cases: dict[str, tuple[Callable[[Any], None], dict[str, Any]]] = {
        "not in one piece": (lambda file: file.create_dataset("x", data=many, compression="gzip"), {}),
        "is not in one": (lambda file: file.create_dataset("x", data=many, chunks=(2,)), {}),
        "has links": (lambda file: file.__setitem__("x", h5py.SoftLink("/y")), {}),
        "newer kind": (lambda file: file.__setitem__("x", h5py.ExternalLink("/etc/passwd", "y")), {}),
        "no numbers": (lambda file: file.__setitem__("x", "text"), {}),
        "of a version": (lambda file: file.__setitem__("x", many), {"libver": "latest"}),
    }
    for sentence, (write, settings) in cases.items():
        with pytest.raises(ValueError, match=sentence):
            hdf5_arrays(saved(write, **settings))


def test_another_file_is_none() -> None:
    with pytest.raises(ValueError, match="no HDF5 file"):
        hdf5_arrays(b"PK\3\4 and so on")


def test_a_file_that_ends_anywhere_is_refused() -> None:
    for length in range(len(SMALL) - 1):
        with pytest.raises(ValueError, match=r"^its (HDF5|weights|array)"):
            hdf5_arrays(SMALL[:length])


def test_a_file_with_changed_bytes_is_read_or_refused() -> None:
    rng = random.Random(0)
    for _ in range(3_000):
        content = bytearray(SMALL)
        for _ in range(rng.randint(1, 4)):
            content[rng.randrange(len(content))] = rng.choice((0, 1, 8, 255, rng.randrange(256)))
        try:
            arrays = hdf5_arrays(bytes(content))
        except ValueError:
            continue
        for array in arrays.values():
            assert array.read(bytes(content)).shape == array.shape


def test_a_group_that_holds_itself_is_refused() -> None:
    root = SMALL.rindex(b"\x01\x00\x01\x00\x01\x00\x00\x00")
    inner = SMALL.index(b"SNOD")
    looped = SMALL[: inner + 16] + root.to_bytes(8, "little") + SMALL[inner + 24 :]
    with pytest.raises(ValueError, match="damaged"):
        hdf5_arrays(looped)


def test_groups_in_groups_have_a_limit() -> None:
    tree: Any = np.ones(1, np.float32)
    for _ in range(200):
        tree = {"a": tree}
    with pytest.raises(ValueError, match="damaged"):
        hdf5_arrays(hdf5_bytes({"top": tree}))


def test_a_shape_of_an_unknown_version_is_refused() -> None:
    # A dataspace message of version 1: 2 axes, no maximum.
    at = SMALL.index(b"\x01\x02\x00\x00\x00\x00\x00\x00" + (3).to_bytes(8, "little"))
    with pytest.raises(ValueError, match="damaged"):
        hdf5_arrays(SMALL[:at] + b"\x09" + SMALL[at + 1 :])
