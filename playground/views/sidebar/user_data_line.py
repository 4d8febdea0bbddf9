"""A line for the user's data in use: target, size, and a button to change the import."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from core.data.datasets import FileDataset, ImageFolder, SeriesFile, TableFile, TextFile
from core.io.number_text import count_text
from playground.views.widgets.boxes import hbox, set_up
from playground.views.widgets.labels import CutLabel


class UserDataLine(QWidget):
    """Hidden without such data; the button emits `change_requested`."""

    change_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what = set_up(CutLabel(self), role="muted")
        self.change = set_up(QPushButton(self), flat="true", autoDefault=False)
        self.change.clicked.connect(self.change_requested)
        hbox((self.what, 1), self.change, parent=self, margins=0, spacing=4)
        self.hide()

    def show_own(self, dataset: FileDataset | ImageFolder | None) -> None:
        """Set the user's file or image folder; None hides the line."""
        self.setVisible(dataset is not None)
        if isinstance(dataset, TableFile):
            self._show_table(dataset)
        elif isinstance(dataset, SeriesFile):
            self._show_series(dataset)
        elif isinstance(dataset, TextFile):
            self._show_text(dataset)
        elif isinstance(dataset, ImageFolder):
            self._show_images(dataset)

    def _show_table(self, table: TableFile) -> None:
        count = len(table.choice.features)
        columns = count_text(count, "column")
        self.what.setText(f"{count:,} → {table.target}" if table.target else columns)
        told = f"{table.target} from {columns}" if table.target else columns
        self.what.setToolTip(f"{_place(table)}\n{'Predicts ' if table.target else ''}{told}")
        self.what.setAccessibleName(f"{table.file_name}: {told}")
        self.change.setText("Columns…")
        self.change.setToolTip("Choose other columns of this file, another target or scaling.")

    def _show_series(self, series: SeriesFile) -> None:
        self.what.setText(f"{series.window} → {series.horizon} of {series.target}")
        columns = count_text(len(series.names), "column")
        told = f"{series.horizon} of {series.target} ahead, from {series.window} rows of {columns}"
        self.what.setToolTip(f"{series.path}\n{told}")
        self.what.setAccessibleName(f"{series.file_name}: {told}")
        self.change.setText("Change…")
        self.change.setToolTip("Choose other columns of this file, another window or horizon.")

    def _show_text(self, text: TextFile) -> None:
        what = f"{text.vocabulary:,} {text.tokens}, {'lines' if text.samples_are == 'lines' else 'running'}"
        self.what.setText(what)
        self.what.setToolTip(f"{text.path}\n{what}, {text.context} at once")
        self.what.setAccessibleName(f"{text.file_name}: {what}")
        self.change.setText("Change…")
        self.change.setToolTip(
            "Read the text in lines or as it runs on, by letters or words, or more of it at once."
        )

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
