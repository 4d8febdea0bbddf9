"""Menus of values and of choices."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets import (
    ChoiceCombo,
    Stepper,
    ValueCombo,
)
from tests.playground.driving import click
from tests.playground.views.widgets.shown_widgets import shown

pytestmark = pytest.mark.usefixtures("themed")


def wheel(widget: QWidget) -> None:
    middle = QPointF(widget.rect().center())
    where = QPointF(widget.mapToGlobal(middle.toPoint()))
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        middle,
        where,
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        none,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def rate(**more: object) -> ValueCombo:
    return ValueCombo(
        [0.001, 0.01, 0.1], 0.01, low=0, high=10, above=True, name="Learning rate", tooltip="Speed.", **more
    )  # type: ignore[arg-type]


def type_text(qtbot: QtBot, combo: ValueCombo, text: str) -> None:
    field = combo.lineEdit()
    assert field is not None
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_value_combo_takes_any_allowed_number(qtbot: QtBot) -> None:
    combo = rate()
    shown(qtbot, combo)
    chosen: list[float] = []
    combo.value_chosen.connect(chosen.append)
    type_text(qtbot, combo, "0,025")
    qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
    type_text(qtbot, combo, "1e-3")
    qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
    assert chosen == [0.025, 0.001]
    assert combo.currentText() == "0.001"
    qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
    assert len(chosen) == 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("abc", "Learning rate: must be a number, got 'abc'."),
        ("nan", "Learning rate: must be a number, got 'nan'."),
        ("0", "Learning rate: must be above 0, got 0."),
        ("11", "Learning rate: must be at most 10, got 11."),
    ],
)
def test_value_combo_marks_a_bad_text_and_reverts(qtbot: QtBot, text: str, fault: str) -> None:
    combo = rate()
    other = QPushButton("other")
    both = QWidget()
    column = QVBoxLayout(both)
    column.addWidget(combo)
    column.addWidget(other)
    shown(qtbot, both, height=100)
    with qtbot.assertNotEmitted(combo.value_chosen):
        type_text(qtbot, combo, text)
        assert combo.property("invalid") == "true"
        assert combo.toolTip() == fault
        qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
        assert combo.currentText() == text
        other.setFocus()
    qtbot.waitUntil(lambda: combo.currentText() == "0.01")
    assert combo.property("invalid") == "false"
    assert combo.toolTip() == "Speed."


def test_value_combo_takes_the_text_when_left(qtbot: QtBot) -> None:
    combo = rate()
    shown(qtbot, combo)
    type_text(qtbot, combo, "0.5")
    with qtbot.waitSignal(combo.value_chosen) as caught:
        combo.lineEdit().clearFocus()
    assert caught.args == [0.5]


def test_a_click_into_a_value_combo_selects_all_of_it(qtbot: QtBot) -> None:
    combo = rate()
    shown(qtbot, combo)
    combo.lineEdit().clearFocus()
    click(combo.lineEdit())
    qtbot.waitUntil(lambda: combo.lineEdit().selectedText() == "0.01")
    qtbot.keyClicks(QApplication.focusWidget(), "0.3")
    assert combo.currentText() == "0.3"


def test_escape_leaves_a_value_combo_and_what_was_typed(qtbot: QtBot) -> None:
    combo = rate()
    shown(qtbot, combo)
    with qtbot.assertNotEmitted(combo.value_chosen):
        for text in ("0.5", "abc"):
            type_text(qtbot, combo, text)
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
            assert not combo.hasFocus()
            assert combo.currentText() == "0.01"
            assert combo.property("invalid") == "false"


def test_value_combo_of_whole_numbers(qtbot: QtBot) -> None:
    combo = ValueCombo([8, 16], 16, low=1, integer=True, name="Batch size")
    shown(qtbot, combo)
    assert combo.currentText() == "16"
    assert combo.fault("2.5") == "Batch size: must be a whole number, got 2.5."
    assert combo.fault("0") == "Batch size: must be at least 1, got 0."
    with qtbot.waitSignal(combo.value_chosen) as caught:
        qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Up)
    assert caught.args == [8.0]
    with qtbot.assertNotEmitted(combo.value_chosen):
        combo.set_value(24)
    assert combo.currentText() == "24"


def test_formatted_suggestions_are_left_alone(qtbot: QtBot) -> None:
    combo = ValueCombo([0.0, 0.5], 0.5, formatter=lambda value: f"{value * 100:.0f} %", name="Rate")
    shown(qtbot, combo)
    with qtbot.assertNotEmitted(combo.value_chosen):
        qtbot.keyClick(combo.lineEdit(), Qt.Key.Key_Return)
        combo.lineEdit().clearFocus()
    assert combo.currentText() == "50 %"


def test_choice_combo_emits_keys_for_the_user_only(qtbot: QtBot) -> None:
    combo = ChoiceCombo([("adam", "Adam"), ("sgd", "SGD")], "sgd", name="Optimizer")
    shown(qtbot, combo)
    assert (combo.current, combo.currentText()) == ("sgd", "SGD")
    with qtbot.assertNotEmitted(combo.chosen):
        combo.set_current("adam")
    with qtbot.waitSignal(combo.chosen) as caught:
        qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert caught.args == ["sgd"]
    with pytest.raises(ValueError, match="Optimizer: must be one of adam, sgd, got 'x'"):
        combo.set_current("x")


@pytest.mark.parametrize(
    "make", [rate, lambda: ChoiceCombo([("a", "A"), ("b", "B")], "b"), lambda: Stepper(5, 1, 9)]
)
def test_the_wheel_needs_the_focus(qtbot: QtBot, make: object) -> None:
    control = make()  # type: ignore[operator]
    both = QWidget()
    column = QVBoxLayout(both)
    first = QPushButton("first")
    column.addWidget(first)
    column.addWidget(control)
    shown(qtbot, both, height=100)
    first.setFocus()
    read = (lambda: control.currentIndex()) if isinstance(control, QComboBox) else (lambda: control.value())
    before = read()
    wheel(control)
    assert read() == before
    control.setFocus()
    wheel(control)
    assert read() != before


def test_a_number_is_rounded_where_it_has_no_room_and_whole_where_it_is_edited(qtbot: QtBot) -> None:
    combo = ValueCombo([0.001, 0.01], 0.00316227766, low=0, high=10, name="Learning rate")
    box, other = QWidget(), QPushButton("other")
    column = QVBoxLayout(box)
    column.addWidget(combo)
    column.addWidget(other)
    shown(qtbot, box, height=100)
    other.setFocus()
    texts = []
    for width in (160, 92, 66):
        combo.setFixedWidth(width)
        qtbot.waitUntil(lambda width=width: combo.width() == width)
        texts.append(combo.currentText())
    assert texts == ["0.00316228", "0.00316", "3e-3"]
    with qtbot.assertNotEmitted(combo.value_chosen):
        combo.setFocus()
        assert combo.currentText() == "0.00316228"
        other.setFocus()
        qtbot.waitUntil(lambda: combo.currentText() == "3e-3")
    assert combo.value == 0.00316227766


def test_what_varies_needs_its_room_and_stays_when_the_field_is_left(qtbot: QtBot) -> None:
    combo = rate()
    combo.least_px = 40
    choice = ChoiceCombo([("a", "A")])
    choice.least_px = 40
    box, other = QWidget(), QPushButton("other")
    column = QVBoxLayout(box)
    for widget in (combo, choice, other):
        column.addWidget(widget)
    shown(qtbot, box, height=130)
    for varying in (combo, choice):
        varying.show_varying()
        assert varying.minimumSizeHint().width() > varying.fontMetrics().horizontalAdvance("varies") + 20
    combo.setFocus()
    other.setFocus()
    assert combo.currentText() == "varies"
    combo.set_value(0.1)
    assert combo.currentText() == "0.1"


def test_a_choice_without_room_ends_with_dots(qtbot: QtBot) -> None:
    def picture(text: str) -> QImage:
        combo = ChoiceCombo([("key", text)])
        combo.least_px = 40
        combo.set_short(True)
        assert combo.minimumSizeHint().width() == 40
        combo.resize(100, 28)
        shown(qtbot, combo, height=28)
        combo.resize(100, 28)
        return combo.grab().toImage()

    cut = picture("Binary cross-entropy")
    assert cut == picture("Binary …")
