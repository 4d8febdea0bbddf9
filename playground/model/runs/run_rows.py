"""Rows of the table of runs as `RunSummary`, and back: ten thousand within a tenth of a second."""

from __future__ import annotations

import math
import sqlite3
from typing import Any, Final

from playground.model.runs.run_record import RunSummary
from playground.model.runs.run_settings import MAX_LETTERS

_TEXTS: Final = ("name", "note", "data_key", "data_label", "data_text", "settings")
_WHOLE: Final = ("id", "parameters", "seed", "size", "starred", "classifies", "diverged")
_SWITCHES: Final = ("starred", "classifies", "diverged")
_MEASURED: Final = ("train_loss", "test_loss", "train_score", "test_score")
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
"""What holds for every row of ours; checked by SQLite, which is four times as fast as Python."""
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM runs WHERE {_SOUND}"


def read_rows(connection: sqlite3.Connection) -> list[RunSummary]:
    """All rows that are not deleted, oldest first; damaged ones are left out."""
    rows = [_summary(row) for row in connection.execute(f"{_SELECT} AND deleted IS NULL ORDER BY id")]
    shared: dict[str, str] = {}
    for row in rows:
        # Runs with equal settings share one text, in which `matching` then searches once.
        row.__dict__["settings_json"] = shared.setdefault(row.settings_json, row.settings_json)
    return rows


def read_row(connection: sqlite3.Connection, run: int) -> RunSummary | None:
    """The row of a run; None if there is none, or a damaged one."""
    row = connection.execute(f"{_SELECT} AND id=?", (run,)).fetchone()
    return None if row is None else _summary(row)


def row_values(row: RunSummary) -> dict[str, Any]:
    """The columns of a row, except its number and what the user writes."""
    fields = zip(_COLUMNS, _FIELDS, strict=True)
    values = {name: getattr(row, field) for name, field in fields if name not in _OWN}
    unknown = {name: None for name in _MEASURED if not math.isfinite(values[name])}
    return values | unknown | {name: int(values[name]) for name in _SWITCHES if name in values}


def _summary(row: tuple[object, ...]) -> RunSummary:
    values = dict(zip(_FIELDS, row, strict=True))
    for name in _MEASURED:
        if values[name] is None:
            values[name] = math.nan
    for name in _SWITCHES:
        values[name] = bool(values[name])
    # The constructor of a frozen class sets every field through a call: half of the time of reading.
    summary = object.__new__(RunSummary)
    summary.__dict__.update(values)
    return summary
