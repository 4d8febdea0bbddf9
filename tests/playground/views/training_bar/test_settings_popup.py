"""The popup with schedule and clipping."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from playground.views.training_bar.settings_popup import SettingsPopup
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press


def open_popup(window: MainWindow) -> SettingsPopup:
    click(window.training_bar.fields.more("learning_rate"))
    found = [popup for popup in window.findChildren(SettingsPopup) if popup.isVisible()]
    assert len(found) == 1
    return found[0]


def pick(popup: SettingsPopup, row: str, title: str) -> None:
    """Choose by typing the first letters in the closed combo box."""
    combo = popup.form.row(row).control
    assert isinstance(combo, QComboBox)
    combo.setFocus()
    while combo.currentText() != title:
        before = combo.currentIndex()
        QTest.keyClick(combo, Qt.Key.Key_Down)
        assert combo.currentIndex() != before, f"{title!r} is not in the list"


def test_a_schedule_and_a_clipping_are_chosen_live(window: MainWindow, qtbot: QtBot) -> None:
    more = window.training_bar.fields.more("learning_rate")
    assert more.accessibleName() == "Schedule, clipping and engine"
    assert "constant" in more.toolTip()
    popup = open_popup(window)
    low = popup.height()
    pick(popup, "schedule", "Cosine")
    pick(popup, "clipping", "By norm")
    experiment = window.document.experiment
    assert experiment.training.schedule.kind == "cosine"
    assert experiment.training.clipping.kind == "by_norm"
    qtbot.waitUntil(lambda: popup.height() > low + 100)
    assert "cosine" in more.toolTip()
    assert "by norm" in more.toolTip()
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    window.document.undo_stack.undo()
    assert window.document.experiment.training.clipping.kind != "by_norm"


def test_what_was_changed_meanwhile_stays(window: MainWindow) -> None:
    popup = open_popup(window)
    window.document.change("Batch size", window.document.experiment.with_training(batch_size=32))
    pick(popup, "schedule", "Steps")
    assert window.document.experiment.training.batch_size == 32
    assert window.document.experiment.training.schedule.kind == "step"
    press(window, Qt.Key.Key_Escape)
    popup.close()
