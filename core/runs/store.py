"""Keep runs in the database, list them, and take them out again; a store belongs to the thread that uses it."""

from __future__ import annotations

import json
import logging
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from platformdirs import user_data_path

from ..experiment.experiment import Experiment
from ..experiment.project_file import TrainerState, unpack_project
from ..io import strict_json
from ..io.bounded_number import whole
from ..io.budget import reading, spend
from ..io.sentence import short_sentence
from ..io.sqlite import DATABASE_ERRORS
from .holder import is_alive, me
from .packing import Curves, unpack_curves, unpack_thumbnail
from .pruning import MAX_BYTES, MAX_RUNS, make_room, prune
from .rows import (
    RESULTS,
    insert,
    member_of,
    packed_parts,
    read_members,
    read_row,
    read_rows,
    result_of,
    row_values,
    writable,
    write_member,
    write_parts,
)
from .run import FinishedRun, Run
from .run_set import SET_COLUMNS, RunSet, SetKind, SetState
from .run_settings import MAX_LETTERS, RunSettings, run_name
from .salvage import salvage
from .schema import (
    DamagedDatabaseError,
    NewerDatabaseError,
    OtherDatabaseError,
    is_damage,
    open_database,
    set_aside,
    writing,
)
from .trial import Key, TrialResult

log = logging.getLogger(__name__)

LEASE_SECONDS: Final = 15.0
"""For so long a set is held by who has said so last; it is renewed three times meanwhile."""
_MAX_ALIKE = 50
_MAX_VALUE: Final = 50_000_000
"""Bytes of a text or array in a file that may be of others."""
_STEPS_BETWEEN_LOOKS: Final = 5_000
_ROW_BYTES: Final = 2_000
"""Of a member's objects in memory."""

FILE_FAULTS: Final = (DamagedDatabaseError, NewerDatabaseError, OtherDatabaseError)
T = TypeVar("T")


def runs_path() -> Path:
    """The database in the user's folder for data."""
    return user_data_path("numpynet-playground", appauthor=False) / "runs.sqlite"


class StoreError(Exception):
    """A sentence for the user: why runs cannot be kept or read now."""

    def __init__(self, sentence: str) -> None:
        super().__init__(short_sentence(sentence))


