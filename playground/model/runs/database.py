"""The file of runs: an SQLite database in WAL mode, brought up to date, and set aside where it is damaged."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from core.io.sqlite import DATABASE_ERRORS, connect

WAIT_SECONDS: Final = 5.0
"""How long a transaction waits for that of another window, which takes milliseconds."""
_RETRY_SECONDS = 0.002
_DAMAGE_CODES: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_MIGRATIONS: Final = (
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        created REAL NOT NULL,
        name TEXT NOT NULL,
        note TEXT NOT NULL DEFAULT '',
        starred INTEGER NOT NULL DEFAULT 0,
        data_key TEXT NOT NULL,
        data_label TEXT NOT NULL,
        data_text TEXT NOT NULL,
        epochs REAL NOT NULL,
        seconds REAL NOT NULL,
        parameters INTEGER NOT NULL,
        train_loss REAL,
        test_loss REAL,
        train_score REAL,
        test_score REAL,
        classifies INTEGER NOT NULL,
        diverged INTEGER NOT NULL,
        seed INTEGER NOT NULL,
        size INTEGER NOT NULL,
        settings TEXT NOT NULL,
        origin TEXT NOT NULL,
        deleted REAL
    );
    CREATE INDEX runs_by_origin ON runs (origin);
    CREATE INDEX runs_by_data ON runs (data_key);
    CREATE TABLE experiments (run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE, json TEXT NOT NULL);
    CREATE TABLE curves (run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE, rows BLOB NOT NULL);
    CREATE TABLE thumbnails (run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE, pixels BLOB NOT NULL);
    CREATE TABLE checkpoints (run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE, project BLOB NOT NULL);
    """,
)
"""The statements that lead from each version of the database to the next; released ones never change."""


class DamagedDatabaseError(Exception):
    """The file is no database, or its content is damaged."""


class NewerDatabaseError(Exception):
    """A newer program has changed the database; this one would misread it."""


def open_database(path: Path) -> sqlite3.Connection:
    """A connection for the calling thread, with the newest tables.

    Raises `DamagedDatabaseError`, `NewerDatabaseError` and `OSError` or `sqlite3.OperationalError`.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = connect(path, WAIT_SECONDS)
    try:
        # Where two windows begin the same file at once, SQLite refuses one of them without a wait: 6 of 100 times.
        _execute_patiently(connection, "PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        _migrate(connection)
        # SQLite's own waits grow to 100 ms; `writing` asks more often.
        connection.execute("PRAGMA busy_timeout=0")
    except DATABASE_ERRORS as error:
        connection.close()
        if is_damage(error):
            raise DamagedDatabaseError(str(error)) from None
        raise
    except NewerDatabaseError:
        connection.close()
        raise
    return connection


def is_damage(error: sqlite3.Error | UnicodeDecodeError) -> bool:
    """Whether one of `DATABASE_ERRORS` means damage, and not that the file is in use or cannot be written."""
    if isinstance(error, UnicodeDecodeError):
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    # A table that is missing or of another form was not made by `_MIGRATIONS`.
    text = str(error)
    return code in _DAMAGE_CODES or "no such table" in text or "no such column" in text


def set_aside(path: Path) -> Path:
    """Rename a damaged database, with its log, so that a new one can be begun; returns where it is now."""
    aside = path.with_name(f"{path.stem}-damaged-{time.strftime('%Y%m%d-%H%M%S')}{path.suffix}")
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).replace(aside.with_name(aside.name + ending))
    return aside


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One short transaction that writes; waits for those of other windows, and is rolled back by an exception."""
    # Immediate: a transaction that begins by reading could not write once another window has written.
    _execute_patiently(connection, "BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _execute_patiently(connection: sqlite3.Connection, statement: str) -> None:
    """Execute, again and again while another window is in the way."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _migrate(connection: sqlite3.Connection) -> None:
    if _version(connection) == len(_MIGRATIONS):
        return
    with writing(connection):
        # Another window may have done it meanwhile.
        version = _version(connection)
        if version > len(_MIGRATIONS):
            raise NewerDatabaseError(f"version {version}")
        for script in _MIGRATIONS[version:]:
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={len(_MIGRATIONS)}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
