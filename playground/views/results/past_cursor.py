"""The moment that is looked at in a chart: a line with its epoch, and hatching over what came later."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from playground.views.theme.colors import LIGHT, Theme
from playground.views.widgets.hatching import hatch_lines

_HATCH_PX = 8.0
_EDGE_MARK_PX = 8.0


class PastCursor:
    """Nothing is drawn while the training is shown as it is."""

    def __init__(self) -> None:
        self.epoch: float | None = None
        self._last = 0.0
        self._theme: Theme = LIGHT

    def use_theme(self, theme: Theme) -> None:
        self._theme = theme

    def show_past(self, epoch: float | None, last: float) -> bool:
        """Set the epoch that is looked at, None for now, and the last one of the run. Returns whether they differ."""
        before = self.epoch, self._last
        self.epoch, self._last = epoch, last
        return (before[0], epoch) != (None, None) and before != (epoch, last)

    def paint(self, painter: QPainter, pixels: QTransform, frame: QRectF) -> None:
        """Draw it in a frame of the chart; `pixels` maps epochs to its pixels."""
        if self.epoch is None:
            return
        here, last = (pixels.map(QPointF(epoch, 0.0)).x() for epoch in (self.epoch, self._last))
        painter.setClipRect(frame)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        later = QRectF(here, frame.top(), max(0.0, last - here), frame.height()).intersected(frame)
        if later.width() > 0:
            painter.save()
            painter.setClipRect(later)
            painter.setPen(QPen(QColor(self._theme.border), 1.0))
            painter.drawLines(hatch_lines(later, _HATCH_PX))
            painter.restore()
        painter.setPen(QPen(QColor(self._theme.text), 1.5))
        painter.drawLine(QLineF(here, frame.top(), here, frame.bottom()))
        if not frame.left() <= here <= frame.right():
            self._paint_edge_mark(painter, frame, at_right=here > frame.right())

    def _paint_edge_mark(self, painter: QPainter, frame: QRectF, *, at_right: bool) -> None:
        """An arrow at the edge beyond which the moment lies, in a chart that was zoomed and moved away from it."""
        edge, inwards = (frame.right(), -1.0) if at_right else (frame.left(), 1.0)
        middle, size = frame.center().y(), _EDGE_MARK_PX
        painter.setPen(QPen(QColor(self._theme.surface), 1.0))
        painter.setBrush(QColor(self._theme.text))
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(edge + inwards, middle),
                    QPointF(edge + inwards * (1.0 + size), middle - size),
                    QPointF(edge + inwards * (1.0 + size), middle + size),
                ]
            )
        )
