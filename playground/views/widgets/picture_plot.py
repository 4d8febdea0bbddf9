"""Plots of what a moment has: a ground, a note that says what is measured, and places to point at."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Generic, TypeVar

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_PX, Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.painted import (
    WRAPPED,
    PaintedWidget,
    clear_pixmap,
    draw_box,
    draw_text,
    faded,
    fitted_text,
)

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData


from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from playground.views.theme.colors import RADIUS_SMALL_PX
from playground.views.widgets.boxes import set_up

_MARGIN_PX: Final = 8
NOTE_PX: Final = 20
"""Height of the note."""
Shown = TypeVar("Shown")


class PicturePlot(PaintedWidget, Generic[Shown]):
    """Draws `picture`: what changes with it is kept, so that pointing costs little; a note says what is measured."""

    empty: ClassVar[str] = ""
    """Text before there is something to draw."""
    ground: ClassVar[str] = "zero"
    """A color of the theme."""
    size_px = 326, 326

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._prepared: PreparedData | None = None
        self._picture: Shown | None = None
        self._drawn: QPixmap | None = None

    @property
    def picture(self) -> Shown | None:
        return self._picture

    def show_data(self, prepared: PreparedData | None) -> None:
        """Set the data; drops the picture."""
        self._prepared = prepared
        self.show_picture(None)

    def show_picture(self, picture: Shown | None) -> None:
        """Set what a moment has; does nothing if it is the current one."""
        if picture is not self._picture:
            self._picture = picture
            self.setAccessibleDescription(self.text())
            self._restyle()

    def text(self) -> str:
        """Description of the picture."""
        return ""

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        whole, ratio = QRectF(self.rect()), self.devicePixelRatioF()
        draw_box(painter, whole, RADIUS_PX, getattr(theme, self.ground))
        painter.setFont(self._small)
        painter.setPen(QColor(theme.text_muted))
        if self._picture is None or self._is_empty:
            painter.drawText(whole.adjusted(12, 0, -12, 0), WRAPPED, self.empty)
            return
        kept = self._drawn
        if kept is None or kept.size() != self.size() * ratio or kept.devicePixelRatioF() != ratio:
            kept = self._drawn = clear_pixmap(self.size(), ratio)
            inner = QPainter(kept)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            inner.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            inner.setFont(self._small)
            self._paint_kept(inner, self._picture, theme)
            inner.end()
        painter.drawPixmap(0, 0, kept)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._paint_above(painter, self._picture, theme)
        self._paint_note(painter, theme, self._note())

    @property
    def _is_empty(self) -> bool:
        return self._prepared is None

    def _paint_kept(self, painter: QPainter, picture: Shown, theme: Theme) -> None:
        """Paint what changes with the picture, the size and the theme alone."""

    def _paint_above(self, painter: QPainter, picture: Shown, theme: Theme) -> None:
        """Paint what moves."""

    def _note(self) -> str:
        return self.text()

    def _paint_note(self, painter: QPainter, theme: Theme, text: str) -> None:
        """A note in the lower right corner: the last of its parts where there is no room for all."""
        if not text:
            return
        metrics, room = QFontMetricsF(self._small), self.width() - 4 * _MARGIN_PX
        while metrics.horizontalAdvance(text) > room and " · " in text:
            text = text.partition(" · ")[2]
        text, face = fitted_text((text,), self._small, room)
        width = QFontMetricsF(face).horizontalAdvance(text) + 2 * _MARGIN_PX
        down = self.height() - NOTE_PX - _MARGIN_PX
        place = QRectF(self.width() - width - _MARGIN_PX, down, width, NOTE_PX)
        draw_box(painter, place, NOTE_PX / 2, faded(theme.surface, 0.9))
        draw_text(painter, place, text, theme.text, face)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._picture is None or not self._obey(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def _obey(self, key: Qt.Key) -> bool:
        """Do what a key asks for; False for one that it does not know."""
        return False

    def _restyle(self) -> None:
        self._drawn = None
        self.update()


class PointedPlot(PicturePlot[Shown]):
    """Has places that can be pointed at: the nearest is named beside the pointer."""

    is_tracking = True
    near_px: ClassVar[int] = 12

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._pointed = -1
        self.readout = HoverReadout(self)

    def spots(self) -> Array:
        """The places (n, 2) on the widget."""
        raise NotImplementedError

    def point_text(self, place: int) -> str:
        """Text about a place."""
        raise NotImplementedError

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._place_at(event.position()), event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(-1)

    def _place_at(self, at: QPointF) -> int:
        """The place there; -1 for none."""
        spots = np.empty((0, 2)) if self._picture is None else self.spots()
        if not len(spots):
            return -1
        far = np.hypot(*(spots - (at.x(), at.y())).T)
        nearest = int(np.argmin(far))
        return nearest if far[nearest] <= self.near_px else -1

    def _point(self, place: int, at: QPoint | None = None) -> None:
        """Mark a place, and name it beside the pointer."""
        if place != self._pointed:
            self._pointed = place
            self.update()
        if place < 0 or at is None:
            self.readout.hide()
        else:
            self.readout.show_text(self.point_text(place), at)


class SquarePicture(QWidget):
    """Draws an image in its middle, or a hint before there is one; who makes it of `side` pixels follows `resized`."""

    resized = Signal()

    def __init__(self, usual: QSize, least: QSize, parent: QWidget, *, hint: str = "") -> None:
        super().__init__(parent)
        self._image, self._usual = QImage(), usual
        self.hint = set_up(QLabel(hint, self), role="caption", wordWrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(least)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def side(self) -> int:
        """The side of the picture, in logical pixels."""
        return min(self.width(), self.height())

    @property
    def pixels(self) -> int:
        """The side in pixels of the screen."""
        return round(self.side * self.devicePixelRatioF())

    def show_image(self, image: QImage) -> None:
        """Set the picture; a null one shows the hint."""
        self._image = image
        self.hint.setVisible(image.isNull())
        self.update()

    def sizeHint(self) -> QSize:
        return self._usual

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.hint.setGeometry(self.rect())
        self.resized.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        # Whole pixels: between two, every one of a fine picture would be blurred.
        place = QPointF((self.width() - self.side) // 2, (self.height() - self.side) // 2)
        painter, area = QPainter(self), QRectF(place, QSize(self.side, self.side))
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        path = QPainterPath()
        path.addRoundedRect(area, RADIUS_SMALL_PX, RADIUS_SMALL_PX)
        painter.setClipPath(path)
        if abs(self._image.deviceIndependentSize().width() - self.side) < 1:
            painter.drawImage(place, self._image)
        else:
            painter.drawImage(area, self._image)
        painter.end()
