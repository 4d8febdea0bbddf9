"""What differs between runs, as a small table: settings, scores and costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.io.number_text import percent_text
from core.runs.columns import Column, is_missing
from core.runs.packing import Curves
from core.runs.run import Run
from core.runs.run_columns import RUNS, title_of
from core.runs.run_settings import title_of as setting_title
from playground.plugin import PaintedWidget, Theme, ThemeSource, draw_box, font

_LINE_PX, _HEAD_PX, _NAME_PX = 22, 24, 104
TARGET = 0.95


@dataclass(frozen=True)
class Fact:
    """A line: its name, a text for each run, and which of them stand out."""

    name: str
    texts: tuple[str, ...]
    marked: frozenset[int] = frozenset()
    is_result: bool = False


def differing(runs: Sequence[Run]) -> tuple[list[Fact], int]:
    """The settings that are not the same in all runs, and how many are. What differs from the first run is marked."""
    found = [{"data": f"{run.data_label}, {run.data_text}", **run.settings.by_name} for run in runs]
    names = list(dict.fromkeys(name for settings in found for name in settings))
    facts, equal = [], 0
    for name in names:
        texts = tuple(settings.get(name, "–") for settings in found)
        if len(set(texts)) == 1:
            equal += 1
        else:
            usual = max(texts, key=texts.count)
            marked = frozenset(place for place, text in enumerate(texts) if text != usual)
            title = RUNS["data"].title if name == "data" else setting_title(name)
            facts.append(Fact(title, texts, marked))
    return facts, equal


def results(runs: Sequence[Run], curves: Mapping[int, Curves]) -> list[Fact]:
    """Scores, losses and costs; the best of each is marked."""

    def reached(run: Run) -> float:
        return epochs_to(curves.get(run.id), TARGET)

    found = [
        _result(column, runs) for column in RUNS.chosen("test_score", "test_loss", "seconds", "parameters")
    ]
    if any(run.classifies for run in runs):
        title = f"Epochs to {percent_text(TARGET)}"
        found.insert(2, _result(Column("epochs_to", title, reached, "{:,.0f}".format, "low"), runs))
    return found


def epochs_to(curves: Curves | None, target: float) -> float:
    """The first epoch at which the test score, or the training score without test samples, reaches `target`."""
    if curves is None or not len(curves):
        return math.nan
    test = curves[:, 4]
    scores = test if (test == test).any() else curves[:, 3]
    good = scores >= target
    return float(curves[int(good.argmax()), 0]) if good.any() else math.nan


class ChangesView(PaintedWidget):
    """A small table, painted at once."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.facts: list[Fact] = []
        self._heads: list[tuple[str, str]] = []
        self._normal, self._bold, self._small = font(), font(bold=True), font("small", bold=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What changed")

    def show_facts(self, heads: Sequence[tuple[str, str]], facts: Sequence[Fact]) -> None:
        """Set the lines; `heads` are (name, color) of the runs."""
        self._heads, self.facts = list(heads), list(facts)
        lines = (f"{fact.name}: {', '.join(fact.texts)}" for fact in facts)
        self.setAccessibleDescription("; ".join(lines))
        self.setFixedHeight(_HEAD_PX + _LINE_PX * len(self.facts) + 4 if heads else 0)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, self.height())

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        if not self._heads:
            return
        width = (self.width() - _NAME_PX) / len(self._heads)
        for place, (name, color) in enumerate(self._heads):
            rect = QRect(round(_NAME_PX + place * width), 0, round(width), _HEAD_PX)
            self._paint_head(painter, rect, theme, name, color)
        is_result = False
        for line, fact in enumerate(self.facts):
            top = _HEAD_PX + line * _LINE_PX
            if line == 0 or fact.is_result != is_result:
                painter.fillRect(0, top - 1, self.width(), 1, QColor(theme.border))
            is_result = fact.is_result
            _draw(painter, QRect(0, top, _NAME_PX - 6, _LINE_PX), fact.name, self._normal, theme.text_muted)
            for place, text in enumerate(fact.texts):
                rect = QRect(round(_NAME_PX + place * width), top, round(width), _LINE_PX)
                self._paint_value(painter, rect, theme, text, fact, place in fact.marked)

    def _paint_head(self, painter: QPainter, rect: QRect, theme: Theme, name: str, color: str) -> None:
        metrics = QFontMetrics(self._small)
        room = rect.adjusted(18, 0, -6, 0)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        left = room.right() - metrics.horizontalAdvance(text)
        draw_box(painter, QRectF(left - 14, rect.center().y() - 4, 8, 8), 2, color)
        _draw(painter, room, text, self._small, theme.text, right=True)

    def _paint_value(
        self, painter: QPainter, rect: QRect, theme: Theme, text: str, fact: Fact, marked: bool
    ) -> None:
        room = rect.adjusted(3, 0, -6, 0)
        using = self._bold if marked and fact.is_result else self._normal
        if marked and not fact.is_result:
            width = min(room.width(), QFontMetrics(using).horizontalAdvance(text)) + 12
            place = QRectF(room.right() - width + 7, rect.top() + 2, width, _LINE_PX - 4)
            draw_box(painter, place, 6, theme.accent_soft)
        color = theme.accent if marked and not fact.is_result else theme.text
        _draw(painter, room, text, using, color, right=True)


def _draw(
    painter: QPainter, rect: QRect, text: str, using: QFont, color: str, *, right: bool = False
) -> None:
    painter.setFont(using)
    painter.setPen(QColor(color))
    elided = QFontMetrics(using).elidedText(text, Qt.TextElideMode.ElideMiddle, rect.width() + 1)
    align = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, elided)


def _result(column: Column[Run], runs: Sequence[Run]) -> Fact:
    values = [column.value(run) for run in runs]
    known = [value for value in values if not is_missing(value)]
    top = (max if column.best == "high" else min)(known, default=None)
    marked = frozenset(place for place, value in enumerate(values) if value == top)
    texts = tuple(map(column.shown, runs))
    return Fact(
        title_of(column, runs), texts, marked if len(marked) < len(values) else frozenset(), is_result=True
    )
