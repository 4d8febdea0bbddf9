"""A small chart of the losses of one trial."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from core.io.number_text import rounded_text
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.charts.reading_chart import ReadingChart
from playground.views.widgets.painted import draw_text
from playground.views.widgets.spoken import Role, speak_as

Curve = NDArray[np.float32]
"""Epoch, training loss, test loss and scores (moments, 5)."""


class CurveSketch(ReadingChart):
    """Losses of training and test over epochs, with the lowest and the highest value at the left.

    The test losses of other seeds are behind them, in grey.
    """

    size_px = 220, 160
    margins_px = 8, 24, 4, 20

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._curve: Curve = np.empty((0, 5), np.float32)
        self._others: tuple[Curve, ...] = ()
        self._left.has_ends_only = True
        self._left.setVisible(False)
        self._bottom.hide()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        speak_as(self, Role.Chart)
        self.setMinimumHeight(90)
        self.setMaximumHeight(200)

    def show_curve(self, curve: Curve, others: Sequence[Curve] = ()) -> None:
        """Draw the curve (moments, 5) of a `TrialResult`, and those of other seeds."""
        self._curve, self._others = curve, tuple(others)
        ends = [rounded_text(float(value)) for value in curve[-1:, 1:3].ravel()]
        self.setAccessibleName("Loss over epochs" + (f", at the end {' and '.join(ends)}" if ends else ""))
        self._draw()

    def _draw(self) -> None:
        theme = self._themes.theme
        drawn = [(other, 2, QPen(QColor(theme.border_strong), 1.0)) for other in self._others]
        drawn += [
            (self._curve, 1, QPen(QColor(theme.train), 1.6)),
            (self._curve, 2, QPen(QColor(theme.test), 1.6)),
        ]
        good = [
            (each[np.isfinite(each[:, column])].astype(float), column, pen) for each, column, pen in drawn
        ]
        values = np.concatenate([each[:, column] for each, column, _ in good])
        self._left.setVisible(len(values) > 0)
        if len(values):
            low, high = float(values.min()), float(values.max())
            ends = (low, high) if high > low else (low, low + 1e-6 * (abs(low) or 1.0))
            self._show_range((0.0, self._last), ends)
        self._show_lines([(each[:, 0], each[:, column], pen) for each, column, pen in good], joined=True)

    def paint_above(self, painter: QPainter) -> None:
        theme, area, right = self._themes.theme, self.area(), float(self.width())
        if self._left.isVisible():
            below = QRectF(area.left(), area.bottom() + 3, area.width(), 16)
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{self._last:,.0f} epochs")
        metrics = QFontMetricsF(painter.font())
        others = (("other seeds", theme.border_strong),) if self._others else ()
        for text, color in (("test", theme.test), ("train", theme.train), *others):
            width = metrics.horizontalAdvance(text)
            place = QRectF(right - width, 0, width + 1, 18)
            draw_text(painter, place, text, theme.text_muted, align=Qt.AlignmentFlag.AlignLeft)
            painter.setPen(QPen(QColor(color), 2))
            painter.drawLine(QPointF(right - width - 16, 8), QPointF(right - width - 5, 8))
            right -= width + 28
        title = QRectF(0, 0, self.width(), 18)
        draw_text(painter, title, "Loss", theme.text, font("small", bold=True), Qt.AlignmentFlag.AlignLeft)

    @property
    def _last(self) -> float:
        """The last epoch of all curves."""
        ends = [float(curve[-1, 0]) for curve in (self._curve, *self._others) if len(curve)]
        return max([1e-9, *ends])
