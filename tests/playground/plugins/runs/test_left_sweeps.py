"""Sweeps of earlier starts: offered when nobody trains them, and taken over from the folders of older programs."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.runs import store as run_store
from core.runs.store import Store, address_of
from core.sweep.cluster import TlsFiles
from core.sweep.compute_target import ComputeTarget
from core.sweep.journal import Journal, begin_sweep
from playground.model.project_lock import acquire_lock
from playground.plugins.runs import left_sweeps
from playground.plugins.runs.left_sweeps import left_sweep, place_of
from tests.core.runs.made_runs import finished
from tests.core.sweep.small_sweeps import numbers, small_sweep

CLUSTER = ComputeTarget(scheduler="tls://there:1", tls=TlsFiles(Path("a"), Path("b"), Path("c")))
TRIALS = Path(__file__).parents[3] / "fixtures" / "comparisons" / "0.1.0" / "halving.trials"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "runs.sqlite")) as made:
        yield made


@pytest.mark.parametrize("place", [ComputeTarget(3), ComputeTarget(), CLUSTER])
def test_the_newest_that_nobody_trains_is_left(
    store: Store, tmp_path: Path, place: ComputeTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sweeps"
    assert left_sweep(store, folder) is None
    assert not store.path.exists()
    numbers = [begin_sweep(store, "", small_sweep(), place) for _ in range(2)]
    begin_sweep(store, "", small_sweep(), home="rates.trials")
    found = left_sweep(store, folder)
    assert found is not None
    assert (found.id, found.name, found.state) == (numbers[1], "Moons: Learning rate × Units", "paused")
    assert place_of(found) == place
    assert store.hold(numbers[1])
    assert getattr(left_sweep(store, folder), "id", None) == numbers[0]
    store.release(numbers[1], "done")
    assert getattr(left_sweep(store, folder), "state", None) == "done"
    # What a process that has ended held is left, too.
    monkeypatch.setattr(run_store, "me", lambda: "elsewhere 1 word")
    store.hold(numbers[1])
    monkeypatch.setattr("core.runs.run_set.is_alive", lambda holder: False)
    assert getattr(left_sweep(store, folder), "id", None) == numbers[1]


def _older(folder: Path, name: str, **note: object) -> Path:
    """A sweep as the window kept it in a folder of its own."""
    made = folder / name
    made.mkdir(parents=True)
    written = {"finished": True, "keeps_runs": True, "jobs": 2, "scheduler": "", "tls": None, **note}
    (made / "sweep.json").write_text(json.dumps(written))
    shutil.copy(TRIALS, made / "sweep.trials")
    return made


@pytest.mark.parametrize("breaks", [False, True])
def test_a_sweep_of_an_older_program_is_taken_over_once(
    store: Store, tmp_path: Path, breaks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sweeps"
    made = _older(folder, "1-a", finished=False)
    with Journal(Path(shutil.copy(TRIALS, tmp_path))) as journal:
        expected = {key: (numbers(each), journal.project(key)) for key, each in journal.results().items()}
    with Journal(made / "sweep.trials") as journal:
        key = journal.key
        chosen = next(each for each in journal.results().values() if each.trial.rung == 2)
    # A run that had its weights there, and what the user wrote of it.
    run = store.record(replace(finished(), name="Mine"))
    assert run is not None
    store.edit([run.id], starred=True)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        text = address_of((made / "sweep.trials").absolute(), key, chosen.key)
        connection.execute("UPDATE checkpoints SET project=?", (text,))
    if breaks:
        # Killed before the folder has gone.
        with monkeypatch.context() as patch:
            patch.setattr(left_sweeps.shutil, "rmtree", lambda _: None)
            left_sweep(store, folder)
        assert made.is_dir()
    found = left_sweep(store, folder)
    assert not made.exists()
    assert found is not None
    assert (found.key, found.state, place_of(found), len(store.sets())) == (
        key, "paused", ComputeTarget(2), 1,
    )  # fmt: skip
    assert {
        key: (numbers(each), store.project(found.id, key)) for key, each in store.results(found.id).items()
    } == expected
    listed = {row.trial.number: row for row in store.summaries()}
    kept = listed[chosen.trial.number]
    assert (kept.id, kept.name, kept.starred, kept.set_id) == (run.id, "Mine", True, found.id)
    assert len(store.members(found.id)) == len({number for number, _ in expected})
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("SELECT DISTINCT typeof(project) FROM checkpoints").fetchall() == [
            ("blob",)
        ]


def test_what_an_older_program_runs_or_what_cannot_be_read_stays(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "sweeps"
    held, damaged, unlisted = (_older(folder, name, keeps_runs=False) for name in ("1-a", "2-b", "3-c"))
    (damaged / "sweep.json").write_text('{"jobs": "many"')
    lock = acquire_lock(folder / "1-a.lock")
    found = left_sweep(store, folder)
    lock.unlock()
    assert found is not None
    assert (found.listed, found.state, len(store.sets()), store.summaries()) == (0, "done", 1, [])
    assert held.is_dir()
    assert damaged.is_dir()
    assert not unlisted.exists()
