"""Precision and recall per class, as two columns beside the confusion matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.theme.colors import Theme

_COLUMN_PX: Final = 46
SCORES_PX: Final = 2 * _COLUMN_PX + 4
"""Width of both columns."""

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class ClassScores:
    """`precision` and `recall` (classes,), 0 … 1; NaN for a class that was never predicted or has no samples."""

    precision: Array
    recall: Array

    @classmethod
    def of(cls, counts: NDArray[np.int64]) -> ClassScores:
        """From counts (classes, classes): rows are true, columns predicted."""
        right = np.diagonal(counts).astype(np.float64)
        with np.errstate(invalid="ignore"):
            return cls(right / counts.sum(axis=0), right / counts.sum(axis=1))

    def text(self, number: int) -> str:
        """Text of a class: "precision 97 %, recall 95 %"."""
        precision, recall = percent_text(self.precision[number]), percent_text(self.recall[number])
        return f"precision {precision}, recall {recall}"

    def paint(
        self, painter: QPainter, theme: Theme, left: float, top: float, side: float, stride: int
    ) -> None:
        """Draw the columns beside rows of height `side` starting at `top`, with titles above."""
        height = painter.fontMetrics().height()
        for place, (title, scores) in enumerate((("Precision", self.precision), ("Recall", self.recall))):
            x = left + place * (_COLUMN_PX + 4)
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(QRectF(x - 20, top - height - 1, _COLUMN_PX + 20, height), _RIGHT, title)
            for number in range(0, len(scores), stride):
                line = QRectF(x, top + number * side, _COLUMN_PX, side)
                painter.drawText(line, _RIGHT, percent_text(scores[number]))
