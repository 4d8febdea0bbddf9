"""A curve chart with a crosshair that reads exact values."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from core.io.number_text import rounded_text
from core.spec.arrays import Array
from core.train.history import Mark
from playground.views.results.chart_markers import marks_text
from playground.views.results.curve_chart import CurveChart
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.charts.curve_scale import Quantity, drawable, quantity_text
from playground.views.widgets.charts.overlay_chart import LINE_PX, moved_apart
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.painted import LEFT, RIGHT, draw_text, faded

_HINT = "Press Space to train"
_BEGUN = "The curve begins with the next evaluation"
_ZOOMS = {Qt.Key.Key_Plus: 0.5, Qt.Key.Key_Equal: 0.5, Qt.Key.Key_Minus: 2.0}
_DOT_PX = 9
_REACH_PX = 6
_CLICK_PX = 4
_VEIL_ALPHA = 190 / 255
_MARK_PX = 12
"""The line in a run's color before its name."""
_VALUE_PX = 6
"""The gap between a name and its value."""

NAMES: dict[Quantity, tuple[str, str]] = {
    "rate": ("learning rate", "gradient norm"),
    "spread": ("β · spread", "samples"),
}
"""Names of the two curves, unless they are training and test."""


class CurveCanvas(CurveChart):
    """Left and Right move the crosshair by one row, with Ctrl by ten, Home and End to the ends, Page Up and Page Down
    to edits; plus and minus zoom; A shows all epochs and values. A click or Enter on a moment asks to look at it.
    """

    moment_changed = Signal()
    """The crosshair, or the values under it, changed."""
    all_requested = Signal()
    """Requests to show all epochs, or all values if it shows all epochs."""
    epoch_clicked = Signal(float)
    """Carries an epoch; infinite for now."""

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, *, quantity: Quantity = "loss"
    ) -> None:
        self.unit = "epoch"
        """What is counted below the axis."""
        self.moment: int | None = None
        """History index at the crosshair; None if hidden."""
        self._past_scores: tuple[float, float] | None = None
        self._pressed: QPointF | None = None
        self._font = font("small")
        self._blocked, self._begun = "", False
        super().__init__(themes, parent, quantity=quantity)
        self.spikes.value_text = self._spike_text
        self.readout = HoverReadout(self)

    @property
    def values(self) -> tuple[float, float, float] | None:
        """(epoch, train, test) at the crosshair, as set, at the past moment, or at rest; None without these."""
        row, past = self.moment, self.past.epoch
        if row is None and past is not None and self._past_scores is not None:
            train, test = self._past_scores
            return past, train * self._factor, test * self._factor
        if row is None and past is not None and len(self._epoch):
            row = _nearest(self._epoch, past)
        if row is None:
            return self.rest
        epoch, train, test = (float(column[row]) for column in self.curves)
        return epoch, train, test

    def show_past(self, epoch: float | None, scores: tuple[float, float] | None = None) -> None:
        """Mark an earlier moment; `scores` are its own values, without which those of the nearest row are read."""
        before, moved = self.values, epoch != self.past.epoch
        self._past_scores = scores
        super().show_past(epoch)
        if moved and epoch is not None:
            # Only when it moves: who pans away from it wants to see something else.
            self._bring_into_view(epoch)
        if self.values != before:
            self.moment_changed.emit()

    def show_rest(self, rest: tuple[float, float, float] | None) -> None:
        before = self.values
        super().show_rest(rest)
        if self.values != before:
            self.moment_changed.emit()

    def show_blocked(self, why: str) -> None:
        """Set what the empty chart says: why nothing can be trained, or how to start if `why` is empty."""
        self._blocked = why
        self._repaint(background=True)

    def show_begun(self, begun: bool) -> None:
        """Set whether steps have been made, of which the first values may not be there yet."""
        if begun != self._begun:
            self._begun = begun
            self._repaint(background=True)

    @property
    def hint(self) -> str:
        """Text of the empty chart."""
        return self._blocked or (_BEGUN if self._begun else _HINT)

    @property
    def hint_place(self) -> QRectF:
        """Position of the text of the empty chart."""
        return QFontMetricsF(self._font).boundingRect(
            self.area(), int(Qt.AlignmentFlag.AlignCenter), self.hint
        )

    def show_curves(self, epoch: Array, train: Array, test: Array, marks: tuple[Mark, ...] = ()) -> None:
        super().show_curves(epoch, train, test, marks)
        if self.moment is not None:
            self._point_at(min(self.moment, len(epoch) - 1) if len(epoch) else None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() or not len(self._epoch):
            self._point_at(None)
            return
        epoch = self.values_at(event.position())[0]
        marks = self._marks.near(epoch, _REACH_PX * self._view.viewPixelSize()[0])
        self._point_at(_nearest(self._epoch, epoch), event.position().toPoint(), marks)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = event.position() if left and self.area().contains(event.position()) else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None and len(self._epoch) > 1:
            moved = (event.position() - pressed).manhattanLength()
            if moved < _CLICK_PX:
                self.epoch_clicked.emit(self.values_at(event.position())[0])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self._pressed = None
        self.epoch_clicked.emit(math.inf)

    def read_nothing(self) -> None:
        self._point_at(None)

    @property
    def span(self) -> tuple[float, float, float, float] | None:
        last = len(self._epoch) - 1
        return (last if self.moment is None else self.moment, 0, last, 1) if last >= 0 else None

    def read(self, place: float) -> None:
        self._point_at(int(place))
        self._bring_into_view(float(self._epoch[int(place)]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, edits = Qt.Key(event.key()), {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        if key in edits and self.span is not None and self._marks.marks:
            self._go_to_edit(edits[key], int(self.span[0]))
        elif key in _ZOOMS:
            self.zoom(_ZOOMS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.moment is not None:
            self.epoch_clicked.emit(float(self._epoch[self.moment]))
        elif key == Qt.Key.Key_A and not event.modifiers():
            self.all_requested.emit()
        else:
            super().keyPressEvent(event)

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        # A longer word, as "Runden", goes on below the axis rather than being cut.
        width = max(self.area().left() - 6, QFontMetricsF(self._font).horizontalAdvance(self.unit))
        corner = QRectF(0, self.area().bottom() + 2, width, 15)
        draw_text(painter, corner, self.unit, self._themes.theme.text_muted, self._font, RIGHT)

    def paint_above(self, painter: QPainter) -> None:
        if self.moment is not None and (values := self.values) is not None:
            self._paint_crosshair(painter, *values)
        if any(self._titles):
            self._paint_titles(painter)
        if self.is_empty:
            self._paint_hint(painter)
        # Over curves they would cover them; the legend has them, too.
        if self.guess is not None and self.is_empty and not (place := self.guess_text_place).isEmpty():
            painter.fillRect(place, self._veil)
            draw_text(painter, place, self.guess.label, self._themes.theme.text, self._font, cut=True)
        super().paint_above(painter)

    def _paint_hint(self, painter: QPainter) -> None:
        """On earlier runs, whose curves would strike it through."""
        painter.fillRect(self.hint_place.adjusted(-_VALUE_PX, 0, _VALUE_PX, 0), self._veil)
        draw_text(painter, self.hint_place, self.hint, self._themes.theme.text_muted, self._font)

    def _crosses(self, box: QRectF) -> bool:
        return (self.is_empty and box.intersects(self.hint_place)) or super()._crosses(box)

    @property
    def guess_text_place(self) -> QRectF:
        """Position of the guess's words: at the top of its band, or from there on if that is too low."""
        band, area = self.guess_place[0], self.area()
        wide = QFontMetricsF(self._font).horizontalAdvance(self.guess.label if self.guess else "")
        top = max(area.top(), min(band.top() + 1, area.bottom() - LINE_PX))
        return QRectF(band.left(), top, min(wide + _VALUE_PX, band.width()), LINE_PX)

    @property
    def _veil(self) -> QColor:
        """Behind words: curves there would make them unreadable."""
        return faded(self._themes.theme.surface, _VEIL_ALPHA)

    @property
    def pinned_values(self) -> dict[str, str]:
        """The value of every pinned run at the crosshair, or at the past moment, by its name; "" where it has none."""
        values = self.values
        if values is None:
            return {}
        read = self.pinned_at(values[0])
        return {title: self.value_text(value) if np.isfinite(value) else "" for title, _, value in read}

    def title_places(self) -> list[tuple[QRectF, str]]:
        """Positions of the names of pinned runs, with their values, from above."""
        area, metrics, values = self.area(), QFontMetricsF(self._font), self.pinned_values
        ends = sorted(self.titled_ends, key=lambda found: found[0].y())
        heights = moved_apart([end.y() - LINE_PX / 2 for end, _ in ends], area.top(), area.bottom())
        places = []
        for (end, title), height in zip(ends, heights, strict=True):
            value = values.get(title, "")
            needed = _MARK_PX + metrics.horizontalAdvance(title) + 6
            needed += metrics.horizontalAdvance(value) + _VALUE_PX if value else 0
            width = min(needed, 0.6 * area.width())
            left = max(area.left(), min(end.x(), area.right()) - width)
            places.append((QRectF(left, height - LINE_PX / 2, width, LINE_PX), title))
        return places

    def _paint_titles(self, painter: QPainter) -> None:
        """The names of pinned runs, above the ends of their curves, and moved apart where they would overlap."""
        metrics, theme = QFontMetricsF(self._font), self._themes.theme
        values, colors = self.pinned_values, dict(zip(self._titles, self.layers.ghost_colors, strict=False))
        painter.setFont(self._font)
        for place, title in self.title_places():
            value = values.get(title, "")
            room = place.adjusted(_MARK_PX + 2, 0, -2, 0)
            beside = metrics.horizontalAdvance(value) + _VALUE_PX if value else 0.0
            painter.fillRect(place, self._veil)
            middle = place.center().y()
            painter.setPen(QPen(QColor(colors[title]), 2))
            painter.drawLine(QLineF(place.left() + 2, middle, place.left() + _MARK_PX - 2, middle))
            draw_text(painter, room.adjusted(0, 0, -beside, 0), title, theme.text_muted, align=LEFT, cut=True)
            draw_text(painter, room, value, theme.text, align=RIGHT)

    def _go_to_edit(self, direction: int, here: int) -> None:
        """Move the crosshair to the previous or next edit."""
        now = float(self._epoch[here])
        chosen = self._marks.chosen
        if chosen:
            now = chosen[0].epoch
        elif self.moment is None:
            now = -1.0 if direction > 0 else now + 1.0
        there = [mark for mark in self._marks.marks if (mark.epoch - now) * direction > 0]
        if there:
            mark = there[0] if direction > 0 else there[-1]
            self._point_at(_nearest(self._epoch, mark.epoch), marks=(mark,))

    def _point_at(
        self, moment: int | None, pointer: QPoint | None = None, marks: tuple[Mark, ...] = ()
    ) -> None:
        """Move the crosshair to a history index, or hide it; `marks` are the edits to name."""
        self.moment = moment
        if marks != self._marks.chosen:
            self._marks.chosen = marks
            self._repaint()
        self.viewport().update()
        values = self.values
        if marks and values is not None:
            where = pointer or self.at(values[0], values[1] if np.isfinite(values[1]) else 0.0).toPoint()
            self.readout.show_text(marks_text(marks), where, self.area().toRect())
        else:
            self.readout.hide()
        self.moment_changed.emit()

    def _bring_into_view(self, epoch: float) -> None:
        """Move a zoomed range so that it has this epoch."""
        if not self.is_zoomed:
            return
        low, high = self.x_range
        move = min(0.0, epoch - low) + max(0.0, epoch - high)
        if move:
            self._view.setXRange(low + move, high + move, padding=0)
            self._draw()

    def _paint_crosshair(self, painter: QPainter, epoch: float, train: float, test: float) -> None:
        theme = self._themes.theme
        painter.save()
        painter.setClipRect(self.area())
        values = [
            *((value, color) for _, color, value in self.pinned_at(epoch)),
            (test, theme.test),
            (train, theme.train),
        ]
        seen = [each for each in values if drawable(np.array(each[:1]), self._is_log).all()]
        self.paint_cross(painter, epoch, seen, _DOT_PX / 2)
        painter.restore()

    def value_text(self, value: float) -> str:
        """Text of a value; accuracies in percent."""
        return quantity_text(value, self._quantity)

    def _spike_text(self, height: float) -> str:
        value = 10.0**height if self._is_log else height
        return self.value_text(value) if self._quantity == "accuracy" else rounded_text(value)


def _nearest(epoch: Array, value: float) -> int:
    after = int(np.searchsorted(epoch, value))
    if after == 0:
        return 0
    if after == len(epoch):
        return after - 1
    return after if epoch[after] - value < value - epoch[after - 1] else after - 1
