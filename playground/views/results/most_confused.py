"""The most confused pair of classes, as a link below the confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from playground.views.widgets.class_names import class_name

_ROOM_PX = 14
"""The button's own margins."""


class MostConfused(QPushButton):
    """ "Most often: 4 taken for 9, 12 times"; hidden without errors."""

    opened = Signal(int, int)
    """True and predicted class of the pair, on a click."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pair: tuple[int, int] | None = None
        self._sentence = ""
        self.setProperty("flat", "true")
        self.setProperty("small", "true")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        # A long class name must not widen the panel.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        self.hide()

    @property
    def pair(self) -> tuple[int, int] | None:
        """(true, predicted) class; None without errors."""
        return self._pair

    def show_counts(self, counts: NDArray[np.int64] | None, names: Sequence[str]) -> None:
        """Set counts as in `ConfusionView.show_counts`; classes without a name get their number."""
        self._pair = None if counts is None else most_confused(counts)
        if counts is None or self._pair is None:
            return
        true, predicted = (class_name(names, i) for i in self._pair)
        times = int(counts[self._pair])
        often = "once" if times == 1 else f"{times:,} times"
        sentence = f"Most often: {true} taken for {predicted}, {often}"
        if sentence != self._sentence:
            self._sentence = sentence
            self.setAccessibleName(sentence)
            self.setToolTip(f"{sentence}; click to see these samples")
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
        if self._pair is not None:
            self.opened.emit(*self._pair)


def most_confused(counts: NDArray[np.int64]) -> tuple[int, int] | None:
    """(true, predicted) of the largest off-diagonal cell of `counts` (k, k); None if all are 0."""
    mistakes = counts.copy()
    np.fill_diagonal(mistakes, 0)
    if not mistakes.any():
        return None
    true, predicted = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    return int(true), int(predicted)
