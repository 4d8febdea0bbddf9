"""One line for the user's own table in use: what is predicted from how much, and a button to choose otherwise."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from core.datasets import TableFile

__all__ = ["TableLine"]


class TableLine(QWidget):
    """Hidden while no such table is in use; `change_requested` is emitted for the button."""

    change_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.what = _CutLabel(self)
        self.what.setProperty("role", "muted")
        self.change = QPushButton("Columns…", self)
        self.change.setProperty("flat", "true")
        self.change.setAutoDefault(False)
        self.change.setToolTip("Choose other columns of this file, another target or scaling.")
        self.change.clicked.connect(self.change_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.what, 1)
        row.addWidget(self.change)
        self.hide()

    def show_table(self, table: TableFile | None) -> None:
        """Speak of another table, or of none."""
        self.setVisible(table is not None)
        if table is not None:
            count = len(table.choice.features)
            self.what.setText(f"{count:,} → {table.target}")
            columns = "1 column" if count == 1 else f"{count:,} columns"
            self.what.setToolTip(f"{table.path}\nPredicts {table.target} from {columns}")
            self.what.setAccessibleName(f"{table.file_name}: {table.target} from {columns}")


class _CutLabel(QLabel):
    """A line that is cut off with dots rather than widening the column."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
