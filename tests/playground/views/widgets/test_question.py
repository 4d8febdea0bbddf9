"""A question looks like the other popups."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets.question import Question


@pytest.mark.usefixtures("themed")
def test_a_question_has_no_title_bar_and_room_for_its_shadow(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    box = Question(window, "Save the changes?", "They are lost otherwise.")
    box.setStandardButtons(QMessageBox.StandardButton.Save)
    box.open()
    assert box.windowHandle().flags() & Qt.WindowType.FramelessWindowHint
    assert box.contentsMargins().left() > 0
    assert box.informativeText() == "They are lost otherwise."
