"""The store of moments: order, lineage and limits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from core.train.history import HistoryLog
from playground.model.timeline.moment import Edit
from playground.model.timeline.spill import SpillFolder
from playground.model.timeline.store import DISK_TIMES, MAX_MOMENTS, TimelineStore, drop_order, thinned
from tests.playground.model.timeline.made_moments import moment

_DATA = cast(Any, None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TimelineStore]:
    store = TimelineStore(spill=SpillFolder(tmp_path / "moments"))
    store.begin(1, _DATA, HistoryLog(), None, 0.0)
    yield store
    store.clear()


def _positions(store: TimelineStore, run: int) -> list[float]:
    return [each.position for each in store.moments(run)]


def test_a_run_that_continues_another_shows_its_moments_up_to_where_it_began(store: TimelineStore) -> None:
    for position in range(5):
        store.add(*moment(position))
    store.mark(1, Edit(1.0, "before"))
    store.mark(1, Edit(4.0, "after"))
    store.begin(2, _DATA, HistoryLog(), 1, 2.5)
    store.mark(2, Edit(2.5, "Branch"))
    store.add(*moment(2.5, 2))
    store.add(*moment(3.0, 2))
    assert _positions(store, 2) == [0, 1, 2, 2.5, 3]
    assert [edit.text for edit in store.edits(2)] == ["before", "Branch"]
    assert _positions(store, 1) == [0, 1, 2, 3, 4]


def test_at_the_branch_itself_the_new_run_has_the_only_moment(store: TimelineStore) -> None:
    """The weights there may have been edited; the edit that led there is of both."""
    for position in range(4):
        store.add(*moment(position))
    store.mark(1, Edit(2.0, "there"))
    store.begin(2, _DATA, HistoryLog(), 1, 2.0)
    assert _positions(store, 2) == [0, 1]
    store.add(*moment(2.0, 2))
    store.begin(3, _DATA, HistoryLog(), 2, 2.0)
    store.add(*moment(2.0, 3))
    assert [(each.position, each.run) for each in store.moments(3)] == [(0, 1), (1, 1), (2, 3)]
    assert [(each.position, each.run) for each in store.moments(2)] == [(0, 1), (1, 1), (2, 2)]
    assert [edit.text for edit in store.edits(3)] == ["there"]
    assert _positions(store, 1) == [0, 1, 2, 3]
    # From a moment that is earlier than all of the run that was shown.
    store.begin(4, _DATA, HistoryLog(), 3, 1.0)
    assert _positions(store, 4) == [0]


def test_a_run_that_starts_anew_shows_nothing_of_another(store: TimelineStore) -> None:
    store.add(*moment(0.0))
    store.begin(2, _DATA, HistoryLog(), None, 0.0)
    assert _positions(store, 2) == []


def test_a_moment_at_the_same_position_replaces_the_last(store: TimelineStore) -> None:
    for _ in range(3):
        store.add(*moment(1.0))
    assert _positions(store, 1) == [1.0]
    assert store.memory_bytes == 400


def test_a_drag_is_one_edit(store: TimelineStore) -> None:
    store.mark(1, Edit(1.0, "Rate 0.1"))
    store.mark(1, Edit(2.0, "Rate 0.2"), replaces=True)
    store.mark(1, Edit(2.0, "Rate 0.3"))
    assert store.edits(1) == (Edit(2.0, "Rate 0.3"),)


def test_what_is_above_the_memory_limit_goes_to_disk_and_reads_the_same(store: TimelineStore) -> None:
    store.memory_limit = 1_000
    for position in range(10):
        store.add(*moment(position))
    assert store.memory_bytes <= 1_000
    assert store.disk_bytes == 4_000 - store.memory_bytes
    for each in store.moments(1):
        vectors = store.vectors(each)
        assert vectors is not None
        np.testing.assert_array_equal(vectors[0], np.full(100, each.position, np.float32))


def test_memory_and_disk_stay_bounded(store: TimelineStore) -> None:
    store.memory_limit = 10_000
    for position in range(1_000):
        store.add(*moment(position, resumable=position % 7 == 0))
        assert store.memory_bytes <= 10_000
        assert store.memory_bytes + store.disk_bytes <= 10_000 * (1 + DISK_TIMES)
    assert _positions(store, 1)[0] == 0.0
    assert _positions(store, 1)[-1] == 999.0
    assert len(store.moments(1)) > 90


def test_a_full_disk_leaves_fewer_moments_in_memory(tmp_path: Path) -> None:
    class FullDisk(SpillFolder):
        def write(self, number: int, vectors: Any) -> None:
            raise OSError(28, "No space left on device")

    store = TimelineStore(10_000, FullDisk(tmp_path))
    store.begin(1, _DATA, HistoryLog(), None, 0.0)
    for position in range(100):
        store.add(*moment(position))
        assert store.memory_bytes <= 10_000
    assert store.disk_bytes == 0
    assert len(store.moments(1)) > 15
    assert all(store.vectors(each) is not None for each in store.moments(1))


def test_the_number_of_moments_is_bounded_and_edits_keep_theirs(store: TimelineStore) -> None:
    for position in range(3 * MAX_MOMENTS):
        segment = int(position >= 500)
        store.add(*moment(position, size=1, segment=segment, resumable=position % 50 == 0))
    kept = store.moments(1)
    assert MAX_MOMENTS / 2 < len(kept) <= MAX_MOMENTS
    assert 500.0 in _positions(store, 1)


def test_runs_that_only_undo_reaches_are_thinned_first(store: TimelineStore) -> None:
    for position in range(1_500):
        store.add(*moment(position, size=1))
    store.begin(2, _DATA, HistoryLog(), None, 0.0)
    for position in range(1_500):
        store.add(*moment(position, 2, size=1))
    assert len(store.moments(2)) > 3 * len(store.moments(1))


def test_the_nearest_resumable_moment_of_the_same_segment_leads_to_a_moment(store: TimelineStore) -> None:
    made = [
        moment(0.0),
        moment(1.0, resumable=False),
        moment(2.0, segment=1),
        moment(3.0, segment=1, resumable=False),
        moment(4.0, segment=2, resumable=False),
    ]
    for each, vectors in made:
        store.add(each, vectors)
    found = [store.resumable_before(each) for each, _ in made]
    assert found == [made[0][0], made[0][0], made[2][0], made[2][0], None]


def test_a_moment_whose_file_was_cut_off_is_gone(store: TimelineStore, tmp_path: Path) -> None:
    store.memory_limit = 500
    for position in range(3):
        store.add(*moment(position))
    (file, *_) = (tmp_path / "moments").glob("*/*.bin")
    os.truncate(file, file.stat().st_size // 2)
    assert [store.vectors(each) is None for each in store.moments(1)].count(True) == 1


def test_clear_frees_memory_and_disk(store: TimelineStore, tmp_path: Path) -> None:
    store.memory_limit = 500
    for position in range(3):
        store.add(*moment(position))
    store.clear()
    assert (store.memory_bytes, store.disk_bytes, store.moments(1)) == (0, 0, ())
    assert not list((tmp_path / "moments").glob("*/*.bin"))


def _survivors(count: int, keep: int, edits: tuple[float, ...] = ()) -> np.ndarray:
    positions = np.arange(count, dtype=float)
    while len(positions) > keep:
        scores = drop_order(positions, np.array(edits), np.ones(len(positions)))
        # As the store: few at once.
        excess = min(len(positions) - keep, len(positions) / 8)
        drop = thinned(scores, np.ones(len(positions)), excess)
        assert drop.any()
        positions = positions[~drop]
    return positions


def test_both_ends_stay_and_moments_near_now_are_denser() -> None:
    kept = _survivors(4_000, 400)
    assert (kept[0], kept[-1]) == (0.0, 3_999.0)
    gaps = np.diff(kept)
    assert gaps.max() > 1.9 * gaps[-50:].mean()
    assert gaps.max() < 4 * gaps.mean()


def test_the_first_epochs_all_stay() -> None:
    assert (np.diff(_survivors(4_000, 400))[:21] == 1.0).all()


def test_moments_near_an_edit_are_denser() -> None:
    kept = _survivors(4_000, 400, edits=(1_000.0,))
    near = ((kept > 900) & (kept < 1_100)).sum()
    assert near > 1.7 * ((kept > 1_900) & (kept < 2_100)).sum()


def test_no_two_neighbours_go_at_once() -> None:
    scores = drop_order(np.arange(100.0), np.empty(0), np.ones(100))
    drop = thinned(scores, np.ones(100), 1_000.0)
    assert not (drop[1:] & drop[:-1]).any()


def test_two_moments_are_both_ends() -> None:
    assert np.isinf(drop_order(np.array([0.0, 1.0]), np.empty(0), np.ones(2))).all()
