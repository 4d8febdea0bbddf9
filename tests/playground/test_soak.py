"""A short soak test: every dialog and edit at random while training."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from playground import app as application
from playground.window.main_window import MainWindow
from tests.benchmarks.soak import Soak, resident_mb

SECONDS = 16.0
# The largest networks come at random; the long soak of tests/benchmarks has a tighter bound.
MAX_GROWTH_MB = 100.0


@pytest.fixture
def _as_in_the_application() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(application.SWITCH_INTERVAL_SECONDS)
    yield
    sys.setswitchinterval(before)


def threads_of_python() -> list[threading.Thread]:
    """Qt's own threads, such as those that draw thumbnails, end with their pool."""
    return [thread for thread in threading.enumerate() if not thread.name.startswith("Dummy")]


@pytest.mark.slow
@pytest.mark.usefixtures("_as_in_the_application")
@pytest.mark.parametrize("seed", [0])
def test_a_soak_ends_as_it_began(window: MainWindow, seed: int) -> None:
    soak = Soak(window, seed)
    soak.warm_up()
    threads = set(threads_of_python())
    watch = soak.run(SECONDS)
    assert watch.actions > 50
    assert watch.epochs > 20, "it trained"
    if resident_mb() == resident_mb():
        assert watch.grown_mb() < MAX_GROWTH_MB, [round(value) for value in watch.memory_mb]
    # The number depends on what is open; a leak of a few per action would add hundreds.
    half = len(watch.widgets) // 2
    assert max(watch.widgets[half:]) < max(watch.widgets[:half]) + 60, watch.widgets
    window.session.close()
    assert not window.session._thread.isRunning()
    assert set(threads_of_python()) <= threads
