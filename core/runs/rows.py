"""Rows of a file of runs: what is light of a run, and the parts beside it."""

from __future__ import annotations

import json
import logging
import math
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from ..experiment.experiment import Experiment
from ..experiment.project_file import pack_project
from ..io import strict_json
from .packing import pack_array, pack_curves, pack_thumbnail, unpack_array, unpack_curves
from .run import Run, run_row
from .run_settings import MAX_LETTERS
from .trial import COUNTED, Measures, Trial, TrialResult
from .trial_text import trial_text

log = logging.getLogger(__name__)

_MAX_CHECKPOINT: Final = 100_000_000
"""Bytes of its arrays."""

_TEXTS: Final = (
    "name", "note", "data_key", "data_label", "data_text", "settings", "sentence", "place", "opened",
)  # fmt: skip
_WHOLE: Final = (
    "id", "parameters", "seed", "size", "starred", "classifies", "number", "rung", "point", "last_epoch",
)  # fmt: skip
_MEASURED: Final = ("train_loss", "test_loss", "train_score", "test_score", "distance", *COUNTED)
_NUMBERS: Final = ("created", "epochs", "seconds")
_COLUMNS: Final = (*_TEXTS, *_WHOLE, *_MEASURED, *_NUMBERS, "status", "varied", "set_id", "revision")
_OWN: Final = ("id", "created", "name", "note", "starred", "set_id", "revision")
_SOUND: Final = " AND ".join(
    [
        *(f"typeof({name})='text' AND length({name})<={4 * MAX_LETTERS}" for name in (*_TEXTS, "varied")),
        *(f"typeof({name})='integer' AND {name}>=0 AND {name}<{2**53}" for name in _WHOLE),
        *(f"typeof({name})='real' AND {name}>=0.0 AND {name}<9e999" for name in _NUMBERS),
        *(f"typeof({name}) IN ('real', 'null')" for name in _MEASURED),
        "status IN ('done', 'diverged', 'failed')",
        "typeof(set_id) IN ('integer', 'null')",
    ]
)
"""Conditions of every row of ours; checked by SQLite, which is four times as fast as Python."""
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM runs WHERE {_SOUND}"
_KEPT: Final = "superseded=0 AND deleted IS NULL"
_LISTED: Final = (
    f"{_KEPT} AND (set_id IS NULL OR status='done'"
    " AND (starred=1 OR set_id IN (SELECT id FROM sets WHERE listed=1)))"
)
"""Among all runs are the members of a set that have learned something."""
PARTS: Final = {"experiments": "json", "curves": "rows", "thumbnails": "pixels", "checkpoints": "project"}
"""The column of each table that has one row for a run."""
_MAX_LINES: Final = 2_000
"""Letters of a thumbnail."""
_PARTS: Final = ", ".join(f"coalesce({name}, x'')" for name in ("rows", "boundary", "confusion"))
RESULTS: Final = (
    f"SELECT {', '.join(_COLUMNS)}, {_PARTS}, lines FROM runs LEFT JOIN curves ON curves.run=id"
    f" LEFT JOIN planes ON planes.run=id WHERE {_SOUND} AND set_id=? ORDER BY rung, number"
)
"""All members of a set, as `result_of` reads them."""


def read_rows(connection: sqlite3.Connection) -> list[Run]:
    """All rows that are listed, oldest first; damaged ones are left out."""
    rows = [_run(row) for row in connection.execute(f"{_SELECT} AND {_LISTED} ORDER BY id")]
    shared: dict[str, str] = {}
    for row in rows:
        # Runs with equal settings share one text, in which `matching` then searches once.
        row.__dict__["settings_json"] = shared.setdefault(row.settings_json, row.settings_json)
    return rows


def read_members(connection: sqlite3.Connection, set_id: int) -> list[Run]:
    """The rows of a set, those that have failed too, by their numbers."""
    query = f"{_SELECT} AND {_KEPT} AND set_id=? ORDER BY number"
    return [_run(row) for row in connection.execute(query, (set_id,))]


def read_row(connection: sqlite3.Connection, run: int) -> Run | None:
    """The row of a run; None if there is none, or a damaged one."""
    row = connection.execute(f"{_SELECT} AND id=?", (run,)).fetchone()
    return None if row is None else _run(row)


def row_values(row: Run) -> dict[str, Any]:
    """The columns of a row, except its number and what the user writes."""
    trial, values = row.trial, {**row.__dict__, **row.trial.__dict__}
    values |= {
        "settings": row.settings_json,
        "last_epoch": trial.epochs,
        "varied": json.dumps([[path, value] for path, value in trial.settings]),
        "epochs": row.epochs,
    }
    found = {name: values[name] for name in _COLUMNS if name not in _OWN}
    unknown = {name: None for name in _MEASURED if not math.isfinite(found[name])}
    return found | unknown | {"classifies": int(row.classifies), "diverged": int(row.status == "diverged")}


@dataclass(frozen=True)
class Member:
    """A run of a set, packed before the transaction, for which other windows wait."""

    values: dict[str, Any]
    parts: dict[str, Any]
    planes: tuple[bytes, bytes, str]