class Store:
    """Opens the database when it is first used. Every method raises `StoreError`.

    A damaged database is set aside and a new one begun; `damage` then has a sentence that says so. One that is deleted
    or replaced meanwhile is opened anew.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or runs_path()
        self.damage = ""
        self.room = MAX_BYTES
        """Bytes of weights that one set may have."""
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        """The file that is open; see `_file_at`."""
        self._openings = 0
        self._recorded: set[int] = set()
        """Rows that `record` has made in this file: in another one, the same number may be another run."""

    _cannot = "Runs cannot be kept"
    _is_kept = True
    """Whether it is a file, and not in memory."""

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
        parts = packed_parts(run.experiment, run.result, run.thumbnail)

        def work(connection: sqlite3.Connection) -> Run | None:
            made = _record(connection, run, parts, known if known in self._recorded else None)
            if made is not None:
                self._recorded.add(made.id)
            return made

        return self._do(work)

    def summaries(self) -> list[Run]:
        """All rows that are listed, oldest first; damaged ones are left out."""
        return self._do(read_rows)

    def members(self, set_id: int) -> list[Run]:
        """The rows of a set, those that have failed too, by their numbers."""
        return self._do(lambda connection: read_members(connection, set_id))

    def curves(self, run: int) -> Curves:
        """The curves of a run; `StoreError` if it has none."""
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
            raise StoreError(f"This run cannot be opened: {error}") from None

    def edit(
        self,
        runs: Sequence[int],
        *,
        name: str | None = None,
        note: str | None = None,
        starred: bool | None = None,
        deleted: bool | None = None,
    ) -> None:
        """Change what the user says of runs: starred ones are never removed to make room.

        Deleted ones are off the list, and can be brought back for a day.
        """
        values = (name and name[:MAX_LETTERS], note and note[:MAX_LETTERS], starred)
        changes = "name=coalesce(?, name), note=coalesce(?, note), starred=coalesce(?, starred)"
        if deleted is not None:
            changes += f", deleted={time.time() if deleted else 'NULL'}"

        def work(connection: sqlite3.Connection) -> None:
            with writing(connection) as revision:
                statement = f"UPDATE runs SET revision={revision}, {changes} WHERE id=?"
                connection.executemany(statement, [writable((*values, run)) for run in runs])

        self._do(work)

    def change_set(
        self, set_id: int, *, name: str | None = None, view: str | None = None, deleted: bool | None = None
    ) -> None:
        """Rename a set, remember how it is looked at, or delete it, or bring it back within a day.

        Its runs go and come with it, but those with a star.
        """

        def work(connection: sqlite3.Connection) -> None:
            with writing(connection) as revision:
                change = (
                    "UPDATE sets SET revision=?, name=coalesce(?, name), view=coalesce(?, view) WHERE id=?"
                )
                connection.execute(change, writable((revision, name and name[:MAX_LETTERS], view, set_id)))
                if deleted is None:
                    return
                before = connection.execute("SELECT deleted FROM sets WHERE id=?", (set_id,)).fetchone()
                moment = time.time() if deleted else None
                connection.execute("UPDATE sets SET deleted=? WHERE id=?", (moment, set_id))
                # Those that were deleted one by one stay deleted.
                connection.execute(
                    "UPDATE runs SET deleted=?, revision=? WHERE set_id=? AND starred=0 AND deleted IS ?",
                    (moment, revision, set_id, before and before[0]),
                )

        self._do(work)

    def prune(self, most_runs: int = MAX_RUNS, most_bytes: int = MAX_BYTES) -> None:
        """Remove runs deleted a day ago, and make room; the oldest without a star first."""
        self._do(lambda connection: prune(connection, most_runs, most_bytes))

    def clear(self) -> None:
        """Remove all runs, and give their place on the disk back."""

        def work(connection: sqlite3.Connection) -> None:
            with writing(connection):
                connection.execute("DELETE FROM runs")
                # What is being trained goes on, with no member yet.
                connection.execute("DELETE FROM sets WHERE state<>'training' OR held_until<?", (time.time(),))
            connection.execute("PRAGMA busy_timeout=5000")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA busy_timeout=0")

        self._do(work)

    def sets(self) -> list[RunSet]:
        """All sets, oldest first."""
        query = f"SELECT {SET_COLUMNS} FROM sets WHERE deleted IS NULL ORDER BY id"
        return [RunSet(*row) for row in self._do(lambda connection: connection.execute(query).fetchall())]

    def begin(
        self,
        kind: SetKind,
        name: str,
        plan: dict[str, Any],
        total: int,
        *,
        engine: str = "numpy",
        home: str = "",
        key: int = 0,
        listed: bool = True,
        alone: bool = False,
    ) -> int:
        """Begin a set without members, `alone` in place of all others, and return its number.

        A set of a file elsewhere (`home`) has its `key`, and is the same one each time. `listed`: see `RunSet`.
        """
        names = ("key", "kind", "name", "created", "plan", "engine", "total", "home", "listed")
        own, text = key or secrets.randbelow(2**62) + 1, strict_json.dump(plan)
        values = (own, kind, name[:MAX_LETTERS], time.time(), text, engine, total, home, int(listed))

        def work(connection: sqlite3.Connection) -> int:
            with writing(connection) as revision:
                for table in ("runs", "sets") if alone else ():
                    connection.execute(f"DELETE FROM {table}")
                found = connection.execute(
                    f"INSERT INTO sets ({', '.join(names)}, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (key) DO UPDATE SET revision=excluded.revision, plan=excluded.plan,"
                    " total=excluded.total, deleted=NULL RETURNING id",
                    writable((*values, revision)),
                )
                return int(found.fetchone()[0])

        return self._do(work)

    def adopt(self, set_id: int, home: Path, key: int) -> None:
        """Make those runs members that have their weights in the file `home`, in its set of that key."""
        query = (
            "SELECT run, project FROM checkpoints JOIN runs ON id=run"
            " WHERE typeof(project)='text' AND set_id IS NULL"
        )

        def work(connection: sqlite3.Connection) -> None:
            with writing(connection) as revision:
                for run, text in connection.execute(query).fetchall():
                    place = _place_at(text)
                    if place is not None and place[:2] == (home, key):
                        connection.execute(
                            "UPDATE OR IGNORE runs SET set_id=?, number=?, rung=?, revision=? WHERE id=?",
                            (set_id, *place[2], revision, run),
                        )

        self._do(work)

    def hold(self, set_id: int) -> bool:
        """Take a set to train it, or say that it is still held; False while another process that lives has it."""

        def work(connection: sqlite3.Connection) -> bool:
            with writing(connection) as revision:
                row = connection.execute(
                    "SELECT holder, held_until FROM sets WHERE id=?", (set_id,)
                ).fetchone()
                now = time.time()
                if row is None or (row[0] not in ("", me()) and row[1] > now and is_alive(str(row[0]))):
                    return False
                news = "" if row[0] == me() else f", state='training', revision={revision}"
                connection.execute(
                    f"UPDATE sets SET holder=?, held_until=?{news} WHERE id=?",
                    (me(), now + LEASE_SECONDS, set_id),
                )
                return True

        return self._do(work)

    def release(self, set_id: int, state: SetState, sentence: str = "") -> None:
        """Leave a set that this process holds."""
        change = "holder='', held_until=0, state=?, sentence=?, revision=?"

        def work(connection: sqlite3.Connection) -> None:
            with writing(connection) as revision:
                connection.execute(
                    f"UPDATE sets SET {change} WHERE id=? AND holder IN ('', ?)",
                    (state, short_sentence(sentence), revision, set_id, me()),
                )

        self._do(work)

    def add(self, set_id: int, base: Experiment, result: TrialResult, **about: Any) -> None:
        """Keep a member of a set with all its parts at once, in place of the same one; `about` as in `member_of`.

        Only the process that holds the set can, or any while none does.
        """
        member = member_of(base, result, **about)

        def work(connection: sqlite3.Connection) -> str:
            with writing(connection) as revision:
                holder = connection.execute("SELECT holder FROM sets WHERE id=?", (set_id,)).fetchone()
                if holder is None:
                    return "its set has been removed"
                if holder[0] not in ("", me()):
                    return "another program trains them now"
                if holder[0]:
                    until = time.time() + LEASE_SECONDS
                    connection.execute("UPDATE sets SET held_until=? WHERE id=?", (until, set_id))
                write_member(connection, set_id, member, revision)
                if member.values["size"]:
                    make_room(connection, set_id, self.room)
                return ""

        if fault := self._do(work):
            raise StoreError(f"{self._cannot}: {fault}")

    def results(self, set_id: int, report: Callable[[Any], None] | None = None) -> dict[Key, TrialResult]:
        """All members of a set without their projects, in the order of their numbers; damaged ones are left out.

        `report` is called now and then; an exception from it cancels.
        """

        def work(connection: sqlite3.Connection) -> dict[Key, TrialResult] | OSError:
            # Others may have made tables of views, which yield rows without end, or none for hours.
            longest = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
            connection.set_progress_handler(lambda: spend(0), _STEPS_BETWEEN_LOOKS)
            found: dict[Key, TrialResult] = {}
            try:
                with reading(self.path, report):
                    for row in connection.execute(RESULTS, (set_id,)):
                        spend(_ROW_BYTES + sum(len(each) for each in row if isinstance(each, bytes | str)))
                        if (result := result_of(row)) is not None:
                            found[result.key] = result
                return found
            except ValueError as error:
                raise StoreError(str(error)) from None
            except OSError as error:  # of `report`, and not of the file
                return error
            finally:
                connection.set_progress_handler(None, 0)
                connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)

        results = self._do(work)
        if isinstance(results, OSError):
            raise results
        return results

    def project(self, set_id: int, key: Key) -> bytes:
        """The weights of a member as a project; b"" if none were kept."""
        query = "SELECT project FROM checkpoints JOIN runs ON id=run WHERE set_id=? AND number=? AND rung=?"
        row = self._do(lambda connection: connection.execute(query, (set_id, *key)).fetchone())
        return row[0] if row and isinstance(row[0], bytes) else project_at(row[0]) if row else b""

    def stamp(self) -> int:
        """A number that is another one after another window has changed the database, or it is another file."""
        version = int(self._do(lambda connection: connection.execute("PRAGMA data_version").fetchone()[0]))
        # SQLite counts for each connection anew, in 32 bits.
        return (self._openings << 32) + version

    def _part(self, run: int, table: str, column: str, unpack: Callable[[object], T]) -> T:
        query = f"SELECT {column} FROM {table} WHERE run=?"
        row = self._do(lambda connection: connection.execute(query, (run,)).fetchone())
        try:
            return unpack(row[0] if row else None)
        except ValueError as error:
            raise StoreError(f"This run cannot be read: {error}") from None

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work` on the connection; once again on a new database if this one is damaged."""
        try:
            return self._attempt(work)
        except DamagedDatabaseError as error:
            self._begin_anew(error)
        try:
            return self._attempt(work)
        except DamagedDatabaseError as error:
            raise StoreError(f"{self._cannot}: {error}") from None

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return work(self._opened())
        except NewerDatabaseError:
            raise StoreError(
                f"{self._cannot}: a newer version of this program has written the file"
            ) from None
        except OtherDatabaseError:
            raise DamagedDatabaseError("it is of another program") from None
        except DATABASE_ERRORS as error:
            if is_damage(error):
                raise DamagedDatabaseError(str(error)) from None
            raise StoreError(f"{self._cannot}: {error}") from None
        except OSError as error:
            raise StoreError(f"{self._cannot}: {error.strerror or error}") from None

    def _opened(self) -> sqlite3.Connection:
        """The connection to the file at `path`: what is written to one that was deleted is lost with it."""
        if self._connection is not None and self._is_gone():
            log.warning("The database of runs was deleted or replaced; it is opened anew")
            self.close()
        if self._connection is None:
            self._connection = self._open()
            self._file = _file_at(self.path) if self._is_kept else None
            self._openings += 1
            self._recorded.clear()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        return open_database(self.path)

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
            raise StoreError(f"{self._cannot}: {failure.strerror or failure}") from None
        saved, there = self._attempt(lambda connection: salvage(aside, connection))
        some = f", with {saved:,} of {there:,} runs" if there else ""
        self.damage = (
            f"The file of runs is damaged; a new one is begun{some}. The old one is kept as {aside.name}."
        )


