"""Sweeps of earlier starts: the newest that can be shown again, and those that older programs kept in folders."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from platformdirs import user_state_path

from core.io import strict_json
from core.runs.run import DataTexts
from core.runs.run_set import RunSet
from core.runs.store import Store, StoreError
from core.sweep.compute_target import ComputeTarget
from core.sweep.journal import Journal
from playground.model.project_lock import acquire_lock

log = logging.getLogger(__name__)


def left_sweep(store: Store, folder: Path | None = None) -> RunSet | None:
    """The newest sweep of the window that nobody trains, finished or not. Raises `StoreError`."""
    folder = folder or user_state_path("numpynet-playground", appauthor=False) / "sweeps"
    for note in sorted(folder.glob("*/sweep.json")):
        try:
            _take(store, note)
        except (OSError, ValueError, TypeError, KeyError, StoreError):
            log.exception("A sweep of an older program cannot be taken over")
    if not store.path.is_file():
        return None
    free = [each for each in store.sets() if each.kind == "sweep" and not (each.home or each.is_held)]
    return free[-1] if free else None


def place_of(sweep: RunSet) -> ComputeTarget:
    """Where its trials run."""
    return ComputeTarget.from_json(sweep.plan.get("target"))


def _take(store: Store, note: Path) -> None:
    """Make the trials in a note's folder a set of the store, their runs its members, and remove the folder."""
    found, file = strict_json.load(note.read_bytes()), note.with_name("sweep.trials")
    with _lock(note.parent) as is_free:
        if not is_free:
            return
        if file.is_file():
            with Journal(file) as journal:
                sweep = journal.sweep()
                if sweep is not None:
                    set_id = journal.begin_copy(
                        store, target=ComputeTarget.from_json(found), listed=bool(found["keeps_runs"])
                    )
                    store.adopt(set_id, file.absolute(), journal.key)
                    own = Journal(store=store, set_id=set_id, text=DataTexts(sweep.experiment))
                    for key, result in journal.results().items():
                        own.add(replace(result, project=journal.project(key)))
                    store.release(set_id, "done" if found["finished"] else "paused")
        shutil.rmtree(note.parent)


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """Whether no older program has the sweep in a folder."""
    lock = acquire_lock(folder.with_name(f"{folder.name}.lock"))
    try:
        yield lock.isLocked()
    finally:
        lock.unlock()
