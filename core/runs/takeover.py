"""Take over the file of a sweep's trials as version 1.0.0 has written it."""

from __future__ import annotations

import math
import sqlite3
import time
from typing import Any, Final

from ..experiment.experiment import Experiment
from ..io import strict_json
from .packing import unpack_array
from .rows import member_of, write_member
from .trial import METRICS, Trial, TrialResult

_MEASURED: Final = ("status", "sentence", "epochs", "seconds", "parameters", *METRICS)
_COLUMNS: Final = (
    "number", "rung", "point", "seed", "settings", "last_epoch", *_MEASURED, "curve", "boundary", "confusion",
)  # fmt: skip


def take_trials(connection: sqlite3.Connection) -> None:
    """Within a transaction, make the trials the members of a set in the tables of today.

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
    found = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM trials ORDER BY rung, number").fetchall()
    for number, rung, point, seed, settings, last_epoch, *measured, curve, boundary, confusion in found:
        try:
            varied = tuple((str(path), value) for path, value in strict_json.load(settings))
            known: dict[str, Any] = dict(zip(_MEASURED, measured, strict=True))
            known |= {name: math.nan for name in METRICS if known[name] is None}
            known["curve"], known["boundary"] = unpack_array(curve, 2), unpack_array(boundary, 3)
            known["confusion"] = unpack_array(confusion, 2)
            result = TrialResult(Trial(number, point, seed, last_epoch, varied, rung), **known)
            run = write_member(connection, 1, member_of(base, result), 1)
        except (ValueError, TypeError, OverflowError, sqlite3.IntegrityError):
            continue
        copy = "INSERT INTO checkpoints SELECT ?, project FROM projects WHERE number=? AND rung=?"
        connection.execute(copy, (run, *result.key))
    size = "(SELECT length(project) FROM checkpoints WHERE run=id)"
    connection.execute(f"UPDATE runs SET size=coalesce({size}, 0)")
