"""Reads the first sheet of an Excel file, when the optional openpyxl is installed."""

from __future__ import annotations

import datetime
import hashlib
import zipfile
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from core.data.tables.csv_reader import build_table, has_names
from core.data.tables.table import Table, TableError

__all__ = ["read_sheet"]

_SAMPLE_ROWS = 100


def read_sheet(path: Path, report: Callable[[float], None], header: bool | None, most_bytes: int) -> Table:
    """The sheet that was in front when the file was saved. `TableError` says what is missing or wrong."""
    try:
        import openpyxl
    except ImportError:
        raise TableError(
            f"{path.name} needs the package openpyxl: run pip install 'numpynet-playground[excel]', "
            "or save the sheet as CSV"
        ) from None
    _check_size(path, most_bytes)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            sheet = book.active
            total = max(1, int(getattr(sheet, "max_row", None) or 1))
        except Exception as error:
            raise TableError(f"{path.name} is no Excel file that can be read: {error}") from None
        if sheet is None or not hasattr(sheet, "iter_rows"):
            raise TableError(f"{path.name} has no sheet with cells")
        rows = _rows(path, sheet.iter_rows(values_only=True))
        sample = list(islice(rows, _SAMPLE_ROWS))
        named = has_names(sample) if header is None else header
        try:
            return build_table(
                path,
                sha256,
                chain(sample, rows),
                named,
                False,
                lambda count: report(min(1.0, count / total)),
            )
        finally:
            book.close()


def _check_size(path: Path, most_bytes: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise TableError(f"{path.name} is no Excel file, or it is damaged") from None
    if size > most_bytes:
        raise TableError(
            f"{path.name} must unpack to at most {most_bytes // 1_000_000} MB, got {size // 1_000_000:,} MB"
        )


def _rows(path: Path, cells: Iterator[tuple[Any, ...]]) -> Iterator[list[str]]:
    """The rows that are not blank as texts, all as wide as the first, whose empty end does not count."""
    width = 0
    for line, row in enumerate(cells, 1):
        texts = [_text(value) for value in row]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        width = width or len(texts)
        if len(texts) > width:
            raise TableError(f"{path.name} row {line}: expected {width:,} columns, got {len(texts):,}")
        yield texts + [""] * (width - len(texts))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    return str(value)
