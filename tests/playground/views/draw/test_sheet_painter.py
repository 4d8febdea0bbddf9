"""The sheet is painted in the colours of the theme."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import (
    QColor,
    QImage,
)
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.views.draw.drawing_pad import DrawPad
from playground.views.draw.drawing_sheet import pixels_of
from playground.views.theme.colors import DARK, LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.views.draw.strokes import stroke

pytestmark = pytest.mark.usefixtures("themed")


def test_an_empty_pad_says_what_to_do(pad: DrawPad) -> None:
    def darkest() -> int:
        image = pad.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        return int(pixels_of(image)[150:300, 50:370].min() * 255)

    paper = QColor(LIGHT.field).lightness()
    assert darkest() < paper - 60
    stroke(pad, (0.1, 0.05))
    QTest.mouseMove(pad, QPoint(2, 418))
    assert darkest() > paper - 10


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_ink_has_the_colours_of_the_theme(qtbot: QtBot, theme: Any) -> None:
    pad = DrawPad(ThemeSource(mode=theme.name))
    qtbot.addWidget(pad)
    pad.resize(210, 210)
    pad.sheet.begin(QPointF(0.5, 0.5), 0.2)
    image = pad.grab().toImage()
    assert image.pixelColor(105, 105).name() == theme.text
    assert image.pixelColor(30, 100).name() == theme.field
