"""Keep runs in the database, list them, and take them out again; a store belongs to the thread that uses it."""

from __future__ import annotations

import contextlib
import logging
import math
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from platformdirs import user_data_path

from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState, pack_project, unpack_project
from core.io import strict_json
from core.io.sentence import short_sentence
from core.io.sqlite import DATABASE_ERRORS
from core.runs.packing import Curves, pack_curves, pack_thumbnail, unpack_curves, unpack_thumbnail
from core.runs.run import FinishedRun, Run
from core.runs.run_settings import MAX_LETTERS, RunSettings, run_name
from core.sweep.journal import journal_at, project_at
from playground.model.runs.database import (
    MAX_BYTES,
    MAX_RUNS,
    DamagedDatabaseError,
    NewerDatabaseError,
    is_damage,
    open_database,
    prune,
    read_row,
    read_rows,
    row_values,
    set_aside,
    writing,
)

log = logging.getLogger(__name__)

_MAX_CHECKPOINT = 100_000_000
_MOST_ALIKE = 50
_PARTS: Final = {"experiments": "json", "curves": "rows", "thumbnails": "pixels", "checkpoints": "project"}
"""The column of each table that has one row for a run."""

T = TypeVar("T")


def runs_path() -> Path:
    """The database in the user's folder for data."""
    return user_data_path("numpynet-playground", appauthor=False) / "runs.sqlite"


class RunStoreError(Exception):
    """A sentence for the user: why runs cannot be kept or read now."""

    def __init__(self, sentence: str) -> None:
        super().__init__(short_sentence(sentence))


