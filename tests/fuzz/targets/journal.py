"""Journals of sweeps, which are SQLite databases."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.sweep.journal import Journal, JournalError
from core.sweep.processes import InTurn
from core.sweep.sweep_run import SweepRun
from tests.core.sweep.small_sweeps import small_sweep
from tests.fuzz.mutations import mutate_database
from tests.fuzz.target import Target, made


def _write(path: Path) -> None:
    with Journal(path) as journal:
        for _ in SweepRun(small_sweep(rates=2), InTurn(), journal).run():
            pass


@cache
def _seeds() -> list[bytes]:
    return [made(_write, ".trials")]


def _read(path: Path) -> object:
    for left in ("-wal", "-shm"):
        path.with_name(path.name + left).unlink(missing_ok=True)
    with Journal(path) as journal:
        return journal.sweep(), [journal.project(key) for key in journal.results()]


TARGET = Target("journal", ".trials", _seeds, mutate_database, _read, (JournalError,))
