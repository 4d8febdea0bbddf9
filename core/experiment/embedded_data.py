"""The user's data inside a project file, so that it opens on a computer that has no file or folder of theirs.

Of a table, the columns that are used, exactly as they were read; of a folder, the images as the network gets them,
which are small and need no decoder when they are opened. Programs that do not know these entries pass over them:

- `embedded.json`: what the arrays are.
- `embedded/TYPE.npy`: the columns of one type, (columns, rows); categories as their numbers in "codes".
- `embedded/images.npy`, `embedded/labels.npy`: (images, height, width, channels) of bytes, and the class of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..data.datasets import DataError, Dataset, ImageFolder, TableFile
from ..data.images.read_folder import ImageSet
from ..data.tables.table import MAX_CATEGORIES, ColumnFormat, Table, TableColumn
from ..data.tables.table_builder import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from ..io import strict_json
from ..io.archive import MAX_TEXT_BYTES, ArchiveReader
from .experiment import Experiment

MAX_EMBEDDED_BYTES = 200_000_000
"""Unpacked: a million rows of 25 columns, or 65,000 images of 32 × 32 pixels in colour."""
_ENTRY = "embedded.json"
_VERSION = 1
_CODES = "codes"
_MAX_IMAGES = 10_000_000
_DTYPES: Final = {
    np.dtype(name).str[1:]: np.dtype(f"<{np.dtype(name).str[1:]}")
    for name in ("b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8")
} | {_CODES: np.dtype("<i4")}


@dataclass(frozen=True, eq=False)
class EmbeddedData:
    """Additions of `save_project` to an archive: the JSON value of `embedded.json`, and arrays by name."""

    description: dict[str, Any]
    arrays: dict[str, NDArray[Any]]

    @property
    def texts(self) -> dict[str, Any]:
        """JSON values by the names of their entries."""
        return {_ENTRY: self.description}


def can_embed(dataset: Dataset) -> bool:
    """Whether the data are a file or folder of the user's."""
    return isinstance(dataset, TableFile | ImageFolder) and bool(dataset.path)


def embedded_fault(dataset: Dataset) -> str:
    """The reason why the data cannot be embedded, as known without reading them; "" if there is none."""
    if not can_embed(dataset):
        return (
            f"{dataset.label} comes with the program; only your own tables and images are saved in a project"
        )
    held = dataset.in_memory  # type: ignore[attr-defined]
    return "" if held is None else _size_fault(dataset, held)


def embed_data(dataset: Dataset) -> EmbeddedData:
    """The data as entries of an archive; read from disk if they are not in memory.

    Raises `DataError` for data that are too large, cannot be read or are none of the user's.
    """
    if fault := embedded_fault(dataset):
        raise DataError(fault)
    if isinstance(dataset, TableFile):
        table = dataset.whole()
        _check(_size_fault(dataset, table))
        return _embed_table(dataset, table)
    assert isinstance(dataset, ImageFolder)
    images = dataset.whole()
    _check(_size_fault(dataset, images))
    return EmbeddedData(
        {
            "version": _VERSION,
            "kind": dataset.kind,
            "images": len(images.labels),
            "classes": list(images.class_names),
            "found": list(images.found),
        },
        {"embedded/images": images.images, "embedded/labels": images.labels},
    )


def without_embedded_data(experiment: Experiment) -> Experiment:
    """The experiment without data that a project holds, which are those of the file that they came from."""
    dataset: Any = experiment.dataset
    if getattr(dataset, "embedded", None) is None:
        return experiment
    return experiment.replace(dataset=dataset.replace(embedded=None))


def with_embedded_data(archive: ArchiveReader, dataset: Dataset) -> Dataset:
    """`dataset` with the data that its project holds, if it does. Raises `ValueError` if they do not belong to it."""
    if _ENTRY not in archive or not can_embed(dataset):
        return dataset
    entry = archive.text(_ENTRY)
    if not isinstance(entry, dict) or entry.get("kind") != dataset.kind:
        raise ValueError(f"{_ENTRY} must be of the kind {dataset.kind}")
    if entry.get("version") != _VERSION:  # of a newer program: the file is needed
        return dataset
    assert isinstance(dataset, TableFile | ImageFolder)
    read = _read_table if isinstance(dataset, TableFile) else _read_images
    made = dataset.replace(embedded=read(archive, entry, dataset))  # type: ignore[arg-type]
    try:
        made.check_told()
    except DataError:
        raise ValueError(f"{_ENTRY} does not hold the data of experiment.json") from None
    return made


