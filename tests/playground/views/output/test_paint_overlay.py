"""The disc under the pointer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from playground.model.document import Document
from playground.views.output import PaintController
from playground.views.theme.colors import LIGHT
from tests.playground.views.output.painting import painted, spot
from tests.playground.wheel import NOTCH, turn_wheel

LEFT = Qt.MouseButton.LeftButton


def test_arrows_and_enter_paint_without_a_mouse(painting: PaintController, document: Document) -> None:
    QTest.mouseClick(painting.bar.tool_button("point"), LEFT)
    painting.pad.setFocus()
    # The brush starts from the pointer.
    QTest.mouseMove(painting.pad, spot(painting, 1, 1))
    QTest.keyClick(painting.pad, Qt.Key.Key_Right)
    QTest.keyClick(painting.pad, Qt.Key.Key_Up)
    QTest.keyClick(painting.pad, Qt.Key.Key_Return)
    x, y, _ = painted(document).points[-1]
    assert (x, y) == pytest.approx((1.3, 1.3), abs=0.05)


def test_the_wheel_makes_the_disc_wider(painting: PaintController) -> None:
    before = painting.bar.brush().radius
    turn_wheel(painting.pad, spot(painting, 0, 0), 2 * NOTCH)
    assert painting.bar.brush().radius > before
    turn_wheel(painting.pad, spot(painting, 0, 0), -4 * NOTCH)
    assert painting.bar.brush().radius < before


def test_the_disc_is_drawn_in_the_class_color(painting: PaintController) -> None:
    QTest.mouseMove(painting.pad, spot(painting, 0, 0))
    image = painting.pad.grab().toImage()
    middle, side = spot(painting, 0, 0), painting.pad.width()
    reach = round(painting.bar.brush().radius / 12 * side)
    seen = [image.pixelColor(middle.x() + dx, middle.y()) for dx in range(reach - 3, reach + 4)]
    wanted = QColor(LIGHT.negative)
    assert any(color.saturation() > 150 and abs(color.hue() - wanted.hue()) < 4 for color in seen)


def test_the_disc_goes_with_the_pointer_and_keys_bring_it_back(painting: PaintController) -> None:
    pad, middle = painting.pad, spot(painting, 0, 0)

    def is_drawn() -> bool:
        image, reach = pad.grab().toImage(), round(painting.bar.brush().radius / 12 * pad.width())
        row = range(middle.x() + reach - 3, middle.x() + reach + 4)
        return any(image.pixelColor(x, middle.y()).saturation() > 150 for x in row)

    QTest.mouseClick(pad, LEFT, pos=middle)
    assert pad.hasFocus()
    assert is_drawn()
    QApplication.sendEvent(pad, QEvent(QEvent.Type.Leave))
    assert not is_drawn()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(pad, key)
    assert is_drawn()
