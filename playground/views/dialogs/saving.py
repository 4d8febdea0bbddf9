"""Progress of a file that must be written or read before the window continues."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QWidget

from playground.views.theme.colors import GRID_PX
from playground.views.widgets.boxes import vbox
from playground.views.widgets.controls import ProgressBar


class SavingDialog(QDialog):
    """Modal. "Cancel" and Escape reject it and leave the file unchanged."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Saving")
        self.setModal(True)
        self.label = QLabel(f"Saving {name}…", self)
        self.progress = ProgressBar("Share of the file that is written", self)
        # Busy indicator until the training thread has delivered the weights.
        self.progress.show_share(None)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.rejected.connect(self.reject)
        self.cancel_button = buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.cancel_button.setToolTip("Keep the file as it was.")
        vbox(self.label, self.progress, buttons, parent=self, margins=2 * GRID_PX, spacing=GRID_PX)
        self.setMinimumWidth(40 * GRID_PX)


class OpeningDialog(SavingDialog):
    """Modal. "Cancel" and Escape reject it and keep the open project."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self.setWindowTitle("Opening")
        self.label.setText(f"Opening {name}…")
        self.progress.setAccessibleName("Share of the file that is read")
        self.cancel_button.setToolTip("Keep what is open.")
