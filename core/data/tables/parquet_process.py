"""Unpack a Parquet file in a process of its own: `python -m core.data.tables.parquet_process PATH MAX_BYTES PARENT`.

fastparquet reads outside of its buffers where a file is damaged; the process that it ends is this one. It writes lines
of JSON: the number of rows and the columns, then blocks of rows as texts, and an empty list at the end; or an error.
It ends with the process PARENT.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from .table import TableError
from .table_builder import BLOCK_ROWS, MAX_CELLS, MAX_COLUMNS, MAX_ROWS

_MIDNIGHT = " 00:00:00"
_MAGIC = b"PAR1"
_MIN_BYTES = 12
"""The letters twice, and the size of the footer between them."""


def lines_of(path: Path, most_bytes: int) -> Iterator[Any]:
    """The text, line by line."""
    try:
        yield from _read(path, most_bytes)
        yield []
    except TableError as error:
        yield {"refused": str(error)}
    except MemoryError:
        yield {"memory": True}
    except Exception as error:  # the library raises any for damaged files
        yield {"damaged": _reason(error)}


def _reason(error: Exception) -> str:
    """The reason why a file cannot be read, of what the library raised."""
    if isinstance(error, OSError) and error.errno == errno.EINVAL:
        return "it says that parts of it are where the file has nothing"
    return " ".join(str(error).split())[:200] or type(error).__name__


def _read(path: Path, most_bytes: int) -> Iterator[Any]:
    import fastparquet

    with path.open("rb") as file:
        check_magic(path, file)
        opened = fastparquet.ParquetFile(file)
        rows = checked_rows(path, opened, most_bytes)
        yield {"rows": rows, "columns": [str(name) for name in opened.columns]}
        for frame in opened.iter_row_groups():
            # An index that pandas kept is a column like the others.
            whole = frame.reset_index()[list(opened.columns)]
            for start in range(0, len(whole), BLOCK_ROWS):
                part = whole.iloc[start : start + BLOCK_ROWS]
                columns = [_texts(part.iloc[:, place]) for place in range(part.shape[1])]
                yield list(zip(*columns, strict=True))


def check_magic(path: Path, file: IO[bytes]) -> None:
    """Raise `TableError` for what is no Parquet file: it begins and ends with four letters.

    Without this the library seeks to where a footer would be, and says "[Errno 22] Invalid argument" of other files.
    """
    first = file.read(len(_MAGIC))
    file.seek(0, os.SEEK_END)
    size = file.tell()
    if not size:
        raise TableError(f"{path.name} is empty; a table needs rows")
    file.seek(max(0, size - len(_MAGIC)))
    last = file.read()
    if first != _MAGIC:
        raise TableError(
            f"{path.name} is no Parquet file: one begins with {_shown(_MAGIC)}, got {_shown(first)}"
        )
    if last != _MAGIC or size < _MIN_BYTES:
        raise TableError(
            f"{path.name} is damaged or cut off: a Parquet file ends with {_shown(_MAGIC)}, got {_shown(last)} "
            f"after {size:,} bytes"
        )
    file.seek(0)


def _shown(letters: bytes) -> str:
    """Bytes as text in quotes, those that are no letters escaped."""
    return repr(letters).removeprefix("b")


def checked_rows(path: Path, opened: Any, most_bytes: int) -> int:
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


def _texts(series: Any) -> list[str]:
    """The cells of a column."""
    absent = series.isna().tolist()
    return ["" if gap else _text(value) for gap, value in zip(absent, series.tolist(), strict=True)]


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value).removesuffix(_MIDNIGHT)


def write_lines(path: Path, most_bytes: int, out: IO[str]) -> None:
    """Write the lines, each at once."""
    for line in lines_of(path, most_bytes):
        out.write(json.dumps(line) + "\n")
        out.flush()


if __name__ == "__main__":  # pragma: no cover - runs in a process of its own
    # The library prints notes about damage, which must not be between the lines.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # In a browser there are no processes.
    from ...io.worker_pool import end_with_parent

    end_with_parent(int(sys.argv[3]))
    write_lines(Path(sys.argv[1]), int(sys.argv[2]), lines)
