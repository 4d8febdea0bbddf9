"""The file of runs: an SQLite database in WAL mode, brought up to date, read, pruned, and set aside where damaged."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from core.io.sqlite import DATABASE_ERRORS, connect, execute_patiently
from core.runs.run import Run
from core.runs.run_settings import MAX_LETTERS
from core.runs.trial import COUNTED, Trial

MAX_RUNS: Final = 20_000
"""Above it the oldest runs without a star are removed."""
MAX_BYTES: Final = 1_000_000_000
"""Above it the oldest runs without a star lose their checkpoints."""
_PURGE_SECONDS = 86_400.0
"""Time for which a deleted run can be brought back."""
_IS_SIZE: Final = "typeof(size)='integer' AND size BETWEEN 1 AND 200000000"
"""Of a checkpoint, whose arrays take at most 100 MB. One damaged size would cost all others theirs."""
_AT_ONCE = 20
"""Runs in one transaction; 20 checkpoints of a megabyte go within 10 ms."""


def prune(connection: sqlite3.Connection, most_runs: int, most_bytes: int) -> None:
    """Remove runs deleted a day ago, and the oldest without a star above the limits."""
    _remove(
        connection, _ids(connection, "SELECT id FROM runs WHERE deleted < ?", time.time() - _PURGE_SECONDS)
    )
    _remove(
        connection,
        _ids(
            connection,
            "SELECT id FROM runs WHERE starred=0 AND id NOT IN (SELECT id FROM runs ORDER BY id DESC LIMIT ?)",
            most_runs,
        ),
    )
    _drop_checkpoints(connection, most_bytes)


def _ids(connection: sqlite3.Connection, query: str, value: float) -> list[int]:
    return [int(row[0]) for row in connection.execute(query, (value,))]


def _remove(connection: sqlite3.Connection, runs: Sequence[int]) -> None:
    for start in range(0, len(runs), _AT_ONCE):
        with writing(connection):
            # Another window may have brought one back, or starred it, since it was listed.
            connection.executemany(
                "DELETE FROM runs WHERE id=? AND (starred=0 OR deleted IS NOT NULL)",
                [(run,) for run in runs[start : start + _AT_ONCE]],
            )


def _drop_checkpoints(connection: sqlite3.Connection, most_bytes: int) -> None:
    """Remove the checkpoints of the oldest runs without a star until all take at most `most_bytes`."""
    total = connection.execute(f"SELECT coalesce(sum(size), 0) FROM runs WHERE {_IS_SIZE}").fetchone()[0]
    excess = total - most_bytes
    if excess <= 0:
        return
    rows = connection.execute(
        f"SELECT id, size FROM runs WHERE starred=0 AND {_IS_SIZE} ORDER BY id"
    ).fetchall()
    runs = []
    for run, size in rows:
        if excess <= 0:
            break
        runs.append((run,))
        excess -= size
    for start in range(0, len(runs), _AT_ONCE):
        with writing(connection):
            chosen = runs[start : start + _AT_ONCE]
            connection.executemany("DELETE FROM checkpoints WHERE run=?", chosen)
            connection.executemany("UPDATE runs SET size=0 WHERE id=?", chosen)


_TEXTS: Final = ("name", "note", "data_key", "data_label", "data_text", "settings")
_WHOLE: Final = ("id", "parameters", "seed", "size", "starred", "classifies", "diverged")
_SWITCHES: Final = ("starred", "classifies", "diverged")
_MEASURED: Final = ("train_loss", "test_loss", "train_score", "test_score", *COUNTED)
_NUMBERS: Final = ("created", "epochs", "seconds")
_COLUMNS: Final = (*_TEXTS, *_WHOLE, *_MEASURED, *_NUMBERS)
_OWN: Final = ("id", "created", "name", "note", "starred")
_FIELDS: Final = tuple("settings_json" if name == "settings" else name for name in _COLUMNS)
_SOUND: Final = " AND ".join(
    [
        *(f"typeof({name})='text' AND length({name})<={4 * MAX_LETTERS}" for name in _TEXTS),
        *(f"typeof({name})='integer' AND {name}>=0 AND {name}<{2**53}" for name in _WHOLE),
        *(f"typeof({name})='real' AND {name}>=0.0 AND {name}<9e999" for name in _NUMBERS),
        *(f"typeof({name}) IN ('real', 'null')" for name in _MEASURED),
    ]
)
"""Conditions of every row of ours; checked by SQLite, which is four times as fast as Python."""
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM runs WHERE {_SOUND}"


def read_rows(connection: sqlite3.Connection) -> list[Run]:
    """All rows that are not deleted, oldest first; damaged ones are left out."""
    rows = [_summary(row) for row in connection.execute(f"{_SELECT} AND deleted IS NULL ORDER BY id")]
    shared: dict[str, str] = {}
    for row in rows:
        # Runs with equal settings share one text, in which `matching` then searches once.
        row.__dict__["settings_json"] = shared.setdefault(row.settings_json, row.settings_json)
    return rows


def read_row(connection: sqlite3.Connection, run: int) -> Run | None:
    """The row of a run; None if there is none, or a damaged one."""
    row = connection.execute(f"{_SELECT} AND id=?", (run,)).fetchone()
    return None if row is None else _summary(row)


def row_values(row: Run) -> dict[str, Any]:
    """The columns of a row, except its number and what the user writes."""
    fields = zip(_COLUMNS, _FIELDS, strict=True)
    derived = {"seed": row.trial.seed, "diverged": row.status == "diverged"}
    values = derived | {name: getattr(row, field) for name, field in fields if name not in (*_OWN, *derived)}
    unknown = {name: None for name in _MEASURED if not math.isfinite(values[name])}
    return values | unknown | {name: int(values[name]) for name in _SWITCHES if name in values}


def _summary(row: tuple[object, ...]) -> Run:
    values: dict[str, Any] = dict(zip(_FIELDS, row, strict=True))
    for name in _MEASURED:
        if values[name] is None:
            values[name] = math.nan
    for name in _SWITCHES:
        values[name] = bool(values[name])
    values["trial"] = Trial(0, 0, values.pop("seed"), int(values["epochs"]))
    values["status"], values["sentence"] = "diverged" if values.pop("diverged") else "done", ""
    values["distance"] = math.nan
    # The constructor of a frozen class sets every field through a call: half of the time of reading.
    summary = object.__new__(Run)
    summary.__dict__.update(values)
    return summary


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
    """
    ALTER TABLE runs ADD COLUMN mean_loss REAL;
    ALTER TABLE runs ADD COLUMN train_samples REAL;
    ALTER TABLE runs ADD COLUMN test_samples REAL;
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
        execute_patiently(connection, "PRAGMA journal_mode=WAL", WAIT_SECONDS)
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
    execute_patiently(connection, "BEGIN IMMEDIATE", WAIT_SECONDS)
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


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
