"""Chips are switched by mouse and key."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QScrollArea,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from playground.views.theme.theme import font
from playground.views.widgets import (
    Chip,
    ChipGroup,
)
from playground.views.widgets.chips import Segments
from tests.playground.views.widgets.shown_widgets import shown

pytestmark = pytest.mark.usefixtures("themed")


LEFT = Qt.MouseButton.LeftButton


FEATURES = [("x1", "x₁", "The first coordinate."), ("x2", "x₂", ""), ("sin_x1", "sin x₁", "")]


def test_chips_toggle_by_mouse_and_key(qtbot: QtBot) -> None:
    group = ChipGroup(FEATURES, on=["x1"], name="Input features")
    shown(qtbot, group, height=60)
    seen: list[tuple[str, bool]] = []
    group.toggled.connect(lambda name, on: seen.append((name, on)))
    QTest.mouseClick(group.chip("x2"), LEFT)
    QTest.mouseClick(group.chip("x1"), LEFT)
    qtbot.keyClick(group.chip("sin_x1"), Qt.Key.Key_Space)
    assert seen == [("x2", True), ("x1", False), ("sin_x1", True)]
    assert group.on() == ["x2", "sin_x1"]
    assert group.chip("x1").toolTip() == "The first coordinate."
    group.set_on(["x1"])
    assert len(seen) == 3


def test_last_chip_stays_on_when_one_is_needed(qtbot: QtBot) -> None:
    group = ChipGroup(FEATURES, on=["x1"], keep_one=True)
    shown(qtbot, group, height=60)
    with qtbot.assertNotEmitted(group.toggled):
        QTest.mouseClick(group.chip("x1"), LEFT)
    assert group.on() == ["x1"]


def test_chips_need_no_more_height_than_they_take(qtbot: QtBot) -> None:
    area, panel = QScrollArea(), QWidget()
    QVBoxLayout(panel).addWidget(ChipGroup(FEATURES))
    area.setWidget(panel)
    area.setWidgetResizable(True)
    qtbot.addWidget(area)
    area.resize(400, 70)
    area.show()
    qtbot.waitExposed(area)
    assert area.verticalScrollBar().maximum() == 0


def test_tab_goes_through_replaced_chips_at_their_place(qtbot: QtBot) -> None:
    panel = QWidget()
    first, group, last = (
        Chip("first", "First", parent=panel),
        ChipGroup(FEATURES, parent=panel),
        Chip("last", "Last"),
    )
    column = QVBoxLayout(panel)
    for widget in (first, group, last):
        column.addWidget(widget)
    shown(qtbot, panel, height=120)
    group.set_choices(FEATURES[:2])
    qtbot.waitUntil(group.chip("x2").isVisible)
    first.setFocus()
    found: list[QWidget | None] = [first]
    for _ in range(3):
        assert found[-1] is not None
        QTest.keyClick(found[-1], Qt.Key.Key_Tab)
        found.append(QApplication.focusWidget())
    assert found[1:] == [group.chip("x1"), group.chip("x2"), last]


def test_chips_wrap_and_can_be_replaced(qtbot: QtBot) -> None:
    group = ChipGroup(FEATURES)
    shown(qtbot, group, height=90)
    wide, narrow = group.heightForWidth(400), group.heightForWidth(60)
    assert narrow > 2 * wide
    group.resize(60, narrow)
    QApplication.sendPostedEvents()
    chips = group.findChildren(Chip)
    assert len({chip.y() for chip in chips}) == 3
    group.set_choices([("scale", "Scale 0–1", "")], on=["scale"])
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [chip.name for chip in group.findChildren(Chip)] == ["scale"]


@pytest.mark.parametrize("room_px", [8, 20])
def test_segments_have_room_for_their_texts_in_bold(qtbot: QtBot, room_px: int) -> None:
    segments = Segments([("loss", "Loss", ""), ("accuracy", "Accuracy", "")], name="Curve", room_px=room_px)
    shown(qtbot, segments, height=30)
    segments.resize(segments.minimumSizeHint())
    for button in segments.buttons.values():
        option = QStyleOptionButton()
        button.initStyleOption(option)
        place = button.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, button)
        assert place.width() >= QFontMetrics(font(bold=True)).horizontalAdvance(button.text())
