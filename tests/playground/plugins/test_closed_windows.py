"""Windows that are closed leave nothing behind, whatever was used in them: no object, thread, timer or open file."""

from __future__ import annotations

import gc
from collections import Counter
from pathlib import Path

import psutil
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QDockWidget
from pytestqt.qtbot import QtBot

from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import deliver_deletions, opened_window
from tests.playground.driving import PLACES, show
from tests.playground.window.trained_windows import small, train

KINDS = ("core", "playground", "PySide6", "pyqtgraph", "concurrent")
"""Packages of what is counted: threads and timers are Qt's, pools of threads are concurrent's."""


def use(window: MainWindow, qtbot: QtBot) -> None:
    """Train, begin a lesson, go through all pages, tabs and docks, and look as a screen reader does."""
    train(window, qtbot, 1)
    window.actions_by_name["lesson_1"].trigger()
    window.plugins["lessons"].back_to_work()
    for place in PLACES:
        show(window, place)
        QApplication.processEvents()
    window.pages.leave()
    for page in range(window.results.pages.count()):
        window.results.pages.setCurrentIndex(page)
    for dock in window.findChildren(QDockWidget):
        dock.setVisible(dock.isHidden())
    QApplication.processEvents()
    for widget in QApplication.allWidgets():
        assert QAccessible.queryAccessibleInterface(widget) is not None


def alive() -> Counter[str]:
    """Objects by class, but those that PySide never lets go of, which are empty, and open files."""
    for _ in range(3):
        deliver_deletions()
        gc.collect()
    objects = (each for each in gc.get_objects() if not isinstance(each, QAccessibleInterface))
    kinds = Counter(type(each) for each in objects)
    found = Counter(
        {
            f"{kind.__module__}.{kind.__name__}": count
            for kind, count in kinds.items()
            if str(kind.__module__).startswith(KINDS)
        }
    )
    # Windows has no file descriptors.
    return found + Counter(files=getattr(psutil.Process(), "num_fds", int)())


def test_a_closed_window_leaves_nothing(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    found = []
    for _ in range(3):
        with opened_window(qapp, tmp_path / "preferences.json", small()) as window:
            use(window, qtbot)
        del window
        found.append(alive())
    _, second, third = found
    assert third - second == Counter()
