"""Two handles of a range, moved by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.views.theme.theme import ThemeSource
from playground.views.widgets.range_slider import RangeSlider

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key


@pytest.fixture
def slider(qtbot: QtBot, qapp: QApplication) -> Iterator[RangeSlider]:
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    column.addWidget(QLineEdit(holder))
    made = RangeSlider("Rate", ThemeSource(qapp, "light"), holder)
    column.addWidget(made)
    column.addWidget(QLineEdit(holder))
    holder.resize(300, 140)
    holder.show()
    made.show_range((0.0001, 1.0), (0.001, 0.1), (0.001, 0.01, 0.1), log=True)
    holder.activateWindow()
    qtbot.waitUntil(holder.isActiveWindow)
    yield made
    qapp.setStyleSheet("")


def drag(slider: RangeSlider, start: float, end: float) -> None:
    first, last = (QPoint(round(slider.x_of(value)), slider.height() // 2) for value in (start, end))
    QTest.mousePress(slider, LEFT, pos=first)
    QTest.mouseMove(slider, last)
    QTest.mouseRelease(slider, LEFT, pos=last)


def test_a_drag_moves_the_nearer_handle_and_not_beyond_the_other_one(slider: RangeSlider) -> None:
    found: list[tuple[float, float]] = []
    slider.ends_changed.connect(lambda low, high: found.append((low, high)))
    drag(slider, 0.001, 0.01)
    assert slider.ends == pytest.approx((0.01, 0.1), rel=0.1)
    drag(slider, 0.1, 0.001)
    assert slider.ends[0] == slider.ends[1] == pytest.approx(0.01, rel=0.1)
    assert found[-1] == slider.ends
    # Of two handles at one place, the one on the side of the pointer.
    drag(slider, 0.05, 0.5)
    assert slider.ends == pytest.approx((0.01, 0.5), rel=0.1)


def test_keys_choose_a_handle_and_move_it(slider: RangeSlider, qtbot: QtBot) -> None:
    before, after = slider.parentWidget().findChildren(QLineEdit)
    before.setFocus()
    QTest.keyClick(before, KEY.Key_Tab)
    qtbot.waitUntil(slider.hasFocus)
    QTest.keyClick(slider, KEY.Key_Right)
    assert 0.001 < slider.ends[0] < 0.0013
    assert slider.ends[1] == 0.1
    QTest.keyClick(slider, KEY.Key_Up)
    QTest.keyClick(slider, KEY.Key_End)
    assert slider.ends[1] == 1.0
    assert "to 1" in slider.accessibleName()
    QTest.keyClick(slider, KEY.Key_Down)
    QTest.keyClick(slider, KEY.Key_Home)
    assert slider.ends[0] == 0.0001
    QTest.keyClick(slider, KEY.Key_Tab)
    qtbot.waitUntil(after.hasFocus)


def test_whole_numbers_go_one_by_one(slider: RangeSlider) -> None:
    slider.show_range((1.0, 4.0), (2.0, 3.0), (2, 3), whole=True)
    slider.setFocus()
    slider.handle = 0
    QTest.keyClick(slider, KEY.Key_Left)
    assert slider.ends == (1.0, 3.0)


def test_a_scale_that_cannot_be_is_refused(slider: RangeSlider) -> None:
    with pytest.raises(ValueError, match="must ascend"):
        slider.show_range((0.0, 1.0), (0.0, 1.0), (), log=True)
