"""The moment that is looked at in a chart: a line with its epoch, and hatching over what came later."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from playground.views.theme.theme import LIGHT, Theme
from playground.views.widgets.hatching import hatch_lines

__all__ = ["PastCursor"]

_HATCH_PX = 8.0


class PastCursor(pg.GraphicsObject):  # type: ignore[misc]
    """Hidden while the training is shown as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.bounds = QRectF()
        self.epoch: float | None = None
        self._last = 0.0
        self._theme: Theme = LIGHT
        self.setZValue(-400)  # above the grid and the edits, below the curves
        self.hide()

    def use_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_past(self, epoch: float | None, last: float) -> None:
        """Set the epoch that is looked at, None for now, and the last one of the run."""
        self.epoch, self._last = epoch, last
        self.setVisible(epoch is not None)
        self.update()

    def boundingRect(self) -> QRectF:
        return self.bounds

    def paint(self, painter: QPainter, *_: Any) -> None:
        if self.epoch is None:
            return
        pixels = painter.transform()
        frame = pixels.mapRect(self.bounds)
        here, last = (pixels.map(QPointF(epoch, 0.0)).x() for epoch in (self.epoch, self._last))
        painter.resetTransform()
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