def _file_at(path: Path) -> tuple[int, int] | None:
    """Device and number of a file; None on file systems of Windows that do not number their files."""
    found = path.stat()
    return (found.st_dev, found.st_ino) if found.st_ino else None


def _record(
    connection: sqlite3.Connection, run: FinishedRun, parts: dict[str, Any], known: int | None
) -> Run | None:
    values = row_values(replace(run.row(), size=len(parts["checkpoints"]))) | {"origin": run.origin}
    with writing(connection) as revision:
        found = known if known is not None and _exists(connection, known) else None
        if found is None:
            found, is_older = _same_run(connection, run)
            if is_older:
                return None
        if run.since_epoch > 0:
            values["seconds"] += _seconds_before(connection, found, run)
        values["revision"] = revision
        if found is None:
            values["name"] = run.name or _new_name(connection, run.experiment, values["data_key"])
            found = insert(connection, {"created": time.time(), **values})
        else:
            columns = ", ".join(f"{name}=?" for name in values)
            connection.execute(f"UPDATE runs SET {columns} WHERE id=?", writable((*values.values(), found)))
        write_parts(connection, found, parts)
        return read_row(connection, found)


def _exists(connection: sqlite3.Connection, run: int) -> bool:
    return connection.execute("SELECT 1 FROM runs WHERE id=?", (run,)).fetchone() is not None


