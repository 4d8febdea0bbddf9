"""A question in the middle of a window, as a popup without a title bar."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget


class Question(QMessageBox):
    """What is asked, and below it what the answer means."""

    def __init__(self, parent: QWidget, text: str, details: str = "", *, warns: bool = False) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Warning if warns else QMessageBox.Icon.Question)
        self.setText(text)
        self.setInformativeText(details)
        # Qt polishes it after its window is made, which can then no longer lose its title bar.
        self.ensurePolished()
