"""What heads look at, in words."""

from __future__ import annotations

import numpy as np
import pytest

from core.inspect.attention import AttentionFrame, habit_of
from core.spec.arrays import Array


def looks(time: int, back: int) -> Array:
    """Each position looks `back` positions back, and evenly where that is before the first."""
    found = np.full((time, time), 1.0 / time, np.float32)
    for at in range(time):
        if 0 <= at - back < time:
            found[at] = 0.0
            found[at, at - back] = 1.0
    return found


@pytest.mark.parametrize(
    ("back", "text"), [(0, "itself"), (1, "1 back"), (7, "7 back"), (-1, "1 ahead"), (-3, "3 ahead")]
)
def test_a_head_that_looks_at_one_distance_is_told_by_it(back: int, text: str) -> None:
    habit = habit_of(looks(16, back))
    assert (habit.text, habit.share) == (text, pytest.approx(1.0))


def test_the_first_position_is_a_habit_of_its_own() -> None:
    found = np.zeros((16, 16), np.float32)
    found[:, 0] = 1.0
    assert habit_of(found).text == "the first"
    # Of so few positions, a distance says as much.
    assert habit_of(found[:1, :1]).text == "itself"


def test_a_distance_that_few_positions_have_is_no_habit() -> None:
    # Only the last looks that far; all others at themselves, half of the time.
    found = 0.5 * np.eye(16, dtype=np.float32) + 0.5 / 16
    found[15] = np.eye(16, dtype=np.float32)[0]
    assert habit_of(found).text == "itself"


def test_the_heads_of_a_block_are_those_inside_it_in_order() -> None:
    heads = [np.full((2, 4, 4), number, np.float32) for number in range(3)]
    frame = AttentionFrame({1: heads[0], "3/0": heads[1], "3/2": heads[2], "13/0": heads[0]})
    assert frame.of(1) is heads[0]
    inside = frame.of(3)
    assert inside is not None
    assert inside[:, 0, 0].tolist() == [1.0, 1.0, 2.0, 2.0]
    assert frame.of(2) is None
