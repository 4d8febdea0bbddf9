"""Popup below an invalid card: the problem in a sentence, and quick fixes."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from core.experiment.stack_problems import Problem
from playground.views.widgets import FlowLayout

BOX_WIDTH_PX: Final = 216


class ProblemPopup(QFrame):
    """One problem of the stack; the first fix is the default button."""

    fix_chosen = Signal(object)

    def __init__(self, problem: Problem, parent: QWidget) -> None:
        super().__init__(parent)
        self.problem = problem
        self.setProperty("role", "warning")
        self.setAccessibleName(problem.sentence)
        self.setFixedWidth(BOX_WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(8)
        sentence = QLabel(problem.sentence, self)
        sentence.setWordWrap(True)
        column.addWidget(sentence)
        row = FlowLayout()
        self.buttons: list[QPushButton] = []
        for index, fix in enumerate(problem.fixes):
            button = QPushButton(fix.text, self)
            button.setProperty("primary", index == 0)
            button.setProperty("fix", index)
            hint = "A dialog asks first." if fix.download or fix.chooses else "It can be undone."
            button.setToolTip(f"Fix it: {fix.text.rstrip('…')}. {hint}")
            button.setAccessibleName(f"{fix.text}, to fix: {problem.sentence}")
            button.clicked.connect(self._on_clicked)
            self.buttons.append(button)
            row.addWidget(button)
        column.addLayout(row)

    def fitting_height(self) -> int:
        """Height of text and buttons at the popup's width."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        return max(layout.totalHeightForWidth(BOX_WIDTH_PX), layout.totalMinimumSize().height())

    def _on_clicked(self) -> None:
        self.fix_chosen.emit(self.problem.fixes[int(self.sender().property("fix"))])
