"""The learning rate schedule, drawn with the mouse; it is a setting of the experiment like any other."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from core.experiment.experiment import Experiment
from core.io.number_text import rounded_text
from core.io.sentence import in_sentence
from core.optim.piecewise_schedule import MAX_SHARE, PiecewiseLinear
from core.optim.schedules import Constant, ReduceOnPlateau, Schedule
from playground.plugins.probes.views.page import ProbePage, register
from playground.views.theme.colors import GRID_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets import Segments
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.charts.reading_chart import NamedChart
from playground.views.widgets.painted import draw_dot, draw_text

_REACH_PX: Final = 11.0
_DOT_PX = 5.5
_MIN_SHARE: Final = 1e-6
_APART = 1e-3
_CURVE_POINTS = 240
_MAX_POINTS = 100


class ScheduleEditor(NamedChart):
    """A click adds a point, a drag moves one, a double click or Delete removes it.

    Left and Right choose a point, with Shift they move it by an epoch; Up and Down change its rate; Insert adds one.
    """

    size_px = 560, 320
    least_px = 260, 180
    names = "Epoch", "Learning rate"
    edited = Signal(object)
    """The PiecewiseLinear that the user has drawn; many while a point is dragged."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.schedule = PiecewiseLinear()
        self.chosen = 0
        """The point that keys act on."""
        self._rate = 0.01
        self._is_own = False
        self._dragged = False
        self.setAccessibleName("Learning rate schedule")
        self.setToolTip("Click to add a point, drag to move it, double-click to remove it.")

    def show_schedule(self, schedule: PiecewiseLinear, rate: float, *, is_own: bool) -> None:
        """Show a schedule of a full rate; one that is not the user's own yet is pale."""
        self.schedule, self._rate, self._is_own = schedule, rate, is_own
        self.chosen = min(self.chosen, len(schedule.epochs) - 1)
        if not self._dragged:
            self._fit()
        self._describe()
        self._draw()

    def pixel_of(self, number: int) -> QPointF:
        """Pixel of a point."""
        return self.at(self.schedule.epochs[number], self._rate * self.schedule.shares[number])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = self._near(event.position())
        if event.button() == Qt.MouseButton.RightButton and near is not None:
            self._remove(near)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._dragged = True
            if near is None:
                self._add(*self.values_at(event.position()))
            else:
                self.chosen = near
                self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged:
            self._move(*self.values_at(event.position()))
        else:
            shape = Qt.CursorShape.CrossCursor
            if self._near(event.position()) is not None:
                shape = Qt.CursorShape.SizeAllCursor
            self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = False
        self._fit()
        self._draw()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        near = self._near(event.position())
        if near is not None:
            self._remove(near)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, moves = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = 10.0 if event.modifiers() & Qt.KeyboardModifier.ControlModifier else 1.0
        epoch, share = self.schedule.epochs[self.chosen], self.schedule.shares[self.chosen]
        sign = 1 if key in (Qt.Key.Key_Right, Qt.Key.Key_Up) else -1
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and moves:
            self._move(epoch + sign * step, self._rate * share)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.chosen = min(len(self.schedule.epochs) - 1, max(0, self.chosen + sign))
            self._describe()
            self.viewport().update()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move(epoch, self._rate * self._nudged(share, sign * step))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove(self.chosen)
        elif key in (Qt.Key.Key_Insert, Qt.Key.Key_Plus):
            self._add_after()
        else:
            event.ignore()

    def _draw(self) -> None:
        low, high = self._view.viewRange()[0]
        # With the points themselves, so that the curve goes through their middles.
        epochs = np.unique(
            [*np.linspace(low, high, _CURVE_POINTS), *np.clip(self.schedule.epochs, low, high)]
        )
        rates = np.array([self._rate * self.schedule.share_at(epoch) for epoch in epochs.tolist()])
        style = Qt.PenStyle.SolidLine if self._is_own else Qt.PenStyle.DashLine
        self._show_lines([(epochs, self._left.coordinates(rates), QPen(self._color, 2, style))], joined=True)

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        for number in range(len(self.schedule.epochs)):
            self._paint_point(painter, number)
        self._paint_readout(painter)

    @property
    def _color(self) -> QColor:
        return QColor(self._themes.theme.accent if self._is_own else self._themes.theme.text_faint)

    @property
    def _is_log(self) -> bool:
        return self.schedule.scale == "log"

    def _paint_point(self, painter: QPainter, number: int) -> None:
        theme, at = self._themes.theme, self.pixel_of(number)
        is_chosen = number == self.chosen and (self.hasFocus() or self._dragged)
        ground, size = (self._color, _DOT_PX + 1.5) if is_chosen else (QColor(theme.surface), _DOT_PX)
        draw_dot(painter, at, size, ground, self._color, 2)

    def _paint_readout(self, painter: QPainter) -> None:
        """Epoch and rate of the chosen point, and a line down to its epoch."""
        if not (self.hasFocus() or self._dragged):
            return
        theme, at = self._themes.theme, self.pixel_of(self.chosen)
        painter.setPen(QPen(QColor(theme.border_strong), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(at.x(), at.y() + 8, at.x(), self.area().bottom()))
        where = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        draw_text(painter, self.area(), self._point_text(), theme.text, font("small", bold=True), where)

    def _point_text(self) -> str:
        epoch, share = self.schedule.epochs[self.chosen], self.schedule.shares[self.chosen]
        rate = rounded_text(self._rate * share)
        return f"epoch {rounded_text(epoch, 4)} · rate {rate} · {rounded_text(100 * share)} %"

    def _describe(self) -> None:
        count = len(self.schedule.epochs)
        self.setAccessibleDescription(f"Point {self.chosen + 1} of {count}: {self._point_text()}")

    def _fit(self) -> None:
        shares = self.schedule.shares
        top = 1.25 * max(1.0, *shares)
        rates = np.array([0.0, top])
        if self._is_log:
            rates = np.array([max(_MIN_SHARE, min(1e-3, 0.3 * min(shares))), 1.6 * top])
        self._left.setLogMode(self._is_log)
        end = max(20.0, 1.1 * self.schedule.epochs[-1])
        self._show_range((0.0, end), self._left.coordinates(self._rate * rates).tolist())

    def _near(self, position: QPointF) -> int | None:
        distances = [
            QLineF(self.pixel_of(number), position).length() for number in range(len(self.schedule.epochs))
        ]
        nearest = int(np.argmin(distances))
        return nearest if distances[nearest] <= _REACH_PX else None

    def _nudged(self, share: float, steps: float) -> float:
        return share * 1.1**steps if self._is_log else share + 0.02 * steps

    def _add(self, epoch: float, rate: float) -> None:
        points = self._points()
        if len(points) >= _MAX_POINTS or any(abs(epoch - each) < _APART for each, _ in points):
            return
        points.append((epoch, rate / self._rate))
        points.sort()
        self.chosen = [each for each, _ in points].index(epoch)
        self._emit(points)

    def _add_after(self) -> None:
        """A point halfway to the next one, or behind the last."""
        epochs = self.schedule.epochs
        here = epochs[self.chosen]
        after = epochs[self.chosen + 1] if self.chosen + 1 < len(epochs) else here + 20.0
        middle = 0.5 * (here + after)
        self._add(middle, self._rate * self.schedule.share_at(middle))

    def _move(self, epoch: float, rate: float) -> None:
        points = self._points()
        before = points[self.chosen - 1][0] + _APART if self.chosen else 0.0
        after = points[self.chosen + 1][0] - _APART if self.chosen + 1 < len(points) else 1e6
        if before > after:
            return
        points[self.chosen] = (min(after, max(before, epoch)), rate / self._rate)
        self._emit(points)

    def _remove(self, number: int) -> None:
        points = self._points()
        if len(points) > 1:
            del points[number]
            self.chosen = min(number, len(points) - 1)
            self._emit(points)

    def _points(self) -> list[tuple[float, float]]:
        return list(zip(self.schedule.epochs, self.schedule.shares, strict=True))

    def _emit(self, points: list[tuple[float, float]]) -> None:
        least = _MIN_SHARE if self._is_log else 0.0
        # As one would type them: dragging gives fractions of a pixel.
        kept = [
            (float(f"{epoch:.6g}"), float(f"{min(MAX_SHARE, max(least, share)):.4g}"))
            for epoch, share in points
        ]
        if any(not a[0] < b[0] for a, b in itertools.pairwise(kept)):
            return
        drawn = PiecewiseLinear.through(kept, self.schedule.scale)
        self.show_schedule(drawn, self._rate, is_own=True)
        self.edited.emit(drawn)


_EPOCHS = 100
_SAMPLES = 13
_LEAST = 1e-4


@register
class SchedulePage(ProbePage):
    kind = "schedule"
    title = "Schedule"
    summary = (
        "The learning rate over the epochs: click to add a point, drag to move it, double-click to remove it. "
        "By keys: arrows, Shift with arrows, Insert and Delete."
    )
    group = "Learning rate"
    verb = ""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.scale = Segments(
            [
                ("log", "Logarithmic", "Equal steps are equal factors"),
                ("linear", "Linear", "Straight lines of the rate itself, which may end at 0"),
            ],
            name="Scale",
            parent=self,
        )
        self.state = set_up(QLabel(self), role="muted")
        self.constant = set_up(QPushButton("Constant rate", self), autoDefault=False)
        self.constant.setToolTip("Leave the learning rate as it is; undo brings the schedule back.")
        self.editor = ScheduleEditor(themes, self)
        row = hbox(self.scale, (self.state, 1), self.constant, spacing=GRID_PX)
        vbox(row, (self.editor, 1), parent=self, margins=0, spacing=GRID_PX)
        self.editor.edited.connect(self._change)
        self.scale.chosen.connect(self._change_scale)
        self.constant.clicked.connect(self._use_constant)

    def show_experiment(self, experiment: Experiment) -> None:
        schedule = experiment.training.schedule
        own = isinstance(schedule, PiecewiseLinear)
        points = (
            schedule if isinstance(schedule, PiecewiseLinear) else as_points(schedule, self.scale.current)
        )
        self.scale.set_current(points.scale)
        self.editor.show_schedule(points, experiment.training.optimizer.learning_rate, is_own=own)
        self.constant.setEnabled(not schedule.constant)
        self.state.setText(
            "" if own else f"The schedule is {in_sentence(schedule.title)}; move a point to draw your own."
        )

    def _change(self, drawn: PiecewiseLinear) -> None:
        self.change_requested.emit("Drawn schedule", _with(drawn), "drawn_schedule")

    def _change_scale(self, scale: str) -> None:
        before = self.editor.schedule
        least = _LEAST if scale == "log" else 0.0
        points = [
            (epoch, max(least, share)) for epoch, share in zip(before.epochs, before.shares, strict=True)
        ]
        self._change(PiecewiseLinear.through(points, scale))

    def _use_constant(self) -> None:
        self.change_requested.emit("Schedule: Constant", _with(Constant()), "")


def as_points(schedule: Schedule, scale: str) -> PiecewiseLinear:
    """Points on the curve of another schedule, to begin drawing with."""
    if schedule.constant or isinstance(schedule, ReduceOnPlateau):
        return PiecewiseLinear((0.0, 1.0, float(_EPOCHS), 1.0), scale)
    least = _LEAST if scale == "log" else 0.0
    epochs = np.unique(np.round(np.linspace(0.0, _horizon(schedule), _SAMPLES)))
    points = [(float(epoch), max(least, schedule.rate(1.0, int(epoch), 1))) for epoch in epochs]
    return PiecewiseLinear.through(points, scale)


def _horizon(schedule: Schedule) -> float:
    """The epoch at which not much more happens."""
    epochs = float(getattr(schedule, "epochs", _EPOCHS))
    return 4.0 * epochs if schedule.kind == "step" else max(float(_SAMPLES), epochs)


def _with(schedule: Schedule) -> Callable[[Experiment], Experiment]:
    return lambda experiment: experiment.with_training(schedule=schedule)
