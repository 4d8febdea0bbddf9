"""Columns of a table as a series: windows in the order of time, and the values that follow them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ...io.resources import resource
from ...spec import SettingError, setting
from ...spec.arrays import Indices
from ..dataset import DATASETS, Data, DataError, Dataset, DatasetInfo
from ..raw_form import RawColumn, RawSeries
from ..recent import Recent
from ..tables.read_table import read_table
from ..tables.table import ColumnFormat, ColumnFormats, Table, TableColumn
from ..tables.written_numbers import days_of
from .file_dataset import FileDataset

_EPOCH_YEAR, _DAYS_OF_A_YEAR = 1970, 365.2425
_FIRST_SUNSPOTS = 1749
_MIN_PRESENT = 0.5
"""Of a column's values: what fills the others repeats them, and is then most of what is learned."""


@DATASETS.register()
class SeriesFile(FileDataset):
    """A window of rows of some columns, and the next values of one. Create with `SeriesFile.of`.

    A missing value is that of the row before.
    """

    kind = "series_file"
    title = "Your series"
    summary = "A series from a table of yours"
    family: ClassVar[str] = "sequences"
    kept: ClassVar[Recent[Any, Table]] = Recent(2)

    target: str = setting("", "Target", "The column to forecast.")
    features: str = setting("", "Columns", "The columns to forecast from, one in a line.")
    window: int = setting(
        24, "Window", "How many rows the network sees.", low=2, high=512, suggestions=(12, 24, 48)
    )
    horizon: int = setting(1, "Horizon", "How many rows ahead are forecast.", low=1, high=100)
    step: int = setting(1, "Step", "How many rows later the next window begins.", low=1, high=1_000)
    header: bool = setting(True, "Header", "Whether the file has the columns' names.")
    comments: bool = setting(
        False, "Comments", help='Whether lines that begin with "#" are none of the rows.'
    )
    columns: str = setting(
        "", "Formats", "How each column is read: its name, a tab, and the format, one in a line."
    )
    sheet: str = setting("", "Sheet", "The sheet of an Excel file; the active one, if it is empty.")

    def __post_init__(self) -> None:
        super().__post_init__()
        ColumnFormats.parse(self.columns)
        names = self.names
        if len(set(names)) < len(names):
            raise SettingError(f"{self.title}: columns must have different names, got {', '.join(names):.80}")

    @classmethod
    def of(cls, table: Table, target: str, features: tuple[str, ...] = (), **choices: Any) -> SeriesFile:
        """The dataset of a table; without `features` the target is forecast from itself. `DataError` for a fault."""
        made = cls(
            table.path,
            table.sha256,
            target,
            "\n".join(features or (target,)),
            header=table.header,
            comments=table.comments is not None,
            columns=table.formats.text,
            sheet=table.sheet,
            **choices,
        )
        made._data(table)  # raises for a fault
        if all(column.type != "date" for column in table.columns):
            made.remember(table)
        return made

    @property
    def names(self) -> tuple[str, ...]:
        """The columns to forecast from."""
        return tuple(self.features.split("\n"))

    @property
    def known_rows(self) -> int:
        return 0 if self.seen_in_memory is None else self.seen_in_memory.rows

    def info(self) -> DatasetInfo:
        return DatasetInfo((self.window, len(self.names)), "values", self.horizon)

    @property
    def _choices(self) -> tuple[object, ...]:
        return (self.header, self.comments, self.columns, self.sheet)

    def _read(self, path: Path) -> Table:
        formats = ColumnFormats.parse(self.columns)
        # Nobody learns from them, but they say when values were.
        days = {name: ColumnFormat("days") for name, each in formats.by_name.items() if each.kind == "date"}
        formats = replace(formats, by_name={**formats.by_name, **days})
        return read_table(path, None, self.header, formats, self.comments, self.sheet)

    @property
    def _cuts(self) -> tuple[int, int, int]:
        return self.window, self.horizon, self.step

    def _rows(self, whole: Table) -> tuple[int, int | None]:
        return windows_in(whole.rows, *self._cuts)

    def _part(self, whole: Table, rows: Indices) -> Table:
        first, last = int(rows[0]) * self.step, int(rows[-1]) * self.step + self.window + self.horizon
        return whole.part(np.arange(first, last))

    def _data(self, content: Table, seen: Data | None = None) -> Data:
        series = np.stack([_series(content, name) for name in self.names], axis=1)
        columns = tuple(RawColumn(name, unit=content.column(name).unit) for name in self.names)
        numbers = _series(content, self.target)
        target = RawColumn(self.target, unit=content.column(self.target).unit)
        name = self.file_name if seen is None else ""
        return windows_of(series, numbers, columns, target, *self._cuts, name, _years(content))


