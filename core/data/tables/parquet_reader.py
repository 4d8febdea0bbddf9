"""Read Parquet files with fastparquet, an optional package that is a third of pyarrow's size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core.data.tables.column_format import ColumnFormats
from core.data.tables.table import Table, TableError
from core.data.tables.table_builder import BLOCK_ROWS, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, TableBuilder

__all__ = ["PARQUET_SUFFIXES", "read_parquet"]

PARQUET_SUFFIXES = (".parquet",)

_MISSING_PACKAGE = "{} is a Parquet file, which needs the package fastparquet: pip install fastparquet"
_MIDNIGHT = " 00:00:00"

Report = Callable[[float], None]


def read_parquet(path: Path, report: Report, formats: ColumnFormats | None, most_bytes: int) -> Table:
    """The file as a table. `report` receives the fraction done. Raises `TableError`."""
    try:
        import fastparquet
    except ImportError:
        raise TableError(_MISSING_PACKAGE.format(path.name)) from None
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        opened = _guarded(path, lambda: fastparquet.ParquetFile(file))
        rows = _guarded(path, lambda: _checked_rows(path, opened, most_bytes))
        builder = TableBuilder(path, formats, typed=True)
        for name in _guarded(path, lambda: list(opened.columns)):
            builder.add_column(str(name))
        for block in _blocks(path, opened):
            builder.add(block)
            report(min(1.0, builder.rows / max(1, rows)))
    return builder.build(sha256, header=True)


def _checked_rows(path: Path, opened: Any, most_bytes: int) -> int:
    """The number of rows that its footer promises; what it promises must fit into memory."""
    rows, columns = int(opened.fmd.num_rows), len(opened.columns)
    parts = [chunk.meta_data for group in opened.row_groups for chunk in group.columns]
    size = sum(int(part.total_uncompressed_size) for part in parts)
    for noun, got, most in (
        ("rows", rows, MAX_ROWS),
        ("columns", columns, MAX_COLUMNS),
        ("cells", rows * columns, MAX_CELLS),
        ("bytes when unpacked", size, most_bytes),
    ):
        if got > most:
            raise TableError(f"{path.name} must have at most {most:,} {noun}, got {got:,}")
    if not rows or not columns:
        raise TableError(f"{path.name} is empty; a table needs rows")
    if any(int(group.num_rows) > rows for group in opened.row_groups):
        raise TableError(f"{path.name} is damaged: it promises different numbers of rows")
    return rows


def _blocks(path: Path, opened: Any) -> Iterator[list[tuple[str, ...]]]:
    """Rows as texts, in blocks."""
    groups = _guarded(path, lambda: iter(opened.iter_row_groups()))

    def next_frame() -> Any:
        frame = next(groups, None)
        # An index that pandas kept is a column like the others.
        return None if frame is None else frame.reset_index()[list(opened.columns)]

    while (frame := _guarded(path, next_frame)) is not None:
        for start in range(0, len(frame), BLOCK_ROWS):
            part = frame.iloc[start : start + BLOCK_ROWS]
            columns = [_texts(part.iloc[:, place]) for place in range(part.shape[1])]
            yield list(zip(*columns, strict=True))


def _texts(series: Any) -> list[str]:
    """The cells of a column."""
    absent = series.isna().tolist()
    return ["" if gap else _text(value) for gap, value in zip(absent, series.tolist(), strict=True)]


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value).removesuffix(_MIDNIGHT)


def _guarded(path: Path, read: Callable[[], Any]) -> Any:
    """The result of `read`, whose errors are those of a damaged file: the library raises any."""
    try:
        return read()
    except (TableError, MemoryError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise TableError(f"{path.name} is damaged, or cannot be read: {reason}") from None
