"""Sliders by mouse, keys and double click: what they say, and when."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from playground.views.widgets import (
    LabeledSlider,
)
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
