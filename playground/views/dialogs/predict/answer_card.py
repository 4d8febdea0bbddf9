"""The answer for the current row: label, probabilities of the classes, and what is doubtful about the row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from playground.views.dialogs.predict.row_answers import RowAnswer
from playground.views.theme.colors import GRID_PX
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.class_probabilities import ClassProbabilities

WIDTH_PX: Final = 268
_MOST: Final = 10


class AnswerCard(QFrame):
    """Up to ten classes in their order; of more classes, the ten most probable."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH_PX)
        self.title = SectionTitle("Row 1", self)
        self.label = QLabel(self)
        self.label.setProperty("role", "value")
        self.label.setWordWrap(True)
        self.label.setAccessibleName("Prediction")
        self.probabilities = ClassProbabilities(themes, self, most=_MOST, class_colors=True)
        self.probabilities.setAccessibleName("Probabilities")
        self.notes = QLabel(self)
        self.notes.setProperty("role", "note")
        self.notes.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID_PX, 0, 0, 0)
        column.setSpacing(12)
        for widget in (self.title, self.label, self.probabilities, self.notes):
            column.addWidget(widget)
        column.addStretch(1)

    def set_names(self, names: Sequence[str]) -> None:
        """Set the classes; none for values."""
        self.probabilities.setVisible(bool(names))
        self.probabilities.set_names(names)

    def show_answer(self, row: int, answer: RowAnswer | None, notes: Sequence[str]) -> None:
        """Show the answer for a row, and sentences on it."""
        self.title.setText(f"Row {row + 1:,}".upper())
        self.title.setAccessibleName(f"Row {row + 1:,}")
        self.label.setText("–" if answer is None else answer.text)
        shares = () if answer is None else answer.shares
        if len(shares) > _MOST:
            shares = tuple(sorted(shares, key=lambda pair: -pair[1])[:_MOST])
        self.probabilities.show_probabilities(shares)
        self.notes.setText("\n".join(f"{note}." for note in notes))
        self.notes.setVisible(bool(notes))
