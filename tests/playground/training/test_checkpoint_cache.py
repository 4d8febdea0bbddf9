"""Checkpoints of earlier revisions: kept up to a budget, shared by revisions of one run, dropped at once."""

from __future__ import annotations

import numpy as np
import pytest

from core.experiment.project_file import TrainerState
from playground.training.checkpoint_cache import CheckpointCache


def state(size: int) -> TrainerState:
    """A training state of that many bytes."""
    return TrainerState({}, {"weights": np.zeros(size, np.int8)})


@pytest.fixture
def cache() -> CheckpointCache:
    """Room for 100 bytes, with 40 each of the revisions 1 and 2."""
    made = CheckpointCache(max_bytes=100)
    for revision in (1, 2):
        made.put(revision, state(40))
    return made


def test_the_oldest_goes_when_there_is_no_room(cache: CheckpointCache) -> None:
    cache.put(3, state(40))
    assert cache.get(1) is None
    assert cache.get(2) is not None
    assert cache.get(3) is not None


def test_a_newer_checkpoint_of_a_revision_takes_the_place_of_its_last(cache: CheckpointCache) -> None:
    newer = state(60)
    cache.put(1, newer)
    assert cache.get(1) is newer
    assert cache.get(2) is not None


def test_one_larger_than_the_budget_is_not_kept(cache: CheckpointCache) -> None:
    cache.put(3, state(101))
    assert [cache.get(revision) for revision in (1, 2, 3)] == [None] * 3


def test_a_revision_whose_training_went_on_shares_the_later_checkpoint(cache: CheckpointCache) -> None:
    cache.link(7, 8)
    cache.link(8, 2)
    assert cache.get(7) is cache.get(8) is cache.get(2)
    cache.put(7, state(1))
    assert cache.get(7) is not cache.get(2)


def test_all_are_dropped_with_their_links(cache: CheckpointCache) -> None:
    cache.link(7, 2)
    cache.clear()
    assert [cache.get(revision) for revision in (1, 2, 7)] == [None] * 3
    cache.put(2, state(100))
    assert cache.get(7) is None
    assert cache.get(2) is not None