def _check(fault: str) -> None:
    if fault:
        raise DataError(fault)


def _size_fault(dataset: Dataset, held: Table | ImageSet) -> str:
    if isinstance(held, ImageSet):
        size = held.images.nbytes + held.labels.nbytes
    else:
        size = sum(_values(column).nbytes for column in _used_columns(dataset, held))
    if size <= MAX_EMBEDDED_BYTES:
        return ""
    # Rounded up, so that it never reads "200 MB, got 200 MB".
    return (
        f"{dataset.label} must take at most {MAX_EMBEDDED_BYTES // 1_000_000} MB to be saved in a project, "
        f"got {-(-size // 1_000_000):,} MB"
    )


# -- tables ---------------------------------------------------------------------------------------------------------


def _used_columns(dataset: Dataset, table: Table) -> list[TableColumn]:
    assert isinstance(dataset, TableFile)
    names = (dataset.choice.target, *dataset.choice.features)
    return [table.column(name) for name in names if name in table and table.column(name).usable]


def _values(column: TableColumn) -> NDArray[Any]:
    found = column.codes if column.codes is not None else column.numbers
    assert found is not None
    return found


def _type_of(column: TableColumn) -> str:
    return _CODES if column.codes is not None else _values(column).dtype.str[1:]


def _embed_table(dataset: TableFile, table: Table) -> EmbeddedData:
    columns = _used_columns(dataset, table)
    groups: dict[str, list[NDArray[Any]]] = {}
    for column in columns:
        groups.setdefault(_type_of(column), []).append(_values(column))
    described = {
        "version": _VERSION,
        "kind": dataset.kind,
        "rows": table.rows,
        "columns": [
            {
                "name": column.name,
                "type": _type_of(column),
                "categories": list(column.categories),
                "format": "" if column.format is None else column.format.text,
                "unit": column.unit,
            }
            for column in columns
        ],
    }
    if len(strict_json.dump(described).encode()) > MAX_TEXT_BYTES:
        raise DataError(f"The names in {dataset.label} are too long to be saved in a project")
    arrays = {f"embedded/{name}": np.stack(group).astype(_DTYPES[name]) for name, group in groups.items()}
    return EmbeddedData(described, arrays)


def _read_table(archive: ArchiveReader, entry: dict[str, Any], dataset: TableFile) -> Table:
    rows = _count(entry, "rows", MAX_ROWS)
    described = _checked_columns(entry.get("columns"))
    arrays = _read_groups(archive, Counter(each["type"] for each in described), rows)
    places: Counter[str] = Counter()
    columns = []
    for each in described:
        group = each["type"]
        columns.append(_column(each, arrays[group][places[group]]))
        places[group] += 1
    return Table(
        dataset.path,
        dataset.sha256,
        rows,
        tuple(columns),
        (),
        dataset.header,
        dataset.shape if len(dataset.shape) == 3 else (),
        comments=0 if dataset.comments else None,
        plain=not dataset.columns,
        sheet=dataset.sheet,
    )


def _checked_columns(described: Any) -> list[dict[str, Any]]:
    if not isinstance(described, list) or not 0 < len(described) <= MAX_COLUMNS + 1:
        raise ValueError(f"{_ENTRY}: columns must be a list of 1 to {MAX_COLUMNS + 1:,}")
    for each in described:
        names = ("name", "type", "format", "unit")
        if not isinstance(each, dict) or not all(isinstance(each.get(name), str) for name in names):
            raise ValueError(f"{_ENTRY}: each column must have {', '.join(names)} as texts")
        if each["type"] not in _DTYPES:
            raise ValueError(f"{_ENTRY}: each column must have one of the types {', '.join(_DTYPES)}")
        _check_categories(each)
    if len({each["name"] for each in described}) < len(described):
        raise ValueError(f"{_ENTRY}: columns must have different names")
    return described


