"""The data points as a pyqtgraph item: one cached image drawn over the boundary.

pyqtgraph's scatter items take 4 ms per frame for two thousand points in ten colors.
"""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap

from playground.views.output.boundary_colors import ValueRange
from playground.views.output.boundary_points import BoundaryPoints
from playground.views.theme.theme import Theme

__all__ = ["PointsItem"]


class PointsItem(pg.GraphicsObject):  # type: ignore[misc]
    """Draws points over the whole of its view."""

    def __init__(self) -> None:
        super().__init__()
        self._points: BoundaryPoints | None = None
        self._theme: Theme | None = None
        self._range = ValueRange()
        self._test_visible = True
        self._taken = QRectF()
        self._picture: QPixmap | None = None

    def __len__(self) -> int:
        return 0 if self._points is None else len(self._points)

    def show_points(self, points: BoundaryPoints | None, theme: Theme, span: ValueRange) -> None:
        """Set the points; `span` maps values to colors."""
        self._points, self._theme, self._range = points, theme, span
        self._drop_picture()

    def set_test_visible(self, visible: bool) -> None:
        """Set the visibility of test points."""
        self._test_visible = visible
        self._drop_picture()

    def leave_room(self, taken: QRectF) -> None:
        """Write nothing in this part of the view, in its pixels."""
        if taken != self._taken:
            self._taken = taken
            self._drop_picture()

    def boundingRect(self) -> QRectF:
        view = self.getViewBox()
        return QRectF() if view is None else QRectF(view.viewRect())

    def viewTransformChanged(self) -> None:
        super().viewTransformChanged()
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: Any) -> None:
        area = painter.transform().mapRect(self.boundingRect())
        ratio = painter.device().devicePixelRatioF()
        picture = self._picture_for(area.size().toSize(), ratio)
        if picture is not None:
            painter.resetTransform()
            painter.drawPixmap(area.topLeft(), picture)

    def _picture_for(self, size: QSize, ratio: float) -> QPixmap | None:
        if self._points is None or self._theme is None:
            return None
        if self._picture is None or self._picture.size() != size * ratio:
            self._picture = self._points.picture(
                size,
                ratio,
                self._theme,
                self._range,
                with_test=self._test_visible,
                taken=self._taken,
            )
        return self._picture

    def _drop_picture(self) -> None:
        self._picture = None
        self.update()
