"""A stepper counts by buttons and by typing."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.nn import MaxPooling2D
from playground.views.widgets import (
    Stepper,
)
from playground.views.widgets.settings_form.rows import make_row
from playground.views.widgets.stepper import DoubleSpinBox, SpinBox
from tests.playground.views.widgets.shown_widgets import shown
from tests.sources import PATHS, SOURCES

pytestmark = pytest.mark.usefixtures("themed")


LEFT = Qt.MouseButton.LeftButton


def test_the_number_does_not_touch_the_edge(qtbot: QtBot) -> None:
    for box in (Stepper(6, 1, 8), SpinBox(), DoubleSpinBox()):
        shown(qtbot, box, width=180)
        assert box.lineEdit().textMargins().left() >= 6


def test_stepper_buttons_typing_and_default(qtbot: QtBot) -> None:
    stepper = Stepper(6, 1, 8, default=4, name="Units")
    shown(qtbot, stepper, width=180)
    seen: list[int] = []
    stepper.value_changed.connect(seen.append)
    y = stepper.height() // 2
    QTest.mouseClick(stepper, LEFT, pos=QPoint(stepper.width() - 12, y))
    QTest.mouseClick(stepper, LEFT, pos=QPoint(stepper.width() - 31, y))
    assert seen == [7, 6]
    field = stepper.lineEdit()
    field.selectAll()
    qtbot.keyClicks(field, "3")
    assert seen == [7, 6]
    qtbot.keyClick(field, Qt.Key.Key_Return)
    QTest.mouseDClick(field, LEFT)
    assert seen == [7, 6, 3, 4]
    with qtbot.assertNotEmitted(stepper.value_changed):
        stepper.set_value(99)
    assert stepper.value() == 8


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-5", "Units: must be at least 1, got -5."),
        ("3.7", "Units: must be a whole number, got 3.7."),
        ("999999999", "Units: must be at most 1024, got 999999999."),
        ("many", "Units: must be a number, got 'many'."),
    ],
)
def test_what_is_typed_stands_and_what_is_wrong_with_it_is_said(
    qtbot: QtBot, typed: str, sentence: str
) -> None:
    stepper = Stepper(6, 1, 1024, name="Units", tooltip="How many.")
    shown(qtbot, stepper, width=180)
    faults: list[str] = []
    stepper.fault_changed.connect(faults.append)
    field = stepper.lineEdit()
    field.setFocus()
    field.selectAll()
    with qtbot.assertNotEmitted(stepper.value_changed):
        qtbot.keyClicks(field, typed)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == typed
    assert stepper.toolTip() == faults[-1] == sentence
    assert stepper.property("invalid") == "true"
    stepper.clearFocus()
    assert (field.text(), stepper.value()) == ("6", 6)
    assert (stepper.toolTip(), faults[-1]) == ("How many.", "")


def test_a_whole_number_may_be_written_with_a_point(qtbot: QtBot) -> None:
    stepper = Stepper(6, 1, 1024, name="Units")
    shown(qtbot, stepper, width=180)
    field = stepper.lineEdit()
    field.selectAll()
    qtbot.keyClicks(field, "12.0")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert stepper.value() == 12


def test_a_number_that_is_no_amount_is_called_what_it_means(qtbot: QtBot) -> None:
    rule = MaxPooling2D.setting("strides")
    row = make_row(rule, (0, 2))
    shown(qtbot, row, width=220)
    down, right = row.findChildren(Stepper)
    assert (down.text(), right.text()) == ("size", "2")
    assert "size × size" in row.caption.toolTip()
    seen: list[object] = []
    row.edited.connect(seen.append)
    down.stepUp()
    for typed, value in (("size", 0), ("3", 3), ("0", 0)):
        down.lineEdit().selectAll()
        qtbot.keyClicks(down.lineEdit(), typed)
        qtbot.keyClick(down.lineEdit(), Qt.Key.Key_Return)
        assert (down.value(), down.text()) == (value, typed if value else "size")
    assert seen == [(1, 2), (0, 2), (3, 2), (0, 2)]


def test_decimals_are_typed_with_point_or_comma_and_shown_with_a_point(qtbot: QtBot) -> None:
    box = DoubleSpinBox()
    box.setDecimals(2)
    shown(qtbot, box, width=180)
    for typed, value, written in (("0,25", 0.25, "0.25"), ("0.75", 0.75, "0.75")):
        box.lineEdit().selectAll()
        qtbot.keyClicks(box.lineEdit(), typed)
        qtbot.keyClick(box, Qt.Key.Key_Return)
        assert (box.value(), box.text()) == (value, written)


def test_no_field_reads_a_number_without_its_comma() -> None:
    """`typed_number` does: `float` alone refuses what a German keyboard types."""
    read = re.compile(r"\b(?:float|int)\((?:\w+\.)*(?:text|currentText)(?:\(\))?\)")
    rooms = ("playground.views", "playground.plugins")
    found = {
        PATHS[name].name for name, text in SOURCES.items() if name.startswith(rooms) and read.search(text)
    }
    # The first reads what it has written itself, the others whole numbers, and words of a call.
    assert found == {"patch_table.py", "other_values.py", "command_line.py"}
