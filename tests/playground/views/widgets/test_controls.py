"""Buttons, bars and areas that scroll, made in one call."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets.controls import ProgressBar, Question, ScrollArea, push_button, tool_button
from tests.playground.views.widgets.shown_widgets import shown

pytestmark = pytest.mark.usefixtures("themed")


def test_a_button_is_pressed_by_the_mouse_and_not_by_enter_in_a_field(qtbot: QtBot) -> None:
    dialog, pressed = QDialog(), []
    button = push_button("Go", "Begin.", dialog, clicked=lambda: pressed.append(1), primary="true")
    field = QLineEdit(dialog)
    button.move(0, 40)
    shown(qtbot, dialog, height=90)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not pressed
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == [1]
    assert (button.toolTip(), button.property("primary")) == ("Begin.", "true")


def test_what_has_no_text_has_a_name(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    button = tool_button("Close", "Close it.", box, side_px=22, flat="true")
    assert (button.accessibleName(), button.toolTip(), button.property("flat")) == (
        "Close",
        "Close it.",
        "true",
    )
    assert (button.width(), button.height()) == (22, 22)
    bar = ProgressBar("Progress", box, height_px=6)
    assert (bar.accessibleName(), bar.height()) == ("Progress", 6)
    bar.show_share(0.25)
    assert bar.value() / bar.maximum() == 0.25
    bar.show_share(None)
    assert bar.maximum() == 0


def test_an_area_scrolls_sideways_only_where_it_may(qtbot: QtBot) -> None:
    for sideways in (False, True):
        box, content = QWidget(), QLabel()
        content.setMinimumSize(400, 300)
        area = ScrollArea(box, content, sideways=sideways)
        area.resize(200, 150)
        shown(qtbot, box, height=160)
        assert area.verticalScrollBar().isVisible()
        assert area.horizontalScrollBar().isVisible() == sideways


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
