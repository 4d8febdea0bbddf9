"""A widget that paints itself, and what painters do in one call."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QPainter, QPixmap
from pytestqt.qtbot import QtBot

from playground.views.theme.colors import DARK, LIGHT, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import (
    LEFT_RIGHT,
    PaintedWidget,
    clear_pixmap,
    cut_text,
    draw_box,
    draw_text,
    faded,
    polygon,
)
from playground.views.widgets.spoken import Role


class Square(PaintedWidget):
    name, role, steps, size_px, least_px = "A square", Role.Slider, LEFT_RIGHT, (40, 30), (20, 10)

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.fillRect(self.rect(), QColor(theme.accent))
        self._paint_focus(painter, 0)


def color_at(picture: QPixmap, x: int, y: int) -> str:
    return picture.toImage().pixelColor(x, y).name()


def test_it_has_its_name_size_and_keys_and_the_colors_of_the_theme(qtbot: QtBot) -> None:
    themes = ThemeSource(mode="light")
    square = Square(themes)
    qtbot.addWidget(square)
    assert (square.sizeHint(), square.minimumSizeHint()) == (QSize(40, 30), QSize(20, 10))
    assert square.focusPolicy() == Qt.FocusPolicy.StrongFocus
    spoken = QAccessible.queryAccessibleInterface(square)
    assert (spoken.role(), spoken.text(QAccessible.Text.Name)) == (Role.Slider, "A square")
    square.resize(40, 30)
    square.show()
    assert color_at(square.grab(), 20, 15) == QColor(LIGHT.accent).name()
    themes.mode = "dark"
    assert color_at(square.grab(), 20, 15) == QColor(DARK.accent).name()


def test_boxes_and_texts_have_the_colors_they_are_given() -> None:
    picture = clear_pixmap(QSize(60, 30), 2.0)
    assert picture.size() == QSize(120, 60)
    painter = QPainter(picture)
    draw_box(painter, QRectF(2, 2, 56, 26), 3, "#ff0000", "#0000ff", 2)
    assert (painter.brush().color().name(), painter.pen().color().name()) == ("#ff0000", "#0000ff")
    draw_text(
        painter, QRectF(4, 4, 50, 20), "a text that is far too long", "#00ff00", font(bold=True), cut=True
    )
    assert (painter.pen().color().name(), painter.font().bold()) == ("#00ff00", True)
    painter.end()
    image = picture.toImage()
    assert image.pixelColor(0, 0).alpha() == 0
    inks = {image.pixelColor(x, y).name() for x in range(8, 112) for y in range(8, 52)}
    assert {"#ff0000", "#00ff00"} <= inks
    # The text ends within the box.
    assert image.pixelColor(114, 30).name() in ("#ff0000", "#0000ff")


def test_long_texts_end_with_dots_and_colors_fade(qapp: object) -> None:
    assert cut_text(font(), "short", 200) == "short"
    assert cut_text(font(), "long" * 50, 60).endswith("…")
    assert abs(faded("#ff0000", 0.25).alphaF() - 0.25) < 0.001
    assert [(each.x(), each.y()) for each in polygon(np.array([1.0, 2.0]), np.array([3.0, 4.0])).toList()] == [
        (1.0, 3.0), (2.0, 4.0),
    ]  # fmt: skip
