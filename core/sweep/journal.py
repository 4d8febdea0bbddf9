"""The journal of a sweep: an SQLite file beside its spec, with every trial that is finished."""

from __future__ import annotations

import io
import json
import math
import secrets
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from sqlite3 import SQLITE_LIMIT_LENGTH
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from ..compiled.readiness import is_compiled
from ..io import strict_json
from ..io.budget import reading, spend
from ..io.npy import read_npy
from ..io.sentence import short_sentence
from ..io.sqlite import DATABASE_ERRORS, connect, execute_patiently
from ..runs.trial import COUNTED, Key, Trial, TrialResult
from .sweep import Sweep

SUFFIX: Final = ".trials"
_VERSION: Final = 4
_APPLICATION: Final = 0x4E4E5357
"""In SQLite's header, so that no other database is taken for a journal."""
_WAIT_SECONDS: Final = 5.0
_MAX_ROW: Final = 2**62
_MAX_ARRAY: Final = 50_000_000
_MAX_LINES: Final = 2_000
"""Letters of a thumbnail."""
_ROW_BYTES: Final = 2_000
"""Of a trial's objects in memory."""
_STEPS_BETWEEN_LOOKS: Final = 5_000
_MAX_PROJECTS: Final = 1_000_000_000
"""Bytes of weights. Above it the worst trials lose theirs."""
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS sweep (json TEXT NOT NULL, engine TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trials (
    number INTEGER NOT NULL, rung INTEGER NOT NULL, point INTEGER NOT NULL, seed INTEGER NOT NULL,
    settings TEXT NOT NULL, status TEXT NOT NULL, sentence TEXT NOT NULL, last_epoch INTEGER NOT NULL,
    epochs REAL NOT NULL, seconds REAL NOT NULL, parameters INTEGER NOT NULL,
    train_loss REAL, test_loss REAL, train_score REAL, test_score REAL, distance REAL,
    curve BLOB NOT NULL, boundary BLOB NOT NULL, confusion BLOB NOT NULL, lines TEXT,
    mean_loss REAL, train_samples REAL, test_samples REAL,
    PRIMARY KEY (number, rung)
);
CREATE TABLE IF NOT EXISTS projects (number INTEGER NOT NULL, rung INTEGER NOT NULL, project BLOB NOT NULL,
    PRIMARY KEY (number, rung));
"""
_MEASURED: Final = ("train_loss", "test_loss", "train_score", "test_score", "distance", *COUNTED)
_COLUMNS: Final = (
    "number", "rung", "point", "seed", "settings", "status", "sentence", "last_epoch", "epochs", "seconds",
    "parameters", *_MEASURED, "curve", "boundary", "confusion", "lines",
)  # fmt: skip


class JournalError(Exception):
    """A sentence for the user: why a journal cannot be read or written."""

    def __init__(self, sentence: str) -> None:
        super().__init__(short_sentence(sentence))


def journal_path(spec: Path) -> Path:
    """The journal of the sweep in a file: "rates.trials" beside "rates.json"."""
    return spec.with_suffix(SUFFIX)


class Journal:
    """Results by trial. Every method raises `JournalError`; an instance belongs to the thread that uses it.

    What `add` has returned from is there after the program or its process ends in any way.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open or begin a journal, in memory without a path."""
        self._name = "The journal" if path is None else path.name
        self._path = path or Path(self._name)
        self._file = None if path is None else path.absolute()
        self._row: int | None = None
        try:
            self._connection = connect(path, _WAIT_SECONDS)
        except DATABASE_ERRORS as error:
            raise JournalError(f"{self._name} cannot be opened: {error}") from None
        try:
            self._begin()
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def sweep(self) -> Sweep | None:
        """The sweep whose trials these are; None for a new journal."""
        with self._within_budget(None):
            rows = list(self._query("SELECT rowid, json FROM sweep"))
            self._row = rows[0][0] if rows else None
            try:
                return Sweep.from_json(strict_json.load(str(rows[0][1]))) if rows else None
            except (ValueError, TypeError) as error:
                raise JournalError(f"{self._name} cannot be read: {error}") from None

    def prepared_for(
        self, sweep: Sweep, report: Callable[[Any], None] | None = None
    ) -> tuple[dict[Key, TrialResult], str]:
        """The finished part of a sweep, and the engine that "auto" has stood for since it was begun.

        A new journal is begun; one of another sweep raises `JournalError`. `report`: see `results`.
        """
        known = self.sweep()
        if known is None:
            self.begin(sweep)
        elif known != sweep:
            raise JournalError(
                "The journal has the trials of another sweep; begin anew, or choose another name"
            )
        ((engine,),) = self._query("SELECT engine FROM sweep")
        return self.results(report), "compiled" if engine == "compiled" else "numpy"

    def begin(self, sweep: Sweep) -> None:
        """Remove all trials, and begin with those of a sweep."""
        # So that all trials have the same numbers, even when an engine is compiled meanwhile.
        engine = "compiled" if is_compiled() else "numpy"
        # By chance, so that `add` can tell this sweep from one that another program begins here.
        row = secrets.randbelow(_MAX_ROW) + 1
        self._query("BEGIN IMMEDIATE")
        for table in ("sweep", "trials", "projects"):
            self._query(f"DELETE FROM {table}")
        values = (row, strict_json.dump(sweep.to_json()), engine)
        self._query("INSERT INTO sweep (rowid, json, engine) VALUES (?, ?, ?)", values)
        self._query("COMMIT")
        self._row = row

    def add(self, result: TrialResult) -> None:
        """Keep a result of the sweep that `begin` has begun or `sweep` has found."""
        values = _row(result)
        marks = ", ".join("?" * len(values))
        self._query("BEGIN IMMEDIATE")
        if self._row is not None and list(self._query("SELECT rowid FROM sweep"))[:1] != [(self._row,)]:
            self._query("ROLLBACK")
            raise JournalError(f"Another program has begun another sweep in {self._name}")
        self._query(f"REPLACE INTO trials ({', '.join(_COLUMNS)}) VALUES ({marks})", values)
        if result.project:
            self._query("REPLACE INTO projects VALUES (?, ?, ?)", (*result.key, result.project))
            self._make_room()
        self._query("COMMIT")

    def results(self, report: Callable[[Any], None] | None = None) -> dict[Key, TrialResult]:
        """All results without their projects, in the order of their numbers; damaged ones are left out.

        `report` is called now and then; an exception from it cancels.
        """
        with self._within_budget(report):
            rows = self._query(f"SELECT {', '.join(_COLUMNS)} FROM trials ORDER BY rung, number")
            found = (result for row in rows if (result := _result(row)) is not None)
            return {result.key: result for result in found}

    @contextmanager
    def _within_budget(self, report: Callable[[Any], None] | None) -> Iterator[None]:
        """Others may have made tables of views, which yield rows without end, or none for hours."""
        longest = self._connection.setlimit(SQLITE_LIMIT_LENGTH, _MAX_ARRAY)
        self._connection.set_progress_handler(lambda: spend(0), _STEPS_BETWEEN_LOOKS)
        try:
            with reading(self._path, report):
                yield
        except ValueError as error:
            raise JournalError(str(error)) from None
        finally:
            self._connection.set_progress_handler(None, 0)
            self._connection.setlimit(SQLITE_LIMIT_LENGTH, longest)

    def project(self, key: Key) -> bytes:
        """The weights of a trial as a project; b"" if none were kept."""
        rows = list(self._query("SELECT project FROM projects WHERE number=? AND rung=?", key))
        return bytes(rows[0][0]) if rows and isinstance(rows[0][0], bytes) else b""

    def address(self, key: Key) -> str:
        """Address of the weights of a trial, or of one about to be added, for `project_at`; "" in memory."""
        place = {"journal": str(self._file), "sweep": self._row, "trial": key}
        return "" if self._file is None else strict_json.dump(place)

    def _make_room(self, most: int = _MAX_PROJECTS) -> None:
        """Drop the weights of trials with the highest test loss, until the others fit."""
        ((total,),) = self._query("SELECT sum(length(project)) FROM projects")
        if total <= most:
            return
        rows = self._query(
            "SELECT number, rung, length(project) FROM projects JOIN trials USING (number, rung)"
            " ORDER BY test_loss IS NULL DESC, test_loss DESC"
        )
        for number, rung, size in rows:
            if total <= most:
                return
            self._query("DELETE FROM projects WHERE number=? AND rung=?", (number, rung))
            total -= size

    def _begin(self) -> None:
        # First, as another program may be making them now, together with the numbers.
        tables = list(self._query("SELECT name FROM sqlite_master LIMIT 1"))
        ((application,),) = self._query("PRAGMA application_id")
        ((version,),) = self._query("PRAGMA user_version")
        if tables and application != _APPLICATION:
            raise JournalError(f"{self._name} is no journal of a sweep")
        if version > _VERSION:
            raise JournalError(f"{self._name} has version {version}, made by a newer program")
        try:
            # SQLite does not wait for a lock here, and another program may begin this journal at the same time.
            execute_patiently(self._connection, "PRAGMA journal_mode=WAL", _WAIT_SECONDS)
        except DATABASE_ERRORS as error:
            raise JournalError(f"{self._name} cannot be used: {error}") from None
        if tables and version < _VERSION:
            self._query("BEGIN IMMEDIATE")
            there = [row[1] for row in self._query("PRAGMA table_info(trials)")]
            for column in ("distance REAL", "lines TEXT", *(f"{name} REAL" for name in COUNTED)):
                if column.split()[0] not in there:
                    self._query(f"ALTER TABLE trials ADD COLUMN {column}")
            self._query(f"PRAGMA user_version={_VERSION}")
            self._query("COMMIT")
        self._query("PRAGMA synchronous=NORMAL")
        if not tables:
            numbers = f"PRAGMA application_id={_APPLICATION}; PRAGMA user_version={_VERSION};"
            try:
                self._connection.executescript(f"BEGIN IMMEDIATE; {numbers} {_TABLES} COMMIT;")
            except DATABASE_ERRORS as error:
                raise JournalError(f"{self._name} cannot be written: {error}") from None

    def _query(self, statement: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            found = []
            for row in self._connection.execute(statement, values):
                spend(_ROW_BYTES + sum(len(each) for each in row if isinstance(each, bytes | str)))
                found.append(row)
            return iter(found)
        except DATABASE_ERRORS as error:
            # Half of a result is none, and the next one begins a transaction of its own.
            with suppress(*DATABASE_ERRORS):
                self._connection.rollback()
            raise JournalError(f"{self._name} cannot be used: {error}") from None


def project_at(address: str) -> bytes:
    """The weights at an `address`; b"" where the journal has gone, has another sweep by now, or had to make room."""
    try:
        place = strict_json.load(address)
        if not Path(place["journal"]).is_file():
            return b""
        with Journal(Path(place["journal"])) as journal:
            same = journal.sweep() is not None and journal._row == place["sweep"]
            number, rung = place["trial"]
            return journal.project((int(number), int(rung))) if same else b""
    except (ValueError, TypeError, KeyError, OverflowError, OSError, JournalError):
        return b""


def journal_at(address: str) -> str:
    """The journal of an `address`; "" for any other text."""
    try:
        return str(strict_json.load(address)["journal"])
    except (ValueError, TypeError, KeyError):
        return ""


def _row(result: TrialResult) -> tuple[Any, ...]:
    trial = result.trial
    settings = json.dumps([[path, value] for path, value in trial.settings])
    measured = (_known(getattr(result, name)) for name in _MEASURED)
    arrays = (_packed(each) for each in (result.curve, result.boundary, result.confusion))
    return (
        *trial.key, trial.point, trial.seed, settings, result.status, result.sentence, trial.epochs,
        result.epochs, result.seconds, result.parameters, *measured, *arrays,
        "\n".join(result.lines),
    )  # fmt: skip


def _result(row: tuple[Any, ...]) -> TrialResult | None:
    """The result in a row; None if anybody but this program can have written it."""
    values = dict(zip(_COLUMNS, row, strict=True))
    try:
        whole = {name: values[name] for name in ("number", "rung", "point", "seed")}
        # SQLite keeps any value in a column of integers, 1e308 too; only its own can be asked for again.
        if not all(isinstance(value, int) for value in whole.values()):
            return None
        if values["status"] not in ("done", "diverged", "failed"):
            return None
        settings = tuple((str(path), value) for path, value in strict_json.load(values["settings"]))
        trial = Trial(**whole, epochs=int(values["last_epoch"]), settings=settings)
        curve, boundary, confusion = (_unpacked(values[name]) for name in ("curve", "boundary", "confusion"))
        measured: dict[str, Any] = {
            name: math.nan if values[name] is None else float(values[name]) for name in _MEASURED
        }
        return TrialResult(
            trial,
            values["status"],
            str(values["sentence"]),
            epochs=float(values["epochs"]),
            seconds=float(values["seconds"]),
            parameters=int(values["parameters"]),
            **measured,
            curve=_shaped(curve, 2, 5),
            boundary=None if boundary is None else _shaped(boundary, 3),
            confusion=None if confusion is None else _shaped(confusion, 2),
            lines=tuple(filter(None, str(values["lines"] or "")[:_MAX_LINES].split("\n"))),
        )
    except (ValueError, TypeError, OverflowError):
        return None


def _known(value: float) -> float | None:
    """SQLite has no NaN, and this program no infinite scores."""
    return value if math.isfinite(value) else None


def _packed(array: NDArray[Any] | None) -> bytes:
    if array is None:
        return b""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return zlib.compress(buffer.getvalue(), 3)


def _unpacked(packed: Any) -> NDArray[Any] | None:
    if not isinstance(packed, bytes):
        raise ValueError("an array must be bytes")
    if not packed:
        return None
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, _MAX_ARRAY)
    except zlib.error:
        raise ValueError("an array is damaged") from None
    spend(len(content))
    return read_npy(io.BytesIO(content), len(content), "an array")


def _shaped(array: NDArray[Any] | None, axes: int, columns: int | None = None) -> NDArray[Any]:
    fits = array is not None and array.ndim == axes and array.dtype.kind in "fi"
    if array is None or not fits or (columns is not None and array.shape[1] != columns):
        raise ValueError("an array has another shape")
    return array
