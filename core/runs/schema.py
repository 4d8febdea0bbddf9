"""The tables of a file of runs: an SQLite database in WAL mode, brought up to date, and set aside where damaged.

The user's own file and the one beside the spec of a sweep have the same tables.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ..io.sqlite import DATABASE_ERRORS, connect, execute_patiently
from .takeover import take_trials

APPLICATION: Final = 0x4E4E5357
"""In SQLite's header: that of a sweep's trials from the beginning, so that every older program says that a newer one
has written the file, and does not take it for another one's."""
VERSION: Final = 6
_RELEASED: Final = 1
"""That of runs, and of a sweep's trials, in version 1.0.0; there was none between that others have."""
WAIT_SECONDS: Final = 5.0
"""Time that a transaction waits for that of another window, which takes milliseconds."""
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
    # Only columns with defaults are added: no weights are copied, and a file of 600 MB took 14 ms.
    """
    ALTER TABLE runs ADD COLUMN mean_loss REAL;
    ALTER TABLE runs ADD COLUMN train_samples REAL;
    ALTER TABLE runs ADD COLUMN test_samples REAL;
    CREATE TABLE sets (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key INTEGER NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        created REAL NOT NULL,
        plan TEXT NOT NULL,
        engine TEXT NOT NULL DEFAULT 'numpy',
        state TEXT NOT NULL DEFAULT 'paused',
        sentence TEXT NOT NULL DEFAULT '',
        total INTEGER NOT NULL DEFAULT 0,
        gone INTEGER NOT NULL DEFAULT 0,
        view TEXT NOT NULL DEFAULT '',
        listed INTEGER NOT NULL DEFAULT 1,
        home TEXT NOT NULL DEFAULT '',
        holder TEXT NOT NULL DEFAULT '',
        held_until REAL NOT NULL DEFAULT 0,
        deleted REAL,
        revision INTEGER NOT NULL DEFAULT 0
    );
    ALTER TABLE runs ADD COLUMN set_id INTEGER REFERENCES sets ON DELETE SET NULL;
    ALTER TABLE runs ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN rung INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN point INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN last_epoch INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN varied TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE runs ADD COLUMN status TEXT NOT NULL DEFAULT 'done';
    ALTER TABLE runs ADD COLUMN sentence TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN distance REAL;
    ALTER TABLE runs ADD COLUMN superseded INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN place TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN opened TEXT NOT NULL DEFAULT '';
    UPDATE runs SET status='diverged' WHERE diverged=1;
    UPDATE runs SET last_epoch=CAST(epochs AS INTEGER);
    CREATE UNIQUE INDEX runs_by_set ON runs (set_id, number, rung) WHERE set_id IS NOT NULL;
    CREATE INDEX runs_by_revision ON runs (revision);
    CREATE TABLE planes (run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE, boundary BLOB NOT NULL,
        confusion BLOB NOT NULL, lines TEXT NOT NULL DEFAULT '');
    CREATE TABLE counter (revision INTEGER NOT NULL);
    INSERT INTO counter VALUES (1);
    """,
)
"""The tables of the user's file in version 1.0.0, which never change, and what leads from them to those of today."""


class DamagedDatabaseError(Exception):
    """The file is no database, or its content is damaged."""


class NewerDatabaseError(Exception):
    """A newer program has changed the database; this one would misread it."""


class OtherDatabaseError(Exception):
    """The database is of another program."""


def open_database(path: Path | None) -> sqlite3.Connection:
    """A connection for the calling thread, with the newest tables; in memory without a path.

    Raises `DamagedDatabaseError`, `NewerDatabaseError`, `OtherDatabaseError`, `OSError` and `sqlite3.OperationalError`.
    """
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = connect(path, WAIT_SECONDS)
    try:
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
    except BaseException:
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
    signs = ("no such table", "no such column", "has no column named")
    return code in _DAMAGE_CODES or any(sign in text for sign in signs)


def set_aside(path: Path) -> Path:
    """Rename a damaged database, with its log, so that a new one can be begun; returns where it is now."""
    aside = path.with_name(f"{path.stem}-damaged-{time.strftime('%Y%m%d-%H%M%S')}{path.suffix}")
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).replace(aside.with_name(aside.name + ending))
    return aside


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[int]:
    """One short transaction that writes, and its revision: what it changes has this number, higher than all before.

    Waits for transactions of other windows, and is rolled back by an exception.
    """
    with _transaction(connection):
        counted = connection.execute("UPDATE counter SET revision=revision+1 RETURNING revision").fetchall()
        if len(counted) != 1 or not isinstance(counted[0][0], int):
            raise DamagedDatabaseError("it has lost count of its changes")
        yield int(counted[0][0])


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    # Immediate: a transaction that begins by reading could not write once another window has written.
    execute_patiently(connection, "BEGIN IMMEDIATE", WAIT_SECONDS)
    try:
        yield
    except BaseException:
        with suppress(sqlite3.OperationalError):  # an error of the disk has rolled it back
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _migrate(connection: sqlite3.Connection) -> None:
    _check(connection)
    # Where two windows begin the same file at once, SQLite refuses one of them without a wait: 6 of 100 times.
    execute_patiently(connection, "PRAGMA journal_mode=WAL", WAIT_SECONDS)
    if _version(connection) == VERSION:
        return
    with _transaction(connection):
        # Another window may have done it meanwhile.
        version, has_trials = _check(connection)
        if version == VERSION:
            return
        for script in _MIGRATIONS[0 if has_trials else version :]:
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
        if has_trials:
            take_trials(connection)
        connection.execute(f"PRAGMA application_id={APPLICATION}")
        connection.execute(f"PRAGMA user_version={VERSION}")


def _check(connection: sqlite3.Connection) -> tuple[int, bool]:
    """The version, and whether the file has a sweep's trials as they were kept before there were sets."""
    tables = connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    ((application,),) = connection.execute("PRAGMA application_id")
    version = _version(connection)
    # The user's own file had no number of an application.
    if application in (0, APPLICATION) and version > VERSION:
        raise NewerDatabaseError(f"version {version}")
    known = ((APPLICATION, VERSION), (APPLICATION, _RELEASED), (0, _RELEASED))
    if tables and (application, version) not in known:
        raise OtherDatabaseError
    return version, (application, version) == (APPLICATION, _RELEASED)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
