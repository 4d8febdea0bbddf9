"""What changed between the selected runs: only the settings that differ, and the results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.model.runs.run_record import Curves, RunSummary
from playground.views.runs.run_model import score_text
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.number_format import number_text, seconds_text

_LINE_PX, _HEAD_PX, _NAME_PX = 22, 24, 116
TARGET = 0.95


@dataclass(frozen=True)
class Fact:
    """A line: its name, a text for each run, and which of them stand out."""

    name: str
    texts: tuple[str, ...]
    marked: frozenset[int] = frozenset()
    is_result: bool = False


def differing(runs: Sequence[RunSummary]) -> tuple[list[Fact], int]:
    """The settings that are not the same in all runs, and how many are. What differs from the first run is marked."""
    found = [{"Data": f"{run.data_label}, {run.data_text}", **run.settings.by_name} for run in runs]
    names = list(dict.fromkeys(name for settings in found for name in settings))
    facts, equal = [], 0
    for name in names:
        texts = tuple(settings.get(name, "–") for settings in found)
        if len(set(texts)) == 1:
            equal += 1
        else:
            usual = max(texts, key=texts.count)
            marked = frozenset(place for place, text in enumerate(texts) if text != usual)
            facts.append(Fact(name, texts, marked))
    return facts, equal


def results(runs: Sequence[RunSummary], curves: dict[int, Curves]) -> list[Fact]:
    """Scores, losses and costs; the best of each is marked."""
    score = "Test accuracy" if all(run.classifies for run in runs) else "Test score"
    facts = [
        _result(
            score, [run.score for run in runs], [score_text(run.score, run.classifies) for run in runs], max
        ),
        _result("Test loss", [run.test_loss for run in runs], [_text(run.test_loss, 4) for run in runs], min),
        _result("Seconds", [run.seconds for run in runs], [seconds_text(run.seconds) for run in runs], min),
        _result("Parameters", [run.parameters for run in runs], [f"{run.parameters:,}" for run in runs], min),
    ]
    reached = [epochs_to(curves.get(run.id), TARGET) for run in runs]
    if any(run.classifies for run in runs):
        texts = ["–" if math.isnan(epoch) else f"{epoch:,.0f}" for epoch in reached]
        facts.insert(2, _result(f"Epochs to {100 * TARGET:.0f} %", reached, texts, min))
    return facts


def epochs_to(curves: Curves | None, target: float) -> float:
    """The first epoch at which the test score, or the training score without test samples, reaches `target`."""
    if curves is None or not len(curves):
        return math.nan
    test = curves[:, 4]
    scores = test if (test == test).any() else curves[:, 3]
    good = scores >= target
    return float(curves[int(good.argmax()), 0]) if good.any() else math.nan


class ChangesView(QWidget):
    """A small table, painted at once."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.facts: list[Fact] = []
        self._heads: list[tuple[str, str]] = []
        self._normal, self._bold, self._small = font(), font(bold=True), font("small", bold=True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What changed")
        themes.theme_changed.connect(self.update)

    def show_facts(self, heads: Sequence[tuple[str, str]], facts: Sequence[Fact]) -> None:
        """Set the lines; `heads` are (name, color) of the runs."""
        self._heads, self.facts = list(heads), list(facts)
        lines = (f"{fact.name}: {', '.join(fact.texts)}" for fact in facts)
        self.setAccessibleDescription("; ".join(lines))
        self.setFixedHeight(_HEAD_PX + _LINE_PX * len(self.facts) + 4 if heads else 0)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._heads:
            return
        theme, painter = self._themes.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
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
        painter.end()

    def _paint_head(self, painter: QPainter, rect: QRect, theme: Theme, name: str, color: str) -> None:
        metrics = QFontMetrics(self._small)
        room = rect.adjusted(18, 0, -6, 0)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        left = room.right() - metrics.horizontalAdvance(text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(QRectF(left - 14, rect.center().y() - 4, 8, 8), 2, 2)
        _draw(painter, room, text, self._small, theme.text, right=True)

    def _paint_value(
        self, painter: QPainter, rect: QRect, theme: Theme, text: str, fact: Fact, marked: bool
    ) -> None:
        room = rect.adjusted(6, 0, -6, 0)
        using = self._bold if marked and fact.is_result else self._normal
        if marked and not fact.is_result:
            width = min(room.width(), QFontMetrics(using).horizontalAdvance(text)) + 12
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawRoundedRect(
                QRectF(room.right() - width + 7, rect.top() + 2, width, _LINE_PX - 4), 6, 6
            )
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


def _result(name: str, values: Sequence[float], texts: Sequence[str], best: object) -> Fact:
    known = [value for value in values if not math.isnan(value)]
    top = best(known) if known else None  # type: ignore[operator]
    marked = frozenset(place for place, value in enumerate(values) if value == top)
    return Fact(name, tuple(texts), marked if len(marked) < len(values) else frozenset(), is_result=True)


def _text(value: float, decimals: int) -> str:
    return "–" if math.isnan(value) else number_text(value, decimals)
