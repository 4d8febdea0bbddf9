"""Make room in a file of runs: the oldest without a star go first, and no set is broken without a word."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from typing import Final

from .schema import writing

MAX_RUNS: Final = 20_000
"""Above it the oldest runs without a star are removed."""
MAX_BYTES: Final = 1_000_000_000
"""Above it the oldest runs without a star lose their checkpoints; of one set, those with the highest test loss."""
_PURGE_SECONDS = 86_400.0
"""Time for which a deleted run can be brought back."""
_IS_SIZE: Final = "typeof(size)='integer' AND size BETWEEN 1 AND 200000000"
"""Of a checkpoint, whose arrays take at most 100 MB. One damaged size would cost all others theirs."""
_FREE: Final = (
    "starred=0 AND (set_id IS NULL OR set_id IN"
    " (SELECT id FROM sets WHERE state IN ('done', 'failed') OR (kind<>'sweep' AND state='paused')))"
)
"""A sweep that trains or is paused could not go on without its members; many a race is left and never ends."""
_AT_ONCE = 20
"""Runs in one transaction; 20 checkpoints of a megabyte go within 10 ms."""


def prune(connection: sqlite3.Connection, most_runs: int, most_bytes: int) -> None:
    """Remove runs deleted a day ago, and the oldest without a star above the limits."""
    yesterday = time.time() - _PURGE_SECONDS
    _remove(connection, _ids(connection, "SELECT id FROM runs WHERE deleted < ?", yesterday))
    with writing(connection):
        connection.execute("DELETE FROM sets WHERE deleted < ?", (yesterday,))
    newest = "SELECT id FROM runs ORDER BY id DESC LIMIT ?"
    _remove(
        connection, _ids(connection, f"SELECT id FROM runs WHERE {_FREE} AND id NOT IN ({newest})", most_runs)
    )
    runs = _in_excess(connection, "1", _FREE, "id", most_bytes)
    for start in range(0, len(runs), _AT_ONCE):
        with writing(connection):
            _drop(connection, runs[start : start + _AT_ONCE])


def make_room(connection: sqlite3.Connection, set_id: int, most_bytes: int = MAX_BYTES) -> None:
    """Within a transaction, drop the weights of the worst members of a set until the others fit."""
    worst = "test_loss IS NULL DESC, test_loss DESC, id"
    _drop(connection, _in_excess(connection, f"set_id={set_id}", "starred=0", worst, most_bytes))


def _ids(connection: sqlite3.Connection, query: str, value: float) -> list[int]:
    return [int(row[0]) for row in connection.execute(query, (value,))]


def _remove(connection: sqlite3.Connection, runs: Sequence[int]) -> None:
    for start in range(0, len(runs), _AT_ONCE):
        with writing(connection) as revision:
            for run in runs[start : start + _AT_ONCE]:
                # Another window may have brought one back, or starred it, since it was listed.
                query = f"DELETE FROM runs WHERE id=? AND (deleted IS NOT NULL OR ({_FREE})) RETURNING set_id, deleted"
                for set_id, deleted in connection.execute(query, (run,)).fetchall():
                    if deleted is None:
                        connection.execute(
                            "UPDATE sets SET gone=gone+1, revision=? WHERE id=?", (revision, set_id)
                        )


def _in_excess(
    connection: sqlite3.Connection, where: str, free: str, order: str, most_bytes: int
) -> list[int]:
    """The first free runs in an order, without whose checkpoints the others have at most so many bytes."""
    among = f"FROM runs WHERE {where} AND {_IS_SIZE}"
    excess = connection.execute(f"SELECT coalesce(sum(size), 0) {among}").fetchone()[0] - most_bytes
    if excess <= 0:
        return []
    before = f"sum(size) OVER (ORDER BY {order}) - size AS before"
    query = f"SELECT id FROM (SELECT id, {before} {among} AND {free} ORDER BY {order}) WHERE before < ?"
    return _ids(connection, query, excess)


def _drop(connection: sqlite3.Connection, runs: Sequence[int]) -> None:
    chosen = [(run,) for run in runs]
    connection.executemany("DELETE FROM checkpoints WHERE run=?", chosen)
    connection.executemany(
        "UPDATE runs SET size=0, revision=(SELECT revision FROM counter) WHERE id=?", chosen
    )
