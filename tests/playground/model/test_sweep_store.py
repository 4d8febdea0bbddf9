"""Sweeps on disk: held while a window has them, offered when nobody does."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.sweep.cluster import TlsFiles
from core.sweep.compute_target import ComputeTarget
from core.sweep.journal import Journal
from playground.model.sweep_store import KeptSweep, SweepStore
from tests.core.sweep.small_sweeps import small_sweep

CLUSTER = ComputeTarget(scheduler="tls://there:1", tls=TlsFiles(Path("a"), Path("b"), Path("c")))


@pytest.fixture
def store(tmp_path: Path) -> SweepStore:
    return SweepStore(tmp_path / "sweeps")


def begun(store: SweepStore, place: ComputeTarget) -> KeptSweep:
    kept = store.begin(place, keeps_runs=False)
    with Journal(kept.journal) as journal:
        journal.begin(small_sweep())
    return kept


@pytest.mark.parametrize("place", [ComputeTarget(3), ComputeTarget(), CLUSTER])
def test_what_nobody_holds_is_taken_over(store: SweepStore, place: ComputeTarget) -> None:
    assert store.left() is None
    assert store.has_unfinished() is None
    kept = begun(store, place)
    assert store.left() is None
    assert store.has_unfinished() is None
    kept.release()
    assert store.has_unfinished() == place
    again = store.left()
    assert again is not None
    assert (again.name, again.place, again.keeps_runs, again.is_finished) == (kept.name, place, False, False)
    again.mark(finished=True)
    again.release()
    assert store.has_unfinished() is None
    last = store.left()
    assert last is not None
    assert last.is_finished
    last.release()


def test_a_few_older_ones_stay_and_clear_leaves_what_is_held(store: SweepStore) -> None:
    for _ in range(6):
        begun(store, ComputeTarget(1)).release()
    oldest, *_, newest = sorted(path.name for path in store.folder.iterdir() if path.is_dir())
    # It is not known whether a run has its weights there.
    for referred, stay in ((None, 6), ({str(store.folder / oldest / "sweep.trials")}, 4), ((), 3)):
        kept = store.left(referred)
        assert kept is not None
        assert kept.name == newest
        assert sum(path.is_dir() for path in store.folder.iterdir()) == stay
        assert (store.folder / oldest).is_dir() == (stay > 3)
        if stay > 3:
            kept.release()
    assert store.size() > 0
    store.clear()
    assert [path.name for path in store.folder.iterdir() if path.is_dir()] == [newest]
    kept.remove()
    assert store.left() is None


def test_empty_folders_are_removed_and_those_with_a_damaged_note_stay_with_their_journal(
    store: SweepStore,
) -> None:
    damaged, greedy = begun(store, ComputeTarget(1)), begun(store, ComputeTarget(1))
    empty = store.begin(ComputeTarget(1), keeps_runs=True)
    (damaged.folder / "sweep.json").write_text('{"jobs": "many"')
    note = greedy.folder / "sweep.json"
    note.write_text(note.read_text().replace('"jobs": 1', '"jobs": 1000000000'))
    for kept in (damaged, greedy, empty):
        kept.release()
    assert store.left() is None
    # A newer version may read those notes.
    assert {path.name for path in store.folder.iterdir() if path.is_dir()} == {damaged.name, greedy.name}
    assert all(kept.journal.is_file() for kept in (damaged, greedy))
    store.clear()
    assert not any(path.is_dir() for path in store.folder.iterdir())
