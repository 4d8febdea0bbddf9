"""Read the raw samples of a model's pipeline from the user's files: tables, images, arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import DataError
from ..data.images.class_folders import IMAGE_FORMATS, IMAGE_SUFFIXES
from ..data.images.read_image import UnreadableImageError, read_image
from ..data.pipeline import (
    CategoryColumn,
    FittedInputs,
    ImageInputs,
    NumberColumn,
    Pipeline,
    SeriesInputs,
    TableInputs,
    TokenInputs,
)
from ..data.tables.read_table import is_table, read_table
from ..data.tables.table import ColumnFormat, ColumnFormats, Table, TableColumn, TableError
from ..io.budget import OnProgress
from ..io.number_text import count_text

_SHOWN_NAMES = 5


@dataclass(frozen=True, eq=False)
class RawSamples:
    """Samples in the forms that `Pipeline.transform` takes.

    - `values`: columns by name, (rows,) each, or images (n, height, width, channels).
    - `complete` (rows,): False for rows that lack a value that the pipeline does not fill in.
    - `names`: those of image files. `failures`: why some of them, by their places, cannot be read.
    - `table`: the table that the rows come from, if there is one.
    - `unused`: columns of the table that the model does not take. `notes`: sentences on what it never saw.
    - `formats`: how the table's columns were read, by name. `texts`: cells to be kept as they are, by column and row.
    - `refused`: the number of rows with a cell that is no number.
    """

    values: Any
    complete: NDArray[np.bool_]
    names: tuple[str, ...] = ()
    table: Table | None = None
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    failures: Mapping[int, str] = field(default_factory=dict)
    formats: Mapping[str, ColumnFormat | None] = field(default_factory=dict)
    texts: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    refused: int = 0

    def __len__(self) -> int:
        return len(self.complete)

    @property
    def lacking(self) -> int:
        """The number of rows that lack a value."""
        return int((~self.complete).sum()) - self.refused

    @property
    def raw(self) -> Any:
        """The complete samples."""
        return self.take(np.flatnonzero(self.complete))

    def take(self, rows: NDArray[np.intp]) -> Any:
        """The samples at `rows` (n,)."""
        if isinstance(self.values, dict):
            return {name: column[rows] for name, column in self.values.items()}
        return self.values[rows]

    def inverted(self, inputs: ImageInputs) -> RawSamples:
        """Images with light for dark."""
        return replace(self, values=inputs.high - self.values if inputs.high != 255.0 else 255 - self.values)


def read_samples(
    pipeline: Pipeline,
    files: Sequence[Path],
    header: bool | None = None,
    target: str = "",
    sheet: str = "",
    report: OnProgress | None = None,
) -> RawSamples:
    """The samples in one table, or in images and folders of images. Raises `DataError` with a sentence.

    `target` is a further column to read, as categories if the pipeline predicts classes; `sheet` one of an Excel file.
    `report` receives the fraction done, 0 to 1; an exception from it cancels.
    """
    inputs, report = pipeline.inputs, report or (lambda _: None)
    if isinstance(inputs, TokenInputs | SeriesInputs):
        what = "texts" if isinstance(inputs, TokenInputs) else "series"
        raise DataError(
            f"This model takes {what}, which are not read from files here; predict them in a program"
        )
    if isinstance(inputs, ImageInputs) and not all(map(is_table, files)):
        return _images(inputs, files, report)
    if len(files) != 1:
        raise DataError(f"One table is read at a time, got {len(files)}; put the rows into one file")
    formats = _formats(pipeline, target)
    table = read_table(files[0], report, header, formats, sheet=sheet)
    bare = header is None and not table.header
    if not table.header:
        places = {f"column {place}": name for place, name in enumerate(inputs.names_in, 1)}
        known = {place: formats.by_name[name] for place, name in places.items()}
        table = read_table(files[0], report, False, ColumnFormats(known, new_rows=True), sheet=sheet)
    if isinstance(inputs, ImageInputs):
        return _pixels(inputs, files[0], table)
    try:
        return _rows(pipeline, files[0], table, target)
    except DataError as error:
        raise TableError(str(error), table.sheets, table.sheet, bare=bare) from None


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
    return ColumnFormats(found, new_rows=True)


def _rows(pipeline: Pipeline, path: Path, table: Table, target: str) -> RawSamples:
    inputs = pipeline.inputs
    taken = _columns(path, table, inputs, target)
    columns = dict(zip(inputs.names_in, taken, strict=True))
    filled = {column.name for column in getattr(inputs, "columns", ()) if column.fill is not None}
    complete = np.ones(table.rows, bool)
    for name, column in columns.items():
        if column.type == "text" and (name not in filled or column.missing < table.rows or column.refused):
            raise DataError(f"{path.name}: {name} cannot be read as the model needs it. {column.hint}")
        if name not in filled:
            complete &= False if column.numbers is None and column.codes is None else ~column.absent
        complete[list(column.refused)] = False
    values = {name: _values(column, table.rows) for name, column in columns.items()}
    notes = (
        *_place_notes(path, table, inputs.names_in, taken),
        *_number_notes(path, inputs, columns),
        *_unknown_notes(pipeline, columns),
    )
    names = {column.name for column in taken} | {target}
    unused = tuple(column.name for column in table.columns if column.name not in names)
    formats = {name: column.format for name, column in columns.items()}
    texts = {name: column.refused for name, column in columns.items()}
    refused = len(set().union(*texts.values()))
    return RawSamples(
        values, complete, (), table, unused, notes, formats=formats, texts=texts, refused=refused
    )


def _columns(path: Path, table: Table, inputs: FittedInputs, target: str) -> list[TableColumn]:
    """The columns of the inputs' names; without names in the file or of the model, columns are in the model's order."""
    names = inputs.names_in
    if not table.header and not any(name in table for name in names):
        if len(table.columns) < len(names):
            raise DataError(
                f"{path.name} has no names, and {len(table.columns)} columns where the model needs {len(names)}: "
                f"{_listed(names)}"
            )
        return list(table.columns[: len(names)])
    missing = [name for name in names if name not in table]
    others = [column for column in table.columns if column.name != target]
    invented = isinstance(inputs, TableInputs) and _are_invented(names)
    if invented and len(missing) == len(names) <= len(others):
        return others[: len(names)]
    if missing:
        noun = "the column" if len(missing) == 1 else "the columns"
        known = _listed([column.name for column in table.columns])
        raise DataError(
            f"{path.name} lacks {noun} {_listed(list(map(repr, missing)))}, which the model needs; it has {known}"
        )
    return [table.column(name) for name in names]


def _are_invented(names: Sequence[str]) -> bool:
    """Whether they are the places of columns: "X1", "X2", ..., as files of other programs give them."""
    name = names[0].rstrip("0123456789")
    return any(list(names) == [f"{name}{place + first}" for place in range(len(names))] for first in (0, 1))


def _place_notes(
    path: Path, table: Table, names: Sequence[str], taken: Sequence[TableColumn]
) -> Iterator[str]:
    if table.header and taken[0].name != names[0]:
        yield (
            f"{path.name} has no columns {_listed(names)}; its first are taken in their order: "
            f"{_listed([column.name for column in taken])}"
        )


def _number_notes(path: Path, inputs: FittedInputs, columns: Mapping[str, TableColumn]) -> Iterator[str]:
    """Sentences on columns with the other decimal sign, and on cells that are no numbers."""
    signs: dict[str, list[str]] = {}
    for fitted in getattr(inputs, "columns", ()):
        found = columns[fitted.name]
        format_ = found.format
        if isinstance(fitted, NumberColumn) and format_ and format_.kind != fitted.column_format.kind:
            signs.setdefault(format_.kind, []).append(fitted.name)
        if found.refused:
            row, text = next(iter(found.refused.items()))
            wanted = "a date" if fitted.column_format.kind == "days" else "a number"
            count = count_text(len(found.refused), "cell")
            yield f"{fitted.name}: {count} must be {wanted}, got {text!r:.40} in row {row + 1:,}"
    for sign, names in signs.items():
        yield f"{path.name} is read with a decimal {sign}, unlike the data, in {_listed(names)}"


def _unknown_notes(pipeline: Pipeline, columns: dict[str, TableColumn]) -> Iterator[str]:
    for fitted in getattr(pipeline.inputs, "columns", ()):
        if isinstance(fitted, CategoryColumn):
            unknown = [text for text in columns[fitted.name].categories if text not in fitted.categories]
            if unknown:
                count = "a text" if len(unknown) == 1 else f"{len(unknown):,} texts"
                yield f"{fitted.name} has {count} that the model never saw: {_listed(unknown)}"


def _listed(names: Sequence[str]) -> str:
    """The first names, and how many follow."""
    more = len(names) - _SHOWN_NAMES
    return ", ".join(names[:_SHOWN_NAMES]) + (f" and {more:,} more" if more > 0 else "")


def _values(column: TableColumn, rows: int) -> NDArray[Any]:
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
        raise DataError(f"{path.name} must have images of shape {shape}, got {len(columns)} numbers a row")
    raw = np.stack(columns[:pixels], axis=1).reshape(-1, *shape)
    return RawSamples(raw, np.ones(len(raw), bool), table=table)


def _images(inputs: ImageInputs, files: Sequence[Path], report: OnProgress) -> RawSamples:
    paths = [path for file in files for path in _image_files(file)]
    height, width, channels = inputs.input_shape
    if height != width:
        raise DataError(
            f"The model takes images of {height} x {width} pixels; give them as arrays in an .npz file"
        )
    pixels = np.zeros((len(paths), height, width, channels), np.uint8)
    failures: dict[int, str] = {}
    for place, path in enumerate(paths):
        report(place / len(paths))
        try:
            pixels[place] = read_image(path, height, channels == 3, inputs.fit or "pad")[0]
        except UnreadableImageError as error:
            failures[place] = str(error)
    if len(failures) == len(paths):
        more = f", and {len(paths) - 1:,} more cannot be read" if len(paths) > 1 else ""
        raise DataError(f"{paths[0].name}: {failures[0]}{more}")
    raw: NDArray[Any] = pixels if inputs.high == 255.0 else pixels * np.float32(inputs.high / 255)
    complete = np.array([place not in failures for place in range(len(paths))])
    return RawSamples(raw, complete, tuple(map(str, paths)), failures=failures)


def _image_files(file: Path) -> list[Path]:
    if not file.is_dir():
        return [file]
    found = sorted(path for path in file.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
    if not found:
        raise DataError(f"{file} has no images ({IMAGE_FORMATS})")
    return found
