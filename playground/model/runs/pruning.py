"""Make room in the database of runs, in transactions so short that no other window waits for them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from typing import Final

from playground.model.runs.database import writing

MAX_RUNS: Final = 20_000
"""Above it the oldest runs without a star are removed."""
MAX_BYTES: Final = 1_000_000_000
"""Above it the oldest runs without a star lose their checkpoints."""
_PURGE_SECONDS = 86_400.0
"""How long a deleted run can be brought back."""
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
