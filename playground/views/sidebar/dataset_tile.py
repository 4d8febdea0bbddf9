"""A dataset in the gallery: thumbnail and title."""

from __future__ import annotations

import textwrap

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from core.data.datasets import Dataset
from playground.views.theme.colors import RADIUS_PX, Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import font
from playground.views.widgets.boxes import set_up
from playground.views.widgets.dataset_thumbnails import Thumbnail, paint_thumbnail
from playground.views.widgets.painted import draw_box, use_colors

_PICTURE_PX = 44
_TITLE_PX = 15
_GAP_PX = 2
_MARK_PX = 16
_MIN_PX = 9
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class DatasetTile(QAbstractButton):
    """A click, Space or Enter picks it; arrow keys request a focus move by (columns, rows)."""

    arrow_pressed = Signal(int, int)

    def __init__(self, kind: type[Dataset], theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self._theme = theme
        self._thumbnail: Thumbnail | None = None
        self._picture: QImage | None = None
        self._picture_key: tuple[object, ...] = ()
        self._hovered = False
        self._clicked = False
        self._downloadable = False
        self.setCheckable(True)
        self.setText(kind.short or kind.title)
        set_up(self, accessibleName=kind.title, accessibleDescription=kind.summary)
        self._describe()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    @property
    def has_thumbnail(self) -> bool:
        """Whether the thumbnail has arrived."""
        return self._thumbnail is not None

    def show_thumbnail(self, made: Thumbnail) -> None:
        self._thumbnail = made
        self.update()

    def show_own(self, title: str, description: str) -> None:
        """Set title and description of the user's data."""
        self.setText(title)
        set_up(self, accessibleName=title, accessibleDescription=description, toolTip=description)
        self.update()

    def show_downloadable(self, downloadable: bool) -> None:
        """Mark the data as not downloaded yet."""
        if downloadable != self._downloadable:
            self._downloadable = downloadable
            self._describe()
            self.update()

    def _describe(self) -> None:
        kind = self.kind
        lines = [f"{kind.title}: {kind.summary}", *textwrap.wrap(kind.citation, 60)]
        if self._downloadable:
            lines.append("It must be downloaded first; a dialog asks.")
        self.setToolTip("\n".join(lines))
        self.setAccessibleDescription(f"{kind.summary}{', to be downloaded' if self._downloadable else ''}")

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def nextCheckState(self) -> None:
        # Checked by the gallery alone, when the document changes.
        pass

    def sizeHint(self) -> QSize:
        return QSize(58, _PICTURE_PX + _GAP_PX + _TITLE_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _ARROWS:
            self.arrow_pressed.emit(*_ARROWS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    @property
    def _has_ring(self) -> bool:
        """Whether the focus is shown: not after a click, where the pointer shows the place."""
        return self.hasFocus() and not self._clicked

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._clicked = event.reason() == Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._clicked = True
        super().mousePressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, frame = self._theme, QRectF(0, 0, self.width(), _PICTURE_PX)
        draw_box(painter, frame, RADIUS_PX, theme.field_hover if self._hovered else theme.field)
        if self._thumbnail is None:
            self._paint_placeholder(painter, frame)
        else:
            painter.drawImage(QPointF(0, 0), self._drawn(self._thumbnail))
        if self._downloadable:
            self._paint_mark(painter, frame)
        if self.isChecked() or self._has_ring:
            self._paint_outline(painter, frame)
        self._paint_title(painter)

    def _drawn(self, made: Thumbnail) -> QImage:
        ratio = self.devicePixelRatioF()
        key = (id(made), self._theme.name, self.width(), ratio)
        if self._picture is None or key != self._picture_key:
            self._picture = paint_thumbnail(made, self._theme, self.width(), _PICTURE_PX, ratio)
            self._picture_key = key
        return self._picture

    def _paint_placeholder(self, painter: QPainter, frame: QRectF) -> None:
        painter.setBrush(QColor(self._theme.field_pressed))
        for shift in (-8, 0, 8):
            painter.drawEllipse(frame.center() + QPointF(shift, 0), 2, 2)

    def _paint_mark(self, painter: QPainter, frame: QRectF) -> None:
        """An arrow down in the corner: not downloaded yet."""
        place = QRectF(frame.right() - _MARK_PX - 3, frame.bottom() - _MARK_PX - 3, _MARK_PX, _MARK_PX)
        use_colors(painter, self._theme.surface)
        painter.drawEllipse(place)
        icon("download", self._theme).paint(painter, place.adjusted(2, 2, -2, -2).toRect())

    def _paint_outline(self, painter: QPainter, frame: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        color = self._theme.accent if self.isChecked() else self._theme.text_muted
        painter.setPen(QPen(QColor(color), 2))
        painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), RADIUS_PX - 1, RADIUS_PX - 1)
        if self.isChecked() and self._has_ring:
            painter.setPen(QPen(QColor(self._theme.text), 1.5))
            painter.drawRoundedRect(frame.adjusted(3.5, 3.5, -3.5, -3.5), RADIUS_PX - 3, RADIUS_PX - 3)

    def _paint_title(self, painter: QPainter) -> None:
        face = font("small")
        # Shrink a long name a little before eliding it.
        while face.pixelSize() > _MIN_PX and QFontMetrics(face).horizontalAdvance(self.text()) > self.width():
            face.setPixelSize(face.pixelSize() - 1)
        painter.setFont(face)
        painter.setPen(QColor(self._theme.text if self.isChecked() else self._theme.text_muted))
        place = QRectF(0, _PICTURE_PX + _GAP_PX, self.width(), _TITLE_PX)
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
