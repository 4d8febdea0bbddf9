"""Label corrections of the selected samples: relabel, drop, revert."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget

from core.data.label_corrections import LabelCorrections
from playground.views.theme.colors import GRID_PX
from playground.views.widgets.boxes import STRETCH, hbox, set_up


class CorrectionBar(QWidget):
    """`drop_action` has the shortcut Delete; add it to the list view."""

    relabel_requested = Signal(int)
    """Carries the new class of the selected samples."""
    drop_requested = Signal()
    restore_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.relabel = self._button(
            "Relabel as", "Say of which class the chosen samples really are. Undo takes it back."
        )
        self.drop = self._button(
            "Drop", "Leave the chosen samples out of the data (Delete). Undo brings them back."
        )
        self.restore = self._button("Restore all", "Take all samples and labels as the dataset has them.")
        self.corrected = set_up(QLabel(self), role="muted")
        self.classes = QMenu("&Relabel as", self)
        set_up(self.relabel, menu="true").setMenu(self.classes)
        self.drop_action = QAction("&Drop", self)
        self.drop_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.drop_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        buttons = self.relabel, self.drop, STRETCH, self.corrected, self.restore
        hbox(*buttons, parent=self, margins=0, spacing=GRID_PX)
        self.classes.triggered.connect(lambda action: self.relabel_requested.emit(int(action.data())))
        self.drop_action.triggered.connect(lambda: self.drop_requested.emit())
        self.drop.clicked.connect(lambda: self.drop_requested.emit())
        self.restore.clicked.connect(lambda: self.restore_requested.emit())

    def set_classes(self, names: Sequence[str]) -> None:
        self.classes.clear()
        for number, name in enumerate(names):
            text = name.replace("&", "&&")
            # First letters and digits are mnemonics, if there are few names.
            self.classes.addAction(f"&{text}" if len(names) <= 10 else text).setData(number)

    def set_possible(self, possible: bool) -> None:
        """Enable the actions, if a sample is selected."""
        for each in (self.relabel, self.drop, self.drop_action):
            each.setEnabled(possible)

    def show_corrections(self, corrections: LabelCorrections) -> None:
        """Show the number of corrections."""
        dropped = corrections.dropped
        counts = ((len(corrections) - dropped, "relabelled"), (dropped, "dropped"))
        self.corrected.setText(", ".join(f"{count:,} {what}" for count, what in counts if count))
        self.restore.setVisible(bool(corrections))

    def _button(self, text: str, tooltip: str) -> QPushButton:
        return set_up(QPushButton(text, self), autoDefault=False, toolTip=tooltip, accessibleName=text)
