"""The score of each of many runs as a dot, with the median and the middle half."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from core.io.number_text import count_text
from core.seeds import Spread, spread_of
from core.train.tasks import Classification, Score
from playground.views.runs.dot_chart import DotChart
from playground.views.theme.colors import RADIUS_SMALL_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import draw_box, draw_dot, draw_text

_DOT_PX: Final = 5.0
_MARGIN_PX: Final = 24.0
_AXIS_PX: Final = 26.0
_HIT_PX: Final = 10.0


@dataclass(frozen=True)
class RunDot:
    """A run by its number, and its score; a score that is not finite has no dot."""

    run: int
    score: float
    text: str
    """For the tooltip."""


class SpreadPlot(DotChart):
    """Left and Right choose a dot by score, Return or a double click opens it; a click or Space selects it."""

    size_px = 360, 112
    margins_px = _MARGIN_PX, 8, _MARGIN_PX, _AXIS_PX

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._left.hide()
        self._bottom.hide()
        self._dots: tuple[RunDot, ...] = ()
        self._colors: Mapping[int, str] = {}
        self._score = Classification.score
        self._spread: Spread = spread_of([])
        self.setMinimumHeight(104)
        self.show_dots((), self._score)

    def show_dots(
        self,
        dots: Sequence[RunDot],
        score: Score,
        *,
        noun: str = "run",
        colors: Mapping[int, str] | None = None,
    ) -> None:
        """Show runs, called `noun`, by their scores; those with `colors` are selected."""
        self._colors = colors or {}
        self._dots = tuple(sorted((d for d in dots if math.isfinite(d.score)), key=lambda d: d.score))
        self._score = score
        self._spread = spread_of([dot.score for dot in self._dots])
        name = f"Final scores of {count_text(len(self._dots), noun)}"
        if self._dots:
            name += f", median {self._text(self._spread.median)}; arrow keys choose one, Return opens it"
        self.setAccessibleName(name)
        if self._dots:
            low, high = self._spread.lowest, self._spread.highest
            self._show_range((low, high) if low < high else (low - 1.0, low + 1.0), (0.0, 1.0))
        self.viewport().update()

    def place_of(self, run: int | None) -> QPointF | None:
        """Position of the dot of a run."""
        return next((place for dot, place in self._placed() if dot.run == run), None)

    def choose(self, run: int | None) -> None:
        super().choose(run)
        found = next((dot for dot in self._dots if dot.run == run), None)
        if found is not None and self.underMouse():
            QToolTip.showText(QCursor.pos(), found.text, self)
        self.setCursor(Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.PointingHandCursor)

    @property
    def ordered(self) -> list[int]:
        """In order of their scores."""
        return [dot.run for dot in self._dots]

    @property
    def empty_text(self) -> str:
        return "" if self._dots else "A dot for every run appears here"

    def paint_above(self, painter: QPainter) -> None:
        if self._dots:
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
        for dot, place in self._placed():
            chosen = dot.run == self.chosen
            color = self._colors.get(dot.run, theme.accent if chosen else theme.text_muted)
            radius = _DOT_PX + 2 * (chosen or dot.run in self._colors)
            draw_dot(painter, place, radius, color, theme.surface)

    def _placed(self) -> list[tuple[RunDot, QPointF]]:
        """Dots with their places: those that would overlap are stacked, closer where there are many."""
        floor = self.height() - _AXIS_PX - _DOT_PX - 3
        stacks: list[tuple[float, list[RunDot]]] = []
        for dot in self._dots:
            x = self._x(dot.score)
            if stacks and x - stacks[-1][0] < 2 * _DOT_PX:
                stacks[-1][1].append(dot)
            else:
                stacks.append((x, [dot]))
        most = max((len(dots) for _, dots in stacks), default=1)
        step = min(2 * _DOT_PX, (floor - 12) / most)
        return [
            (dot, QPointF(x, floor - step * number)) for x, dots in stacks for number, dot in enumerate(dots)
        ]

    def _x(self, score: float) -> float:
        return self.at(score, 0.0).x()

    def _text(self, score: float) -> str:
        return self._score.text(score)

    def near(self, position: QPointF) -> int | None:
        near = [((at - position).manhattanLength(), dot.run) for dot, at in self._placed()]
        distance, run = min(near, default=(math.inf, None))
        return run if distance <= _HIT_PX else None
