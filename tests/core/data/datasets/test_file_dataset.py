"""Tables, series and texts of files are kept, told when they are gone, and refused when they have changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.data.dataset import DataError
from core.data.datasets import FileDataset, SeriesFile, TableFile, TextFile
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.data.texts import read_text

CONTENT = "a,b\n" + "".join(f"{row},{row % 3}.5\n" for row in range(60))


def table(path: Path) -> FileDataset:
    return TableFile.of(read_table(path), TableSchema(("a",), "b", "regression"))


def series(path: Path) -> FileDataset:
    return SeriesFile.of(read_table(path), "b", window=4)


def text(path: Path) -> FileDataset:
    return TextFile.of(read_text(path, 1_000_000), context=8)


@pytest.mark.parametrize("made", [table, series, text])
def test_a_file_is_kept_found_again_and_refused_when_it_changed(
    made: Callable[[Path], FileDataset], tmp_path: Path
) -> None:
    path = tmp_path / "own.data.csv"
    path.write_text(CONTENT)
    dataset = made(path)
    assert (dataset.label, dataset.file_name, dataset.uses_seed) == ("own.data", "own.data.csv", False)
    assert dataset.same_samples(dataset.replace(path="elsewhere"))
    assert not dataset.same_samples(dataset.replace(sha256="0" * 64))
    path.unlink()
    # It is in memory.
    assert dataset.unavailable_reason() == ""
    first = dataset.load(0)
    type(dataset).forget()
    assert dataset.unavailable_reason() == f"The file {path} is not there any more; choose it again"
    path.write_text(CONTENT)
    assert dataset.load(0).samples == first.samples
    type(dataset).forget()
    path.write_text(CONTENT + "60,0.5\n")
    with pytest.raises(DataError, match=r"own\.data\.csv has changed since it was chosen; open it again"):
        dataset.load(0)
    nowhere = dataset.replace(path="", sha256="")
    assert nowhere.unavailable_reason() == "No file is chosen; open one"
    with pytest.raises(DataError, match="No file is chosen; open one"):
        nowhere.load(0)
