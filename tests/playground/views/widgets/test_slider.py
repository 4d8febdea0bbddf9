"""Sliders by mouse, keys and double click: what they say, and when."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.views.theme.theme import ThemeSource
from playground.views.widgets import (
    LabeledSlider,
)
from playground.views.widgets.slider import RangeSlider
from tests.playground.views.widgets.shown_widgets import shown

pytestmark = pytest.mark.usefixtures("themed")


LEFT = Qt.MouseButton.LeftButton


def noise(**more: object) -> LabeledSlider:
    return LabeledSlider("Noise", 0, 0.5, 0.1, step=0.05, tooltip="Spreads the points.", **more)  # type: ignore[arg-type]


def test_slider_says_its_name_and_value(qtbot: QtBot) -> None:
    slider = noise(formatter=lambda value: f"{value:.2f}")
    shown(qtbot, slider)
    assert [label.text() for label in slider.findChildren(QLabel)] == ["Noise", "0.10"]
    assert slider.track.accessibleName() == "Noise"
    assert slider.track.accessibleDescription() == "0.10. Spreads the points."
    assert "Double-click or press Delete to return to 0.10" in slider.toolTip()


def test_slider_keys(qtbot: QtBot) -> None:
    slider = noise()
    shown(qtbot, slider)
    changed: list[float] = []
    committed: list[float] = []
    slider.value_changed.connect(changed.append)
    slider.value_committed.connect(committed.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_PageUp):
        qtbot.keyClick(slider.track, key)
    assert changed == [0.15, 0.5, 0.45, 0.0, 0.05]
    assert committed == changed


def test_slider_drag_changes_often_and_commits_once(qtbot: QtBot) -> None:
    slider = noise()
    shown(qtbot, slider)
    changed: list[float] = []
    committed: list[float] = []
    slider.value_changed.connect(changed.append)
    slider.value_committed.connect(committed.append)
    track = slider.track
    middle = track.height() // 2
    QTest.mousePress(track, LEFT, pos=QPoint(track.width() // 2, middle))
    assert slider.value == pytest.approx(0.25)
    assert committed == []
    QTest.mouseMove(track, QPoint(track.width() * 3 // 4, middle))
    QTest.mouseMove(track, QPoint(track.width() - 1, middle))
    QTest.mouseRelease(track, LEFT, pos=QPoint(track.width() - 1, middle))
    assert changed[0] == 0.25
    assert slider.value == 0.5
    assert committed == [0.5]


def test_slider_double_click_returns_to_the_default(qtbot: QtBot) -> None:
    slider = noise(default=0.2)
    shown(qtbot, slider)
    committed: list[float] = []
    slider.value_committed.connect(committed.append)
    QTest.mouseDClick(slider.track, LEFT, pos=QPoint(3, 9))
    assert slider.value == 0.2
    assert committed[-1] == 0.2
    slider.set_value(0.4)
    QTest.mouseDClick(slider, LEFT, pos=QPoint(3, 3))
    assert slider.value == 0.2


def test_slider_set_value_is_silent_exact_and_held_in_range(qtbot: QtBot) -> None:
    slider = noise()
    qtbot.addWidget(slider)
    with qtbot.assertNotEmitted(slider.value_changed):
        slider.set_value(0.123)
        assert slider.value == 0.123
        slider.set_value(9)
    assert slider.value == 0.5
    slider.set_range(0, 0.2, step=0.1)
    assert slider.value == 0.2
    with pytest.raises(ValueError, match="low must be below high"):
        slider.set_range(1, 1)


def test_slider_logarithmic(qtbot: QtBot) -> None:
    slider = LabeledSlider("Rate", 1e-4, 1.0, 0.01, log=True)
    shown(qtbot, slider)
    assert slider.track.value() == 100
    qtbot.keyClick(slider.track, Qt.Key.Key_End)
    assert slider.value == 1.0
    qtbot.keyClick(slider.track, Qt.Key.Key_Home)
    assert slider.value == 1e-4


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