class RunStore:
    """Opens the database when it is first used. Every method raises `RunStoreError`.

    A damaged database is set aside and a new one begun; `damage` then has a sentence that says so. One that is deleted
    or replaced meanwhile is opened anew.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or runs_path()
        self.damage = ""
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        """The file that is open; see `_file_at`."""
        self._openings = 0
        self._recorded: set[int] = set()
        """Rows that `record` has made in this file: in another one, the same number may be another run."""

    def close(self) -> None:
        """Close the connection, on the thread that has used it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def record(self, run: FinishedRun, known: int | None = None) -> Run | None:
        """Keep a run, as a new row or in place of the row of the same run; None if it has no finished epoch.

        `known` is the row that the run is known to have. Without it, a row is the same run if the training losses are
        equal as far as both go; the shorter one gives way.
        """
        if not run.is_kept:
            return None
        parts = _parts(run, self._packed(run))

        def work(connection: sqlite3.Connection) -> Run | None:
            made = _record(connection, run, parts, known if known in self._recorded else None)
            if made is not None:
                self._recorded.add(made.id)
            return made

        return self._do(work)

    def record_starred(self, run: FinishedRun) -> Run | None:
        """As `record`, and star the row of the run; one that has got further stays as it is, but for the star."""
        if not run.is_kept:
            return None
        parts = _parts(run, self._packed(run))

        def work(connection: sqlite3.Connection) -> Run | None:
            made = _record(connection, run, parts, None)
            found = _same_run(connection, run)[0] if made is None else made.id
            if found is None:
                return None
            with writing(connection):
                connection.execute("UPDATE runs SET starred=1 WHERE id=?", (found,))
                # A copy of its own: a journal drops its worst trials to make room.
                connection.execute(
                    "UPDATE checkpoints SET project=? WHERE run=? AND typeof(project)='text'"
                    " AND (SELECT epochs FROM runs WHERE id=run)=?",
                    (parts["checkpoints"], found, math.floor(run.result.epochs)),
                )
                return read_row(connection, found)

        return self._do(work)

    def summaries(self) -> list[Run]:
        """All rows that are not deleted, oldest first; damaged ones are left out."""
        return self._do(read_rows)

    def curves(self, run: int) -> Curves:
        """The curves of a run; `RunStoreError` if it has none."""
        return self._part(run, "curves", "rows", unpack_curves)

    def thumbnails(self, runs: Sequence[int]) -> dict[int, bytes]:
        """RGB bytes of the runs that have a picture."""
        marks = ",".join("?" * len(runs))
        query = f"SELECT run, pixels FROM thumbnails WHERE run IN ({marks})"
        rows = self._do(lambda connection: connection.execute(query, tuple(runs)).fetchall())
        return {run: pixels for run, packed in rows if (pixels := unpack_thumbnail(packed))}

    def load(self, run: int) -> tuple[Experiment, TrainerState | None]:
        """Experiment and checkpoint of a run; no checkpoint if it was too large, had to make room, or has gone."""

        def read(connection: sqlite3.Connection) -> tuple[Any, Any]:
            text = connection.execute("SELECT json FROM experiments WHERE run=?", (run,)).fetchone()
            packed = connection.execute("SELECT project FROM checkpoints WHERE run=?", (run,)).fetchone()
            return text and text[0], packed and packed[0]

        text, packed = self._do(read)
        try:
            project = project_at(packed) if isinstance(packed, str) else packed
            if isinstance(project, bytes) and project:
                return unpack_project(project)
            return Experiment.from_json(strict_json.load(str(text))), None
        except (OSError, ValueError, TypeError) as error:
            raise RunStoreError(f"This run cannot be opened: {error}") from None

    def journals(self) -> set[str]:
        """The journals of sweeps that have weights of runs."""
        if not self.path.is_file():
            return set()
        query = "SELECT project FROM checkpoints WHERE typeof(project)='text'"
        return {
            journal_at(text) for (text,) in self._do(lambda connection: connection.execute(query).fetchall())
        }

    def set_starred(self, run: int, starred: bool) -> None:
        """Star or unstar a run; starred ones are never removed to make room."""
        self._change("UPDATE runs SET starred=? WHERE id=?", [(int(starred), run)])

    def set_text(self, run: int, *, name: str | None = None, note: str | None = None) -> None:
        """Change name or note."""
        for column, text in (("name", name), ("note", note)):
            if text is not None:
                self._change(f"UPDATE runs SET {column}=? WHERE id=?", [(text[:MAX_LETTERS], run)])

    def delete(self, runs: Sequence[int]) -> None:
        """Take runs off the list; `undelete` brings them back for a day."""
        moment = time.time()
        self._change("UPDATE runs SET deleted=? WHERE id=?", [(moment, run) for run in runs])

    def undelete(self, runs: Sequence[int]) -> None:
        """Bring deleted runs back."""
        self._change("UPDATE runs SET deleted=NULL WHERE id=?", [(run,) for run in runs])

    def prune(self, most_runs: int = MAX_RUNS, most_bytes: int = MAX_BYTES) -> None:
        """Remove runs deleted a day ago, and make room; the oldest without a star first."""
        self._do(lambda connection: prune(connection, most_runs, most_bytes))

    def clear(self) -> None:
        """Remove all runs, and give their place on the disk back."""

        def work(connection: sqlite3.Connection) -> None:
            with writing(connection):
                connection.execute("DELETE FROM runs")
            connection.execute("PRAGMA busy_timeout=5000")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA busy_timeout=0")

        self._do(work)

    def stamp(self) -> int:
        """A number that is another one after another window has changed the database, or it is another file."""
        version = int(self._do(lambda connection: connection.execute("PRAGMA data_version").fetchone()[0]))
        # SQLite counts for each connection anew, in 32 bits.
        return (self._openings << 32) + version

    def _packed(self, run: FinishedRun) -> bytes:
        """The checkpoint as a project file; b"" if it is too large or no longer finite."""
        project, state = run.result.project, run.result.state
        if state is None or sum(array.nbytes for array in state.arrays.values()) > _MAX_CHECKPOINT:
            return project
        try:
            return pack_project(run.experiment, state)
        except (OSError, ValueError):
            log.exception("The checkpoint of a run cannot be kept")
            return b""

    def _part(self, run: int, table: str, column: str, unpack: Callable[[object], T]) -> T:
        query = f"SELECT {column} FROM {table} WHERE run=?"
        row = self._do(lambda connection: connection.execute(query, (run,)).fetchone())
        try:
            return unpack(row[0] if row else None)
        except ValueError as error:
            raise RunStoreError(f"This run cannot be read: {error}") from None

    def _change(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        def work(connection: sqlite3.Connection) -> None:
            with writing(connection):
                connection.executemany(statement, map(_writable, rows))

        self._do(work)

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work` on the connection; once again on a new database if this one is damaged."""
        try:
            return self._attempt(work)
        except DamagedDatabaseError as error:
            self._begin_anew(error)
        try:
            return self._attempt(work)
        except DamagedDatabaseError as error:
            raise RunStoreError(f"Runs cannot be kept: {error}") from None

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return work(self._opened())
        except NewerDatabaseError:
            raise RunStoreError(
                "Runs are not kept: a newer version of this program has written them"
            ) from None
        except DATABASE_ERRORS as error:
            if is_damage(error):
                raise DamagedDatabaseError(str(error)) from None
            raise RunStoreError(f"Runs cannot be kept: {error}") from None
        except OSError as error:
            raise RunStoreError(f"Runs cannot be kept: {error.strerror or error}") from None

    def _opened(self) -> sqlite3.Connection:
        """The connection to the file at `path`: what is written to one that was deleted is lost with it."""
        if self._connection is not None and self._is_gone():
            log.warning("The database of runs was deleted or replaced; it is opened anew")
            self.close()
        if self._connection is None:
            self._connection = open_database(self.path)
            self._file = _file_at(self.path)
            self._openings += 1
            self._recorded.clear()
        return self._connection

    def _is_gone(self) -> bool:
        """Whether the open file is no longer the one at `path`; False where that cannot be told."""
        if self._file is None:
            return False
        try:
            return _file_at(self.path) != self._file
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False

    def _begin_anew(self, error: Exception) -> None:
        log.warning("The database of runs is damaged: %s", error)
        self.close()
        try:
            aside = set_aside(self.path)
        except OSError as failure:
            raise RunStoreError(f"Runs cannot be kept: {failure.strerror or failure}") from None
        self.damage = f"The file of runs is damaged; a new one is begun. The old one is kept as {aside.name}."


def _file_at(path: Path) -> tuple[int, int] | None:
    """Device and number of a file; None on file systems of Windows that do not number their files."""
    found = path.stat()
    return (found.st_dev, found.st_ino) if found.st_ino else None


def _record(
    connection: sqlite3.Connection, run: FinishedRun, parts: dict[str, Any], known: int | None
) -> Run | None:
    size = len(run.result.project or parts["checkpoints"])
    values = row_values(replace(run.row(), size=size)) | {"origin": run.origin}
    with writing(connection):
        found = known if known is not None and _exists(connection, known) else None
        if found is None:
            found, is_older = _same_run(connection, run)
            if is_older:
                return None
        if run.since_epoch > 0:
            values["seconds"] += _seconds_before(connection, found, run)
        if found is None:
            values["name"] = run.name or _new_name(connection, run.experiment, values["data_key"])
            found = _insert(connection, values)
        else:
            _update(connection, found, values)
        _write_parts(connection, found, parts)
        return read_row(connection, found)


def _write_parts(connection: sqlite3.Connection, run: int, parts: dict[str, Any]) -> None:
    for table, value in parts.items():
        if value:
            connection.execute(
                f"REPLACE INTO {table} (run, {_PARTS[table]}) VALUES (?, ?)", _writable((run, value))
            )


def _parts(run: FinishedRun, project: bytes) -> dict[str, Any]:
    """Data beside the row, by table; packed before the transaction, for which other windows wait."""
    return {
        "experiments": strict_json.dump(run.experiment.to_json()),
        "curves": pack_curves(run.result.curve),
        "thumbnails": pack_thumbnail(run.thumbnail),
        "checkpoints": run.address if project and run.address else project,
    }


def _insert(connection: sqlite3.Connection, values: dict[str, Any]) -> int:
    values = {"created": time.time(), **values}
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    cursor = connection.execute(f"INSERT INTO runs ({columns}) VALUES ({marks})", _writable(values.values()))
    return int(cursor.lastrowid or 0)


def _update(connection: sqlite3.Connection, run: int, values: dict[str, Any]) -> None:
    columns = ", ".join(f"{name}=?" for name in values)
    connection.execute(f"UPDATE runs SET {columns} WHERE id=?", _writable((*values.values(), run)))


def _writable(values: Iterable[Any]) -> tuple[Any, ...]:
    """Values as SQLite takes them: U+FFFD stands for each byte of a path that is not UTF-8, as where rows are read."""
    return tuple(
        strict_json.LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
        if isinstance(value, str)
        else value
        for value in values
    )


def _exists(connection: sqlite3.Connection, run: int) -> bool:
    return connection.execute("SELECT 1 FROM runs WHERE id=?", (run,)).fetchone() is not None


def _same_run(connection: sqlite3.Connection, run: FinishedRun) -> tuple[int | None, bool]:
    """The row of the same run, if there is one, and whether it has got at least as far."""
    curves = run.result.curve
    rows = connection.execute(
        "SELECT run, rows FROM curves JOIN runs ON id=run WHERE origin=? AND data_label=? AND deleted IS NULL"
        " ORDER BY id DESC LIMIT ?",
        # Another file with the same values gives the same curves.
        _writable((run.origin, run.row().data_label, _MOST_ALIKE)),
    ).fetchall()
    for row, packed in rows:
        if run.own_origin:
            return int(row), False
        try:
            kept = unpack_curves(packed)
        except ValueError:
            continue
        if len(kept) and _agree(kept, curves):
            return int(row), bool(kept[-1, 0] >= curves[-1, 0])
    return None, False


def _agree(one: Curves, other: Curves) -> bool:
    """Whether the training losses are equal at all epochs that both have, and these reach to the end of one.

    Of long runs one may have thinned out the last epoch of the other.
    """
    shared, left, right = np.intersect1d(one[:, 0], other[:, 0], return_indices=True)
    if len(shared) < 2:
        return False
    step = max(np.diff(one[:, 0]).max(), np.diff(other[:, 0]).max())
    if shared[-1] + step <= min(one[-1, 0], other[-1, 0]):
        return False
    return np.array_equal(one[left, 1], other[right, 1], equal_nan=True)


def _seconds_before(connection: sqlite3.Connection, row: int | None, run: FinishedRun) -> float:
    """The seconds that a run took until it was restored, as if all epochs took equally long."""
    if row is None:
        own = run.result.epochs - run.since_epoch
        return run.result.seconds * run.since_epoch / own if own > 0 else 0.0
    epochs, seconds = connection.execute("SELECT epochs, seconds FROM runs WHERE id=?", (row,)).fetchone()
    good = isinstance(epochs, float) and isinstance(seconds, float) and epochs > 0
    return seconds * min(1.0, run.since_epoch / epochs) if good else 0.0


def _new_name(connection: sqlite3.Connection, experiment: Experiment, key: str) -> str:
    """Differences from the run before on the same data, or the experiment's name; counted where one is called so."""
    row = connection.execute(
        "SELECT settings FROM runs WHERE data_key=? AND deleted IS NULL ORDER BY id DESC LIMIT 1", (key,)
    ).fetchone()
    before = None
    if row is not None:
        with contextlib.suppress(ValueError):
            before = RunSettings.from_json(str(row[0]))
    name = text = run_name(experiment, before)
    rows = connection.execute("SELECT name FROM runs WHERE data_key=? AND deleted IS NULL", (key,))
    taken, number = {found for (found,) in rows}, 1
    while text in taken:
        number += 1
        text = f"{name} ({number})"
    return text
