"""A line for the user's data in use: target, size, and a button to change the import."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from core.data.datasets import ImageFolder, TableFile
from core.io.number_text import count_text
from playground.views.widgets.labels import CutLabel


class UserDataLine(QWidget):
    """Hidden without such data; the button emits `change_requested`."""

    change_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what = CutLabel(self)
        self.what.setProperty("role", "muted")
        self.change = QPushButton(self)
        self.change.setProperty("flat", "true")
        self.change.setAutoDefault(False)
        self.change.clicked.connect(self.change_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.what, 1)
        row.addWidget(self.change)
        self.hide()

    def show_own(self, dataset: TableFile | ImageFolder | None) -> None:
        """Set the table or image folder; None hides the line."""
        self.setVisible(dataset is not None)
        if isinstance(dataset, TableFile):
            self._show_table(dataset)
        elif dataset is not None:
            self._show_images(dataset)

    def _show_table(self, table: TableFile) -> None:
        count = len(table.choice.features)
        self.what.setText(f"{count:,} → {table.target}")
        columns = count_text(count, "column")
        self.what.setToolTip(f"{_place(table)}\nPredicts {table.target} from {columns}")
        self.what.setAccessibleName(f"{table.file_name}: {table.target} from {columns}")
        self.change.setText("Columns…")
        self.change.setToolTip("Choose other columns of this file, another target or scaling.")

    def _show_images(self, folder: ImageFolder) -> None:
        count, colors = len(folder.class_names), "colour" if folder.color else "grey"
        self.what.setText(f"{folder.size} × {folder.size}, {colors}")
        self.what.setToolTip(f"{_place(folder)}\n{count} classes")
        self.what.setAccessibleName(
            f"{folder.label}: {count} classes of {folder.size} × {folder.size} pixels"
        )
        self.change.setText("Change…")
        self.change.setToolTip("Read the images at another size, in colour or grey, or fewer of them.")


def _place(dataset: TableFile | ImageFolder) -> str:
    return dataset.path if dataset.embedded is None else f"In the project, from {dataset.path}"
