"""Views that are made when they are first asked for, and what they show then, with plug-ins."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Xor
from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.window.main_window import MainWindow

PATIENCE_MS = 60_000


SMALL = Experiment(name="Small", dataset=Xor(samples=60, noise=0.1), layers=(Dense(4, "tanh"),))


def test_a_window_starts_without_its_late_views(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(SMALL)
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    window.inspection.show_sample(3)
    assert not window.plugins["microscope"].late.is_made
    assert not window.plugins["mistakes"].late.is_made
    QTest.keyClick(window, Qt.Key.Key_M)
    QTest.keyClick(window, Qt.Key.Key_G)
    assert window.plugins["microscope"].late.is_visible
    assert window.plugins["mistakes"].late.is_visible
    assert window.plugins["microscope"].view.sample.box.value() == 4
    # What the run has shown before they were there.
    qtbot.waitUntil(lambda: bool(window.plugins["microscope"].view.steps["sum"].text()), timeout=PATIENCE_MS)
    assert window.plugins["mistakes"].view.filters.true.count() == 3
    qtbot.waitUntil(lambda: "samples" in window.plugins["mistakes"].view.count.text(), timeout=PATIENCE_MS)
    menus = [
        [action.text() for action in view.actions()]
        for view in (window.plugins["microscope"].view.cards, window.plugins["mistakes"].view.sheet)
    ]
    assert all(texts[-2:] == ["Save picture…", "Copy picture"] for texts in menus)
    assert window.actions_by_name["undo"] in window.plugins["mistakes"].view.actions()
