"""The lower part of the film dialog: the file, how far its writing is, and the buttons."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QWidget

from playground.film.settings import FORMATS
from playground.views.dialogs.export.file_line import FileLine
from playground.views.theme.colors import GRID_PX
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import STRETCH, Gap, hbox, set_up, vbox
from playground.views.widgets.restyle import restyle

_SIDE_PX: Final = 24


class FilmFoot(QWidget):
    """Shows what the dialog does; its buttons have no behaviour of their own."""

    def __init__(self, file: Path, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes, self._writing = themes, False
        self.file = FileLine(file.with_suffix("") if file.suffix in FORMATS else file, FORMATS, self)
        self.progress = QLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Share of the film that is written")
        self.bar.setToolTip("The share of the film that is written.")
        self.hint = set_up(QLabel("Esc cancels, nothing is left behind", self), role="caption")
        self.close_button = set_up(QPushButton("Close", self), autoDefault=False)
        self.write_button = set_up(QPushButton(self), default=True)
        self.error = set_up(QLabel(self), role="danger", wordWrap=True)
        self._lay_out()
        themes.theme_changed.connect(self._show_icon)

    def show_error(self, sentence: str) -> None:
        """Show a sentence; "" hides it."""
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))

    def show_writing(self, writing: bool) -> None:
        """Show that a film is written, or no longer."""
        self._writing = writing
        self.file.setEnabled(not writing)
        for widget in (self.bar, self.hint):
            widget.setVisible(writing)
        self.close_button.setVisible(not writing)
        self.bar.setValue(0)
        button = self.write_button
        button.setText("Cancel" if writing else "Write film")
        button.setToolTip(
            "Stop writing; nothing is left behind (Esc)." if writing else "Write the file (Enter)."
        )
        restyle(button, primary="false" if writing else "true")
        self._show_icon()

    def show_share(self, share: float, text: str) -> None:
        """Show which share of the film is written, 0 to 1."""
        self.bar.setValue(round(1000 * share))
        self.progress.setText(text)

    def _show_icon(self) -> None:
        theme = self._themes.theme
        self.write_button.setIcon(icon("close", theme) if self._writing else icon("save", theme, "on_accent"))

    def _lay_out(self) -> None:
        title = set_up(QLabel("Save as", self), role="caption")
        saved = hbox(title, (self.file, 1), spacing=GRID_PX)
        state = vbox(STRETCH, self.progress, self.bar, STRETCH, spacing=6)
        row = hbox(
            (state, 1), Gap(_SIDE_PX), self.hint, self.close_button, self.write_button, spacing=GRID_PX
        )
        vbox(saved, row, self.error, parent=self, margins=(_SIDE_PX, 12, _SIDE_PX, 12), spacing=10)
