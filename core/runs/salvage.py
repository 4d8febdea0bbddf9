"""Copy what can be read of a damaged file of runs into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic
from typing import Any, Final

from ..io.sqlite import DATABASE_ERRORS, connect

_TABLES: Final = {"sets": "id", "runs": "id"} | dict.fromkeys(
    ("experiments", "curves", "checkpoints", "thumbnails", "planes"), "run"
)
"""The column of each table that rows are found by; sets first, which their members name."""
_MAX_ROWS: Final = 30_000
_MOST: Final = 1_000_000
"""Where the highest number cannot be read, and otherwise."""
_SECONDS: Final = 60.0
_BYTES_A_SECOND: Final = 10_000_000


def salvage(damaged: Path, connection: sqlite3.Connection) -> tuple[int, int]:
    """Copy all rows that can be read; returns how many runs were, and how many there may have been."""
    # A page that is damaged refuses each number that it may have: a small file is not worth a minute.
    until = monotonic() + min(_SECONDS, 0.5 + damaged.stat().st_size / _BYTES_A_SECOND)
    saved = there = 0
    with suppress(*DATABASE_ERRORS), closing(connect(damaged, 0.0)) as old:
        for table, key in _TABLES.items():
            count, most = 0, _MAX_ROWS
            names = _columns(connection, table) & _columns(old, table)
            if not names:
                continue
            with suppress(*DATABASE_ERRORS):
                # A damaged number may be of any size, and all below it would be asked for.
                most = min(_MOST, int(old.execute(f"SELECT max({key}) FROM {table}").fetchone()[0] or 0))
            listed = ", ".join(sorted(names))
            insert = f"INSERT INTO {table} ({listed}) VALUES ({', '.join('?' * len(names))})"
            place = sorted(names).index("set_id") if "set_id" in names else None
            sets = {row[0] for row in connection.execute("SELECT id FROM sets")}
            for row in _readable(
                old, f"SELECT {listed} FROM {table} WHERE {key} BETWEEN ? AND ?", 1, most, until
            ):
                if place is not None and row[place] not in sets:
                    row = (*row[:place], None, *row[place + 1 :])
                with suppress(*DATABASE_ERRORS):
                    connection.execute(insert, row)
                    count += 1
            if table == "runs":
                saved, there = count, max(count, most if most != _MAX_ROWS else count)
    return saved, there


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    with suppress(*DATABASE_ERRORS):
        return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
    return set()


def _readable(
    connection: sqlite3.Connection, query: str, low: int, high: int, until: float
) -> Iterator[tuple[Any, ...]]:
    """Rows by number; a range that cannot be read is halved."""
    if low > high or monotonic() > until:
        return
    found: list[Any] | None
    try:
        if high - low < 200:
            found = connection.execute(query, (low, high)).fetchall()
        else:
            # Most of a wide range is empty, where numbers are damaged or many runs were deleted.
            found = None if connection.execute(f"{query} LIMIT 1", (low, high)).fetchall() else []
    except (*DATABASE_ERRORS, MemoryError):
        found = None
        if low == high:
            return
    if found is not None:
        yield from found
        return
    middle = (low + high) // 2
    yield from _readable(connection, query, low, middle, until)
    yield from _readable(connection, query, middle + 1, high, until)
