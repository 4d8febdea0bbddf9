"""Disclosure in the export dialog with code that loads the file."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase, QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from playground.views.theme.theme import GRID_PX, ThemeSource
from playground.views.widgets.settings_form import Disclosure

__all__ = ["LoadingCode"]

_LINES = 15
_COLUMNS = 66
_TITLE = "How to load it"


class LoadingCode(QWidget):
    """Initially folded. `wanted` is emitted on unfolding; reply with `show_code`."""

    requested = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.disclosure = Disclosure(
            themes, _TITLE, _TITLE, tooltip="Show the Python that loads the file and predicts.", parent=self
        )
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("Code that loads the file")
        self.text.setToolTip("A whole program: it loads this network and predicts with it.")
        self.copy = QPushButton("Copy", self)
        self.copy.setAutoDefault(False)
        self.copy.setToolTip("Put the code on the clipboard.")
        self.copy.setAccessibleName("Copy the code")
        self._set_font()
        head = QHBoxLayout()
        head.addWidget(self.disclosure)
        head.addStretch(1)
        head.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        # Tab order: the code before its buttons.
        QWidget.setTabOrder(self.disclosure, self.text)
        QWidget.setTabOrder(self.text, self.copy)
        self.disclosure.toggled_open.connect(self._fold)
        self.copy.clicked.connect(self._copy)
        self._fold(False)

    @property
    def is_open(self) -> bool:
        """Whether the code is unfolded."""
        return self.disclosure.is_open

    def show_code(self, code: str) -> None:
        """Set the code; "" if there is none."""
        if code != self.text.toPlainText():
            self.text.setPlainText(code)
            self.copy.setText("Copy")
        self.copy.setEnabled(bool(code))

    def _set_font(self) -> None:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        # Set the family alone: the size is the stylesheet's.
        self.text.setStyleSheet(f'font-family: "{font.family()}";')
        self.text.ensurePolished()
        metrics = QFontMetrics(self.text.font())
        self.text.setMinimumHeight(_LINES * metrics.lineSpacing() + 3 * GRID_PX)
        self.text.setMinimumWidth(_COLUMNS * metrics.horizontalAdvance("0"))

    def _fold(self, is_open: bool) -> None:
        if is_open:
            self.requested.emit()
        self.text.setVisible(is_open)
        self.copy.setVisible(is_open)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy.setText("Copied")
