"""Take over the file of a sweep's trials as older programs have written it."""

from __future__ import annotations

import sqlite3
import time
from typing import Any, Final

from ..experiment.experiment import Experiment
from ..io import strict_json
from .packing import pack_curves, unpack_array
from .rows import member_of, result_of, write_member
from .trial import COUNTED, METRICS

_COLUMNS: Final = (
    "number", "rung", "point", "seed", "settings", "last_epoch", "status", "sentence", "epochs", "seconds",
    "parameters", *METRICS, "curve", "boundary", "confusion",
)  # fmt: skip


def take_trials(connection: sqlite3.Connection) -> None:
    """Within a transaction, make the trials of version 1 to 4 the members of a set in the tables of today.

    SQLite copies the weights, which are not read here. A damaged trial is left out, and so trained again.
    """
    found = connection.execute("SELECT rowid, json, engine FROM sweep").fetchone()
    if found is not None:
        key, text, engine = found
        spec = strict_json.load(str(text))
        connection.execute(
            "INSERT INTO sets (id, key, kind, name, created, plan, engine) VALUES (1, ?, 'sweep', '', ?, ?, ?)",
            (key, time.time(), strict_json.dump({"kind": "sweep", "sweep": spec}), str(engine)),
        )
        _take_members(connection, Experiment.from_json(spec["experiment"]))
    for table in ("sweep", "trials", "projects"):
        connection.execute(f"DROP TABLE {table}")


def _take_members(connection: sqlite3.Connection, base: Experiment) -> None:
    there = {row[1] for row in connection.execute("PRAGMA table_info(trials)")}
    names = (*_COLUMNS, *(name for name in ("distance", "lines", *COUNTED) if name in there))
    for row in connection.execute(f"SELECT {', '.join(names)} FROM trials ORDER BY rung, number").fetchall():
        values: dict[str, Any] = dict(zip(names, row, strict=True))
        try:
            curve = unpack_array(values["curve"], 2)
        except ValueError:
            continue
        packed = b"" if curve is None else pack_curves(curve)
        result = result_of({**values, "varied": values["settings"], "rows": packed})
        if result is None:
            continue
        run = write_member(connection, 1, member_of(base, result), 1)
        connection.execute(
            "INSERT INTO checkpoints SELECT ?, project FROM projects WHERE number=? AND rung=?",
            (run, *result.key),
        )
        connection.execute(
            "UPDATE runs SET size=coalesce((SELECT length(project) FROM checkpoints WHERE run=id), 0) WHERE id=?",
            (run,),
        )
