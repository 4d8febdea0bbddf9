"""Read inputs and targets from .npz files, verified before unpacking."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...io.npy import read_npy, read_npy_header
from ...io.zip_reader import ZipReader
from .column_builder import ColumnBuilder
from .table import PREVIEW_ROWS, Table, TableColumn, TableError
from .table_builder import MAX_CELLS, MAX_COLUMNS, MAX_ROWS

_PAIRS = (
    ("x", "y"), ("x_train", "y_train"), ("train_images", "train_labels"), ("images", "labels"), ("data", "target"),
    ("data", "labels"), ("inputs", "targets"), ("features", "labels"), ("features", "target"),
)  # fmt: skip
_TESTS = {
    "x_train": "x_test",
    "y_train": "y_test",
    "train_images": "test_images",
    "train_labels": "test_labels",
}
_MAX_PIXELS = 4_096
Array = NDArray[Any]


def read_arrays(path: Path, report: Callable[[float], None], most_bytes: int) -> Table:
    """Inputs (samples, features) or images (samples, height, width[, channels]), and one target per sample.

    Arrays are found by name (X and y, x_train and y_train, images and labels...); a test split is appended.
    """
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    report(0.1)
    try:
        with ZipReader(path, "file of numpy arrays") as archive:
            entries = _checked_entries(path, archive, most_bytes)
            inputs_name, targets_name = _chosen(path, entries)
            inputs = _joined(path, archive, entries, inputs_name, report)
            report(0.6)
            targets = _joined(path, archive, entries, targets_name, report) if targets_name else None
    except TableError:
        raise
    except ValueError as error:
        raise TableError(f"{error}") from None
    report(0.8)
    return table_of_arrays(path, sha256, inputs, targets, inputs_name, targets_name)


def _checked_entries(path: Path, archive: ZipReader, most_bytes: int) -> dict[str, str]:
    """Array entries by name without ".npy", after checking that all fit into memory."""
    entries = {name.removesuffix(".npy"): name for name in archive.names if name.endswith(".npy")}
    size = sum(map(archive.size, entries.values()))
    if size > most_bytes:
        raise TableError(
            f"{path.name} must unpack to at most {most_bytes // 1_000_000} MB, got {size / 1_000_000:,.0f} MB"
        )
    if not entries:
        raise TableError(f"{path.name} holds no arrays")
    return entries


def _chosen(path: Path, entries: dict[str, str]) -> tuple[str, str]:
    by_name = {name.lower(): name for name in entries}
    for inputs, targets in _PAIRS:
        if inputs in by_name and targets in by_name:
            return by_name[inputs], by_name[targets]
    if len(entries) == 1:
        return next(iter(entries)), ""
    found = ", ".join(list(entries)[:8])
    raise TableError(f"{path.name} must hold arrays called X and y, or x_train and y_train; it has {found}")


def _joined(
    path: Path, archive: ZipReader, entries: dict[str, str], name: str, report: Callable[[float], None]
) -> Array:
    array = _array(path, archive, entries[name], name)
    rest = {key.lower(): key for key in entries}.get(_TESTS.get(name.lower(), ""))
    if rest is None:
        return array
    report(0.4)
    more = _array(path, archive, entries[rest], rest)
    if more.shape[1:] != array.shape[1:]:
        raise TableError(
            f"{path.name}: {name} and {rest} must have samples of one shape, got {array.shape} and {more.shape}"
        )
    return np.concatenate([array, more])


def _array(path: Path, archive: ZipReader, entry: str, name: str) -> Array:
    size = archive.size(entry)
    try:
        with archive.open(entry, size) as file:
            shape, _, _ = read_npy_header(file, name)
        if not shape:
            raise ValueError(f"{name} must have a row for each sample, got a single number")
        if shape[0] > MAX_ROWS or math.prod(shape) > MAX_CELLS:
            raise ValueError(
                f"{name} must have at most {MAX_ROWS:,} rows and {MAX_CELLS:,} numbers, got {shape}"
            )
        with archive.open(entry, size) as file:
            return read_npy(file, size, name)
    except ValueError as error:
        raise TableError(f"{path.name}: {error}") from None


def table_of_arrays(
    path: Path, sha256: str, inputs: Array, targets: Array | None, inputs_name: str, targets_name: str
) -> Table:
    """The table of inputs (samples, *shape), of at most three lengths, and targets (samples,) or one-hot or None.

    Raises `TableError`, which names the arrays as they are called here.
    """
    shape = inputs.shape[1:]
    if inputs.dtype.kind not in "biuf" or not 1 <= len(shape) <= 3 or not inputs.size:
        raise TableError(
            f"{path.name}: {inputs_name} must be numbers (samples, features) or (samples, height, width), "
            f"got {inputs.dtype} of shape {inputs.shape}"
        )
    flat = inputs.reshape(len(inputs), -1)
    most = MAX_COLUMNS if len(shape) == 1 else _MAX_PIXELS
    if flat.shape[1] > most:
        raise TableError(
            f"{path.name}: {inputs_name} must have at most {most:,} columns, got {flat.shape[1]:,}"
        )
    noun = f"{' '.join(inputs_name.split())} " if len(shape) == 1 else "pixel "
    columns = [_numbers(f"{noun}{i}", flat[:, i - 1]) for i in range(1, flat.shape[1] + 1)]
    preview = [[f"{value:g}" for value in row] for row in flat[:PREVIEW_ROWS]]
    if targets is not None:
        targets = _targets(path, targets, targets_name, len(inputs))
        texts = list(map(str, targets[:PREVIEW_ROWS]))
        columns.append(_target(targets_name, targets))
        preview = [[*row, text] for row, text in zip(preview, texts, strict=True)]
    image = (*shape, 1) if len(shape) == 2 else shape
    return Table(
        str(path),
        sha256,
        len(inputs),
        tuple(columns),
        tuple(map(tuple, preview)),
        True,
        image if len(image) == 3 else (),
        targets_name,
    )


def _numbers(name: str, values: Array) -> TableColumn:
    missing = 0
    if values.dtype.kind == "f":
        if not np.isfinite(values).all():
            values = np.where(np.isfinite(values), values, np.nan)
        missing = int(np.isnan(values).sum())
    return TableColumn(name, "number", missing, numbers=values)


def _targets(path: Path, targets: Array, name: str, samples: int) -> Array:
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    of_numbers = targets.ndim == 2 and targets.dtype.kind in "biuf"
    # In this order: the sum of infinities of both signs is a warning.
    if of_numbers and bool(np.isin(targets, (0, 1)).all() and (targets.sum(axis=1) == 1).all()):
        targets = targets.argmax(axis=1)
    if targets.shape != (samples,):
        raise TableError(
            f"{path.name}: {name} must have one target per sample ({samples:,}), got shape {targets.shape}"
        )
    return targets


def _target(name: str, targets: Array) -> TableColumn:
    if targets.dtype.kind in "biuf":
        return _numbers(name, targets)
    if targets.dtype.kind == "S":
        targets = np.char.decode(targets, "utf-8", "replace")
    builder = ColumnBuilder(name)
    builder.add(targets.tolist())
    return builder.build()
