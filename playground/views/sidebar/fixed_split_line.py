"""Replaces the split slider for data with a predefined train/test split."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from core.data.datasets import DatasetInfo


class FixedSplitLine(QWidget):
    """Hidden unless the data have a predefined split."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("Train / test", self)
        self.numbers = QLabel(self)
        self.numbers.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(title, 1)
        row.addWidget(self.numbers)
        self.hide()

    def show_facts(self, name: str, info: DatasetInfo) -> None:
        self.setVisible(info.has_split)
        if info.has_split:
            self.numbers.setText(f"{info.train_samples:,} / {info.test_samples:,}")
            hint = f"{name} comes divided by its makers, so that results can be compared; there is no share to choose."
            self.setToolTip(hint)
            self.setAccessibleName(f"Train and test: {self.numbers.text()}")
            self.setAccessibleDescription(hint)
