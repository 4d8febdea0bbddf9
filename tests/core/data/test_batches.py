"""Batches contain every sample once per epoch, in an order that can be resumed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.data.batches import Batch, Batches, BatchMaker, BatchNoise, Samples


def test_batches_give_every_sample_once_an_epoch() -> None:
    inputs = np.arange(1300, dtype=np.float32)[:, None]
    batches = Batches(inputs, inputs, 7, seed=3)
    orders = []
    for _ in range(2):
        seen = []
        while not batches.finished:
            rows, targets, _ = batches.next()
            np.testing.assert_array_equal(rows, targets)
            seen.append(rows.copy())
        assert [len(rows) for rows in seen] == [7] * 185 + [5]
        assert batches.step == batches.steps == 186
        orders.append(np.concatenate(seen).ravel())
        np.testing.assert_array_equal(np.sort(orders[-1]), inputs.ravel())
        batches.start_epoch()
    assert not np.array_equal(orders[0], orders[1])
    still = Batches(inputs, inputs, 1000, shuffle=False)
    np.testing.assert_array_equal(still.next()[0], inputs[:1000])


def test_batches_change_size_in_the_middle_of_an_epoch() -> None:
    inputs = np.arange(100, dtype=np.float32)[:, None]
    batches = Batches(inputs, inputs, 10, seed=3)
    seen = [batches.next()[0].copy() for _ in range(3)]
    batches.batch_size = 33
    while not batches.finished:
        seen.append(batches.next()[0].copy())
    assert [len(rows) for rows in seen] == [10, 10, 10, 33, 33, 4]
    np.testing.assert_array_equal(np.sort(np.concatenate(seen).ravel()), inputs.ravel())


def test_batches_resume_where_they_were() -> None:
    inputs = np.arange(40, dtype=np.float32)[:, None]
    batches, other = (Batches(inputs, inputs, 6, seed=seed) for seed in (3, 8))
    for _ in range(10):
        batches.next()
        if batches.finished:
            batches.start_epoch()
    other.resume(batches.epoch_state, batches.position, batches.step)
    for _ in range(12):
        np.testing.assert_array_equal(batches.next()[0], other.next()[0])
        for one in (batches, other):
            if one.finished:
                one.start_epoch()


@pytest.mark.parametrize("done", [0, 1, 2, 4])
def test_epochs_ahead_have_the_orders_of_one_after_the_other(done: int) -> None:
    rows = np.zeros((7, 1), np.float32)
    ahead, one_by_one = (Batches(rows, rows, 3, seed=4) for _ in range(2))
    orders = ahead.upcoming(4)
    ahead.end_epochs(done)
    for order in orders[:done]:
        np.testing.assert_array_equal(order, one_by_one.order)
        one_by_one.start_epoch()
    # And the one after that, which is drawn from the same state.
    for batches in (ahead, one_by_one):
        batches.start_epoch()
    np.testing.assert_array_equal(ahead.order, one_by_one.order)
    assert ahead.epoch_state == one_by_one.epoch_state


ROWS = np.arange(12.0).reshape(6, 2)
BATCH: Batch = (ROWS, ROWS[:, :1], np.arange(6.0))


class Noisy:
    """Adds noise; draws into the same array each time, as makers may."""

    def __init__(self) -> None:
        self._made = np.empty_like(ROWS)

    def make(self, source: Any, targets: Any, noise: np.random.Generator) -> tuple[Any, Any]:
        made = self._made[: len(source)]
        np.add(source, noise.normal(size=source.shape), out=made)
        return made, targets + noise.random()


def inputs_at(maker: BatchMaker, epoch: int, position: int) -> np.ndarray:
    return maker.make(BATCH, epoch, position)[0].copy()


def test_noise_is_that_of_its_place_whatever_was_drawn_before() -> None:
    noise, other = BatchNoise(3), BatchNoise(3)
    expected = noise.at(5, 64).normal(size=7)
    for epoch, position in ((0, 0), (5, 32), (6, 64)):
        other.at(epoch, position).random(3)
        assert not np.isclose(other.at(epoch, position).normal(size=7), expected).any()
    np.testing.assert_array_equal(other.at(5, 64).normal(size=7), expected)
    assert not np.isclose(BatchNoise(4).at(5, 64).normal(size=7), expected).any()


def test_numbers_of_neighbouring_places_do_not_overlap() -> None:
    noise = BatchNoise(0)
    drawn = [noise.at(*place).random(1000) for place in ((0, 0), (0, 1), (1, 0), (1, 1))]
    assert len(np.unique(np.concatenate(drawn))) == 4000


def test_a_batch_is_made_again_at_the_same_place() -> None:
    maker, again = BatchMaker([Noisy()], 1), BatchMaker([Noisy()], 1)
    first = inputs_at(maker, 2, 10)
    inputs_at(again, 0, 0)
    np.testing.assert_array_equal(inputs_at(again, 2, 10), first)
    assert not np.array_equal(inputs_at(again, 2, 11), first)


def test_makers_follow_one_another_and_weights_stay() -> None:
    once, twice = BatchMaker([Noisy()], 1), BatchMaker([Noisy(), Noisy()], 1)
    made, targets, weights = twice.make(BATCH, 0, 0)
    assert weights is BATCH[2]
    assert not np.array_equal(made, inputs_at(once, 0, 0))
    assert (targets > BATCH[1]).all()


def test_all_samples_are_made_into_arrays_of_their_own() -> None:
    rows = np.zeros((1100, 2))
    samples = Samples(rows, rows[:, :1], rows, np.ones(1100), rows)
    made = BatchMaker([Shift()], 0).make_all(samples, 3)
    assert len(made) == 1100
    assert made.source is None
    assert len(np.unique(made.inputs)) == 3, "drawn in three parts, none of which is overwritten by the next"
    np.testing.assert_array_equal(made.weights, np.ones(1100))


class Shift:
    """Moves a batch by one random number."""

    def make(self, source: Any, targets: Any, noise: np.random.Generator) -> tuple[Any, Any]:
        return source + noise.random(), targets


@pytest.mark.parametrize("source", [None, ROWS + 1.0], ids=["inputs", "source"])
def test_a_batch_is_made_of_the_source_where_there_is_one(source: Any) -> None:
    samples = Samples(ROWS, ROWS[:, :1], ROWS[:, 0], source=source)
    np.testing.assert_array_equal(samples.batch[0], ROWS if source is None else source)
    part = Samples.joined([samples.part(slice(2)), samples.part(np.array([5, 4]))])
    np.testing.assert_array_equal(part.batch[0], samples.batch[0][[0, 1, 5, 4]])
    assert part.weights is None
