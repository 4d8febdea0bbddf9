"""The slider over a run's epochs: a handle, diamonds for edits, and the live end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.io.number_text import place_text
from playground.model.timeline.moment import Edit
from playground.plugin import Theme, ThemeSource, font
from playground.views.widgets.painted import PaintedWidget, draw_box, draw_dot, draw_text, use_colors
from playground.views.widgets.spoken import Amount, Role, speak_as

_FACTORS = (1, 2, 5)
_LABEL_ROOM_PX = 64.0


@dataclass(frozen=True)
class TimeScale:
    """Epochs from 0 to `end` over `width` pixels from `left` on."""

    left: float
    width: float
    end: float

    def place(self, position: float) -> float:
        """Pixel of a position in epochs."""
        return self.left + self.width * min(1.0, position / max(1e-9, self.end))

    def position(self, place: float) -> float:
        """Position, in epochs, of a pixel."""
        return min(1.0, max(0.0, (place - self.left) / max(1.0, self.width))) * self.end

    def labels(self) -> list[int]:
        """Round epochs with room for a label each."""
        step = self._step(_LABEL_ROOM_PX)
        return list(range(0, int(self.end) + 1, step)) if self.end >= 1 else [0]

    def ticks(self) -> list[float]:
        """Positions of small ticks between the labels."""
        step = self._step(_LABEL_ROOM_PX) / 5
        return [index * step for index in range(int(self.end / step) + 1)]

    def _step(self, least_px: float) -> int:
        least = self.end * least_px / max(1.0, self.width)
        if least <= 1:
            return 1
        power = int(10 ** math.floor(math.log10(least)))
        return next(factor * power for factor in (*_FACTORS, 10) if factor * power >= least)


_SIDE_PX = 8
_TRACK_PX = 4.0
_HANDLE_PX = 6.5
_DIAMOND_PX = 5.5
_LABEL_PX = 15
_REACH_PX = 8
_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageUp: -10,
    Qt.Key.Key_PageDown: 10,
}


class MomentSlider(PaintedWidget):
    """Arrow keys go to the neighbouring moment, page keys by ten, Home to the first, End to now."""

    name = "Timeline"

    position_requested = Signal(float)
    """Carries a position in epochs."""
    step_requested = Signal(int)
    """Carries how many moments to go on."""
    live_requested = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._end, self._live = 0.0, 0.0
        self._past: float | None = None
        self._edits: Sequence[Edit] = ()
        self._texts = "0", "0"
        self._is_low = False
        self._dragged = False
        self._font, self._bold = font("small"), font("small", bold=True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        amount = Amount(self._read, self.position_requested.emit, lambda: self.value_text)
        speak_as(self, Role.Slider, steps=(Qt.Key.Key_Left, Qt.Key.Key_Right), amount=amount)
        self.setAccessibleDescription(
            "Arrow keys go to earlier and later moments, Home to the first, End to now."
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_range(self, end: float, edits: Sequence[Edit], live: float | None = None) -> None:
        """Set the position of now, and the edits until then; `live` is the epoch that is said to be now."""
        live = end if live is None else live
        if (end, edits, live) != (self._end, self._edits, self._live):
            self._end, self._edits, self._live = end, edits, live
            self.update()

    def show_past(self, position: float | None) -> None:
        """Set the position of the moment that is looked at; None is now."""
        if position != self._past:
            self._past = position
            self.update()
            if QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.ValueChanged))

    def show_texts(self, live: str, shown: str) -> None:
        """Set what the positions of now and of the moment that is looked at are called."""
        if (live, shown) != self._texts:
            self._texts = live, shown
            self.update()

    def set_low(self, low: bool) -> None:
        """Draw no labels."""
        self._is_low = low
        self.updateGeometry()
        self.update()

    @property
    def value_text(self) -> str:
        """Content, in words."""
        live, shown = self._texts
        return f"now, epoch {live}" if self._past is None else f"epoch {shown}"

    def sizeHint(self) -> QSize:
        return QSize(300, 22 if self._is_low else 17 + _LABEL_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    @property
    def scale(self) -> TimeScale:
        """The places of epochs in this widget."""
        return TimeScale(_SIDE_PX, max(1, self.width() - 2 * _SIDE_PX), self._end)

    def _read(self) -> tuple[float, float, float]:
        return 0.0, self._end if self._past is None else self._past, self._end

    # -- reading ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._end > 0:
            self._dragged = True
            self._request(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged:
            self._request(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.step_requested.emit(_STEPS[key])
        elif key == Qt.Key.Key_Home:
            self.position_requested.emit(0.0)
        elif key == Qt.Key.Key_End:
            self.live_requested.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip_at(event.pos().x()), self)
            return True
        return super().event(event)

    def _tip_at(self, place: int) -> str:
        near = [edit for edit in self._edits if abs(self.scale.place(edit.position) - place) < _REACH_PX]
        if near:
            return "\n".join(f"epoch {place_text(edit.position)}: {edit.text}" for edit in near[-5:])
        return "Drag to see earlier moments of this training; it goes on meanwhile."

    def _request(self, place: float) -> None:
        # Near the right end, the live moment is meant, whose epoch grows.
        if place >= self.width() - _SIDE_PX - 2:
            self.live_requested.emit()
        else:
            self.position_requested.emit(self.scale.position(place))

    # -- painting -----------------------------------------------------------------------------------------------------

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        scale = self.scale
        middle = self.height() / 2 if self._is_low else 9.0
        here = scale.place(self._end if self._past is None else self._past)
        if not self._is_low:
            self._paint_labels(painter, scale, middle)
        track = QRectF(scale.left, middle - _TRACK_PX / 2, scale.width, _TRACK_PX)
        draw_box(painter, track, 2, theme.border_strong if self._past is not None else theme.groove)
        done = QRectF(track.left(), track.top(), here - track.left(), _TRACK_PX)
        draw_box(painter, done, 2, theme.accent)
        draw_dot(painter, QPointF(track.right(), middle), 4.0, theme.text_muted)
        self._paint_edits(painter, scale, middle)
        self._paint_handle(painter, QPointF(here, middle))

    def _paint_handle(self, painter: QPainter, center: QPointF) -> None:
        theme = self._themes.theme
        use_colors(painter, theme.surface, theme.accent if self.isEnabled() else theme.border_strong, 2.5)
        radius = _HANDLE_PX + 1.0 if self.hasFocus() else _HANDLE_PX
        painter.drawEllipse(center, radius, radius)
        if self.hasFocus():
            draw_dot(painter, center, 3.0, theme.accent)

    def _paint_edits(self, painter: QPainter, scale: TimeScale, middle: float) -> None:
        theme = self._themes.theme
        use_colors(painter, theme.surface, theme.text, 1.5)
        last = -2 * _DIAMOND_PX
        for edit in self._edits:
            x = scale.place(edit.position)
            if x - last < _DIAMOND_PX:
                continue
            last = x
            corners = ((x - _DIAMOND_PX, middle), (x, middle - _DIAMOND_PX), (x + _DIAMOND_PX, middle))
            painter.drawPolygon(QPolygonF([QPointF(*c) for c in (*corners, (x, middle + _DIAMOND_PX))]))

    def _paint_labels(self, painter: QPainter, scale: TimeScale, middle: float) -> None:
        """Labels of now, of the moment and of edits; then round epochs where room is left."""
        theme = self._themes.theme
        painter.setPen(QPen(QColor(theme.border_strong), 1.0))
        for position in scale.ticks():
            x = scale.place(position)
            painter.drawLine(QPointF(x, middle + 5), QPointF(x, middle + 8))
        taken: list[QRectF] = []
        live, shown = self._texts
        live = live if self._past is None else f"live {live}"
        self._label(painter, self.width() - 2.0, live, theme.text_muted, taken, bold=True)
        if self._past is not None:
            self._label(painter, scale.place(self._past), shown, theme.accent, taken, bold=True)
        for edit in reversed(self._edits):
            self._label(painter, scale.place(edit.position), edit.text, theme.text, taken, bold=True)
        for epoch in scale.labels():
            if epoch != self._live:
                self._label(painter, scale.place(epoch), f"{epoch:,}", theme.text_muted, taken)

    def _label(
        self,
        painter: QPainter,
        center: float,
        text: str,
        color: str,
        taken: list[QRectF],
        *,
        bold: bool = False,
    ) -> None:
        """Write below the track, unless the place is taken."""
        painter.setFont(self._bold if bold else self._font)
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 4
        left = max(0.0, min(self.width() - width, center - width / 2))
        place = QRectF(left, self.height() - _LABEL_PX, width, _LABEL_PX)
        if any(place.adjusted(-4, 0, 4, 0).intersects(other) for other in taken):
            return
        taken.append(place)
        draw_text(painter, place, text, color)
