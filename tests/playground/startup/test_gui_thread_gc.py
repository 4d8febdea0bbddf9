"""What was exempt from garbage collection is collected once other data have come."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from core.data.datasets import Circles, Moons
from core.experiment.experiment import Experiment
from playground.startup.gui_thread_gc import GuiThreadGC
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from tests.core.experiment.on_data import with_dataset

PATIENCE_MS = 60_000


class Cycle:
    """Only a collection frees it."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def session(session_of: Callable[[Experiment], TrainingSession], qtbot: QtBot) -> TrainingSession:
    session = session_of(Experiment(dataset=Moons(samples=40)))
    qtbot.waitUntil(lambda: session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    return session


@pytest.fixture
def collector(session: TrainingSession) -> Iterator[GuiThreadGC]:
    collector = GuiThreadGC(session)
    collector.renew_after(session.run_started, session.is_busy)
    yield collector
    collector.stop()


def exempt(collector: GuiThreadGC) -> weakref.ref[Cycle]:
    """Garbage that was exempt while it was in use."""
    cycle = Cycle()
    collector.freeze()
    found = weakref.ref(cycle)
    del cycle
    gc.collect()
    assert found() is not None
    return found


def test_exempt_garbage_goes_when_other_data_have_come(
    session: TrainingSession, collector: GuiThreadGC, qtbot: QtBot
) -> None:
    garbage = exempt(collector)
    session._document.load(with_dataset(session._document.experiment, Circles()), None)
    qtbot.waitUntil(lambda: garbage() is None, timeout=PATIENCE_MS)
    assert gc.get_freeze_count()


def test_a_training_is_not_held_by_a_full_collection(
    session: TrainingSession, collector: GuiThreadGC, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.startup.gui_thread_gc._CALM_ROUNDS", 1)
    garbage = exempt(collector)
    session.play()
    session._document.load(with_dataset(session._document.experiment, Circles()), None)
    session.play()
    qtbot.waitUntil(lambda: session.state is TrainingState.RUNNING, timeout=PATIENCE_MS)
    with qtbot.waitSignals([session.snapshot_taken] * 20, timeout=PATIENCE_MS):
        collector.collect()
    assert garbage() is not None
    session.pause()
    qtbot.waitUntil(lambda: garbage() is None, timeout=PATIENCE_MS)


def test_the_same_data_are_no_reason(session: TrainingSession, collector: GuiThreadGC, qtbot: QtBot) -> None:
    first = exempt(collector)
    session._document.load(with_dataset(session._document.experiment, Circles()), None)
    qtbot.waitUntil(lambda: first() is None, timeout=PATIENCE_MS)
    garbage = exempt(collector)
    with qtbot.waitSignal(session.run_started, timeout=PATIENCE_MS):
        session._document.change("Seed", session._document.experiment.replace(seed=5))
    assert not collector._is_due
    assert garbage() is not None
