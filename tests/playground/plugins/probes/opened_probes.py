"""The open dialog of probes, as a user drives it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from playground.plugins.probes.controller import ProbeController
from playground.plugins.probes.views import ProbesDialog
from playground.window.main_window import MainWindow

PATIENCE_MS = 60_000


class Probes:
    """The open dialog of a window."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self._qtbot = window, qtbot
        window.actions_by_name["probes"].trigger()

    @property
    def controller(self) -> ProbeController:
        found: ProbeController = self.window.plugins["probes"]
        return found

    @property
    def dialog(self) -> ProbesDialog:
        assert self.controller._dialog is not None
        return self.controller._dialog

    def run(self, kind: str) -> str:
        """Run a probe by its button, and return its sentence."""
        self.start(kind)
        self.until(lambda: not self.controller.job.busy)
        return self.dialog.sentence.text()

    def start(self, kind: str) -> None:
        self.dialog.list.choose(kind)
        self._qtbot.mouseClick(self.dialog.run, Qt.MouseButton.LeftButton)

    def until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=PATIENCE_MS)
