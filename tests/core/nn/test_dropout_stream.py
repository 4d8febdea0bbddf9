"""The numbers of dropout: the same for the same place, evenly spread, and unrelated to their neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.nn.dropout_stream import DropoutStream, GeneratorStream, dropout_stream


def test_a_block_has_the_same_numbers_however_it_is_reached() -> None:
    straight, jumping = DropoutStream(5), DropoutStream(5)
    numbers = straight.take(16 * 3000).copy()
    for block in (2999, 0, 1500, 7):
        jumping.load_state_dict({**jumping.state_dict(), "block": block})
        np.testing.assert_array_equal(jumping.take(16), numbers[16 * block : 16 * block + 16])
    single = DropoutStream(5)
    for mask in range(40):
        # A mask of 70 numbers takes five blocks.
        np.testing.assert_array_equal(single.take(70), numbers[80 * mask : 80 * mask + 70])
    assert single.block == 200


def test_the_numbers_are_those_of_philox_and_never_change() -> None:
    stream = DropoutStream(0)
    philox = np.random.Philox(key=stream.key)
    words = philox.random_raw(8)
    np.testing.assert_array_equal(stream.take(32), words.astype("<u8").view("<u2"))
    assert stream.key.tolist() == [4989270442267675056, 16313221354372893317]


def test_the_numbers_are_even_and_unrelated() -> None:
    columns = [DropoutStream(seed).take(1 << 18).astype(np.float64) for seed in (0, 1)]
    for numbers in columns:
        counts, _ = np.histogram(numbers, 64, (0, 65536))
        # Chi-squared of 63 degrees of freedom: more than 110 comes once in 5,000 times.
        assert np.sum((counts - len(numbers) / 64) ** 2) / (len(numbers) / 64) < 110
    one, two = columns
    pairs = [(one, two), *((one[:-lag], one[lag:]) for lag in (1, 2, 16, 64, 1024))]
    for first, second in pairs:
        assert abs(np.corrcoef(first, second)[0, 1]) < 0.01


def test_a_restored_stream_goes_on() -> None:
    stream = DropoutStream(2)
    stream.take(100)
    again = dropout_stream(stream.state_dict(), np.random.default_rng(0))
    np.testing.assert_array_equal(again.take(30), stream.take(30))


def test_older_states_use_the_generator() -> None:
    for state in (None, {"version": 1}):
        stream = dropout_stream(state, np.random.default_rng(3))
        assert isinstance(stream, GeneratorStream)
        wanted = np.random.default_rng(3).random((5, 4), np.float32)
        np.testing.assert_array_equal(stream.take(20).reshape(5, 4), wanted)
        assert stream.state_dict() == {"version": 1}


@pytest.mark.parametrize(
    "state",
    [
        [],
        {"version": 9},
        {"version": 2},
        {"version": 2, "key": [1, -1], "block": 0},
        {"version": 2, "key": [1, 2**64], "block": 0},
        {"version": 2, "key": [1, 2], "block": 2**60},
        {"version": 2, "key": [1, 2], "block": True},
    ],
)
def test_an_invalid_state_is_refused(state: Any) -> None:
    with pytest.raises(ValueError, match="the dropout's state must be"):
        dropout_stream(state, np.random.default_rng(0))
