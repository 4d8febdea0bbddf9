"""The strip of samples on the screen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from playground.views.sample_strip import SampleStrip

LEFT = Qt.MouseButton.LeftButton


def click(strip: SampleStrip, row: int) -> None:
    place = strip.thumbnails.row_rect(row).center().toPoint()
    QTest.mouseClick(strip.thumbnails, LEFT, pos=place)
