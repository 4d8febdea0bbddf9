"""A thread with much to do rests, so that the window has the interpreter."""

from __future__ import annotations

import pytest

from playground.training.duty_cycle import DutyCycle


class Work:
    """A clock of the time that a thread has used, and its rests."""

    def __init__(self) -> None:
        self.used = 5.0
        self.rests: list[float] = []

    def clock(self) -> float:
        return self.used


@pytest.mark.parametrize(
    ("share", "seconds", "rest"), [(1 / 3, 0.01, 0.02), (0.5, 0.03, 0.03), (1 / 3, 0.2, 0.1), (1.0, 0.2, 0.0)]
)
def test_a_thread_rests_for_the_other_share_of_its_time_up_to_a_tenth_of_a_second(
    share: float, seconds: float, rest: float
) -> None:
    work = Work()
    duty = DutyCycle(share, work.clock, work.rests.append)
    for _ in range(2):
        work.used += seconds
        duty.rest()
    assert work.rests == pytest.approx([rest, rest])
