"""Parallel coordinates: every trial is a line over axes of settings and measures; a brush on an axis filters."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.plugin import RADIUS_SMALL_PX, Role, Theme, ThemeSource, font, speak_as
from playground.plugins.runs.sweep.line_layer import Layout, LineLayer
from playground.plugins.runs.sweep.parallel_model import ParallelModel
from playground.views.widgets.painted import (
    LEFT,
    PaintedWidget,
    clear_pixmap,
    draw_box,
    draw_dot,
    draw_text,
    faded,
    use_colors,
)

_LEFT_PX: Final = 64.0
_RIGHT_PX: Final = 62.0
_TOP_PX: Final = 36.0
_BOTTOM_PX: Final = 16.0
_GRIP_PX: Final = 12.0
"""Distance from an axis within which a press begins a brush."""
_MIN_BRUSH_PX: Final = 4.0
_BRUSH_PX: Final = 5.0
_REACH_PX: Final = 7.0
_KEY_STEP: Final = 0.05
_DOT_PX: Final = 4.0

Brush = tuple[float, float]


class ParallelPlot(PaintedWidget):
    """Left and Right choose an axis, Up and Down a trial by its place there, Return opens it.

    Shift with Up and Down moves the lower and the upper end of the axis's brush inwards; Delete removes it, Escape all.
    """

    steps = Qt.Key.Key_Down, Qt.Key.Key_Up
    is_tracking = True
    size_px = 520, 230
    opened = Signal(int)
    """The number of a trial."""
    selected = Signal(int, bool)
    """The number of a trial that was clicked, and whether with Ctrl."""
    brushed = Signal()
    """The brushed set changed."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.model = ParallelModel()
        self.brushes: dict[int, Brush] = {}
        """Lowest and highest place by axis."""
        self.chosen: int | None = None
        """The number of a trial."""
        self.axis = 0
        """The axis of the keys."""
        self._drag: tuple[int, float, Brush | None] | None = None
        self._layer = LineLayer(themes, self)
        self._axes: tuple[object, QPixmap] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(120)
        speak_as(self, Role.Chart, press=Qt.Key.Key_Return, steps=self.steps)
        self.show_model(self.model)

    @property
    def inside(self) -> frozenset[int] | None:
        """The trials inside all brushes; None where nothing is brushed."""
        if not self.brushes:
            return None
        return frozenset(np.array(self.model.numbers, int)[self._mask()].tolist())

    def show_model(self, model: ParallelModel) -> None:
        """Draw other trials; brushes stay over their values while the axes do."""
        same = [axis.title for axis in model.axes] == [axis.title for axis in self.model.axes]
        had = bool(self.brushes)
        if same:
            for axis, brush in self.brushes.items():
                low, high = (self.model.axes[axis].moved(end, model.axes[axis]) for end in brush)
                self.brushes[axis] = low, high
        self.model = model
        if not same:
            self.brushes.clear()
            self.axis = max(0, len(model.axes) - 1)
        if self.chosen not in model.numbers:
            self.chosen = None
        self._restyle()
        if had and not self.brushes:
            self.brushed.emit()

    def choose(self, number: int | None) -> None:
        """Mark a trial, as when it is pointed at in another view."""
        if number != self.chosen:
            self.chosen = number if number in self.model.numbers else None
            self.update()

    def clear_brushes(self) -> None:
        """Show all trials again."""
        if self.brushes:
            self.brushes.clear()
            self._on_brushed()

    def resizeEvent(self, event: object) -> None:
        self._restyle()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        axis = self._axis_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if axis is not None:
            share = self._layout.share(event.position().y())
            brush = self.brushes.get(axis)
            holds = brush is not None and brush[0] <= share <= brush[1]
            self._drag = axis, share, brush if holds else None
            self.axis = axis
            self.update()
        elif (number := self._line_at(event.position())) is not None:
            self.selected.emit(number, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (number := self._line_at(event.position())) is not None:
            self.opened.emit(number)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            self._brush_to(self._layout.share(event.position().y()))
            return
        on_axis = self._axis_at(event.position()) is not None
        number = None if on_axis else self._line_at(event.position())
        self._point_at(number)
        shape = Qt.CursorShape
        self.setCursor(
            shape.SizeVerCursor
            if on_axis
            else shape.PointingHandCursor
            if number is not None
            else shape.ArrowCursor
        )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        drag, self._drag = self._drag, None
        if drag is None:
            return
        axis, start, held = drag
        moved = abs(self._layout.y(start) - event.position().y())
        if moved < _MIN_BRUSH_PX and self.brushes.pop(axis, None) is not None:
            self._on_brushed()
        elif held is None and moved < _MIN_BRUSH_PX:
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._point_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shifted = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if not self.model.axes:
            event.ignore()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            self.axis = min(max(0, self.axis + step), len(self.model.axes) - 1)
            self.update()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and shifted:
            self._narrow(from_below=key == Qt.Key.Key_Up)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if key == Qt.Key.Key_Up else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen is not None:
            self.opened.emit(self.chosen)
        elif key == Qt.Key.Key_Delete and self.axis in self.brushes:
            del self.brushes[self.axis]
            self._on_brushed()
        elif key == Qt.Key.Key_Escape and self.brushes:
            self.clear_brushes()
        else:
            event.ignore()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        if not self.model.axes:
            hint = "A line for every trial appears here"
            draw_text(painter, self.rect(), hint, theme.text_muted, self._small)
        else:
            painter.drawPixmap(0, 0, self._layer.pixmap)
            painter.drawPixmap(0, 0, self._axes_drawn())
            for place, brush in self.brushes.items():
                self._draw_brush(painter, self._layout.x(place), brush)
            self._draw_chosen(painter)
        self._paint_focus(painter, RADIUS_SMALL_PX)

    @property
    def _layout(self) -> Layout:
        area = QRectF(
            _LEFT_PX, _TOP_PX, self.width() - _LEFT_PX - _RIGHT_PX, self.height() - _TOP_PX - _BOTTOM_PX
        )
        return Layout(area, len(self.model.axes))

    def _mask(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """The trials inside all brushes."""
        mask = np.ones(len(self.model.numbers), bool)
        for axis, (low, high) in self.brushes.items():
            places = self.model.shares[:, axis]
            mask &= (places >= low - 1e-9) & (places <= high + 1e-9)
        return mask

    def _restyle(self) -> None:
        self._layer.show_lines(
            self._layout, self.model, self._mask(), is_brushed=bool(self.brushes), size=self.size()
        )
        count = len(self.model.numbers)
        name = f"Parallel coordinates of {count} trials"
        if self.brushes:
            name += f", {int(self._mask().sum())} inside the brush"
        self.setAccessibleName(f"{name}; arrow keys choose axis and trial, Return opens one")
        self.update()

    def _on_brushed(self) -> None:
        self._restyle()
        self.brushed.emit()

    def _brush_to(self, share: float) -> None:
        """The brush from where the drag has begun, or the held one moved."""
        assert self._drag is not None
        axis, start, held = self._drag
        if held is None:
            if abs(self._layout.y(start) - self._layout.y(share)) < _MIN_BRUSH_PX:
                return
            brush = min(start, share), max(start, share)
        else:
            shift = min(max(share - start, -held[0]), 1 - held[1])
            brush = held[0] + shift, held[1] + shift
        if brush != self.brushes.get(axis):
            self.brushes[axis] = brush
            self._on_brushed()

    def _narrow(self, *, from_below: bool) -> None:
        low, high = self.brushes.get(self.axis, (0.0, 1.0))
        low, high = (low + _KEY_STEP, high) if from_below else (low, high - _KEY_STEP)
        if low < high:
            self.brushes[self.axis] = low, high
            self._on_brushed()

    def _step(self, step: int) -> None:
        """Choose the next trial by its place on the axis of the keys, among those inside."""
        mask, places = self._mask(), self.model.shares[:, self.axis]
        order = [place for place in np.argsort(places, kind="stable").tolist() if mask[place]]
        if not order:
            return
        numbers = [self.model.numbers[place] for place in order]
        if self.chosen in numbers:
            at = min(max(0, numbers.index(self.chosen) + step), len(numbers) - 1)
        else:
            at = 0 if step > 0 else len(numbers) - 1
        self._point_at(numbers[at])

    def _point_at(self, number: int | None) -> None:
        if number == self.chosen:
            return
        self.chosen = number
        if number is not None:
            self.setAccessibleDescription(self.model.name(self.model.numbers.index(number)))
        self.update()

    def _axis_at(self, position: QPointF) -> int | None:
        layout = self._layout
        if not layout.area.adjusted(0, -_GRIP_PX, 0, _GRIP_PX).contains(
            QPointF(layout.area.center().x(), position.y())
        ):
            return None
        near = [(abs(layout.x(axis) - position.x()), axis) for axis in range(layout.axes)]
        found = min(near, default=None)
        return found[1] if found is not None and found[0] <= _GRIP_PX else None

    def _line_at(self, position: QPointF) -> int | None:
        """The trial whose line is nearest to the pointer, those inside first."""
        if not len(self.model.numbers):
            return None
        heights = self._layer.heights_at(position.x())
        if heights is None:
            return None
        away = np.abs(heights - position.y())
        away[~np.isfinite(away)] = np.inf
        away[~self._mask()] += _REACH_PX / 2
        place = int(away.argmin())
        return self.model.numbers[place] if away[place] <= _REACH_PX else None

    def _axes_drawn(self) -> QPixmap:
        """The axes as a picture: their texts take ten times as long as the rest of a repaint."""
        ratio, chosen = self.devicePixelRatioF(), self.axis if self.hasFocus() else -1
        key = (self.model.axes, self.size(), ratio, self._themes.theme, chosen)
        if self._axes is None or self._axes[0] != key:
            drawn = clear_pixmap(self.size(), ratio)
            painter = QPainter(drawn)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_axes(painter)
            painter.end()
            self._axes = key, drawn
        return self._axes[1]

    def _draw_axes(self, painter: QPainter) -> None:
        theme, layout, bold = self._themes.theme, self._layout, font("small", bold=True)
        small = QFontMetricsF(self._small)
        room = layout.area.width() / max(1, layout.axes - 1) - 10
        for place, axis in enumerate(self.model.axes):
            x, is_last = layout.x(place), place == layout.axes - 1
            painter.setPen(QPen(QColor(theme.border_strong), 1))
            painter.drawLine(QLineF(x, layout.area.top(), x, layout.area.bottom()))
            width = min(room, 150.0) if layout.axes > 1 else 150.0
            left = min(max(2.0, x - width / 2), self.width() - width - 2)
            color = theme.accent if self.hasFocus() and place == self.axis else theme.text
            draw_text(painter, QRectF(left, 4, width, 18), axis.title, color, bold, cut=True)
            beside = max(24.0, min(_RIGHT_PX - 8, room * 0.6))
            for share, text in axis.ticks:
                y = layout.y(share)
                painter.setPen(QPen(QColor(theme.border_strong), 1))
                painter.drawLine(QLineF(x - 3, y, x + 3, y))
                shown = small.elidedText(text, Qt.TextElideMode.ElideRight, beside)
                wide = small.horizontalAdvance(shown)
                at = x + 8 if is_last else x - 8 - wide
                # Lines cross the numbers.
                painter.fillRect(QRectF(at - 1, y - 6, wide + 2, 12), faded(theme.surface, 190 / 255))
                where = QRectF(at, y - 8, wide + 2, 16)
                draw_text(painter, where, shown, theme.text_muted, self._small, LEFT)

    def _draw_brush(self, painter: QPainter, x: float, brush: Brush) -> None:
        theme, layout = self._themes.theme, self._layout
        low, high = layout.y(brush[0]), layout.y(brush[1])
        box = QRectF(x - _BRUSH_PX, high, 2 * _BRUSH_PX, max(2.0, low - high))
        draw_box(painter, box, 3, faded(theme.accent, 70 / 255), theme.accent, 1.5)

    def _draw_chosen(self, painter: QPainter) -> None:
        if self.chosen is None:
            return
        theme, place = self._themes.theme, self.model.numbers.index(self.chosen)
        use_colors(painter, None, theme.text, 2.2)
        painter.drawPath(self._layer.path(place))
        for point in self._layer.points(place):
            draw_dot(painter, point, _DOT_PX, theme.text, theme.surface, 1.5)
