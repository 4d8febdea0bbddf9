"""A square picture says what it will show before there is one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets.picture_plot import SquarePicture
from tests.playground.views.widgets.shown_widgets import shown

pytestmark = pytest.mark.usefixtures("themed")


def test_a_hint_stands_in_the_place_of_the_picture(qtbot: QtBot) -> None:
    box = QWidget()
    picture = SquarePicture(QSize(100, 100), QSize(40, 40), box, hint="Something appears here")
    shown(qtbot, box, height=90)
    picture.resize(120, 90)
    assert picture.hint.isVisible()
    assert picture.hint.geometry() == picture.rect()
    image = QImage(90, 90, QImage.Format.Format_RGB32)
    image.fill(QColor("#0877bd"))
    picture.show_image(image)
    assert not picture.hint.isVisible()
    assert picture.grab().toImage().pixelColor(60, 45).name() == "#0877bd"
    picture.show_image(QImage())
    assert picture.hint.isVisible()


def test_an_image_of_another_size_fills_the_square(qtbot: QtBot) -> None:
    box = QWidget()
    picture = SquarePicture(QSize(100, 100), QSize(40, 40), box)
    shown(qtbot, box, height=90)
    picture.resize(120, 90)
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("#0877bd"))
    picture.show_image(image)
    drawn = picture.grab().toImage()
    assert [drawn.pixelColor(x, 80).name() for x in (20, 100)] == ["#0877bd"] * 2
