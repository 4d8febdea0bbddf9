"""The plane of codes: where the encoder puts test samples, and a preview of what the pointer's place decodes to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from core.inspect.latent import GRID, LatentFrame
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.output.boundary_colors import ValueRange
from playground.views.output.boundary_points import BoundaryPoints
from playground.views.theme.colors import RADIUS_PX, Theme, class_color
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.class_names import class_words
from playground.views.widgets.number_format import number_text
from playground.views.widgets.spoken import Role, speak_as

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_CLICK_PX: Final = 8
_NEAR: Final = 25
_PREVIEW_PX: Final = 96.0
_LINES: Final = 6
_EDGE_PX: Final = 10.0
_STEP: Final = 0.02
_WALK_SECONDS: Final = 3.0
_FRAME_MS: Final = 33
_BADGE_PX: Final = 9.0
_MOST_BADGES: Final = 12


class CodePlot(QWidget):
    """Points in class colours, or samples decoded over the plane.

    The pointer, or the arrow keys, decode into the preview. A click, or Enter, begins a walk, the next one ends it; on
    a point it selects that test sample, too. Escape takes the walk away.
    """

    test_point_clicked = Signal(int)
    """Carries the index of the test sample."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._prepared: PreparedData | None = None
        self._frame: LatentFrame | None = None
        self._span = ValueRange()
        self._marked: int | None = None
        self._with_tiles = False
        self._pointer: Array | None = None
        self._walk: list[Array] = []
        self._began = 0.0
        self._drawn: QPixmap | None = None
        self._small, self._bold = font("small"), font("small", bold=True)
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._step)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Plane of codes")
        speak_as(self, Role.Chart, keys="arrows decode, Enter walks, Escape ends")
        themes.theme_changed.connect(self._redraw)

    @property
    def frame(self) -> LatentFrame | None:
        return self._frame

    @property
    def pointer(self) -> Array | None:
        """The place (2,) on the plane that the preview shows."""
        return self._pointer

    @property
    def is_walking(self) -> bool:
        return self._timer.isActive()

    def sizeHint(self) -> QSize:
        return QSize(326, 326)

    def show_data(self, prepared: PreparedData | None) -> None:
        """Set the data; drops the codes."""
        self._prepared = prepared
        if prepared is not None and prepared.data.labels == "values":
            self._span = ValueRange.of(np.asarray(prepared.train_targets))
        self._pointer, self._walk = None, []
        self._timer.stop()
        self.show_frame(None)

    def show_frame(self, frame: LatentFrame | None) -> None:
        """Set the codes of a moment."""
        if frame is self._frame:
            return
        other = frame is None or self._frame is None or frame.axes != self._frame.axes
        if other and self._frame is not None:
            self._pointer, self._walk = None, []
            self._timer.stop()
        self._frame = frame
        self.setAccessibleDescription(self.text())
        self._redraw()

    def show_tiles(self, on: bool) -> None:
        """Set whether decoded samples are drawn instead of points."""
        self._with_tiles = on
        self._redraw()

    def mark_test_point(self, row: int | None) -> None:
        """Draw a ring around a test sample, if it is among the points."""
        if row != self._marked:
            self._marked = row
            self.update()

    def text(self) -> str:
        """What is measured of the codes: "Spread 5.9 nats in 2 numbers"."""
        frame = self._frame
        if frame is None:
            return ""
        numbers = f"{frame.size} numbers" if frame.size != 1 else "1 number"
        if frame.divergences is None:
            return f"A code of {numbers}"
        return f"A code of {numbers}, spread {number_text(float(frame.divergences.sum()), 2)} nats"

    def point_to(self, place: Array | None) -> None:
        """Decode a place (2,) into the preview; None for none."""
        self._pointer = place
        if place is not None:
            self.setAccessibleDescription(self._place_text(place))
        self.update()

    def spot(self, place: Array) -> QPointF:
        """Where a place of the plane is on the widget."""
        assert self._frame is not None
        x, y = (place - self._frame.low) / (self._frame.high - self._frame.low)
        return QPointF(float(x) * self.width(), (1.0 - float(y)) * self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, whole, frame = self._themes.theme, QRectF(self.rect()), self._frame
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.zero))
        painter.drawRoundedRect(whole, RADIUS_PX, RADIUS_PX)
        painter.setFont(self._small)
        painter.setPen(QColor(theme.text_muted))
        if frame is None or self._prepared is None:
            painter.drawText(
                whole.adjusted(12, 0, -12, 0),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                "The codes appear with the network",
            )
            return
        if self._drawn is None:
            self._drawn = self._painted(frame, theme)
        painter.drawPixmap(0, 0, self._drawn)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        at = np.flatnonzero(frame.rows == self._marked)
        if len(at) and not self._with_tiles:
            painter.setPen(QPen(QColor(theme.text), 2.0))
            painter.drawEllipse(self.spot(frame.places[at[0]]), 8.0, 8.0)
        self._paint_walk(painter, theme)
        if self._pointer is not None:
            self._paint_preview(painter, frame, self._pointer, theme)
        self._paint_note(painter, theme)

    def _painted(self, frame: LatentFrame, theme: Theme) -> QPixmap:
        ratio = self.devicePixelRatioF()
        assert self._prepared is not None
        if self._with_tiles and frame.tiles is not None and frame.tiles.ndim == 4:
            tiles = frame.tiles.reshape(GRID, GRID, *frame.tiles.shape[1:])[::-1]
            rows, columns, channels = frame.tiles.shape[1:]
            whole = tiles.transpose(0, 2, 1, 3, 4).reshape(GRID * rows, GRID * columns, channels)
            side = max(1, round(min(self.width(), self.height()) * ratio))
            picture = QPixmap.fromImage(gray_image(whole.clip(0.0, 1.0), theme, side))
            picture.setDevicePixelRatio(ratio)
            return picture
        labels = np.asarray(self._prepared.test_targets)
        is_value = self._prepared.data.labels == "values"
        shares = (frame.places - frame.low) / (frame.high - frame.low)
        points = BoundaryPoints(np.empty((0, 2)), shares, labels[:0], labels[frame.rows], is_value)
        picture = points.picture(self.size(), ratio, theme, self._span, with_test=True)
        if not is_value:
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_badges(painter, frame, labels[frame.rows], theme)
            painter.end()
        return picture

    def _paint_badges(self, painter: QPainter, frame: LatentFrame, labels: Array, theme: Theme) -> None:
        """The name of each class amid its points, where names are as short as digits."""
        assert self._prepared is not None
        names = self._prepared.data.class_names or tuple(map(str, range(self._prepared.data.n_classes)))
        if len(names) > _MOST_BADGES or max(map(len, names)) > 2:
            return
        painter.setFont(self._bold)
        for number, name in enumerate(names):
            own = frame.places[labels == number]
            if len(own):
                spot = self.spot(np.median(own, axis=0))
                painter.setPen(QPen(QColor(class_color(number)), 2.0))
                painter.setBrush(QColor(theme.surface))
                painter.drawEllipse(spot, _BADGE_PX, _BADGE_PX)
                painter.setPen(QColor(theme.text))
                around = QRectF(spot.x() - 10, spot.y() - 10, 20, 20)
                painter.drawText(around, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_walk(self, painter: QPainter, theme: Theme) -> None:
        spots = [self.spot(place) for place in self._walk]
        if len(spots) == 1 and self._pointer is not None:
            spots.append(self.spot(self._pointer))
        painter.setPen(QPen(QColor(theme.text), 1.5, Qt.PenStyle.DashLine))
        if len(spots) == 2:
            painter.drawLine(*spots)
        painter.setPen(QPen(QColor(theme.surface), 1.5))
        painter.setBrush(QColor(theme.accent))
        for place in self._walk:
            painter.drawEllipse(self.spot(place), 5.0, 5.0)

    def _paint_preview(self, painter: QPainter, frame: LatentFrame, place: Array, theme: Theme) -> None:
        """A card at the side that is away from the place, with a line to it."""
        assert self._prepared is not None
        sample = np.nan_to_num(frame.decoded(place[None])[0])
        spot = self.spot(place)
        painter.setPen(QPen(QColor(theme.text), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(spot, 5.0, 5.0)
        is_image = sample.ndim == 3
        lines = [] if is_image else self._lines(sample)
        metrics = painter.fontMetrics()
        texts = self._place_text(place).split("\n")
        width = max(_PREVIEW_PX, *(metrics.horizontalAdvance(text) for text in (*texts, *lines))) + 16
        body = _PREVIEW_PX if is_image else 16.0 * len(lines)
        height = body + 16 * len(texts) + 14
        left = _EDGE_PX if spot.x() > self.width() / 2 else self.width() - width - _EDGE_PX
        top = _EDGE_PX if spot.y() > self.height() / 2 else self.height() - height - _EDGE_PX - 24
        card = QRectF(left, top, width, height)
        nearest = QPointF(card.right() if left == _EDGE_PX else card.left(), card.center().y())
        painter.setPen(QPen(QColor(theme.text_muted), 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(spot, nearest)
        painter.setPen(QPen(QColor(theme.border), 1.0))
        painter.setBrush(QColor(theme.surface_raised))
        painter.drawRoundedRect(card, RADIUS_PX, RADIUS_PX)
        if is_image:
            side = round(_PREVIEW_PX * self.devicePixelRatioF())
            image = gray_image(sample.clip(0.0, 1.0), theme, side)
            painter.drawImage(
                QRectF(card.center().x() - _PREVIEW_PX / 2, top + 6, _PREVIEW_PX, _PREVIEW_PX), image
            )
        painter.setPen(QColor(theme.text))
        for number, text in enumerate((*lines, *texts)):
            down = (
                top
                + 6
                + (body if number >= len(lines) else 0.0)
                + 16 * (number - (number >= len(lines)) * len(lines))
            )
            painter.drawText(QRectF(left, down, width, 16), Qt.AlignmentFlag.AlignCenter, text)

    def _lines(self, sample: Array) -> list[str]:
        assert self._prepared is not None
        names = self._prepared.columns or tuple(f"x{number + 1}" for number in range(len(sample)))
        shown = zip(names[:_LINES], sample.tolist(), strict=False)
        more = [f"+ {len(sample) - _LINES} more"] if len(sample) > _LINES else []
        return [*(f"{name[:14]} {number_text(value, 2)}" for name, value in shown), *more]

    def _place_text(self, place: Array) -> str:
        """The code, and which class is near."""
        frame = self._frame
        assert frame is not None
        assert self._prepared is not None
        count = min(2, frame.size)
        text = f"z {', '.join(number_text(float(value), 2) for value in place[:count])}"
        if self._prepared.data.labels != "classes" or not len(frame.places):
            return text
        near = np.argsort(np.square(frame.places - place).sum(axis=1))[:_NEAR]
        labels = np.asarray(self._prepared.test_targets)[frame.rows[near]]
        most = int(np.bincount(labels).argmax())
        share = percent_text(float(np.mean(labels == most)), 0)
        return f"{text}\nnear {class_words(self._prepared.data.class_names, most)} {share}"

    def _paint_note(self, painter: QPainter, theme: Theme) -> None:
        """What is measured, or what a click does."""
        note = self.text()
        if self._pointer is not None and not self.is_walking:
            note = "Click: walk from here to …" if len(self._walk) != 1 else "Click: walk to here"
        painter.setFont(self._small)
        width = painter.fontMetrics().horizontalAdvance(note) + 16
        place = QRectF(self.width() - width - _EDGE_PX, self.height() - 20 - 8, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = QColor(theme.surface)
        ground.setAlphaF(0.9)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 10, 10)
        painter.setPen(QColor(theme.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, note)

    def _place(self, at: QPointF) -> Array:
        assert self._frame is not None
        low, high = self._frame.low, self._frame.high
        shares = np.array([at.x() / self.width(), 1.0 - at.y() / self.height()]).clip(0.0, 1.0)
        place: Array = low + shares * (high - low)
        if self._frame.size == 1:
            place[1] = 0.0
        return place

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._frame is not None and not self.is_walking:
            self.point_to(self._place(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._frame is not None:
            self._click(self._place(event.position()))

    def _click(self, place: Array) -> None:
        """Select the test sample there, and begin or end a walk."""
        frame = self._frame
        assert frame is not None
        spot = self.spot(place)
        far = [
            (self.spot(each) - spot).manhattanLength() for each in (() if self._with_tiles else frame.places)
        ]
        if far and min(far) <= _CLICK_PX:
            row = int(np.argmin(far))
            place = frame.places[row].astype(np.float64)
            self.test_point_clicked.emit(int(frame.rows[row]))
        if len(self._walk) != 1:
            self._timer.stop()
            self._walk = [place]
        else:
            self._walk.append(place)
            self._began = time.monotonic()
            self._timer.start()
        self.point_to(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1),
        }  # fmt: skip
        key, frame = Qt.Key(event.key()), self._frame
        if frame is None:
            super().keyPressEvent(event)
        elif key in steps:
            here = (frame.low + frame.high) / 2 if self._pointer is None else self._pointer
            wanted = here + np.array(steps[key]) * _STEP * (frame.high - frame.low)
            wanted = wanted.clip(frame.low, frame.high)
            if frame.size == 1:
                wanted[1] = 0.0
            self.point_to(wanted)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pointer is not None:
            self._click(self._pointer)
        elif key == Qt.Key.Key_Escape and (self._walk or self._pointer is not None):
            self._timer.stop()
            self._walk = []
            self.point_to(None)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.is_walking and not self._walk:
            self.point_to(None)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def _step(self) -> None:
        """The next picture of a walk; it ends where it was to."""
        share = min(1.0, (time.monotonic() - self._began) / _WALK_SECONDS)
        start, end = self._walk
        self.point_to(start + share * (end - start))
        if share == 1.0:
            self._timer.stop()

    def _redraw(self) -> None:
        self._drawn = None
        self.update()
