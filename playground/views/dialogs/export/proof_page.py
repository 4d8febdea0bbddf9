"""The right of the export dialog: the proof, and details of the file."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from playground.views.dialogs.export.content import Fact
from playground.views.dialogs.export.facts_list import FactsList
from playground.views.dialogs.export.proof_card import ProofCard
from playground.views.theme.theme import GRID_PX, ThemeSource
from playground.views.widgets import SectionTitle

__all__ = ["ProofPage"]

_WIDTH_PX = 344


class ProofPage(QScrollArea):
    """Scrolls where the window is low."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFixedWidth(_WIDTH_PX)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget(self)
        self.proof = ProofCard(themes, page)
        self.title = SectionTitle("Details", page)
        self.facts = FactsList(themes, page)
        self.note = QLabel("No sample of your data is stored in the file.", page)
        self.note.setProperty("role", "note")
        self.note.setWordWrap(True)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX)
        column.setSpacing(12)
        column.addWidget(self.proof)
        column.addWidget(self.title)
        column.addWidget(self.facts)
        column.addWidget(self.note)
        column.addStretch(1)
        self.setWidget(page)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show what is in the file; nothing where there is no file."""
        self.title.setVisible(bool(facts))
        self.facts.setVisible(bool(facts))
        self.facts.show_facts(facts)

    def show_proof(self, shown: bool, *, holds_data: bool = False) -> None:
        """Whether there is a file to prove, and whether the user's samples are in it."""
        self.proof.setVisible(shown)
        self.note.setVisible(shown and not holds_data)
