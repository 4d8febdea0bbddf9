"""The rate of snapshots, and redraws of all views or some in turn."""

from __future__ import annotations

import pytest

from playground.training import snapshot_rate
from playground.training.snapshot_rate import RedrawScheduler, SnapshotRate, Turn, drawing_turns

GROUPS = (("plot",), ("canvas", "strip"), ("plot",), ("curves",))
ALL = ("plot", "canvas", "strip", "curves")
DEAR, CHEAP = 0.003, 0.001
"""Drawing times of views, in seconds."""
FRAME = 1 / 64
EARLY = 0.0005
"""Half of the shortest slice: a snapshot that is due in less is taken at once."""


class Clock:
    """A manual clock in seconds."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rate(clock: Clock) -> SnapshotRate:
    return SnapshotRate(clock)


def pause_after(rate: SnapshotRate, clock: Clock, cost: float) -> float:
    """Time from the start of a snapshot of `cost` seconds until the next one is due."""
    start = clock.seconds
    with rate.measured():
        clock.seconds += cost
    while not rate.is_due:
        clock.seconds += 1e-4
    return clock.seconds - start


def test_the_first_picture_is_due_at_once(rate: SnapshotRate) -> None:
    assert rate.is_due


@pytest.mark.parametrize(
    ("cost", "between"),
    [
        pytest.param(0.001, FRAME, id="about 64 a second"),
        pytest.param(0.3 * FRAME, FRAME, id="three tenths of a frame"),
        pytest.param(0.0078, 0.0195, id="four tenths of the time for 50 a second"),
        pytest.param(0.0082, 0.0273, id="beyond three tenths"),
        pytest.param(0.015, 0.050, id="a dear one takes three tenths"),
        pytest.param(0.022, 0.050, id="up to half of the time for 20 a second"),
        pytest.param(0.060, 0.200, id="dearer"),
        pytest.param(0.150, 0.400, id="but the pause ends after a quarter of a second"),
    ],
)
def test_the_longer_a_picture_takes_the_later_the_next_is_due(
    rate: SnapshotRate, clock: Clock, cost: float, between: float
) -> None:
    assert pause_after(rate, clock, cost) == pytest.approx(between - EARLY, abs=2e-4)


def test_after_a_dear_picture_among_cheap_ones_the_pause_is_that_of_the_others(
    rate: SnapshotRate, clock: Clock
) -> None:
    for cost in (0.005, 0.005, 0.005, 0.012, 0.005, 0.012):
        assert pause_after(rate, clock, cost) == pytest.approx(max(FRAME, cost + 0.0075), abs=6e-4)
    assert pause_after(rate, clock, 0.012) == pytest.approx(0.040, abs=6e-4)


def test_at_full_speed_each_picture_pays_for_itself(rate: SnapshotRate, clock: Clock) -> None:
    rate.at_full_speed = True
    for cost in (0.006, 0.012, 0.006):
        assert pause_after(rate, clock, cost) == pytest.approx(cost / 0.3, abs=6e-4)


def test_training_that_would_wait_leaves_its_time_to_pictures(rate: SnapshotRate, clock: Clock) -> None:
    assert pause_after(rate, clock, 0.010) > 2 * FRAME
    rate.training_waits = True
    assert pause_after(rate, clock, 0.010) == pytest.approx(FRAME, abs=6e-4)


@pytest.mark.parametrize(("cost", "between"), [(0.001, FRAME), (0.009, 0.030)], ids=("cheap", "dear"))
def test_a_late_picture_does_not_delay_the_next(
    cost: float, between: float, rate: SnapshotRate, clock: Clock
) -> None:
    pause_after(rate, clock, cost)
    clock.seconds += 0.003
    assert pause_after(rate, clock, cost) == pytest.approx(between - 0.003, abs=2e-4)
    clock.seconds += 10 * FRAME
    assert pause_after(rate, clock, cost) == pytest.approx(between - EARLY, abs=2e-4)


def test_slices_end_when_the_next_picture_is_due(rate: SnapshotRate, clock: Clock) -> None:
    assert rate.slice_seconds() == 0.001
    with rate.measured():
        clock.seconds += 0.001
    assert rate.slice_seconds() == 0.008
    clock.seconds += FRAME - 0.001 - 0.004
    assert rate.slice_seconds() == pytest.approx(0.004)
    clock.seconds += 0.004
    assert rate.slice_seconds() == 0.001


def draw(
    scheduler: RedrawScheduler[str],
    pictures: int,
    seconds: float,
    clock: Clock,
    *,
    between: float = FRAME,
    running: bool = True,
) -> list[tuple[str, ...]]:
    """Draw that number of snapshots, each view in `seconds`; returns which views were drawn."""
    drawn = []
    for _ in range(pictures):
        with scheduler.frame(running=running) as views:
            clock.seconds += seconds * len(views)
        clock.seconds += between
        drawn.append(views)
    return drawn


@pytest.fixture
def scheduler(clock: Clock) -> RedrawScheduler[str]:
    made = RedrawScheduler(GROUPS, clock)
    draw(made, 1, CHEAP, clock)  # without a predecessor it counts as slow
    return made


def test_views_take_the_turns_that_they_declare() -> None:
    views = {
        "list": Turn.OTHERS,
        "plot": Turn.BOUNDARY,
        "net": Turn.NETWORK,
        "pad": Turn.EACH,
        "strip": Turn.NETWORK,
    }
    turns = drawing_turns(views.items())
    assert turns == (("plot", "pad"), ("net", "pad", "strip"), ("plot", "pad"), ("list", "pad"))
    assert set(RedrawScheduler(turns).all) == set(views)


def test_all_draw_every_picture_while_that_is_cheap(scheduler: RedrawScheduler[str], clock: Clock) -> None:
    assert draw(scheduler, 100, CHEAP, clock) == [ALL] * 100


def test_dear_views_take_turns_in_the_order_of_the_groups(
    scheduler: RedrawScheduler[str], clock: Clock
) -> None:
    assert draw(scheduler, 15, DEAR, clock) == [ALL] * 15
    assert draw(scheduler, 100, DEAR, clock) == [*GROUPS] * 25


def test_single_late_pictures_begin_no_turns(scheduler: RedrawScheduler[str], clock: Clock) -> None:
    for _ in range(20):
        assert draw(scheduler, 5, CHEAP, clock) == [ALL] * 5
        assert draw(scheduler, 3, 0.04, clock) == [ALL] * 3


def test_turns_end_when_all_together_have_become_cheap(scheduler: RedrawScheduler[str], clock: Clock) -> None:
    draw(scheduler, 15, DEAR, clock)
    assert ALL not in draw(scheduler, 40, DEAR, clock)
    drawn = draw(scheduler, 100, CHEAP, clock)
    back = drawn.index(ALL)
    assert 20 < back < 60  # when more than half of the slow times are forgotten
    assert drawn[back:] == [ALL] * (100 - back)


@pytest.mark.parametrize(("between", "running"), [(0.25, True), (FRAME, False)], ids=["slow", "at rest"])
def test_seldom_pictures_and_those_at_rest_are_drawn_by_all(
    scheduler: RedrawScheduler[str], clock: Clock, between: float, running: bool
) -> None:
    assert draw(scheduler, 40, DEAR, clock, between=between, running=running) == [ALL] * 40
    draw(scheduler, 16, DEAR, clock)
    assert ALL not in draw(scheduler, 20, DEAR, clock)
    # The first one is still soon after the last.
    assert draw(scheduler, 9, DEAR, clock, between=between, running=running)[1:] == [ALL] * 8


def test_training_goes_on_while_the_window_draws_where_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshot_rate, "available_cores", lambda: 2)
    rate = SnapshotRate()
    assert rate.wait_seconds == 0.1
    rate.needs_no_interpreter = True
    assert rate.wait_seconds == 0.0
    for _ in range(60):
        rate.record_slice(0.008, 0.004)
    # Another process has the core for half of the time.
    assert rate.wait_seconds == 0.1
    for _ in range(60):
        rate.record_slice(0.008, 0.008)
    assert rate.wait_seconds == 0.0
    rate.needs_no_interpreter = False
    assert rate.wait_seconds == 0.1
    monkeypatch.setattr(snapshot_rate, "available_cores", lambda: 1)
    alone = SnapshotRate()
    alone.needs_no_interpreter = True
    assert alone.wait_seconds == 0.1