def windows_in(rows: int, window: int, horizon: int, step: int = 1) -> tuple[int, int]:
    """The number of windows in so many rows, and of those left out between two parts.

    What a training sample sees or predicts ends before what a test sample sees.
    """
    reach = window + horizon
    return (rows - reach) // step + 1, -(-reach // step) - 1


def windows_of(
    series: NDArray[Any],
    numbers: NDArray[Any],
    columns: tuple[RawColumn, ...],
    target: RawColumn,
    window: int,
    horizon: int,
    step: int = 1,
    name: str = "",
    years: NDArray[np.float64] | None = None,
) -> Data:
    """Windows of a series (rows, channels), and the `numbers` (rows,) of the target that follow each.

    `years` (rows,) are when the rows were, with fractions.

    Raises `DataError` about what is called `name`, if it has one, if there are too few rows to be split.
    """
    reach = window + horizon
    count, gap = windows_in(len(numbers), window, horizon, step)
    if name and count < gap + 2:
        least = (gap + 1) * step + reach
        raise DataError(
            f"{name} must have at least {least:,} rows for windows of {window} and {horizon} ahead, "
            f"got {len(numbers):,}"
        )
    windows = sliding_window_view(series, window, axis=0)[::step][:count]
    following = sliding_window_view(numbers[window:], horizon)[::step][:count]
    return Data(
        windows.transpose(0, 2, 1),
        following,
        "values",
        raw=RawSeries(columns),
        target_name=target.name,
        target_unit=target.unit,
        gap=gap,
        years=None if years is None else sliding_window_view(years, reach)[::step][:count],
    )


def _years(table: Table) -> NDArray[np.float64] | None:
    """The years (rows,), with fractions, of a column of dates, or of one that is called year; None without any."""
    for column in table.columns:
        if column.numbers is None or column.missing:
            continue
        numbers = np.asarray(column.numbers, np.float64)
        origin = None if column.format is None else column.format.origin
        if origin is not None:
            years = _EPOCH_YEAR + (days_of(origin) + numbers) / _DAYS_OF_A_YEAR
        elif column.name.strip().lower() == "year":
            # Rows of the same year are months or the like.
            firsts = np.flatnonzero(np.diff(numbers, prepend=-np.inf))
            ends = np.append(firsts, table.rows), np.append(numbers[firsts], numbers[-1] + 1.0)
            years = np.interp(np.arange(table.rows), *ends)
        else:
            continue
        if (np.diff(years) > 0).all():
            return years
    return None


def _series(table: Table, name: str) -> NDArray[np.float64]:
    """The numbers (rows,) of a column, each missing one that before it."""
    if name not in table:
        raise DataError(f"There is no column called {name!r}")
    column: TableColumn = table.column(name)
    if column.numbers is None or not column.usable:
        raise DataError(f"{name} cannot be a series. {column.hint or 'It holds categories'}")
    present = np.flatnonzero(~column.absent)
    if len(present) < _MIN_PRESENT * table.rows or not len(present):
        missing = f"{table.rows - len(present):,} of its {table.rows:,} values are missing"
        raise DataError(f"{name} cannot be a series: {missing}")
    last = np.maximum(np.searchsorted(present, np.arange(table.rows), side="right") - 1, 0)
    return column.numbers[present[last]].astype(np.float64)


@DATASETS.register()
class Sunspots(Dataset):
    """Windows of months, and the numbers of sunspots that follow them."""

    kind = "sunspots"
    title = "Sunspots"
    summary = "How many sunspots will there be? By month since 1749"
    family: ClassVar[str] = "sequences"
    uses_seed = False
    citation: ClassVar[str] = (
        "Monthly mean sunspot numbers, National Geophysical Data Center, public domain; from statsmodels 0.15.0."
    )

    window: int = setting(
        48, "Window", "How many months the network sees.", low=12, high=240, suggestions=(24, 48, 132)
    )
    horizon: int = setting(12, "Horizon", "How many months ahead are forecast.", low=1, high=60)

    def info(self) -> DatasetInfo:
        return DatasetInfo((self.window, 1), "values", self.horizon)

    def load(self, seed: int) -> Data:
        """All windows in the order of time, whatever the seed."""
        numbers = np.array(resource("datasets", "sunspots.txt").read_text("ascii").split(), np.float32)
        years = _FIRST_SUNSPOTS + np.arange(len(numbers)) / 12
        columns = (RawColumn("sunspots"),)
        return windows_of(
            numbers[:, None], numbers, columns, columns[0], self.window, self.horizon, years=years
        )