def _check_categories(each: dict[str, Any]) -> None:
    found = each.get("categories")
    wanted = range(1, MAX_CATEGORIES + 1) if each["type"] == _CODES else range(1)
    if (
        not isinstance(found, list)
        or len(found) not in wanted
        or not all(isinstance(name, str) for name in found)
        or len(set(found)) < len(found)
    ):
        raise ValueError(
            f"{_ENTRY}: {each['name']!r} must have from 1 to {MAX_CATEGORIES} different categories"
        )


def _read_groups(archive: ArchiveReader, counts: Counter[str], rows: int) -> dict[str, NDArray[Any]]:
    """The arrays by type, (columns, rows), after checking what they take together."""
    size = sum(count * rows * _DTYPES[name].itemsize for name, count in counts.items())
    if size > MAX_EMBEDDED_BYTES or sum(counts.values()) * rows > 2 * MAX_CELLS:
        raise ValueError(f"{_ENTRY} must take at most {MAX_EMBEDDED_BYTES // 1_000_000} MB, got more")
    return {
        name: archive.array(
            f"embedded/{name}", (count, rows), _DTYPES[name], finite=False, has_own_limit=True
        )
        for name, count in counts.items()
    }


def _column(each: dict[str, Any], values: NDArray[Any]) -> TableColumn:
    name, unit = each["name"], each["unit"]
    format_ = ColumnFormat.parse(each["format"]) if each["format"] else None
    if each["type"] == _CODES:
        categories = tuple(each["categories"])
        if values.min() < -1 or values.max() >= len(categories):
            raise ValueError(f"{_ENTRY}: {name!r} must have numbers of its categories, got others")
        missing = int((values < 0).sum())
        codes = values.astype(np.int32, copy=False)
        return TableColumn(name, "category", missing, None, codes, categories, format_, unit)
    is_float = values.dtype.kind == "f"
    if is_float and np.isinf(values).any():
        raise ValueError(f"{_ENTRY}: {name!r} must have finite numbers, got an infinite one")
    missing = int(np.isnan(values).sum()) if is_float else 0
    return TableColumn(name, "number", missing, values, format=format_, unit=unit)


# -- images ---------------------------------------------------------------------------------------------------------


def _read_images(archive: ArchiveReader, entry: dict[str, Any], dataset: ImageFolder) -> ImageSet:
    count, choice = _count(entry, "images", _MAX_IMAGES), dataset.choice
    shape = (count, choice.size, choice.size, choice.channels)
    if count * (choice.size**2 * choice.channels + 8) > MAX_EMBEDDED_BYTES:
        raise ValueError(f"{_ENTRY} must take at most {MAX_EMBEDDED_BYTES // 1_000_000} MB, got more")
    images = archive.array("embedded/images", shape, np.uint8, has_own_limit=True)
    labels = archive.array("embedded/labels", (count,), np.int64, has_own_limit=True)
    # Of first versions those of the experiment, which seals nothing.
    classes = entry.get("classes", list(dataset.class_names))
    is_named = isinstance(classes, list) and all(isinstance(each, str) for each in classes)
    is_sorted = not (np.diff(labels) < 0).any()
    if not (is_named and is_sorted and np.array_equal(np.unique(labels), np.arange(len(classes)))):
        raise ValueError(f"{_ENTRY} must have images of each class, sorted by class")
    images.flags.writeable = labels.flags.writeable = False
    found = _checked_found(entry.get("found"), np.bincount(labels).tolist())
    return ImageSet(dataset.path, choice, dataset.sha256, images, labels, tuple(classes), found, failures=())


def _checked_found(found: Any, counts: Sequence[int]) -> tuple[int, ...]:
    """The numbers of files of each class, readable or not; at least those of the images."""
    whole = isinstance(found, list) and all(type(each) is int and each < 2**31 for each in found)
    if not whole or len(found) != len(counts) or any(a < b for a, b in zip(found, counts, strict=True)):
        raise ValueError(f"{_ENTRY}: found must be at least the number of images of each class")
    return tuple(found)


def _count(entry: dict[str, Any], name: str, most: int) -> int:
    value = entry.get(name)
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError(f"{_ENTRY}: {name} must be a whole number from 1 to {most:,}, got {value!r}")
    return value
