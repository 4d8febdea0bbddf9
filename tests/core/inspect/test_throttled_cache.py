"""The throttle of slow probes: limited while training, immediate on request."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.inspect import throttled_cache
from core.inspect.throttled_cache import ThrottledCache

See = Callable[..., int]


class Clock:
    """A manual clock."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(throttled_cache, "perf_counter", clock)
    return clock


@pytest.fixture
def see(clock: Clock) -> See:
    """Counts the calls, each of which takes `spent` seconds."""
    looked, pace = 0, ThrottledCache[int](seconds=1.0, share=0.1)

    def see(subject: object = "a", *, running: bool = True, spent: float = 0.0) -> int:
        def look() -> int:
            nonlocal looked
            clock.now += spent
            looked += 1
            return looked

        return pace.get(look, subject, running=running)

    return see


def test_while_running_it_looks_once_in_its_time(see: See, clock: Clock) -> None:
    assert [see(), see()] == [1, 1]
    clock.now += 0.99
    assert see() == 1
    clock.now += 0.01
    assert see() == 2


def test_what_takes_long_comes_more_seldom(see: See, clock: Clock) -> None:
    see(spent=0.5)
    clock.now += 4.4
    assert see() == 1
    clock.now += 0.2
    assert see() == 2


def test_another_subject_does_not_wait(see: See) -> None:
    assert [see("a"), see("b"), see("b"), see("a")] == [1, 2, 2, 3]


def test_at_rest_it_looks_every_time(see: See) -> None:
    assert [see(running=False), see(running=False), see()] == [1, 2, 2]
