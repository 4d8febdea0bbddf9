"""Confusion matrix of the test set."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from core.inspect.snapshot import Snapshot
from core.io.number_text import percent_text
from core.train.metrics import precision, recall
from playground.model.document import Document
from playground.views.results.confusion_matrix import ConfusionMatrix, Counts
from playground.views.results.tab import MIN_WITH_TILES_PX, TABS, ResultsTab, ScoreTiles, waiting_label
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.labels import CutLabel
from playground.views.widgets.number_format import class_labels, class_name

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_ROOM_PX = 14
"""The button's own margins."""
_TILES = (
    ("Test accuracy", "The share of test samples that are right"),
    ("Precision", "Of the samples predicted as a class, the share that is of it; the mean over the classes"),
    ("Recall", "Of the samples of a class, the share that is found; the mean over the classes"),
)


class MostConfused(QPushButton):
    """ "None of the 8 samples of 4 is recognized", or "Most often: 4 taken for 9, 12 times"; hidden without errors."""

    opened = Signal(int, int)
    """True and predicted class of the pair, on a click."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pair: tuple[int, int] | None = None
        """(true, predicted) class; None without errors."""
        self._sentence = ""
        set_up(self, flat="true", small="true", autoDefault=False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        # A long class name must not widen the panel.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        self.hide()

    def show_counts(self, counts: NDArray[np.int64] | None, names: Sequence[str]) -> None:
        """Set counts as in `ConfusionView.show_counts`; classes without a name get their number."""
        self.pair = None if counts is None else most_confused(counts)
        if counts is None or self.pair is None:
            return
        true, predicted = (class_name(names, i) for i in self.pair)
        times = int(counts[self.pair])
        often = "once" if times == 1 else f"{times:,} times"
        sentence = f"Most often: {true} taken for {predicted}, {often}"
        if not counts[self.pair[0], self.pair[0]]:
            sentence = f"None of the {int(counts[self.pair[0]].sum()):,} samples of {true} is recognized"
        if sentence != self._sentence:
            self._sentence = sentence
            set_up(self, accessibleName=sentence, toolTip=f"{sentence}; click to see these samples")
            self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = max(0, self.width() - _ROOM_PX)
        self.setText(self.fontMetrics().elidedText(self._sentence, Qt.TextElideMode.ElideRight, room))

    def _open(self) -> None:
        if self.pair is not None:
            self.opened.emit(*self.pair)


def most_confused(counts: NDArray[np.int64]) -> tuple[int, int] | None:
    """(true, predicted) of the largest off-diagonal cell of `counts` (k, k); None if all are 0.

    It is of a class of which nothing is recognized, where there is one.
    """
    mistakes = counts.copy()
    np.fill_diagonal(mistakes, 0)
    lost = np.where(np.diagonal(counts)[:, None] == 0, mistakes, 0)
    if lost.any():
        mistakes = lost
    if not mistakes.any():
        return None
    true, predicted = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    return int(true), int(predicted)


_HINT = "Rows: true class. Columns: predicted class."
_WAITING = "The matrix appears as soon as the network trains."


class ConfusionView(QWidget):
    """The matrix, a line for the hovered cell, one for the most confused pair, and score tiles."""

    mistakes_requested = Signal(object, object)
    """True and predicted class of the samples to open; None, None for all misclassified ones."""
    opens_mistakes = False
    """Whether something shows them."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = ConfusionMatrix(themes, self)
        self.caption = set_up(CutLabel(self), role="caption")
        self.caption.setText(_HINT)
        self.empty = waiting_label(_WAITING, self)
        self.mistakes = set_up(QToolButton(self), text="Mistakes…", small="true", accessibleName="Mistakes")
        self.mistakes.setToolTip("See the samples that the network gets wrong, and fix wrong labels")
        head = hbox((self.caption, 1), self.mistakes, spacing=8)
        self.most = MostConfused(self)
        self.tiles = ScoreTiles(_TILES, self)
        self.accuracy, self.precision, self.recall = self.tiles.tiles
        vbox(
            head,
            (self.matrix, 1),
            self.most,
            (self.empty, 1),
            self.tiles,
            parent=self,
            margins=(0, 4, 0, 0),
            spacing=6,
        )
        self._names: tuple[str, ...] = ()
        self._basis = ""
        self.matrix.cell_pointed.connect(self._read)
        for asked in (self.matrix.cell_opened, self.most.opened):
            asked.connect(self.mistakes_requested.emit)
        self.mistakes.clicked.connect(lambda: self.mistakes_requested.emit(None, None))
        self.show_counts(None)

    def set_classes(self, names: Sequence[str]) -> None:
        """Set the class names and drop the counts."""
        self._names = tuple(names)
        self.show_counts(None)

    def show_counts(self, counts: Counts | None, basis: str = "", accuracy: float = math.nan) -> None:
        """Set the counts (k, k), rows true, columns predicted; None without an evaluation.

        `basis` says of how many samples and when; `accuracy` is that of the figures, which of a part is corrected.
        """
        self._basis = basis
        there = counts is not None and bool(counts.any())
        self.matrix.show_counts(counts if there else None, self._names)
        self.most.show_counts(counts if there else None, self._names)
        self._show_most()
        self.matrix.setVisible(there)
        self.caption.setVisible(there)
        self.mistakes.setVisible(there and self.opens_mistakes)
        self.empty.setVisible(not there)
        scores = (accuracy, *_scores(counts)) if counts is not None and there else ()
        self.tiles.show_values(*("–" if math.isnan(score) else percent_text(score, 1) for score in scores))
        if not self.matrix.current:
            self._read("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide the tiles if there is little room; the line above then has the accuracy."""
        super().resizeEvent(event)
        self.tiles.fit(self.height())
        self._show_most()
        self._read(self.matrix.current)

    def _show_most(self) -> None:
        self.most.setVisible(self.most.pair is not None and self.height() >= MIN_WITH_TILES_PX)

    def _read(self, text: str) -> None:
        is_high = self.height() >= MIN_WITH_TILES_PX
        hint = f"{_HINT}\n{self._basis}" if is_high else f"{self.accuracy.value} of {self._basis}"
        self.caption.setText((f"{text}\n{self._basis}" if is_high else text) if text else hint)


def _scores(counts: Counts) -> tuple[float, float]:
    """Macro-averaged precision and recall."""
    size = len(counts)
    true, predicted = np.divmod(np.repeat(np.arange(size * size), counts.ravel()), size)
    return float(precision(true, predicted)), float(recall(true, predicted))


@TABS.register
class ConfusionTab(ResultsTab):
    """Confusion matrix and averaged scores."""

    kind = "confusion"
    title = "Confusion"
    tooltip = "Which classes the network takes for which"
    position = 30
    instead = "residuals"
    page: ConfusionView
    is_figure = True

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> ConfusionView:
        return ConfusionView(themes, panel)

    def fits(self, prepared: PreparedData) -> bool:
        return prepared.task.classifies

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        self.page.tiles.show_held(prepared.held_name)
        data = prepared.data
        self.page.set_classes(class_labels(data))

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.page.show_counts(snapshot.confusion, self.basis(snapshot), snapshot.figures.test.score)
        self.page.tiles.set_old(snapshot.figures.is_old)

    def clear(self) -> None:
        self.page.show_counts(None)
