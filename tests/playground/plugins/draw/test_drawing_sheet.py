"""What a pad's sheet keeps: strokes back and forth, pasted pictures, colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
)
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.plugins.draw.drawing_pad import DrawPad
from playground.plugins.draw.drawing_sheet import DrawingSheet, image_of, pixels_of
from playground.views.theme.colors import DARK, LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.plugins.draw.strokes import black_square, ink_at, stroke

pytestmark = pytest.mark.usefixtures("themed")


CTRL = Qt.KeyboardModifier.ControlModifier


def test_strokes_are_taken_back_one_by_one(pad: DrawPad) -> None:
    stroke(pad, (0.2, 0.2), (0.8, 0.2))
    stroke(pad, (0.2, 0.8), (0.8, 0.8))
    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL)
    assert (ink_at(pad, 0.5, 0.2), ink_at(pad, 0.5, 0.8)) == (1.0, 0.0)
    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL)
    assert pad.sheet.is_empty
    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL)  # nothing left to undo
    assert pad.sheet.is_empty


def test_a_picture_is_pasted(pad: DrawPad) -> None:
    QApplication.clipboard().setImage(black_square())
    QTest.keyClick(pad, Qt.Key.Key_V, CTRL)
    assert ink_at(pad, 0.5, 0.5) == pytest.approx(1.0)
    assert ink_at(pad, 0.2, 0.5) == pytest.approx(0.0)
    QTest.keyClick(pad, Qt.Key.Key_Z, CTRL)
    assert pad.sheet.is_empty


def test_light_on_dark_is_ink_too(pad: DrawPad) -> None:
    negative = black_square()
    negative.invertPixels()
    pad.put(negative)
    assert ink_at(pad, 0.5, 0.5) == pytest.approx(1.0)
    assert ink_at(pad, 0.2, 0.5) == pytest.approx(0.0)


def test_transparency_is_paper(pad: DrawPad) -> None:
    image = QImage(100, 100, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    for x in range(40, 60):
        for y in range(20, 80):
            image.setPixelColor(x, y, QColor(Qt.GlobalColor.black))
    pad.put(image)
    assert ink_at(pad, 0.5, 0.5) == pytest.approx(1.0)
    assert ink_at(pad, 0.2, 0.5) == pytest.approx(0.0)


def test_a_wide_picture_keeps_its_shape(pad: DrawPad) -> None:
    wide = QImage(200, 100, QImage.Format.Format_Grayscale8)
    wide.fill(255)
    for x in range(90, 110):
        for y in range(40, 60):
            wide.setPixelColor(x, y, QColor(Qt.GlobalColor.black))
    pad.put(wide)
    inked = pad.sheet.pixels() > 0.5
    assert inked.any(axis=0).sum() == pytest.approx(inked.any(axis=1).sum(), abs=2)


def test_a_picture_of_one_colour_is_told(pad: DrawPad) -> None:
    stroke(pad, (0.5, 0.5))
    plain = QImage(50, 50, QImage.Format.Format_RGB32)
    plain.fill(Qt.GlobalColor.darkGreen)
    spy = QSignalSpy(pad.message_requested)
    pad.put(plain)
    assert spy.count() == 1
    assert not pad.sheet.is_empty


def test_images_and_pixels_are_the_same() -> None:
    rng = np.random.default_rng(0)
    grey, colours = rng.random((7, 5)), rng.random((7, 5, 3))
    np.testing.assert_allclose(pixels_of(image_of(grey)), grey, atol=0.5 / 255)
    np.testing.assert_allclose(pixels_of(image_of(colours)), colours, atol=0.5 / 255)


def test_a_sheet_of_colours_keeps_them() -> None:
    sheet = DrawingSheet(colours=True)
    red = QImage(64, 64, QImage.Format.Format_RGB32)
    red.fill(Qt.GlobalColor.red)
    assert sheet.put(red)
    np.testing.assert_allclose(sheet.pixels()[200, 200], [1.0, 0.0, 0.0])
    sheet.begin(QPointF(0.5, 0.5), 0.1)
    np.testing.assert_allclose(sheet.pixels()[210, 210], 0.0)


def test_a_drawing_stays_when_ink_becomes_colour() -> None:
    sheet = DrawingSheet()
    sheet.begin(QPointF(0.5, 0.5), 0.1)
    sheet.end()
    ink = sheet.pixels()
    sheet.use_colours(True)
    np.testing.assert_allclose(sheet.pixels(), np.repeat(1.0 - ink[..., None], 3, axis=2), atol=1 / 255)
    sheet.use_colours(False)
    np.testing.assert_allclose(sheet.pixels(), ink, atol=1 / 255)


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
