"""Arrays of an .npz become a table; headers are verified."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.tables import read_table as read_table_module
from core.data.tables.read_table import read_table
from core.data.tables.table import TableError
from tests.core.data.tables.written import categories, names, numbers, written


def arrays(path: Path, **named: Any) -> Path:
    np.savez_compressed(path, **named)
    return path


def test_arrays_by_their_names(tmp_path: Path) -> None:
    inputs = np.arange(12.0).reshape(4, 3)
    table = read_table(arrays(tmp_path / "a.npz", y=np.array([0, 1, 0, 1]), X=inputs, extra=np.zeros(2)))
    assert names(table) == ["X 1", "X 2", "X 3", "y"]
    assert (table.rows, table.proposed_target, table.sample_shape) == (4, "y", ())
    assert numbers(table, "X 2") == [1, 4, 7, 10]
    assert numbers(table, "y") == [0, 1, 0, 1]
    assert table.preview[0] == ("0", "1", "2", "0")


def test_images_and_their_test_part(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (6, 4, 5), dtype=np.uint8)
    file = arrays(
        tmp_path / "m.npz", x_train=images[:4], y_train=[0, 1, 2, 0], x_test=images[4:], y_test=[1, 2]
    )
    table = read_table(file)
    assert (table.rows, table.sample_shape, len(table.columns)) == (6, (4, 5, 1), 21)
    assert numbers(table, "pixel 7") == images[:, 1, 1].tolist()
    assert numbers(table, "y_train") == [0, 1, 2, 0, 1, 2]


def test_answers_as_texts_and_one_hot(tmp_path: Path) -> None:
    table = read_table(arrays(tmp_path / "t.npz", X=np.ones((3, 2)), y=np.array(["b", "a", "b"])))
    assert categories(table, "y") == ["b", "a", "b"]
    table = read_table(arrays(tmp_path / "o.npz", X=np.ones((3, 2)), y=np.eye(3)[[2, 0, 1]]))
    assert numbers(table, "y") == [2, 0, 1]


def test_infinite_inputs_are_missing(tmp_path: Path) -> None:
    table = read_table(arrays(tmp_path / "i.npz", X=np.array([[1, np.inf], [np.nan, 2.0]]), y=np.zeros(2)))
    assert [column.missing for column in table.columns] == [1, 1, 0]


class MakesFolder:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.folder),)


def test_pickles_are_refused_and_not_run(tmp_path: Path) -> None:
    file = arrays(
        tmp_path / "p.npz", X=np.array([[MakesFolder(tmp_path / "made")]], dtype=object), y=np.zeros(1)
    )
    with pytest.raises(TableError, match=r"p.npz: X must hold numbers or texts, got object"):
        read_table(file)
    assert not (tmp_path / "made").exists()
    np.load(file, allow_pickle=True)["X"]
    assert (tmp_path / "made").exists()


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_table_module, "MAX_BYTES", 50_000_000)
    file = tmp_path / "bomb.npz"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("X.npy", "w") as entry:
        np.lib.format.write_array_header_1_0(
            entry, {"descr": "<f8", "fortran_order": False, "shape": (7_500_000,)}
        )
        for _ in range(60):
            entry.write(bytes(1_000_000))
    assert file.stat().st_size < 100_000
    with pytest.raises(TableError, match=r"bomb.npz must unpack to at most 50 MB, got 60 MB"):
        read_table(file)


def test_a_header_that_lies_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "lie.npz"
    with zipfile.ZipFile(file, "w") as archive, archive.open("X.npy", "w") as entry:
        np.lib.format.write_array_header_1_0(
            entry, {"descr": "<f8", "fortran_order": False, "shape": (10**6, 50)}
        )
    with pytest.raises(TableError, match=r"lie.npz: X has the shape .* which does not fit its size"):
        read_table(file)


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ({"a": np.zeros((2, 2)), "b": np.zeros(2)}, "must hold arrays called X and y, .* it has a, b"),
        (
            {"X": np.zeros((2, 2)), "y": np.zeros(3)},
            r"y must have one target per sample \(2\), got shape \(3,\)",
        ),
        (
            {"x_train": np.zeros((2, 3)), "y_train": np.zeros(2), "x_test": np.zeros((2, 4))},
            r"x_train and x_test must have samples of one shape, got \(2, 3\) and \(2, 4\)",
        ),
        (
            {"X": np.zeros((2, 2)), "y": np.array([[np.inf, -np.inf], [0, 1]])},
            r"y must have one target per sample \(2\), got shape \(2, 2\)",
        ),
        ({"X": np.float64(1), "y": np.zeros(2)}, "X must have a row for each sample, got a single number"),
        ({"X": np.zeros((1_000_001, 0)), "y": np.zeros(2)}, "X must have at most 1,000,000 rows"),
        ({"X": np.zeros(2), "y": np.zeros(2)}, r"X must be numbers \(samples, features\)"),
        ({"X": np.zeros((2, 2001)), "y": np.zeros(2)}, "at most 2,000 columns, got 2,001"),
    ],
)
def test_arrays_that_are_no_table(tmp_path: Path, named: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        read_table(arrays(tmp_path / "a.npz", **named))


@pytest.mark.parametrize("suffix", [".npz", ".xlsx"])
def test_damaged_archives(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(TableError, match="damaged"):
        read_table(written(tmp_path / f"a{suffix}", b"PK\x03\x04 something else"))


def test_an_archive_without_arrays(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "e.npz", "w") as archive:
        archive.writestr("readme.txt", "no array")
    with pytest.raises(TableError, match=r"e.npz holds no arrays"):
        read_table(tmp_path / "e.npz")


def test_a_single_array_has_inputs_alone(tmp_path: Path) -> None:
    table = read_table(arrays(tmp_path / "s.npz", points=np.array([[1.0, 2.0], [3.0, 4.5]])))
    assert names(table) == ["points 1", "points 2"]
    assert (table.proposed_target, table.preview) == ("", (("1", "2"), ("3", "4.5")))


def test_answers_in_a_column_of_their_own_and_as_bytes(tmp_path: Path) -> None:
    table = read_table(arrays(tmp_path / "c.npz", X=np.ones((3, 2)), y=np.array([[4], [5], [6]])))
    assert numbers(table, "y") == [4, 5, 6]
    answers = np.array(["ä".encode(), b"b", b"\xff"])
    assert categories(read_table(arrays(tmp_path / "b.npz", X=np.ones((3, 2)), y=answers)), "y") == [
        "ä",
        "b",
        "\ufffd",
    ]
