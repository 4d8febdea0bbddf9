"""The panel of datasets on the screen."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets import LabeledSlider

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot, widget: QWidget, width: int = 216, height: int = 785) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)


def drag(slider: LabeledSlider, *xs: int) -> None:
    track, middle = slider.track, slider.track.height() // 2
    QTest.mousePress(track, LEFT, pos=QPoint(xs[0], middle))
    for x in xs:
        QTest.mouseMove(track, QPoint(x, middle))
    QTest.mouseRelease(track, LEFT, pos=QPoint(xs[-1], middle))
