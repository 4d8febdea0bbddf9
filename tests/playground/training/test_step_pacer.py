"""The number of steps due, with a manual clock."""

from __future__ import annotations

import pytest

from playground.model.training_speed import SPEEDS, find_speed
from playground.training.mailbox import Mailbox
from playground.training.step_pacer import StepPacer


class Clock:
    """A manual clock."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def steps_of(pace: StepPacer, clock: Clock, seconds: float, per_epoch: int, look_ms: int = 8) -> int:
    """The steps due within `seconds`, polled every `look_ms`."""
    total = 0
    for _ in range(round(seconds * 1000 / look_ms)):
        clock.seconds += look_ms / 1000
        total += pace.steps_due(per_epoch) or 0
    return total


def test_a_network_that_cannot_keep_up_does_not_wait_between_slices() -> None:
    pace = StepPacer(find_speed("epoch_60"), Clock())
    assert pace.interval_ms > 0
    pace.is_behind = True
    assert pace.interval_ms == 0
    pace.start()
    assert pace.interval_ms > 0


@pytest.mark.parametrize(
    "speed", [speed for speed in SPEEDS if speed.kind != "max"], ids=lambda speed: speed.key
)
def test_a_speed_is_kept_to_the_step(speed: object) -> None:
    clock = Clock()
    pace = StepPacer(speed, clock)  # type: ignore[arg-type]
    per_second = speed.per_second * (35 if speed.kind == "epochs" else 1)  # type: ignore[attr-defined]
    assert pace.steps_due(35) == 1, "the first step comes at once"
    assert steps_of(pace, clock, 12, 35) == pytest.approx(12 * per_second, abs=1)


def test_it_says_how_far_training_is_behind() -> None:
    clock = Clock()
    for key, per_epoch in (("batch_1", 10), ("epoch_60", 3)):
        pace = StepPacer(find_speed(key), clock)
        pace.steps_due(per_epoch)
        assert pace.backlog_seconds == 0.0, key
    clock.seconds += 0.2
    pace.steps_due(3)
    assert pace.backlog_seconds == pytest.approx(0.2, abs=0.01)
    assert StepPacer(find_speed("max"), clock).backlog_seconds == float("inf")


def test_full_speed_has_no_limit() -> None:
    pace = StepPacer(find_speed("max"), Clock())
    assert pace.steps_due(10) is None
    assert pace.interval_ms == 0


def test_a_backlog_is_not_caught_up_with() -> None:
    clock = Clock()
    pace = StepPacer(find_speed("batch_5"), clock)
    pace.steps_due(10)
    clock.seconds += 60.0
    assert pace.steps_due(10) <= 3


def test_steps_that_a_slice_left_are_due_again_up_to_a_backlog() -> None:
    clock = Clock()
    pace = StepPacer(find_speed("epoch_60"), clock)
    pace.steps_due(35)
    done = 0
    for slice_ in range(1000):
        clock.seconds += 0.008
        due = pace.steps_due(35) or 0
        # Every other slice ends early, for a snapshot.
        taken = min(due, 5) if slice_ % 2 else due
        pace.put_back(due - taken)
        done += taken
    assert done == pytest.approx(8 * 60 * 35, rel=0.01)
    for _ in range(100):
        clock.seconds += 1.0
        due = pace.steps_due(35) or 0
        pace.put_back(due)
    assert due <= 0.25 * 60 * 35 + 1, "what a network cannot keep up with is dropped"


def test_it_counts_anew_from_a_start() -> None:
    clock = Clock()
    pace = StepPacer(find_speed("batch_1"), clock)
    assert pace.steps_due(10) == 1
    clock.seconds += 0.5
    assert pace.steps_due(10) == 0
    pace.start()
    assert pace.steps_due(10) == 1


def test_the_mailbox_keeps_the_newest_alone() -> None:
    box: Mailbox[int] = Mailbox()
    assert box.empty
    assert box.take() is None
    for number in range(1000):
        box.put(number)
    assert not box.empty
    assert box.take() == 999
    assert box.take() is None
    assert box.empty
