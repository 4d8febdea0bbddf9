"""Accuracy against parameters or seconds, with the line of runs than which none is cheaper and better."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.io.number_text import rounded_text
from playground.model.runs.run_index import pareto_line
from playground.model.runs.run_record import RunSummary
from playground.views.runs.run_model import score_text
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.number_format import number_text, seconds_text
from playground.views.widgets.spoken import Role, speak_as

_LEFT_PX, _BOTTOM_PX, _TOP_PX, _RIGHT_PX = 50, 20, 8, 12
_REACH_PX = 8.0
_DOT_PX = 3.0
_APART_PX = 9.0
"""The distance of dots that would cover each other."""
_WIDEST_PX = 28.0
"""How far a row of such dots reaches to both sides; more of them are closer together."""


class RunScatter(QWidget):
    """Each run is a dot over its cost on a logarithmic axis; a click selects the run.

    Runs of one cost and score lie side by side.
    """

    run_clicked = Signal(int)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._runs: list[RunSummary] = []
        self._cost = "parameters"
        self._colors: dict[int, str] = {}
        self._dots: QPixmap | None = None
        self._aside: dict[int, float] = {}
        self._hovered: RunSummary | None = None
        self.line: list[tuple[float, float]] = []
        self.setMinimumSize(200, 80)
        speak_as(self, Role.Chart, keys="Space in the list of runs")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.readout = HoverReadout(self)
        themes.theme_changed.connect(self._refresh)
        self._rescale()

    def show_runs(self, runs: Sequence[RunSummary], cost: str) -> None:
        """Set the runs, on the same data; `cost` is "parameters" or "seconds"."""
        self._cost = cost
        self._runs = [run for run in runs if not math.isnan(run.score) and self._cost_of(run) > 0]
        self.line = pareto_line((self._cost_of(run), run.score) for run in self._runs)
        self.setAccessibleName(f"Test score of {len(self._runs)} runs against {cost}")
        best = (
            f"{rounded_text(cost_)} {cost}: {number_text(100 * score, 1)} %" for cost_, score in self.line
        )
        self.setAccessibleDescription("None is cheaper and better than: " + "; ".join(best))
        self._rescale()
        self._refresh()

    def mark(self, colors: dict[int, str]) -> None:
        """Draw the selected runs in their colors."""
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 180)

    def resizeEvent(self, event: object) -> None:
        self._dots = None
        self._part()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hovered = self._near(event.position())
        if self._hovered is None:
            self.readout.hide()
        else:
            run = self._hovered
            cost = (
                f"{run.parameters:,} parameters"
                if self._cost == "parameters"
                else f"{seconds_text(run.seconds)} s"
            )
            text = f"{run.name}\n{score_text(run.score, run.classifies)}, {cost}"
            self.readout.show_text(text, event.position().toPoint(), self._area().toRect())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.readout.hide()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        run = self._near(event.position())
        if run is not None and event.button() == Qt.MouseButton.LeftButton:
            self.run_clicked.emit(run.id)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._dots is None or self._dots.devicePixelRatio() != self.devicePixelRatio():
            self._dots = self._drawn()
        painter.drawPixmap(0, 0, self._dots)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._themes.theme
        for run in self._runs:
            if (color := self._colors.get(run.id)) is not None:
                painter.setPen(QPen(QColor(theme.surface), 1.5))
                painter.setBrush(QColor(color))
                painter.drawEllipse(self._at(run), 5.0, 5.0)
        if self._hovered is not None:
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self._at(self._hovered), 6.0, 6.0)
        painter.end()

    def _cost_of(self, run: RunSummary) -> float:
        return float(run.parameters) if self._cost == "parameters" else run.seconds

    def _area(self) -> QRectF:
        return QRectF(
            _LEFT_PX, _TOP_PX, self.width() - _LEFT_PX - _RIGHT_PX, self.height() - _TOP_PX - _BOTTOM_PX
        )

    def _rescale(self) -> None:
        costs = [math.log10(self._cost_of(run)) for run in self._runs]
        low, high = (min(costs), max(costs)) if costs else (0.0, 1.0)
        room = max(0.06 * (high - low), 0.12)
        self._costs = low - room, high + room
        scores = sorted(run.score for run in self._runs)
        # The worst tenth may lie below the axis: a run of chance level would flatten the rest.
        low = scores[len(scores) // 10] if scores else 0.0
        high = scores[-1] if scores else 1.0
        step = _step(max(high - low, 0.02))
        # No score is above 1: equal ones have the axis below them.
        top = min(1.0, step * math.ceil(high / step - 1e-9)) if high <= 1.0 else high
        self._scores = min(step * math.floor(low / step + 1e-9), top - 4 * step), top
        self._score_step = step
        self._part()

    def _part(self) -> None:
        """Move dots that would cover each other to the sides, in the order of the runs."""
        area, (left, right), (low, high) = self._area(), self._costs, self._scores
        costs = np.log10([self._cost_of(run) for run in self._runs])
        scores = np.array([run.score for run in self._runs])
        # A cell for dots that cover each other, as one number.
        across = np.rint((costs - left) / (right - left) * area.width() / _APART_PX)
        up = np.rint((scores - low) / (high - low) * area.height() / _DOT_PX)
        order = np.lexsort((np.maximum(up, 0.0), across))
        cells = across[order] + 1j * np.maximum(up, 0.0)[order]
        starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]]) if len(cells) else np.empty(0, np.intp)
        sizes = np.diff(np.r_[starts, len(cells)])
        places = np.arange(len(cells)) - np.repeat(starts, sizes)
        gaps = np.minimum(_APART_PX, 2 * _WIDEST_PX / np.maximum(1, sizes - 1))
        moves = (places - np.repeat((sizes - 1) / 2, sizes)) * np.repeat(gaps, sizes)
        self._aside = {
            self._runs[row].id: move for row, move in zip(order.tolist(), moves.tolist(), strict=True) if move
        }

    def _at(self, run: RunSummary) -> QPointF:
        place = self._point(self._cost_of(run), run.score)
        return QPointF(place.x() + self._aside.get(run.id, 0.0), place.y())

    def _point(self, cost: float, score: float) -> QPointF:
        area, (left, right), (low, high) = self._area(), self._costs, self._scores
        x = area.left() + (math.log10(cost) - left) / (right - left) * area.width()
        y = area.bottom() - (score - low) / (high - low) * area.height()
        return QPointF(x, min(y, area.bottom()))

    def _near(self, at: QPointF) -> RunSummary | None:
        found, least = None, _REACH_PX**2
        for run in self._runs:
            away = self._at(run) - at
            distance = away.x() ** 2 + away.y() ** 2
            if distance < least or (run.id in self._colors and distance <= least):
                found, least = run, distance
        return found

    def _refresh(self) -> None:
        self._dots = None
        self.update()

    def _drawn(self) -> QPixmap:
        """Axes, dots and line, which change with the runs alone."""
        ratio, theme = self.devicePixelRatio(), self._themes.theme
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(theme.surface))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_axes(painter, theme)
        dot = QColor(theme.text_faint)
        dot.setAlphaF(0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(dot)
        for run in self._runs:
            painter.drawEllipse(self._at(run), _DOT_PX, _DOT_PX)
        self._draw_line(painter, theme)
        painter.end()
        return pixmap

    def _draw_axes(self, painter: QPainter, theme: Theme) -> None:
        area, flag = self._area(), Qt.AlignmentFlag
        painter.setFont(font("small"))
        score, high = self._scores
        while score <= high + 1e-9:
            height = area.bottom() - (score - self._scores[0]) / (high - self._scores[0]) * area.height()
            painter.setPen(QColor(theme.grid if score > self._scores[0] else theme.border_strong))
            painter.drawLine(QPointF(area.left(), height), QPointF(area.right(), height))
            painter.setPen(QColor(theme.text_muted))
            classifies = not self._runs or self._runs[0].classifies
            decimals = 0 if self._score_step >= 0.01 else 1
            text = f"{100 * score:.{decimals}f} %" if classifies else f"{score:.2f}"
            place = QRectF(0, height - 8, _LEFT_PX - 6, 16)
            painter.drawText(place, flag.AlignRight | flag.AlignVCenter, text)
            score += self._score_step
        for cost in cost_ticks(*self._costs):
            x = self._point(cost, self._scores[0]).x()
            painter.drawText(QRectF(x - 40, area.bottom() + 3, 80, 16), flag.AlignCenter, _cost_text(cost))
        painter.setPen(QColor(theme.text_faint))
        painter.drawText(area, flag.AlignRight | flag.AlignBottom, "line: none smaller and better ")
        if not self._runs:
            painter.drawText(area, flag.AlignCenter, "No run has been tested")

    def _draw_line(self, painter: QPainter, theme: Theme) -> None:
        points: list[QPointF] = []
        for cost, score in self.line:
            point = self._point(cost, score)
            if points:
                points.append(QPointF(point.x(), points[-1].y()))
            points.append(point)
        if points:
            points.append(QPointF(self._area().right(), points[-1].y()))
        painter.setPen(QPen(QColor(theme.text_muted), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        painter.setBrush(QColor(theme.surface))
        painter.setPen(QPen(QColor(theme.text), 1.5))
        for cost, score in self.line:
            painter.drawEllipse(self._point(cost, score), _DOT_PX, _DOT_PX)


def _step(span: float) -> float:
    """A round step of which about four make the span."""
    raw = span / 4
    size: float = 10.0 ** math.floor(math.log10(raw))
    return next(factor * size for factor in (1, 2, 5, 10) if factor * size >= raw - 1e-12)


def cost_ticks(low: float, high: float) -> list[float]:
    """Round costs between two powers of ten: 1, 3, 10, fewer if there are many decades, and more within one."""
    found: list[float] = []
    for factors in ((1,) if high - low > 4 else (1, 3), (1, 2, 3, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)):
        decades = range(math.floor(low), math.ceil(high) + 1)
        costs = [factor * 10.0**decade for decade in decades for factor in factors]
        found = [cost for cost in costs if low <= math.log10(cost) <= high]
        if len(found) > 2:
            return found
    if len(found) < 2:
        # All runs cost nearly the same.
        step = _step(10.0**high - 10.0**low)
        first, last = math.ceil(10.0**low / step), math.floor(10.0**high / step)
        return [step * count for count in range(first, last + 1)]
    return found


def _cost_text(cost: float) -> str:
    return f"{cost:,.0f}" if cost >= 10 else f"{cost:.4g}"
