"""The main window for tests: made like the application's, with its own settings, and closed with its thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.experiment.presets import first_preset
from playground.model import newer_version
from playground.model.document import Document
from playground.model.inspection import Inspection
from playground.startup import override_guard
from playground.training import timeline_recorder
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import apply
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import close_window, make_window
from tests.loopback_mirror import NO_NEWER
from tests.playground.shared_window import SharedWindow

PATIENCE_MS = 60_000
# Like the application, so that an error in a paint event fails its test instead of the process.
override_guard.guard_overrides()


@pytest.fixture(autouse=True)
def _no_error_was_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors are reported once per process: forget those of other tests."""
    monkeypatch.setattr(override_guard, "_reported", set())


@pytest.fixture(autouse=True)
def _nobody_is_asked_for_a_newer_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that are run in turn would ask the network."""
    monkeypatch.setattr(newer_version, "ADDRESS", NO_NEWER)


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[None]:
    """The application in the light theme."""
    apply(qapp, LIGHT)
    yield
    qapp.setStyleSheet("")


@pytest.fixture(scope="module")
def _shared(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedWindow]:
    shared = SharedWindow(qapp, tmp_path_factory.mktemp("shared"))
    yield shared
    shared.close()


@pytest.fixture
def make(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, request: pytest.FixtureRequest, _whole_epochs: None
) -> Iterator[Callable[..., MainWindow]]:
    """Factory: `make(experiment, size)` returns a visible window whose first run is ready.

    In the tests of a file that are marked `shared_window`, the first is one and the same, with another document.
    """
    windows: list[MainWindow] = []
    marked = request.node.get_closest_marker("shared_window") is not None
    shared: SharedWindow | None = request.getfixturevalue("_shared") if marked else None

    def build(experiment: Experiment | None = None, size: tuple[int, int] = (1440, 900)) -> MainWindow:
        if shared is not None and not shared.in_use:
            window = shared.take(experiment or first_preset(), size, qtbot)
        else:
            window = make_window(qapp, tmp_path / "preferences.json", experiment, size)
            windows.append(window)
            window.session.start()
        qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
        qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)
        return window

    yield build
    for window in windows:
        close_window(window)
    if shared is not None:
        shared.leave()
    else:
        qapp.setStyleSheet("")


@pytest.fixture
def window(make: Callable[..., MainWindow]) -> MainWindow:
    """The main window with the first preset, 1440 x 900."""
    return make()


@pytest.fixture
def _whole_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """No moments of the timeline but those at the ends of epochs, however long these take on a busy machine."""
    monkeypatch.setattr(timeline_recorder, "_WITHIN_EPOCH_SECONDS", float("inf"))


@pytest.fixture
def session_of(qtbot: QtBot, _whole_epochs: None) -> Iterator[Callable[[Experiment], TrainingSession]]:
    """Factory of sessions without a window; each is closed at the end, and owns its document."""
    sessions: list[TrainingSession] = []

    def start(experiment: Experiment) -> TrainingSession:
        document = Document(experiment)
        inspection = Inspection()
        session = TrainingSession(document, inspection)
        for item in (document, inspection):
            item.setParent(session)
        sessions.append(session)
        session.start()
        return session

    yield start
    for session in sessions:
        session.close()
        session.deleteLater()
