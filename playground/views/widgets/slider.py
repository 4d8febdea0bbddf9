"""Sliders: a labelled one with a value readout, and one with two handles for a range and dots for the values in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QSlider, QStyle, QStyleOptionSlider, QWidget

from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import set_up
from playground.views.widgets.painted import PaintedWidget, draw_box, draw_dot, faded
from playground.views.widgets.spoken import Amount, Role, speak_as

_HEIGHT_PX: Final = 22
_HANDLE_PX: Final = 6.0
_DOT_PX: Final = 2.4
_TRACK_PX: Final = 4.0
_STEPS: Final = 100
"""Of the keys, over the whole scale; Page Up and Page Down take ten."""
_KEYS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageDown: -10, Qt.Key.Key_PageUp: 10}


class RangeSlider(PaintedWidget):
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
        """Position of a number."""
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
        for value in self._points:
            draw_dot(painter, QPointF(self.x_of(value), middle), _DOT_PX, color)
        for number, x in enumerate((low, high)):
            has_keys = self.hasFocus() and number == self.handle
            width = 3.2 if has_keys else 2.0
            draw_dot(painter, QPointF(x, middle), _HANDLE_PX, theme.surface, color, width)

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


_LOG_TICKS = 200


class _Track(QSlider):
    """A slider that jumps to a click and ignores the wheel without focus."""

    reset_requested = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._over_handle(event):
            self.setSliderDown(True)  # the jump is part of the drag
            self.setValue(self._value_at(event.position().x()))
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_requested.emit()
            event.accept()

    def event(self, event: QEvent) -> bool:
        # Else the window removes a layer.
        if event.type() == QEvent.Type.ShortcutOverride and _resets(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _resets(event):
            self.reset_requested.emit()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _option(self) -> QStyleOptionSlider:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return option

    def _over_handle(self, event: QMouseEvent) -> bool:
        part = QStyle.SubControl.SC_SliderHandle
        handle = self.style().subControlRect(QStyle.ComplexControl.CC_Slider, self._option(), part, self)
        return handle.contains(event.position().toPoint())

    def _value_at(self, x: float) -> int:
        option = self._option()
        kind = QStyle.ComplexControl.CC_Slider
        handle = self.style().subControlRect(kind, option, QStyle.SubControl.SC_SliderHandle, self)
        span = self.width() - handle.width()
        left = round(x - handle.width() / 2)
        return QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), left, span, option.upsideDown)


def _resets(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class LabeledSlider(QWidget):
    """A number between `low` and `high` in steps of `step`, or on a logarithmic scale with `log`.

    User changes emit `value_changed` at every move and `value_committed` on release (at once for keys and the wheel,
    and for Delete and a double click, which reset to `default`). `set_value` does not emit.
    """

    value_changed = Signal(float)
    value_committed = Signal(float)

    def __init__(
        self,
        label: str,
        low: float,
        high: float,
        value: float,
        *,
        default: float | None = None,
        step: float = 1.0,
        log: bool = False,
        formatter: Callable[[float], str] | None = None,
        tooltip: str = "",
        inline: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`inline` puts all into one row."""
        super().__init__(parent)
        self.setProperty("control", True)
        self._label = label
        speak_as(self, Role.Grouping, keys="Delete on the slider")
        self.value = float(value)
        """The number, exact even between two steps."""
        self._default = float(value if default is None else default)
        self._formatter = formatter
        self._tooltip = tooltip
        self._title = QLabel(label, self)
        self._text = set_up(QLabel(self), role="muted")
        self.track = _Track(Qt.Orientation.Horizontal, self)
        """The inner QSlider."""
        self.track.setAccessibleName(label)
        self.setAccessibleName(label)
        self.track.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.track)
        hint = f"Double-click or press Delete to return to {self._written(self._default)}."
        self.setToolTip(f"{tooltip}\n{hint}" if tooltip else hint)
        self._place(inline)
        self.set_range(low, high, step=step, log=log)
        self.track.valueChanged.connect(self._tick_changed)
        self.track.sliderReleased.connect(self._commit)
        self.track.reset_requested.connect(self.reset)

    def set_value(self, value: float) -> None:
        """Set the number, clipped to the range, without emitting."""
        self.value = min(max(float(value), self._low), self._high)
        with QSignalBlocker(self.track):
            self.track.setValue(self._tick(self.value))
        self._show_text()

    def set_label(self, label: str) -> None:
        """Set the text before the number."""
        self._label = label
        self._title.setText(label)
        for widget in (self.track, self):
            widget.setAccessibleName(label)

    def set_range(self, low: float, high: float, *, step: float = 1.0, log: bool = False) -> None:
        """Set limits and step without emitting; the value is clipped."""
        if not low < high or (log and low <= 0) or step <= 0:
            raise ValueError(
                f"{self._label}: low must be below high and steps positive, got {low}, {high}, {step}"
            )
        self._low, self._high, self._step, self._log = low, high, step, log
        ticks = _LOG_TICKS if log else round((high - low) / step)
        with QSignalBlocker(self.track):
            self.track.setRange(0, ticks)
            self.track.setSingleStep(1)
            self.track.setPageStep(max(1, ticks // 10))
        self.set_value(self.value)

    def reset(self) -> None:
        """Reset to the default, like a double click."""
        if self.value != self._default:
            self.set_value(self._default)
            self.value_changed.emit(self.value)
            self.value_committed.emit(self.value)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset()
        event.accept()

    def _place(self, inline: bool) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        if inline:
            for column, part in enumerate((self._title, self.track, self._text)):
                grid.addWidget(part, 0, column)
            grid.setColumnStretch(1, 1)
            return
        grid.addWidget(self._title, 0, 0)
        grid.addWidget(self._text, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.track, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)

    def _tick(self, value: float) -> int:
        if self._log:
            return round(_LOG_TICKS * math.log(value / self._low) / math.log(self._high / self._low))
        return round((value - self._low) / self._step)

    def _at(self, tick: int) -> float:
        if tick == self.track.maximum():
            return float(self._high)
        if self._log:
            return float(f"{self._low * (self._high / self._low) ** (tick / _LOG_TICKS):.3g}")
        return round(self._low + tick * self._step, 10)

    def _tick_changed(self, tick: int) -> None:
        self.value = self._at(tick)
        self._show_text()
        self.value_changed.emit(self.value)
        if not self.track.isSliderDown():
            self._commit()

    def _commit(self) -> None:
        self.value_committed.emit(self.value)

    def _written(self, value: float) -> str:
        return self._formatter(value) if self._formatter is not None else f"{value:.6g}"

    def _show_text(self) -> None:
        text = self._written(self.value)
        self._text.setText(text)
        self.track.setAccessibleDescription(f"{text}. {self._tooltip}" if self._tooltip else text)
