"""Connections to SQLite databases whose bytes anything may have changed."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Final

DATABASE_ERRORS: Final = (sqlite3.Error, UnicodeDecodeError)
"""Error of a query: SQLite's sentences quote names of the schema, decoded as UTF-8."""

_RETRY_SECONDS: Final = 0.002


def connect(path: Path | None, seconds: float) -> sqlite3.Connection:
    """A connection without implicit transactions, in memory without a path; a lock is waited for up to `seconds`.

    Text that is not UTF-8 has U+FFFD in its place; by itself `sqlite3` raises an error, and no row is read. What a
    file's schema calls is not trusted. Raises `sqlite3.Error`.
    """
    connection = sqlite3.connect(path or ":memory:", timeout=seconds, isolation_level=None)
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
    except BaseException:
        connection.close()
        raise
    return connection


def execute_patiently(connection: sqlite3.Connection, statement: str, seconds: float) -> None:
    """Execute, again and again for up to `seconds` while another program is in the way, where SQLite does not wait."""
    last = monotonic() + seconds
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > last:
                raise
        sleep(_RETRY_SECONDS)
