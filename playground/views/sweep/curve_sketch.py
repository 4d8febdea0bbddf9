"""A small chart of the losses of one trial."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.io.number_text import rounded_text
from playground.views.theme.theme import ThemeSource, font

Curve = NDArray[np.float32]
"""Epoch, training loss, test loss and scores (moments, 5)."""

_LEFT_PX = 52.0
_TOP_PX = 24.0
_BOTTOM_PX = 20.0


class CurveSketch(QWidget):
    """Losses of training and test over epochs, with the lowest and the highest value at the left.

    The test losses of other seeds are behind them, in grey.
    """

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._curve: Curve = np.empty((0, 5), np.float32)
        self._others: tuple[Curve, ...] = ()
        self._left = _LEFT_PX
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(90)
        self.setMaximumHeight(200)
        themes.theme_changed.connect(self.update)

    def show_curve(self, curve: Curve, others: Sequence[Curve] = ()) -> None:
        """Draw the curve (moments, 5) of a `TrialResult`, and those of other seeds."""
        self._curve, self._others = curve, tuple(others)
        ends = [rounded_text(float(value)) for value in curve[-1:, 1:3].ravel()]
        self.setAccessibleName("Loss over epochs" + (f", at the end {' and '.join(ends)}" if ends else ""))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, 160)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font("small", bold=True))
        painter.setPen(QColor(theme.text))
        painter.drawText(QRectF(0, 0, self.width(), 18), Qt.AlignmentFlag.AlignLeft, "Loss")
        painter.setFont(font("small"))
        self._draw_legend(painter)
        values = np.concatenate([self._curve[:, 1:3].ravel(), *(other[:, 2] for other in self._others)])
        finite = values[np.isfinite(values)]
        if len(finite):
            low, high = float(finite.min()), float(finite.max())
            metrics = QFontMetricsF(painter.font())
            widest = max(metrics.horizontalAdvance(rounded_text(value)) for value in (low, high))
            self._left = max(_LEFT_PX, widest + 8)
            self._draw_axes(painter, low, high)
            for other in self._others:
                self._draw_line(painter, other, 2, QPen(QColor(theme.border_strong), 1.0), low, high)
            for column, color in ((1, theme.train), (2, theme.test)):
                self._draw_line(painter, self._curve, column, QPen(QColor(color), 1.6), low, high)
        painter.end()

    @property
    def _last(self) -> float:
        """The last epoch of all curves."""
        ends = [float(curve[-1, 0]) for curve in (self._curve, *self._others) if len(curve)]
        return max([1e-9, *ends])

    @property
    def _area(self) -> QRectF:
        return QRectF(
            self._left, _TOP_PX, self.width() - self._left - 4, self.height() - _TOP_PX - _BOTTOM_PX
        )

    def _draw_legend(self, painter: QPainter) -> None:
        theme, right = self._themes.theme, float(self.width())
        metrics = QFontMetricsF(painter.font())
        others = (("other seeds", theme.border_strong),) if self._others else ()
        for text, color in (("test", theme.test), ("train", theme.train), *others):
            width = metrics.horizontalAdvance(text)
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(QRectF(right - width, 0, width + 1, 18), Qt.AlignmentFlag.AlignLeft, text)
            painter.setPen(QPen(QColor(color), 2))
            painter.drawLine(QPointF(right - width - 16, 8), QPointF(right - width - 5, 8))
            right -= width + 28

    def _draw_axes(self, painter: QPainter, low: float, high: float) -> None:
        theme, area = self._themes.theme, self._area
        painter.setPen(QColor(theme.border))
        for height in (area.top(), area.bottom()):
            painter.drawLine(QPointF(area.left(), height), QPointF(area.right(), height))
        painter.setPen(QColor(theme.text_muted))
        beside = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for height, value in ((area.top(), high), (area.bottom(), low)):
            painter.drawText(QRectF(0, height - 8, area.left() - 6, 16), beside, rounded_text(value))
        below = QRectF(area.left(), area.bottom() + 3, area.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{self._last:,.0f} epochs")

    def _draw_line(
        self, painter: QPainter, curve: Curve, column: int, pen: QPen, low: float, high: float
    ) -> None:
        area, last = self._area, self._last
        span = max(high - low, 1e-12)
        points = [
            QPointF(
                area.left() + area.width() * float(epoch) / last,
                area.bottom() - area.height() * (float(value) - low) / span,
            )
            for epoch, value in curve[:, (0, column)]
            if np.isfinite(value)
        ]
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(points))
