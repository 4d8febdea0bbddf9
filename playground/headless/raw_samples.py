"""Read the raw samples of a model's pipeline from the user's files: tables, images, arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.images.read_image import UnreadableImageError, read_image
from core.data.pipeline import CategoryColumn, ImageInputs, NumberColumn, Pipeline, TableInputs
from core.data.tables.column_format import ColumnFormat, ColumnFormats
from core.data.tables.read_table import Table, is_table, read_table
from core.data.tables.table import Column
from playground.headless.failure import HeadlessError, check_there, sentences

__all__ = ["RawSamples", "read_samples"]

_IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")


@dataclass(frozen=True, eq=False)
class RawSamples:
    """Samples in the form that `Pipeline.transform` takes.

    `complete` (rows,) is False for rows that lack a value that the pipeline does not fill in; `raw` has only the
    others. `names` are those of image files. `table` is the table that they come from, if there is one.
    """

    raw: Any
    complete: NDArray[np.bool_]
    names: tuple[str, ...] = ()
    table: Table | None = None


def read_samples(
    pipeline: Pipeline, files: Sequence[Path], header: bool | None = None, target: str = ""
) -> RawSamples:
    """The samples in one table, or in images. Raises `HeadlessError`.

    `target` is a further column to read, as categories if the pipeline predicts classes.
    """
    inputs = pipeline.inputs
    for file in files:
        check_there(file)
    if isinstance(inputs, ImageInputs) and not all(map(is_table, files)):
        return _images(inputs, files)
    if len(files) != 1:
        raise HeadlessError(f"One table is read at a time, got {len(files)}; put the rows into one file")
    with sentences(f"{files[0]} cannot be opened"):
        formats = _formats(pipeline, target)
        table = read_table(files[0], header=header, formats=formats)
        if not table.header:
            places = {f"column {place}": name for place, name in enumerate(inputs.names_in, 1)}
            known = {place: formats.by_name[name] for place, name in places.items()}
            table = read_table(files[0], header=False, formats=ColumnFormats(known))
    if isinstance(inputs, ImageInputs):
        return _pixels(inputs, files[0], table)
    return _rows(pipeline, files[0], table)


def _formats(pipeline: Pipeline, target: str) -> ColumnFormats:
    """The new rows are read as those that were learned from."""
    inputs = pipeline.inputs
    found: dict[str, ColumnFormat] = {}
    if isinstance(inputs, TableInputs):
        for column in inputs.columns:
            if isinstance(column, NumberColumn):
                found[column.name] = column.column_format
            elif isinstance(column, CategoryColumn):
                found[column.name] = ColumnFormat("category")
    else:
        found = {name: ColumnFormat("point") for name in inputs.names_in}
    if target and pipeline.outputs.encoding.classes:
        found[target] = ColumnFormat("category")
    return ColumnFormats(found)


def _rows(pipeline: Pipeline, path: Path, table: Table) -> RawSamples:
    columns = [_column(path, table, place, name) for place, name in enumerate(pipeline.inputs.names_in)]
    complete = np.ones(table.rows, bool)
    inputs = pipeline.inputs
    filled = {column.name for column in getattr(inputs, "columns", ()) if column.fill is not None}
    for name, column in zip(inputs.names_in, columns, strict=True):
        if column.type == "text" and (name not in filled or column.missing < table.rows):
            raise HeadlessError(f"{path.name}: {name} cannot be read as the model needs it. {column.hint}")
    for name, column in zip(inputs.names_in, columns, strict=True):
        if name not in filled:
            complete &= ~_absent(column, table.rows)
    raw = {
        name: _values(column, table.rows)[complete]
        for name, column in zip(inputs.names_in, columns, strict=True)
    }
    return RawSamples(raw, complete, table=table)


def _column(path: Path, table: Table, place: int, name: str) -> Column:
    if name in table:
        return table.column(name)
    if not table.header and place < len(table.columns):
        # Without names, columns are in the model's order.
        return table.columns[place]
    known = ", ".join(column.name for column in table.columns)
    raise HeadlessError(f"{path.name} lacks the column {name!r}, which the model needs; it has {known}")


def _absent(column: Column, rows: int) -> NDArray[np.bool_]:
    return np.ones(rows, bool) if column.numbers is None and column.codes is None else column.absent


def _values(column: Column, rows: int) -> NDArray[Any]:
    """Numbers, or texts as objects, None where missing, (rows,)."""
    if column.numbers is not None:
        return column.numbers
    if column.codes is None:
        return np.full(rows, None, object)
    names = np.array([*column.categories, None], object)
    found: NDArray[Any] = names[column.codes]
    return found


def _pixels(inputs: ImageInputs, path: Path, table: Table) -> RawSamples:
    shape = inputs.input_shape
    columns = [column.numbers for column in table.columns if column.numbers is not None]
    pixels = int(np.prod(shape))
    if len(columns) < pixels:
        raise HeadlessError(
            f"{path.name} must have images of shape {shape}, got {len(columns)} numbers a row"
        )
    raw = np.stack(columns[:pixels], axis=1).reshape(-1, *shape)
    return RawSamples(raw, np.ones(len(raw), bool), table=table)


def _images(inputs: ImageInputs, files: Sequence[Path]) -> RawSamples:
    paths = [path for file in files for path in _image_files(file)]
    height, width, channels = inputs.input_shape
    if height != width:
        raise HeadlessError(
            f"The model takes images of {height} x {width} pixels; give them as arrays in an .npz file"
        )
    pixels = []
    for path in paths:
        try:
            pixels.append(read_image(path, height, channels == 3, inputs.fit or "pad")[0])
        except UnreadableImageError as error:
            raise HeadlessError(f"{path.name}: {error}") from None
    raw: NDArray[Any] = np.stack(pixels)
    if inputs.high != 255.0:
        raw = raw * np.float32(inputs.high / 255)
    return RawSamples(raw, np.ones(len(raw), bool), tuple(map(str, paths)))


def _image_files(file: Path) -> list[Path]:
    if not file.is_dir():
        return [file]
    found = sorted(path for path in file.iterdir() if path.suffix.lower() in _IMAGE_SUFFIXES)
    if not found:
        raise HeadlessError(f"{file} has no images ({', '.join(_IMAGE_SUFFIXES)})")
    return found
