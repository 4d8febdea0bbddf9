"""Accuracy against parameters or seconds, with the line of runs than which none is cheaper and better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from core.io.number_text import held_text, percent_text, rounded_text
from core.runs.run import Run
from core.runs.run_columns import held_of, run_score
from core.runs.run_index import pareto_line
from core.spec.arrays import Array
from playground.plugin import HoverReadout, Theme, ThemeSource, font
from playground.plugins.runs.views.dot_chart import DotChart
from playground.views.widgets.number_format import round_step, seconds_text
from playground.views.widgets.painted import clear_pixmap, draw_dot, draw_text, faded, use_colors

_LEFT_PX, _BOTTOM_PX, _TOP_PX, _RIGHT_PX = 50, 20, 8, 12
_DOT_PX = 3.0


class RunScatter(DotChart):
    """Each run is a dot over its cost on a logarithmic axis."""

    size_px = 400, 180
    least_px = 200, 80
    reach_px = 8.0
    margins_px = 6, 8, 12, 1

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._bottom.setLogMode(True)
        self._cost = "parameters"
        self._dots: QPixmap | None = None
        self.line: list[tuple[float, float]] = []
        self.readout = HoverReadout(self)
        self.show_runs((), self._cost, {})

    def show_runs(self, runs: Sequence[Run], cost: str, colors: Mapping[int, str]) -> None:
        """Set the runs, on the same data; `cost` is "parameters" or "seconds"; those with `colors` are selected."""
        self._cost = cost
        known = [run for run in runs if not math.isnan(run.final_score) and self._cost_of(run) > 0]
        known.sort(key=lambda run: (self._cost_of(run), -run.final_score))
        self.line = pareto_line((self._cost_of(run), run.final_score) for run in known)
        self.setAccessibleName(held_text(f"Test score of {len(known)} runs against {cost}", held_of(runs)))
        best = (f"{rounded_text(cost_)} {cost}: {percent_text(score, 1)}" for cost_, score in self.line)
        self.setAccessibleDescription("None is cheaper and better than: " + "; ".join(best))
        self._rescale(known)
        self._show(known, colors)
        self.read_nothing()

    def choose(self, run: int | None) -> None:
        super().choose(run)
        found = None if run is None else self._runs.get(run)
        if found is None:
            self.readout.hide()
        else:
            cost = f"{found.parameters:,} parameters"
            if self._cost == "seconds":
                cost = f"{seconds_text(found.seconds)} s"
            text = f"{found.name}\n{run_score(found).text(found.final_score)}, {cost}"
            self.readout.show_text(text, self.place_of(found.id).toPoint(), self.area().toRect())

    @property
    def empty_text(self) -> str:
        return "" if self._runs else "No run has been tested"

    def paint_above(self, painter: QPainter) -> None:
        if self._dots is None or self._dots.devicePixelRatio() != self.devicePixelRatio():
            self._dots = self._drawn()
        painter.drawPixmap(0, 0, self._dots)
        theme = self._themes.theme
        for run, color in self._colors.items():
            if run in self._runs:
                draw_dot(painter, self.place_of(run), 5.0, color, theme.surface, 1.5)
        if self.chosen in self._runs:
            draw_dot(painter, self.place_of(self.chosen), 6.0, None, theme.accent, 2)

    def _cost_of(self, run: Run) -> float:
        return float(run.parameters) if self._cost == "parameters" else run.seconds

    @property
    def _factor(self) -> float:
        """Accuracies are in percent."""
        return 1.0 if any(not run.classifies for run in self._runs.values()) else 100.0

    def _rescale(self, runs: Sequence[Run]) -> None:
        self._runs = {run.id: run for run in runs}
        costs = [math.log10(self._cost_of(run)) for run in runs]
        low, high = (min(costs), max(costs)) if costs else (0.0, 1.0)
        room = max(0.06 * (high - low), 0.12)
        ends = low - room, high + room
        scores = sorted(run.final_score for run in runs)
        # The worst tenth may lie below the axis: a run of chance level would flatten the rest.
        low = scores[len(scores) // 10] if scores else 0.0
        high = scores[-1] if scores else 1.0
        # About four of them make the axis.
        step = round_step(max(high - low, 0.02) / 4)
        # No score is above 1: equal ones have the axis below them.
        top = min(1.0, step * math.ceil(high / step - 1e-9)) if high <= 1.0 else high
        low = min(step * math.floor(low / step + 1e-9), top - 4 * step)
        self._left.set_unit(" %" if self._factor > 1.0 else "")
        self._show_range(ends, (self._factor * low, self._factor * top))

    def placed(self) -> Array:
        """The worst runs are at the end of their axis."""
        self._dots = None
        area, ((left, right), (low, high)) = self.area(), self._view.viewRange()
        costs = np.log10([self._cost_of(run) for run in self._runs.values()])
        scores = self._factor * np.array([run.final_score for run in self._runs.values()])
        x = (costs - left) / (right - left) * area.width()
        y = np.maximum(0.0, (scores - low) / (high - low) * area.height())
        return np.stack([area.left() + x, area.bottom() - y], axis=1)

    def _point(self, cost: float, score: float) -> QPointF:
        """Within the axes: the worst runs are at the end of theirs."""
        point = self.at(cost, self._factor * score)
        return QPointF(point.x(), min(point.y(), self.area().bottom()))

    def _drawn(self) -> QPixmap:
        """Dots and line, which change with the runs alone."""
        pixmap, theme = clear_pixmap(self.size(), self.devicePixelRatio()), self._themes.theme
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._runs:
            corner, text = (
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom,
                "line: none smaller and better ",
            )
            draw_text(painter, self.area(), text, theme.text_faint, font("small"), corner)
        use_colors(painter, faded(theme.text_faint, 0.5))
        for spot in self._spots.tolist():
            painter.drawEllipse(QPointF(*spot), _DOT_PX, _DOT_PX)
        self._draw_line(painter, theme)
        painter.end()
        return pixmap

    def _draw_line(self, painter: QPainter, theme: Theme) -> None:
        points: list[QPointF] = []
        for cost, score in self.line:
            point = self._point(cost, score)
            if points:
                points.append(QPointF(point.x(), points[-1].y()))
            points.append(point)
        if points:
            points.append(QPointF(self.area().right(), points[-1].y()))
        use_colors(painter, None, theme.text_muted, 1.2)
        painter.drawPolyline(QPolygonF(points))
        for cost, score in self.line:
            draw_dot(painter, self._point(cost, score), _DOT_PX, theme.surface, theme.text, 1.5)
