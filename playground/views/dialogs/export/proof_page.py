"""The right of the export dialog: what was saved, the proof, and details of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QWidget

from playground.views.dialogs.export.content import Fact
from playground.views.dialogs.export.facts_list import FactsList
from playground.views.dialogs.export.proof_card import ProofCard
from playground.views.theme.colors import GRID_PX
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.number_format import size_text

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
        self.written_title = SectionTitle("Saved", page)
        self.written = FactsList(themes, page, name="Saved")
        self.folder = set_up(QPushButton("Open folder", page), link="true", autoDefault=False)
        self.folder.setToolTip("Show the folder of the file that was saved last.")
        self.folder.clicked.connect(self._open_folder)
        self._folder = Path()
        self.proof = ProofCard(themes, page)
        self.title = SectionTitle("Details", page)
        self.facts = FactsList(themes, page)
        self.note = set_up(QLabel("No sample of your data is stored in the file.", page), role="note")
        self.note.setWordWrap(True)
        column = vbox(parent=page, margins=(0, 2 * GRID_PX, 3 * GRID_PX, 2 * GRID_PX), spacing=12)
        saved = hbox((self.written_title, 1), self.folder)
        column.addLayout(saved)
        column.addWidget(self.written)
        column.addWidget(self.proof)
        column.addWidget(self.title)
        column.addWidget(self.facts)
        column.addWidget(self.note)
        column.addStretch(1)
        self.setWidget(page)
        self.show_written({})

    def show_written(self, sizes: Mapping[Path, int]) -> None:
        """Show what was saved, the last on top, with sizes in bytes."""
        for widget in (self.written_title, self.folder, self.written):
            widget.setVisible(bool(sizes))
        rows = list(sizes.items())[::-1]
        self._folder = rows[0][0].parent if rows else Path()
        self.written.show_facts([Fact(size_text(size), path.name) for path, size in rows])
        self.written.setToolTip("\n".join(str(path) for path, _ in rows))
        self.verticalScrollBar().setValue(0)

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show what is in the file; nothing where there is no file."""
        self.title.setVisible(bool(facts))
        self.facts.setVisible(bool(facts))
        self.facts.show_facts(facts)

    def show_proof(self, shown: bool, *, holds_data: bool = False) -> None:
        """Whether there is a file to prove, and whether the user's samples are in it."""
        self.proof.setVisible(shown)
        self.note.setVisible(shown and not holds_data)
