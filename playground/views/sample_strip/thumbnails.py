"""Test samples in a row: images, or cards with the class of a table row."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.data.texts import shown_text
from core.io.number_text import rounded_text
from playground.views.theme.colors import Theme, class_color
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.number_format import class_name
from playground.views.widgets.painted import LEFT_RIGHT, Painted, cut_text, draw_box, draw_text, use_colors
from playground.views.widgets.spoken import Role

THUMBNAIL_PX: Final = 42
CARD_PX: Final = 84
DOT_PX: Final = 7
GAP_PX: Final = 12
EDGE_PX: Final = 4


_TIP = "The test sample that is shown on its way through the network. Left and right choose another."


class Thumbnails(Painted):
    """As many test samples as fit, one of them selected."""

    name = "Test samples"
    is_tracking = True
    role = Role.List
    steps = LEFT_RIGHT
    size_px = 5 * (THUMBNAIL_PX + GAP_PX), THUMBNAIL_PX + 2 * EDGE_PX
    least_px = THUMBNAIL_PX + 2 * EDGE_PX, THUMBNAIL_PX + 2 * EDGE_PX

    row_chosen = Signal(int)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._prepared: Any = None
        self._first = self.row = 0
        """The selected sample: a test row, or ~row of a training sample, which is not among those shown."""
        self._hovered = -1
        self._is_shown = True
        self._pictures: dict[int, QPixmap] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(_TIP)

    @property
    def count(self) -> int:
        """Number of test samples."""
        return 0 if self._prepared is None else len(self._prepared.test_index)

    def set_data(self, prepared: Any) -> None:
        """Set the test samples of a `core.experiment.prepare.PreparedData`."""
        self._prepared = prepared
        self._pictures.clear()
        self._first = 0
        self.choose(min(self.row, max(0, self.count - 1)))

    def choose(self, row: int) -> None:
        """Select a row and scroll to it."""
        self.row = row
        fitting = self._fitting()
        if row >= 0:
            self._first = max(0, min(max(self._first, row - fitting + 1), row))
        self._first = min(self._first, max(0, self.count - fitting))
        self.setAccessibleDescription(self._place_text(row))
        self.update()

    def show_chosen(self, shown: bool) -> None:
        """Set whether the network shows the selected sample, and nothing in place of it."""
        if shown != self._is_shown:
            self._is_shown = shown
            self.update()

    def row_rect(self, row: int) -> QRectF:
        left = EDGE_PX + (row - self._first) * (self._width() + GAP_PX)
        return QRectF(left, (self.height() - THUMBNAIL_PX) / 2, self._width(), THUMBNAIL_PX)

    def row_at(self, pos: QPointF) -> int:
        """The row at a position, -1 without one."""
        for row in range(self._first, min(self._first + self._fitting(), self.count)):
            if self.row_rect(row).contains(pos):
                return row
        return -1

    def _is_image(self) -> bool:
        return self._prepared is not None and self._prepared.data.inputs.ndim == 4

    def _width(self) -> int:
        return THUMBNAIL_PX if self._is_image() else CARD_PX

    def _fitting(self) -> int:
        return max(1, int((self.width() - 2 * EDGE_PX + GAP_PX) // (self._width() + GAP_PX)))

    def _place_text(self, row: int) -> str:
        """ "Test sample 1 of 150, row 290 of the data: setosa"."""
        if self._prepared is None or row >= self.count:
            return ""
        name, (samples, number, at) = label_name(self._prepared, row), self._prepared.find(row)
        split = "Training" if row < 0 else "Test"
        of_data = f"{split} sample {number + 1:,} of {len(samples):,}, row {at + 1:,} of the data"
        return f"{of_data}: {name}" if name else of_data

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.choose(self.row)

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        for row in range(self._first, min(self._first + self._fitting(), self.count)):
            place = self.row_rect(row)
            if self._is_image():
                painter.drawPixmap(place.topLeft(), self._picture(row, theme))
            else:
                self._paint_card(painter, row, place, theme)
            if row == self.row or row == self._hovered:
                focused = row == self.row and self.hasFocus()
                edge = theme.accent if row == self.row and self._is_shown else theme.border_strong
                draw_box(painter, place.adjusted(-1, -1, 1, 1), 5, None, edge, 3 if focused else 2)

    def _picture(self, row: int, theme: Theme) -> QPixmap:
        if row not in self._pictures:
            if len(self._pictures) > 200:
                self._pictures.clear()
            ratio = self.devicePixelRatioF()
            pixels = self._prepared.data.inputs[self._prepared.test_index[row]]
            picture = QPixmap.fromImage(gray_image(pixels, theme, round(THUMBNAIL_PX * ratio)))
            picture.setDevicePixelRatio(ratio)
            self._pictures[row] = picture
        return self._pictures[row]

    def _paint_card(self, painter: QPainter, row: int, place: QRectF, theme: Theme) -> None:
        draw_box(painter, place, 5, theme.field)
        half, has_class = place.height() / 2, self._prepared.data.labels == "classes"
        dot = DOT_PX + 5 if has_class else 0
        name = cut_text(self._small, label_name(self._prepared, row), place.width() - 12 - dot)
        upper = place.adjusted(6 + dot, 3, -6, -half + 3)
        draw_text(painter, upper, name, theme.text, self._small)
        if has_class:
            left = upper.center().x() - QFontMetricsF(self._small).horizontalAdvance(name) / 2 - dot
            use_colors(painter, class_color(int(self._prepared.test_targets[row])))
            painter.drawEllipse(QPointF(left + DOT_PX / 2, upper.center().y()), DOT_PX / 2, DOT_PX / 2)
        draw_text(painter, place.adjusted(6, half - 3, -6, -3), f"test {row + 1:,}", theme.text_muted)

    def _restyle(self) -> None:
        self._pictures.clear()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.row_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self._choose_and_emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: self.row - 1, Qt.Key.Key_Right: max(0, self.row + 1),
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: self.count - 1,
        }  # fmt: skip
        row = steps.get(Qt.Key(event.key()))
        if row is None:
            super().keyPressEvent(event)
        elif 0 <= row < self.count:
            self._choose_and_emit(row)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.setToolTip(_TIP if row < 0 else f"{self._place_text(row)}\n{_TIP}")
            self.setCursor(Qt.CursorShape.ArrowCursor if row < 0 else Qt.CursorShape.PointingHandCursor)
            self.update()

    def _choose_and_emit(self, row: int) -> None:
        if row != self.row or not self._is_shown:
            self.choose(row)
            self.row_chosen.emit(row)


def label_name(prepared: Any, row: int) -> str:
    """Class name or target value of a sample of `PreparedData.find`; a text itself where what follows is learned."""
    samples, row, _ = prepared.find(row)
    label = samples.labels[row]
    if prepared.encoding.tokens:
        text: str = prepared.pipeline.inputs.raw(samples.inputs[row : row + 1])[0]
        return " ".join(shown_text(text).split())
    if prepared.data.labels != "classes":
        return rounded_text(float(np.ravel(label)[0]))
    return class_name(prepared.data.class_names, int(label))
