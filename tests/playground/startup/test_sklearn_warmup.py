"""Import of scikit-learn ahead of its use, and that closing the window waits for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from playground.startup import engine_warmup
from playground.startup.engine_warmup import SklearnWarmup
from playground.training.state import TrainingState

pytestmark = pytest.mark.environment


class FakeSession(QObject):
    snapshot_taken = Signal(object)
    state = TrainingState.IDLE


class Import:
    """Stands in for the import: records the calling threads, and blocks until released."""

    def __init__(self) -> None:
        self.threads: list[int] = []
        self.may_end = threading.Event()

    def __call__(self) -> None:
        self.threads.append(threading.get_ident())
        assert self.may_end.wait(60)


@pytest.fixture
def importing(monkeypatch: pytest.MonkeyPatch) -> Import:
    made = Import()
    monkeypatch.setattr(engine_warmup, "sklearn_datasets", made)
    monkeypatch.setattr(engine_warmup, "_IMPORT_DELAY_MS", 20)
    return made


@pytest.fixture
def session(qapp: QObject) -> FakeSession:
    return FakeSession()


@pytest.fixture
def warmup(importing: Import, session: FakeSession) -> Iterator[SklearnWarmup]:
    made = SklearnWarmup(session, session)  # type: ignore[arg-type]
    yield made
    importing.may_end.set()
    made.stop()


def test_it_imports_once_after_the_first_picture_on_another_thread(
    warmup: SklearnWarmup, session: FakeSession, importing: Import, qtbot: QtBot
) -> None:
    assert not warmup._timer.isActive()
    importing.may_end.set()
    with qtbot.waitSignal(warmup.finished):
        session.snapshot_taken.emit(None)
    session.snapshot_taken.emit(None)
    assert not warmup._timer.isActive()
    assert len(importing.threads) == 1
    assert threading.get_ident() not in importing.threads


def test_it_waits_until_the_training_rests(
    warmup: SklearnWarmup, session: FakeSession, importing: Import, qtbot: QtBot
) -> None:
    session.state = TrainingState.RUNNING
    with qtbot.waitSignal(warmup._timer.timeout):
        session.snapshot_taken.emit(None)
    assert not warmup._thread.isRunning()
    session.state = TrainingState.PAUSED
    importing.may_end.set()
    # Pausing emits a last snapshot.
    with qtbot.waitSignal(warmup.finished):
        session.snapshot_taken.emit(None)
    assert len(importing.threads) == 1


def test_stopping_waits_for_an_import_under_way_and_begins_none(
    warmup: SklearnWarmup, session: FakeSession, importing: Import, qtbot: QtBot
) -> None:
    session.snapshot_taken.emit(None)
    qtbot.waitUntil(lambda: bool(importing.threads))
    threading.Timer(0.05, importing.may_end.set).start()
    warmup.stop()
    assert warmup._thread.isFinished()
    session.snapshot_taken.connect(warmup._wait)


def test_an_import_that_fails_is_reported_in_the_log_alone(
    warmup: SklearnWarmup,
    session: FakeSession,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise ImportError("no such library")

    monkeypatch.setattr(engine_warmup, "sklearn_datasets", fail)
    with qtbot.waitSignal(warmup.finished):
        session.snapshot_taken.emit(None)
    assert "no such library" in caplog.text
