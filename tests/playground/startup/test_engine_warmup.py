"""The compiled engine is compiled apart, loaded on another thread, and then used by the session."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from core.compiled import readiness
from playground.model.preferences import Preferences
from playground.startup import engine_warmup
from playground.startup.engine_warmup import EngineWarmup

pytestmark = pytest.mark.environment


class FakeSession(QObject):
    snapshot_taken = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.engines: list[str] = []

    def set_engine(self, name: str) -> None:
        self.engines.append(name)


class FakeProcess:
    """Stands in for the compilation, which ends when told to or when it is terminated."""

    made: ClassVar[list[FakeProcess]] = []

    def __init__(self, command: list[str], **_: object) -> None:
        self.command, self.terminated = command, False
        self.may_end = threading.Event()
        FakeProcess.made.append(self)

    def wait(self) -> int:
        assert self.may_end.wait(60)
        return 0

    def terminate(self) -> None:
        self.terminated = True
        self.may_end.set()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Whether there is machine code ("disk"), and what has happened ("loaded", "limited")."""
    found: set[str] = set()
    FakeProcess.made = []
    monkeypatch.setattr(engine_warmup, "is_installed", lambda: True)
    monkeypatch.setattr(engine_warmup, "is_compiled", lambda: "disk" in found)
    monkeypatch.setattr(engine_warmup, "load", lambda: found.add("loaded"))
    monkeypatch.setattr(engine_warmup, "limit_blas_threads", lambda: found.add("limited"))
    monkeypatch.setattr(readiness.subprocess, "Popen", FakeProcess)
    monkeypatch.setattr(engine_warmup, "_DELAY_MS", 5)
    return found


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    return Preferences(tmp_path / "preferences.json")


@pytest.fixture
def session(qapp: QObject) -> FakeSession:
    return FakeSession()


@pytest.fixture
def warmup(compiled: set[str], session: FakeSession, preferences: Preferences) -> Iterator[EngineWarmup]:
    made = EngineWarmup(session, preferences, session)  # type: ignore[arg-type]
    yield made
    made.stop()


def test_it_compiles_apart_loads_and_tells_the_session(
    warmup: EngineWarmup, session: FakeSession, compiled: set[str], qtbot: QtBot
) -> None:
    session.snapshot_taken.emit(None)
    session.snapshot_taken.emit(None)
    qtbot.waitUntil(lambda: len(FakeProcess.made) == 1, timeout=60_000)
    (process,) = FakeProcess.made
    assert process.command[1:] == ["-m", "core.compiled", str(os.getpid()), "10"]
    assert session.engines == []
    compiled.add("disk")
    with qtbot.waitSignal(warmup.finished, timeout=60_000):
        process.may_end.set()
    assert compiled == {"disk", "loaded", "limited"}
    assert session.engines == ["auto"]
    session.snapshot_taken.emit(None)
    assert len(FakeProcess.made) == 1


def test_machine_code_of_before_is_only_loaded(
    warmup: EngineWarmup, session: FakeSession, compiled: set[str], qtbot: QtBot
) -> None:
    compiled.add("disk")
    with qtbot.waitSignal(warmup.finished, timeout=60_000):
        session.snapshot_taken.emit(None)
    assert FakeProcess.made == []
    assert "loaded" in compiled


def test_closing_the_window_ends_the_compilation(
    warmup: EngineWarmup, session: FakeSession, compiled: set[str], qtbot: QtBot
) -> None:
    session.snapshot_taken.emit(None)
    qtbot.waitUntil(lambda: len(FakeProcess.made) == 1, timeout=60_000)
    warmup.stop()
    assert FakeProcess.made[0].terminated
    assert compiled == set()


def _snapshot(engine: str) -> SimpleNamespace:
    training = SimpleNamespace(engine=engine)
    return SimpleNamespace(experiment=SimpleNamespace(training=training))


def test_an_experiment_that_asks_for_it_gets_the_engine_in_any_case(
    warmup: EngineWarmup, session: FakeSession, preferences: Preferences, qtbot: QtBot
) -> None:
    preferences.engine = "numpy"
    session.snapshot_taken.emit(_snapshot("compiled"))
    assert warmup._timer.isActive()


def test_who_prefers_numpy_compiles_nothing(
    warmup: EngineWarmup, session: FakeSession, preferences: Preferences, qtbot: QtBot
) -> None:
    preferences.engine = "numpy"
    session.snapshot_taken.emit(_snapshot("auto"))
    assert not warmup._timer.isActive()
    preferences.engine = "auto"
    session.snapshot_taken.emit(None)
    assert warmup._timer.isActive()
