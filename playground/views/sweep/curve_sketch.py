"""A small chart of the losses of one trial."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.number_format import significant_text

__all__ = ["CurveSketch"]

_LEFT_PX = 52.0
_TOP_PX = 24.0
_BOTTOM_PX = 20.0


class CurveSketch(QWidget):
    """Losses of training and test over epochs, with the lowest and the highest value at the left."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._curve: NDArray[np.float32] = np.empty((0, 5), np.float32)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(90)
        self.setMaximumHeight(200)
        themes.theme_changed.connect(self.update)

    def show_curve(self, curve: NDArray[np.float32]) -> None:
        """Draw the curve (moments, 5) of a `TrialResult`."""
        self._curve = curve
        ends = [significant_text(float(value)) for value in curve[-1:, 1:3].ravel()]
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
        values = self._curve[:, 1:3]
        finite = values[np.isfinite(values)]
        if len(finite):
            self._draw_axes(painter, float(finite.min()), float(finite.max()))
            for column, color in ((1, theme.train), (2, theme.test)):
                self._draw_line(painter, column, color, float(finite.min()), float(finite.max()))
        painter.end()

    @property
    def _area(self) -> QRectF:
        return QRectF(_LEFT_PX, _TOP_PX, self.width() - _LEFT_PX - 4, self.height() - _TOP_PX - _BOTTOM_PX)

    def _draw_legend(self, painter: QPainter) -> None:
        theme, right = self._themes.theme, float(self.width())
        metrics = QFontMetricsF(painter.font())
        for text, color in (("test", theme.test), ("train", theme.train)):
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
            painter.drawText(QRectF(0, height - 8, _LEFT_PX - 6, 16), beside, significant_text(value))
        below = QRectF(area.left(), area.bottom() + 3, area.width(), 16)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{self._curve[-1, 0]:,.0f} epochs")

    def _draw_line(self, painter: QPainter, column: int, color: str, low: float, high: float) -> None:
        area, last = self._area, max(1e-9, float(self._curve[-1, 0]))
        span = max(high - low, 1e-12)
        points = [
            QPointF(
                area.left() + area.width() * float(epoch) / last,
                area.bottom() - area.height() * (float(value) - low) / span,
            )
            for epoch, value in self._curve[:, (0, column)]
            if np.isfinite(value)
        ]
        painter.setPen(QPen(QColor(color), 1.6))
        painter.drawPolyline(QPolygonF(points))
