"""Strokes of mouse and pen on the pad, and the window with it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
)
from PySide6.QtTest import QSignalSpy, QTest

from playground.plugins.draw.drawing_pad import DrawPad

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


PATIENCE_MS = 60_000


def stroke(pad: DrawPad, *places: tuple[float, float], button: Qt.MouseButton = LEFT) -> None:
    """A mouse stroke through positions as fractions of the side."""
    points = [pad.place_of(QPointF(*place)).toPoint() for place in places]
    QTest.mousePress(pad, button, pos=points[0])
    for point in points[1:]:
        QTest.mouseMove(pad, point)
    QTest.mouseRelease(pad, button, pos=points[-1])


def ink_at(pad: DrawPad, across: float, down: float) -> float:
    pixels = pad.sheet.pixels()
    return float(pixels[round(down * 419), round(across * 419)])


# --- images -------------------------------------------------------------------------------------------------------


def black_square(size: int = 100) -> QImage:
    """On white, a quarter of the side wide, centered."""
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    for x in range(3 * size // 8, 5 * size // 8):
        for y in range(3 * size // 8, 5 * size // 8):
            image.setPixelColor(x, y, QColor(Qt.GlobalColor.black))
    return image


# --- the panel ----------------------------------------------------------------------------------------------------


def last(spy: QSignalSpy) -> Any:
    return spy.at(spy.count() - 1)
