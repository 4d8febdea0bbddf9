"""Batches contain every sample once per epoch, in an order that can be resumed."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.batches import Batches


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
