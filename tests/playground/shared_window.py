"""One main window for all tests of a file, which costs 0.5 s of processor time to make, show and delete."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from playground.model.preferences import Preferences
from playground.model.training_speed import FULL_SPEED
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import close_window, deliver_deletions, make_window


class SharedWindow:
    """`take` lends the window with a document, and `leave` closes what the test has opened in it.

    Preferences and docks are the first ones again. For tests that look at the window, or at dialogs over it: what a
    test has hidden or scrolled, it puts back itself, or it asks for a window of its own.
    """

    def __init__(self, app: QApplication, folder: Path) -> None:
        self._app, self._folder = app, folder
        self._window: MainWindow | None = None
        self._docks = QByteArray()
        self.in_use = False

    def take(self, experiment: Experiment, size: tuple[int, int], qtbot: QtBot) -> MainWindow:
        self.in_use = True
        if self._window is None:
            self._window = make_window(self._app, self._folder / "preferences.json", experiment, size)
            self._window.setProperty("shared", True)
            self._docks = self._window.panels.host.saveState()
            self._window.session.start()
        else:
            session = self._window.session
            self._window.resize(*size)
            with qtbot.waitSignal(
                session.snapshot_taken, check_params_cb=lambda taken: taken.experiment == experiment
            ):
                self._window.document.load(experiment)
            self._window.activateWindow()
        return self._window

    def leave(self) -> None:
        self.in_use = False
        if self._window is None:
            return
        for widget in QApplication.topLevelWidgets():
            if widget is not self._window and widget.isVisible():
                widget.close()
        for each in self._window.findChildren(Toast):
            each.dismiss()
        self._window.session.pause()
        first = {row.name: row.default for row in Preferences.table()} | {"speed": FULL_SPEED}
        self._window.preferences.store(first)
        self._window.panels.host.restoreState(self._docks)
        deliver_deletions()
        # The charts' menus, which have no parent: to delete them before the window ends the process.
        for widget in QApplication.topLevelWidgets():
            if not widget.isVisible():
                widget.setProperty("shared", True)

    def close(self) -> None:
        if self._window is not None:
            close_window(self._window)
            self._app.setStyleSheet("")
