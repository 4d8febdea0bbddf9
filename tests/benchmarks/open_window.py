"""The main window as the application makes it, for benchmarks and tests: own settings file, clean close."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from core.experiment.experiment import Experiment
from core.experiment.presets import first_preset
from playground import app as application
from playground.commands.window_controller import WindowController
from playground.model.document import Document
from playground.model.inspection import Inspection
from playground.model.preferences import Preferences
from playground.model.training_speed import FULL_SPEED
from playground.startup.heap_limits import limit_heaps
from playground.startup.override_guard import guard_overrides
from playground.training.session import TrainingSession
from playground.views.theme.theme import ThemeSource
from playground.window.main_window import MainWindow


def as_the_application() -> QApplication:
    """A QApplication, with the settings of the process that the application makes."""
    limit_heaps()
    sys.setswitchinterval(application.SWITCH_INTERVAL_SECONDS)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    return app


def make_window(
    app: QApplication,
    settings_file: Path,
    experiment: Experiment | None = None,
    size: tuple[int, int] = (1440, 900),
) -> MainWindow:
    """The main window with a document, shown in `size` pixels; training is not started."""
    guard_overrides()
    preferences = Preferences(settings_file)
    if Preferences.speed.key not in preferences.values:
        # What is tested and measured should not wait.
        preferences.speed = FULL_SPEED
    themes = ThemeSource(app, "light")
    document = Document(experiment or first_preset())
    inspection = Inspection()
    session = TrainingSession(document, inspection)
    # Not the user's own runs.
    window = MainWindow(document, session, themes, preferences, data_folder=settings_file.parent)
    # Keep them alive as long as the window.
    for item in (preferences, themes, document, inspection):
        item.setParent(window)
    window.resize(*size)
    window.show()
    window.activateWindow()
    return window


def close_window(window: MainWindow) -> None:
    """Close the window without asking to save, and deliver its deletion."""
    if not isValid(window):
        return
    for widget in QApplication.topLevelWidgets():
        if isValid(widget) and widget is not window and widget.isVisible():
            widget.close()
    # Unsaved work that waits beside a lesson would be asked about.
    for each in window.plugins.values():
        if isinstance(each, WindowController):
            each.yield_document()
    # Nor about what trains beside it.
    window.files.asks_to_save = False
    window.session.close()
    window.document.load(window.document.experiment, window.document.path)
    window.close()
    window.deleteLater()
    deliver_deletions()


def deliver_deletions() -> None:
    """Deliver deferred deletions, which `processEvents` alone does not."""
    QApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@contextmanager
def opened_window(
    app: QApplication,
    settings_file: Path,
    experiment: Experiment | None = None,
    size: tuple[int, int] = (1440, 900),
) -> Iterator[MainWindow]:
    """Context manager: a window whose training is started."""
    window = make_window(app, settings_file, experiment, size)
    window.session.start()
    try:
        yield window
    finally:
        close_window(window)
