"""Cross-validation of the network on a small table: a bar for every fold, mean and spread."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.probes.cross_validation import BUDGET_SECONDS, CrossValidation, cross_validate
from playground.plugin import GRID_PX, RADIUS_SMALL_PX, Role, Theme, ThemeSource, ValueCombo, speak_as, vbox
from playground.plugins.probes.views.page import Outcome, ProbePage, Work, register
from playground.views.widgets.painted import LEFT, RIGHT, PaintedWidget, draw_box, draw_text, faded

_ROW_PX = 26
_LABEL_PX = 70


@register
class FoldsPage(ProbePage):
    kind = "folds"
    title = "Cross-validation"
    summary = (
        f"Trains the network anew on all but one part of the data and tests it on that part, in turns, "
        f"for at most {BUDGET_SECONDS:g} seconds. For tables of a few thousand rows."
    )
    group = "Is it worth it?"

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.folds = ValueCombo(
            (3, 5, 10, 20), 5, low=2, high=100, integer=True, name="Folds",
            tooltip="How many parts; each is the test set once.", parent=self,
        )  # fmt: skip
        self.epochs = self.epochs_field("How long each network is trained.")
        self.bars = _Bars(themes, self)
        vbox(self.captioned(self.folds, self.epochs), (self.bars, 1), parent=self, margins=0, spacing=GRID_PX)

    def work(self) -> Work:
        folds, epochs = int(self.folds.value), int(self.epochs.value)
        return lambda material, report: cross_validate(
            material.subject.experiment, material.subject.prepared, report, folds=folds, epochs=epochs
        )

    def show_progress(self, progress: CrossValidation) -> None:
        self.bars.show_folds(progress)

    def show_result(self, result: CrossValidation) -> Outcome:
        self.bars.show_folds(result)
        return Outcome(result.sentence, None if math.isfinite(result.mean) else False)

    def clear(self) -> None:
        self.bars.show_folds(None)


class _Bars(PaintedWidget):
    """A bar for every fold, and a line at the mean with a band of the spread."""

    name = "Score of every fold"
    size_px = 480, 300

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self._found: CrossValidation | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        speak_as(self, Role.Chart)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_folds(self, found: CrossValidation | None) -> None:
        self._found = found
        self.setAccessibleDescription("" if found is None else found.sentence)
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        found = self._found
        if found is None:
            draw_text(painter, self.rect(), "A bar for every fold appears here.", theme.text_muted)
            return
        height = min(float(_ROW_PX), self.height() / max(1, found.count))
        room = QRectF(_LABEL_PX, 0, max(1.0, self.width() - 2 * _LABEL_PX), height * found.count)
        if math.isfinite(found.spread):
            band = QRectF(room)
            band.setLeft(room.left() + room.width() * _share(found.mean - found.spread))
            band.setRight(room.left() + room.width() * _share(found.mean + found.spread))
            painter.fillRect(band, QColor(theme.accent_soft))
        painter.setFont(self._small)
        for number in range(found.count):
            row = QRectF(0, number * height, self.width(), height)
            score = found.folds[number].figure.score if number < len(found.folds) else math.nan
            self._paint_fold(painter, row, room, number, score, found.score.text(score))
        if math.isfinite(found.mean):
            at = room.left() + room.width() * _share(found.mean)
            painter.setPen(QPen(QColor(theme.text), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(at, 0, at, room.bottom()))

    def _paint_fold(
        self, painter: QPainter, row: QRectF, room: QRectF, number: int, score: float, text: str
    ) -> None:
        theme = self._themes.theme
        draw_text(painter, row, f"Fold {number + 1}", theme.text_muted, align=LEFT)
        bar = QRectF(room.left(), row.top() + 0.2 * row.height(), room.width(), 0.6 * row.height())
        filled = QRectF(bar)
        filled.setWidth(bar.width() * (_share(score) if math.isfinite(score) else 0.0))
        draw_box(painter, filled, RADIUS_SMALL_PX / 2, faded(theme.train, 0.75))
        draw_text(painter, row, text, theme.text, align=RIGHT)


def _share(score: float) -> float:
    """The length of a score: accuracies and R² from 0 to 1."""
    return min(1.0, max(0.0, score))