def _same_run(connection: sqlite3.Connection, run: FinishedRun) -> tuple[int | None, bool]:
    """The row of the same run, if there is one, and whether it has got at least as far."""
    curves = run.result.curve
    rows = connection.execute(
        "SELECT run, rows FROM curves JOIN runs ON id=run WHERE origin=? AND data_label=? AND deleted IS NULL"
        " AND set_id IS NULL ORDER BY id DESC LIMIT ?",
        # Another file with the same values gives the same curves.
        writable((run.origin, run.row().data_label, _MAX_ALIKE)),
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
        with suppress(ValueError):
            before = RunSettings.from_json(str(row[0]))
    name = text = run_name(experiment, before)
    rows = connection.execute("SELECT name FROM runs WHERE data_key=? AND deleted IS NULL", (key,))
    taken, number = {found for (found,) in rows}, 1
    while text in taken:
        number += 1
        text = f"{name} ({number})"
    return text


def project_at(address: str) -> bytes:
    """The weights at an `address_of`; b"" where the file has gone, has another set by now, or had to make room."""
    place = _place_at(address)
    if place is None or not place[0].is_file():
        return b""
    path, key, (number, rung) = place
    try:
        connection = open_database(path)
        try:
            row = connection.execute(
                "SELECT project FROM checkpoints JOIN runs ON runs.id=run JOIN sets ON sets.id=set_id"
                " WHERE key=? AND number=? AND rung=?",
                (key, number, rung),
            ).fetchone()
        finally:
            connection.close()
        return row[0] if row and isinstance(row[0], bytes) else b""
    except (OverflowError, OSError, *DATABASE_ERRORS, *FILE_FAULTS):
        return b""


def _place_at(address: str) -> tuple[Path, int, Key] | None:
    """File, key of the set, and member; None for what is no `address_of`."""
    try:
        place = strict_json.load(address)
        number, rung = map(whole, place["trial"])
        return Path(place["journal"]), whole(place["sweep"]), (number, rung)
    except (ValueError, TypeError, KeyError, OverflowError):
        return None


def address_of(path: Path, key: int, member: Key) -> str:
    """Where the weights of a member are, or will be: in the file at `path`, in the set of a key."""
    return json.dumps({"journal": str(path), "sweep": key, "trial": member})
