"""A slider with two handles for a range of numbers, and dots for the values in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.painted import Painted, draw_box, faded
from playground.views.widgets.spoken import Amount, Role, speak_as

_HEIGHT_PX: Final = 22
_HANDLE_PX: Final = 6.0
_DOT_PX: Final = 2.4
_TRACK_PX: Final = 4.0
_STEPS: Final = 100
"""Of the keys, over the whole scale; Page Up and Page Down take ten."""
_KEYS: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_PageDown: -10,
    Qt.Key.Key_PageUp: 10,
}


class RangeSlider(Painted):
    """Two numbers `ends`, the first at most the second, on a scale that is linear or logarithmic.

    A drag moves the nearer handle; Up and Down choose one, which Left, Right, Page Up, Page Down, Home and End move.
    """

    ends_changed = Signal(float, float)
    """The user has moved a handle."""
    size_px = 180, _HEIGHT_PX

    def __init__(self, name: str, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._name = name
        self._scale, self._is_log, self._is_whole = (0.0, 1.0), False, False
        self.ends = (0.0, 1.0)
        self.handle = 0
        """The handle of the keys: 0 is the lower one."""
        self._points: tuple[float, ...] = ()
        self.is_dragged = False
        """Whether the user holds a handle now."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Drag the ends of the range; Up and Down choose one, Left and Right move it")
        amount = Amount(
            lambda: (self._scale[0], self.ends[self.handle], self._scale[1]), self._move_to, self._words
        )
        speak_as(self, Role.Slider, keys="Left and Right, Up and Down", amount=amount)
        self.show_range((0.0, 1.0), (0.0, 1.0), ())

    def show_range(
        self,
        scale: tuple[float, float],
        ends: tuple[float, float],
        points: Sequence[float],
        *,
        log: bool = False,
        whole: bool = False,
    ) -> None:
        """Show ends and values on a scale from its lowest to its highest number. Raises `ValueError`.

        The scale grows where the ends are beyond it; `whole` numbers only.
        """
        low, high = min(scale[0], ends[0]), max(scale[1], ends[1])
        if not low < high or ends[0] > ends[1] or (log and low <= 0):
            raise ValueError(
                f"{self._name}: the scale must ascend, and be positive with log, got {scale}, {ends}"
            )
        self._scale, self._is_log, self._is_whole = (low, high), log, whole
        self.ends, self._points = ends, tuple(points)
        self._speak()

    def x_of(self, value: float) -> float:
        """Where a number is."""
        return self._left + self._share(value) * self._room

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        x = event.position().x()
        away = [abs(x - self.x_of(end)) for end in self.ends]
        # Of two handles at one place, the one on the side of the pointer.
        self.handle = int(x > self.x_of(self.ends[1])) if away[0] == away[1] else int(away[1] < away[0])
        self.is_dragged = True
        self._move_to(self._value((x - self._left) / self._room))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.is_dragged:
            self._move_to(self._value((event.position().x() - self._left) / self._room))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.is_dragged = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._move_to(self._scale[key == Qt.Key.Key_End])
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.handle = int(key == Qt.Key.Key_Up)
            self._speak()
        elif key in _KEYS:
            self._step(_KEYS[key])
        else:
            event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        middle = self.height() / 2
        color = QColor(theme.accent if self.isEnabled() else theme.text_faint)
        track = QRectF(self._left, middle - _TRACK_PX / 2, self._room, _TRACK_PX)
        draw_box(painter, track, _TRACK_PX / 2, theme.field_pressed)
        low, high = (self.x_of(end) for end in self.ends)
        painter.setBrush(faded(color, 140 / 255))
        painter.drawRect(QRectF(low, track.top(), high - low, _TRACK_PX))
        painter.setBrush(color)
        for value in self._points:
            painter.drawEllipse(QPointF(self.x_of(value), middle), _DOT_PX, _DOT_PX)
        painter.setBrush(QColor(theme.surface))
        for number, x in enumerate((low, high)):
            has_keys = self.hasFocus() and number == self.handle
            painter.setPen(QPen(color, 3.2 if has_keys else 2.0))
            painter.drawEllipse(QPointF(x, middle), _HANDLE_PX, _HANDLE_PX)

    @property
    def _left(self) -> float:
        return _HANDLE_PX + 2.0

    @property
    def _room(self) -> float:
        return max(1.0, self.width() - 2 * self._left)

    def _share(self, value: float) -> float:
        low, high = self._scale
        if self._is_log:
            return math.log(max(value, low) / low) / math.log(high / low)
        return (value - low) / (high - low)

    def _value(self, share: float) -> float:
        """The number at a share of the way, with as few digits as tell places apart."""
        low, high = self._scale
        share = min(max(share, 0.0), 1.0)
        if share in (0.0, 1.0):
            return high if share else low
        value = low * (high / low) ** share if self._is_log else low + share * (high - low)
        if self._is_whole:
            return float(round(value))
        if self._is_log:
            return float(f"{value:.2g}")
        digits = max(0, 2 - math.floor(math.log10(high - low)))
        return round(value, digits)

    def _step(self, count: int) -> None:
        """Move the handle of the keys by steps, at least to another number."""
        now = self.ends[self.handle]
        value = self._value(self._share(now) + count / _STEPS)
        if value == now and self._is_whole:
            value = now + math.copysign(1, count)
        elif value == now:
            value = self._value(self._share(now) + 2 * count / _STEPS)
        self._move_to(min(max(value, self._scale[0]), self._scale[1]))

    def _move_to(self, value: float) -> None:
        """Move the handle, not beyond the other one."""
        low, high = self.ends
        ends = (min(value, high), high) if self.handle == 0 else (low, max(value, low))
        if ends != self.ends:
            self.ends = ends
            self._speak()
            self.ends_changed.emit(*ends)

    def _words(self) -> str:
        return f"{('from', 'to')[self.handle]} {self.ends[self.handle]:.6g}"

    def _speak(self) -> None:
        low, high = self.ends
        self.setAccessibleName(f"{self._name}, from {low:.6g} to {high:.6g}")
        self.update()
