"""What all pictures in the output panel but the plane's have: a ground, a note, and samples to point at and choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from core.spec.arrays import Array
from playground.views.output.boundary_colors import ValueRange
from playground.views.output.boundary_points import BoundaryPoints
from playground.views.theme.colors import RADIUS_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.class_names import class_words
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.number_format import number_text
from playground.views.widgets.spoken import Role, speak_as

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_CLICK_PX: Final = 12
_MARGIN_PX: Final = 8
NOTE_PX: Final = 20
"""Height of the note."""
ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1),
}  # fmt: skip
"""Steps to the right, and upwards."""
Shown = TypeVar("Shown")


class OutputPlot(QWidget, Generic[Shown]):
    """Draws `picture`: what changes with it is kept, so that pointing costs little; a note says what is measured."""

    name: ClassVar[str]
    keys: ClassVar[str] = ""
    empty: ClassVar[str] = ""
    """What it says before there is something to draw."""
    ground: ClassVar[str] = "zero"
    """A color of the theme."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._small = themes, font("small")
        self._prepared: PreparedData | None = None
        self._picture: Shown | None = None
        self._drawn: QPixmap | None = None
        self.setAccessibleName(self.name)
        if self.keys:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            speak_as(self, Role.Chart, keys=self.keys)
        themes.theme_changed.connect(self._redraw)

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
            self._redraw()

    def text(self) -> str:
        """Description of the picture."""
        return ""

    def sizeHint(self) -> QSize:
        return QSize(326, 326)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, whole, ratio = self._themes.theme, QRectF(self.rect()), self.devicePixelRatioF()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(theme, self.ground)))
        painter.drawRoundedRect(whole, RADIUS_PX, RADIUS_PX)
        painter.setFont(self._small)
        painter.setPen(QColor(theme.text_muted))
        if self._picture is None or self._is_empty:
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(whole.adjusted(12, 0, -12, 0), wrapped, self.empty)
            return
        kept = self._drawn
        if kept is None or kept.size() != self.size() * ratio or kept.devicePixelRatioF() != ratio:
            kept = self._drawn = self._new_pixmap(ratio)
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

    def _new_pixmap(self, ratio: float) -> QPixmap:
        """A transparent one over the whole plot."""
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        return made

    def _paint_kept(self, painter: QPainter, picture: Shown, theme: Theme) -> None:
        """Paint what changes with the picture, the size and the theme alone."""

    def _paint_above(self, painter: QPainter, picture: Shown, theme: Theme) -> None:
        """Paint what moves."""

    def _note(self) -> str:
        return self.text()

    def _paint_note(self, painter: QPainter, theme: Theme, text: str) -> None:
        """A note in the lower right corner."""
        if not text:
            return
        painter.setFont(self._small)
        width = painter.fontMetrics().horizontalAdvance(text) + 2 * _MARGIN_PX
        down = self.height() - NOTE_PX - _MARGIN_PX
        place = QRectF(self.width() - width - _MARGIN_PX, down, width, NOTE_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faded(theme.surface, 0.9))
        painter.drawRoundedRect(place, NOTE_PX / 2, NOTE_PX / 2)
        painter.setPen(QColor(theme.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._picture is None or not self._obey(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def _obey(self, key: Qt.Key) -> bool:
        """Do what a key asks for; False for one that it does not know."""
        return False

    def _redraw(self) -> None:
        self._drawn = None
        self.update()


class SamplesPlot(OutputPlot[Shown]):
    """Test samples `rows` of the picture. The nearest is named on hover; a click, or arrows and Enter, choose it."""

    test_point_clicked = Signal(int)
    """Carries the index of the test sample."""
    keys = "arrows, Enter"
    columns: ClassVar[int] = 1
    """Of samples beside each other, which up and down skip."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._span = ValueRange()
        self._marked: int | None = None
        self._pointed = -1
        self.readout = HoverReadout(self)
        self.setMouseTracking(True)

    def show_data(self, prepared: PreparedData | None) -> None:
        if prepared is not None and prepared.data.labels == "values":
            self._span = ValueRange.of(np.asarray(prepared.train_targets))
        super().show_data(prepared)

    def mark_test_point(self, row: int | None) -> None:
        """Draw a ring around a test sample, if it is among those drawn."""
        if row != self._marked:
            self._marked = row
            self.update()

    def place_of(self, place: int) -> QPointF:
        """Where a sample is on the widget."""
        return QPointF(*self._spots()[place].tolist())

    @property
    def _rows(self) -> list[int]:
        """The test samples that are drawn."""
        picture: Any = self._picture
        return [] if picture is None else picture.rows.tolist()

    def _shares(self) -> Array:
        """The samples (n, 2) as fractions of width and height."""
        raise NotImplementedError

    def _spots(self) -> Array:
        """The samples (n, 2) on the widget."""
        spots: Array = self._shares() * (self.width(), -self.height()) + (0.0, self.height())
        return spots

    def _paint_kept(self, painter: QPainter, picture: Shown, theme: Theme) -> None:
        assert self._prepared is not None
        targets = np.asarray(self._prepared.test_targets)
        is_value = self._prepared.data.labels == "values"
        points = BoundaryPoints(np.empty((0, 2)), self._shares(), targets[:0], targets[self._rows], is_value)
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(0, 0, points.picture(self.size(), ratio, theme, self._span, with_test=True))

    def _paint_above(self, painter: QPainter, picture: Shown, theme: Theme) -> None:
        for place, row in enumerate(self._rows):
            if row == self._marked or place == self._pointed:
                self._paint_mark(painter, place, theme, marked=row == self._marked)

    def _paint_mark(self, painter: QPainter, place: int, theme: Theme, *, marked: bool) -> None:
        painter.setPen(QPen(QColor(theme.text if marked else theme.accent), 2.0))
        painter.drawEllipse(self.place_of(place), 8.0, 8.0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._place_at(event.position()), event.position().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(-1)

    def _obey(self, key: Qt.Key) -> bool:
        if key in ARROWS:
            right, up = ARROWS[key]
            wanted = max(0, self._pointed + right - up * self.columns) if self._pointed >= 0 else 0
            if wanted < len(self._rows):
                self._point(wanted)
                self.setAccessibleDescription(self._point_text(wanted))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointed >= 0:
            self._choose(self._pointed)
        else:
            return False
        return True

    def _place_at(self, at: QPointF) -> int:
        """The sample there; -1 for none."""
        if not self._rows:
            return -1
        far = np.hypot(*(self._spots() - (at.x(), at.y())).T)
        nearest = int(np.argmin(far))
        return nearest if far[nearest] <= _CLICK_PX else -1

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._rows):
            self.test_point_clicked.emit(self._rows[place])

    def _point(self, place: int, at: QPoint | None = None) -> None:
        """Mark a sample, and name it beside the pointer."""
        if place != self._pointed:
            self._pointed = place
            on = place >= 0
            self.setCursor(Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor)
            self.update()
        if place < 0 or at is None:
            self.readout.hide()
        else:
            self.readout.show_text(self._point_text(place), at)

    def _point_text(self, place: int) -> str:
        """ "Test sample 12: class 3"."""
        assert self._prepared is not None
        row, data = self._rows[place], self._prepared.data
        name = f"Test sample {row + 1:,}"
        if data.labels == "classes":
            name += f": {class_words(data.class_names, int(self._prepared.test_targets[row]))}"
        elif data.labels == "values":
            name += f": {number_text(float(np.ravel(self._prepared.test_targets[row])[0]))}"
        return name


def density_image(counts: Array, colors: Any) -> QImage:
    """Counts (rows, columns), row 0 at the bottom, from transparent to a color (3,), or to one of each cell."""
    pixels = np.empty((*counts.shape, 4), np.uint8)
    pixels[..., :3] = colors
    pixels[..., 3] = 150 * np.sqrt(counts / max(1e-9, float(counts.max())))
    pixels = np.ascontiguousarray(pixels[::-1])
    height, width = counts.shape
    # `copy` owns its pixels, so the array may be freed.
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def faded(color: str, alpha: float) -> QColor:
    made = QColor(color)
    made.setAlphaF(alpha)
    return made
