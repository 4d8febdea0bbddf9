"""Embedding of the test samples by the last hidden layer: during training the classes separate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.inspect.embedding import EmbeddingFrame
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.output.boundary_colors import ValueRange
from playground.views.output.boundary_points import BoundaryPoints
from playground.views.theme.colors import RADIUS_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.class_names import class_words
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.number_format import number_text
from playground.views.widgets.spoken import Role, speak_as

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_CLICK_PX: Final = 12
_RING_PX: Final = 8.0
_MARGIN_PX: Final = 10
# Rescale only if points leave the plot or fill less than this fraction of it.
_MIN_FILLED: Final = 0.6
_ROOM: Final = 1.1


class EmbeddingPlot(QWidget):
    """Points in class colors; the nearest one is labelled on hover and selected by a click."""

    test_point_clicked = Signal(int)
    """Carries the index of the test sample."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._prepared: PreparedData | None = None
        self._picture: EmbeddingFrame | None = None
        self._span = ValueRange()
        self._reach = 0.0
        self._marked: int | None = None
        self._pointed: int | None = None
        self._drawn: QPixmap | None = None
        self._small = font("small")
        self.readout = HoverReadout(self)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Embedding of the test samples by the last hidden layer")
        speak_as(self, Role.Chart, keys="Left and Right in the samples below the network")
        themes.theme_changed.connect(self._redraw)

    @property
    def picture(self) -> EmbeddingFrame | None:
        return self._picture

    def sizeHint(self) -> QSize:
        return QSize(326, 326)

    def show_data(self, prepared: PreparedData | None) -> None:
        """Set the data; drops the embedding."""
        self._prepared = prepared
        regression = prepared is not None and prepared.data.labels == "values"
        if prepared is not None:
            self._span = ValueRange.of(np.asarray(prepared.train_targets)) if regression else ValueRange()
        self._reach = 0.0
        self.show_picture(None)

    def show_picture(self, picture: EmbeddingFrame | None) -> None:
        """Set the embedding; does nothing if it is the current one."""
        if picture is self._picture:
            return
        self._picture, self._pointed = picture, None
        if picture is not None:
            far = float(np.abs(picture.places).max(initial=0.0))
            if far > self._reach or far < _MIN_FILLED * self._reach:
                self._reach = _ROOM * far
        self._redraw()

    def mark_test_point(self, row: int | None) -> None:
        """Draw a ring around a test sample, if it is among the points."""
        if row != self._marked:
            self._marked = row
            self.update()

    def place_of(self, point: int) -> QPointF:
        """Widget position of a point."""
        assert self._picture is not None
        x, y = self._shares()[point]
        return QPointF(x * self.width(), (1.0 - y) * self.height())

    def text(self) -> str:
        """Description of the plot."""
        picture = self._picture
        if picture is None:
            return ""
        share = percent_text(picture.share)
        if picture.layer < 0:
            return f"The inputs, {share} of their variance"
        return f"Layer {picture.layer + 1}, {share} of its variance"

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, whole = self._themes.theme, QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.zero))
        painter.drawRoundedRect(whole, RADIUS_PX, RADIUS_PX)
        painter.setPen(QColor(theme.text_muted))
        if self._picture is None or self._prepared is None:
            painter.setFont(font())
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            place = whole.adjusted(12, 0, -12, 0)
            painter.drawText(place, wrapped, "The picture appears with the test samples")
            return
        painter.setFont(self._small)
        corner = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        inside = whole.adjusted(_MARGIN_PX, _MARGIN_PX - 2, -_MARGIN_PX, -_MARGIN_PX)
        painter.drawText(inside, corner, self.text())
        if self._drawn is None:
            self._drawn = self._draw_points(self._prepared, self._picture)
        painter.drawPixmap(0, 0, self._drawn)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        marked = np.flatnonzero(self._picture.rows == self._marked)
        for point, color in ((next(iter(marked), None), theme.text), (self._pointed, theme.accent)):
            if point is not None:
                painter.setPen(QPen(QColor(color), 2.0))
                painter.drawEllipse(self.place_of(int(point)), _RING_PX, _RING_PX)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointed = self._point_at(event.position())
        if pointed != self._pointed:
            self._pointed = pointed
            self.setCursor(
                Qt.CursorShape.ArrowCursor if pointed is None else Qt.CursorShape.PointingHandCursor
            )
            self.update()
        if pointed is None:
            self.readout.hide()
        else:
            self.readout.show_text(self._point_text(pointed), event.position().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = self._point_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and point is not None and self._picture is not None:
            self.test_point_clicked.emit(int(self._picture.rows[point]))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pointed = None
        self.readout.hide()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def _point_at(self, at: QPointF) -> int | None:
        """Index of the point nearest to a position, within the hit radius; else None."""
        if self._picture is None or not len(self._picture.places):
            return None
        x, y = self._shares().T
        distances = np.hypot(x * self.width() - at.x(), (1.0 - y) * self.height() - at.y())
        nearest = int(np.argmin(distances))
        return nearest if distances[nearest] <= _CLICK_PX else None

    def _point_text(self, point: int) -> str:
        assert self._picture is not None
        assert self._prepared is not None
        row = int(self._picture.rows[point])
        label, data = self._prepared.test_targets[row], self._prepared.data
        if data.labels == "values":
            what = number_text(float(np.ravel(label)[0]))
        else:
            what = class_words(data.class_names, int(label))
        return f"Test sample {row + 1:,}: {what}"

    def _shares(self) -> Array:
        """The points (n, 2) as fractions of width and height."""
        assert self._picture is not None
        shares: Array = 0.5 + 0.5 * self._picture.places / (self._reach or 1.0)
        return shares

    def _draw_points(self, prepared: PreparedData, picture: EmbeddingFrame) -> QPixmap:
        labels = np.asarray(prepared.test_targets)
        points = BoundaryPoints(
            np.empty((0, 2)),
            self._shares(),
            labels[:0],
            labels[picture.rows],
            prepared.data.labels == "values",
        )
        ratio, theme = self.devicePixelRatioF(), self._themes.theme
        return points.picture(self.size(), ratio, theme, self._span, with_test=True)

    def _redraw(self) -> None:
        self._drawn = None
        self.update()
