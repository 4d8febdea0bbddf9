"""The score of each of many runs as a dot, with the median and the middle half."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from core.io.number_text import count_text, loss_text
from core.runs.run import Run
from core.seeds import Spread, spread_of
from core.spec.arrays import Array
from core.train.tasks import Classification, Score
from playground.plugin import RADIUS_SMALL_PX, ThemeSource, draw_box, draw_dot, draw_text, font
from playground.plugins.runs.views.dot_chart import DotChart

_DOT_PX: Final = 5.0
_MARGIN_PX: Final = 24.0
_AXIS_PX: Final = 26.0


class SpreadPlot(DotChart):
    """Left and Right choose a dot by score, Return or a double click opens it; a click or Space selects it."""

    size_px = 360, 112
    margins_px = _MARGIN_PX, 8, _MARGIN_PX, _AXIS_PX

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._left.hide()
        self._bottom.hide()
        self._score = Classification.score
        self._spread: Spread = spread_of([])
        self.setMinimumHeight(104)
        self.show_runs((), self._score)

    def show_runs(
        self, runs: Sequence[Run], score: Score, *, noun: str = "run", colors: Mapping[int, str] | None = None
    ) -> None:
        """Show runs with scores, each called `noun`; those with `colors` are selected."""
        self._score, self._spread = score, spread_of([run.final_score for run in runs])
        name = f"Final scores of {count_text(len(runs), noun)}"
        if runs:
            name += f", median {self._text(self._spread.median)}; arrow keys choose one, Return opens it"
            low, high = self._spread.lowest, self._spread.highest
            self._show_range((low, high) if low < high else (low - 1.0, low + 1.0), (0.0, 1.0))
        self.setAccessibleName(name)
        self._show(sorted(runs, key=lambda run: run.final_score), colors or {})

    def choose(self, run: int | None) -> None:
        super().choose(run)
        found = None if run is None else self._runs.get(run)
        if found is not None and self.underMouse():
            score, place = self._text(found.final_score), found.place_text
            told = f"{found.name}: {score}, loss {loss_text(found.final_loss)}, epoch {place}"
            QToolTip.showText(QCursor.pos(), told, self)
        self.setCursor(Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.PointingHandCursor)

    @property
    def empty_text(self) -> str:
        return "" if self._runs else "A dot for every run appears here"

    def paint_above(self, painter: QPainter) -> None:
        if self._runs:
            self._draw_axis(painter)
            self._draw_dots(painter)

    def _draw_axis(self, painter: QPainter) -> None:
        theme, spread = self._themes.theme, self._spread
        floor = self.height() - _AXIS_PX
        box = QRectF(QPointF(self._x(spread.low_quartile), 8), QPointF(self._x(spread.high_quartile), floor))
        draw_box(painter, box.adjusted(-_DOT_PX, 0, _DOT_PX, 0), RADIUS_SMALL_PX, theme.field)
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.drawLine(QLineF(_MARGIN_PX, floor, self.width() - _MARGIN_PX, floor))
        painter.setPen(QPen(QColor(theme.accent), 2))
        middle = self._x(spread.median)
        painter.drawLine(QLineF(middle, 8, middle, floor))
        for number, (place, text) in enumerate(self.labels()):
            # In the font that it was measured in: else "100.0 %" would be cut.
            draw_text(painter, place, text, theme.text_muted if number else theme.text, font("small"))

    def labels(self) -> list[tuple[QRectF, str]]:
        """Positions of the scores below the axis: the median first, and ends where they are others and have room."""
        metrics, spread = QFontMetricsF(font("small")), self._spread
        found: list[tuple[QRectF, str]] = []
        median = self._text(spread.median)
        for score, text in (
            (spread.median, f"median {median}"),
            (spread.lowest, self._text(spread.lowest)),
            (spread.highest, self._text(spread.highest)),
        ):
            width = metrics.horizontalAdvance(text) + 4
            left = min(max(2.0, self._x(score) - width / 2), self.width() - width - 2)
            area = QRectF(left, self.height() - _AXIS_PX + 4, width, _AXIS_PX - 6)
            if text != median and not any(area.adjusted(-6, 0, 6, 0).intersects(other) for other, _ in found):
                found.append((area, text))
        return found

    def _draw_dots(self, painter: QPainter) -> None:
        theme = self._themes.theme
        self._arrange()
        for run, spot in zip(self._runs, self._spots.tolist(), strict=True):
            chosen = run == self.chosen
            color = self._colors.get(run, theme.accent if chosen else theme.text_muted)
            radius = _DOT_PX + 2 * (chosen or run in self._colors)
            draw_dot(painter, QPointF(*spot), radius, color, theme.surface)

    def placed(self) -> Array:
        """Those that would overlap are stacked, closer where there are many."""
        floor = self.height() - _AXIS_PX - _DOT_PX - 3
        stacks: list[list[float]] = []
        for run in self._runs.values():
            x = self._x(run.final_score)
            if stacks and x - stacks[-1][0] < 2 * _DOT_PX:
                stacks[-1].append(stacks[-1][0])
            else:
                stacks.append([x])
        step = min(2 * _DOT_PX, (floor - 12) / max(map(len, stacks), default=1))
        spots = [(x, floor - step * number) for stack in stacks for number, x in enumerate(stack)]
        return np.array(spots).reshape(-1, 2)

    def _x(self, score: float) -> float:
        return self.at(score, 0.0).x()

    def _text(self, score: float) -> str:
        return self._score.text(score)
