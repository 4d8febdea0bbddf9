"""The nearest training samples are those of the smallest distance, and are looked for once."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.batches import Samples
from core.inspect.found_samples import NearestSearch


def _samples(count: int = 50) -> Samples:
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(count, 4, 4, 1)).astype(np.float32)
    return Samples(inputs, np.zeros((count, 1), np.float32), rng.integers(0, 3, count))


@pytest.mark.parametrize("count", [1, 3, 50, 80])
def test_the_nearest_come_first(count: int) -> None:
    train = _samples()
    sample = np.random.default_rng(6).normal(size=(4, 4, 1)).astype(np.float32)
    found = NearestSearch(train).find(sample, count, "key")
    distances = ((train.inputs - sample) ** 2).sum(axis=(1, 2, 3))
    assert found.rows.tolist() == np.argsort(distances)[:count].tolist()
    assert np.array_equal(found.inputs, train.inputs[found.rows])
    assert np.array_equal(found.labels, train.labels[found.rows])


def test_an_equal_question_has_the_same_prediction() -> None:
    train = _samples()
    search = NearestSearch(train)
    first = search.find(train.inputs[3], 3, 3)
    assert first.rows[0] == 3
    assert search.find(train.inputs[3], 3, 3) is first
    assert search.find(train.inputs[4], 3, 4).rows[0] == 4
    assert 4 not in search.find(train.inputs[4], len(train), 5, own=4).rows