def member_of(
    base: Experiment,
    result: TrialResult,
    *,
    name: str = "",
    text: str = "",
    thumbnail: bytes = b"",
    address: str = "",
) -> Member:
    """A result as a member; `base` is what its settings change, `text` about its data, and `name` that of a lane.

    `address`: where its weights are kept already.
    """
    try:
        experiment = result.trial.experiment(base)
    except ValueError:  # one that has failed for its settings is kept, too
        experiment = base
    row = run_row(experiment, text, result, (name or trial_text(result.trial))[:MAX_LETTERS])
    parts = packed_parts(experiment, result, thumbnail)
    size = len(parts["checkpoints"])
    if size and address:
        parts["checkpoints"] = address
    values = row_values(replace(row, size=size)) | {"name": row.name, "created": row.created, "origin": ""}
    planes = pack_array(result.boundary), pack_array(result.confusion), "\n".join(result.lines)
    return Member(values, parts, planes)


def write_member(connection: sqlite3.Connection, set_id: int, member: Member, revision: int) -> int:
    """Write a member, in place of the same one, and return its number; earlier rungs are no longer listed."""
    values = member.values | {"set_id": set_id, "revision": revision}
    kept = ", ".join(f"{name}=excluded.{name}" for name in values if name not in ("name", "created"))
    conflict = f"ON CONFLICT (set_id, number, rung) WHERE set_id IS NOT NULL DO UPDATE SET {kept}"
    run = insert(connection, values, conflict)
    connection.execute(
        "UPDATE runs SET superseded=1, revision=? WHERE set_id=? AND number=? AND rung<?",
        (revision, set_id, values["number"], values["rung"]),
    )
    write_parts(connection, run, member.parts)
    if any(member.planes):
        connection.execute("REPLACE INTO planes VALUES (?, ?, ?, ?)", writable((run, *member.planes)))
    return run


def _packed_project(experiment: Experiment, result: TrialResult) -> bytes:
    """The checkpoint as a project file; b"" if it is too large or no longer finite."""
    state = result.state
    if state is None or sum(array.nbytes for array in state.arrays.values()) > _MAX_CHECKPOINT:
        return result.project
    try:
        return pack_project(experiment, state)
    except (OSError, ValueError):
        log.exception("The checkpoint of a run cannot be kept")
        return b""


def insert(connection: sqlite3.Connection, values: dict[str, Any], conflict: str = "") -> int:
    """Write a row, and return its number."""
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    query = f"INSERT INTO runs ({columns}) VALUES ({marks}) {conflict} RETURNING id"
    return int(connection.execute(query, writable(values.values())).fetchone()[0])


def packed_parts(experiment: Experiment, result: TrialResult, thumbnail: bytes) -> dict[str, Any]:
    """Data beside the row, by table."""
    return {
        "experiments": strict_json.dump(experiment.to_json()),
        "curves": pack_curves(result.curve),
        "thumbnails": pack_thumbnail(thumbnail),
        "checkpoints": _packed_project(experiment, result),
    }


def write_parts(connection: sqlite3.Connection, run: int, parts: dict[str, Any]) -> None:
    """Write what there is of the parts of a run."""
    for table, value in parts.items():
        if value:
            query = f"REPLACE INTO {table} (run, {PARTS[table]}) VALUES (?, ?)"
            connection.execute(query, writable((run, value)))


def result_of(row: tuple[Any, ...]) -> TrialResult | None:
    """The result in one of `RESULTS`; None if anybody but this program can have written it."""
    *values, curve, boundary, confusion, lines = row
    run = _run(values)
    if not run.trial.settings and values[_COLUMNS.index("varied")] != "[]":
        return None
    try:
        return TrialResult(
            **{item.name: getattr(run, item.name) for item in fields(Measures)},
            curve=unpack_curves(curve),
            boundary=unpack_array(boundary, 3),
            confusion=unpack_array(confusion, 2),
            lines=tuple(filter(None, str(lines or "")[:_MAX_LINES].split("\n"))),
        )
    except ValueError:
        return None


def writable(values: Iterable[Any]) -> tuple[Any, ...]:
    """Values as SQLite takes them: U+FFFD stands for each byte of a path that is not UTF-8, as where rows are read."""
    return tuple(
        strict_json.LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
        if isinstance(value, str)
        else value
        for value in values
    )


def _run(row: Iterable[object]) -> Run:
    values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    for name in _MEASURED:
        if values[name] is None:
            values[name] = math.nan
    values["starred"], values["classifies"] = bool(values["starred"]), bool(values["classifies"])
    values["settings_json"] = values.pop("settings")
    take, varied = values.pop, values.pop("varied")
    settings = () if varied == "[]" else tuple(_pairs(varied))
    numbers = take("number"), take("point"), take("seed"), take("last_epoch")
    values["trial"] = Trial(*numbers, settings, take("rung"))
    # The constructor of a frozen class sets every field through a call: half of the time of reading.
    run = object.__new__(Run)
    run.__dict__.update(values)
    return run


def _pairs(varied: str) -> Iterator[tuple[str, Any]]:
    """The settings of a trial; none if they cannot be read."""
    try:
        yield from [(str(path), value) for path, value in strict_json.load(varied)]
    except (ValueError, TypeError):
        return
