"""Read user tables: delimited text, JSON records (both also gzip'd), Excel, Parquet and .npz, with common limits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...io.budget import check_ordinary
from .json_reader import RECORD_SUFFIXES, looks_like_records, read_records
from .parquet_reader import PARQUET_SUFFIXES, read_parquet
from .table import PACKED, ColumnFormats, Table, TableError, table_suffix

MAX_BYTES = 500_000_000
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".data", *RECORD_SUFFIXES)
_PACKED_SUFFIXES = tuple(f"{suffix}{PACKED}" for suffix in _TEXT_SUFFIXES)
TABLE_SUFFIXES = (*_TEXT_SUFFIXES, *_PACKED_SUFFIXES, ".xlsx", ".xlsm", ".npz", *PARQUET_SUFFIXES)


def read_table(
    path: Path,
    report: Callable[[float], None] | None = None,
    header: bool | None = None,
    formats: ColumnFormats | None = None,
    comments: bool | None = None,
    sheet: str = "",
) -> Table:
    """The table in a file, by its suffix; unknown suffixes are read as text.

    `report` receives the fraction done, 0 to 1; an exception from it cancels the read. `header` says whether the first
    row has names, `comments` whether lines of text that begin with "#" are left out, `formats` how columns are read;
    None detects it. `sheet` is the name of an Excel file's; "" reads the active one. Raises `TableError` with a
    sentence.
    """
    report = report or (lambda _: None)
    try:
        size = check_ordinary(path)
        if size > MAX_BYTES:
            raise TableError(f"{path.name} must be at most {_megabytes(MAX_BYTES)}, got {_megabytes(size)}")
        table = _read(path, report, header, formats, comments, sheet)
    except IsADirectoryError:
        raise TableError(f"{path.name} is a folder; choose a file in it") from None
    except FileNotFoundError:
        raise TableError(f"The file {path} is not there any more; choose it again") from None
    except OSError as error:
        raise TableError(f"{path.name} cannot be read: {error.strerror or error}") from None
    except MemoryError:
        raise TableError(f"{path.name} is too large for this computer's memory") from None
    report(1.0)
    return table


def _read(
    path: Path,
    report: Callable[[float], None],
    header: bool | None,
    formats: ColumnFormats | None,
    comments: bool | None,
    sheet: str,
) -> Table:
    # A reader is imported for its first file, not at the start.
    suffix = table_suffix(path)
    suffix = suffix.removesuffix(PACKED) if suffix in _PACKED_SUFFIXES else suffix
    if suffix == ".xls":
        raise TableError(f"{path.name} is in Excel's old format; save it as .xlsx or .csv")
    if suffix in (".xlsx", ".xlsm"):
        from .excel_reader import read_sheet

        return read_sheet(path, report, header, formats, sheet, MAX_BYTES)
    if sheet:
        raise TableError(f"{path.name} has no sheets, only Excel files have; got the sheet {sheet!r:.60}")
    if suffix in RECORD_SUFFIXES:
        return read_records(path, report, formats, MAX_BYTES)
    if suffix in PARQUET_SUFFIXES:
        return read_parquet(path, report, formats, MAX_BYTES)
    if suffix == ".npz":
        from .npz_reader import read_arrays

        return read_arrays(path, report, MAX_BYTES)
    from .csv_reader import read_delimited

    return read_delimited(path, report, header, formats, comments, MAX_BYTES)


def is_table(path: Path) -> bool:
    """Whether a file is a table by its suffix, or, if it is JSON, by how it begins."""
    suffix = table_suffix(path)
    return suffix in TABLE_SUFFIXES and (suffix.removesuffix(PACKED) != ".json" or looks_like_records(path))


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
