"""Disclosure button: shows and hides secondary controls."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from playground.views.theme.colors import FONT_SMALL_PX, Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import set_up

_ICON_PX = 16


class Disclosure(QPushButton):
    """Shows `closed_text` with a chevron down, or `open_text` with one up; the user emits `toggled_open`."""

    toggled_open = Signal(bool)

    def __init__(
        self,
        themes: ThemeSource,
        closed_text: str = "More",
        open_text: str = "Fewer",
        *,
        tooltip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(closed_text, parent)
        self._texts = (closed_text, open_text)
        self.is_open = False
        """Whether the controls are shown."""
        self._theme = themes.theme
        set_up(self, flat="true", autoDefault=False, toolTip=tooltip, accessibleDescription=tooltip)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._clicked)
        themes.theme_changed.connect(self._show_theme)
        self._show_theme(themes.theme)

    def set_open(self, is_open: bool) -> None:
        """Set the state without emitting."""
        if is_open != self.is_open:
            self.is_open = is_open
            self.setText(self._texts[is_open])
            self._show_theme(self._theme)

    def set_texts(self, closed_text: str, open_text: str) -> None:
        self._texts = (closed_text, open_text)
        self.setText(self._texts[self.is_open])

    def _clicked(self) -> None:
        self.set_open(not self.is_open)
        self.toggled_open.emit(self.is_open)

    def _show_theme(self, theme: Theme) -> None:
        self._theme = theme
        chevron = icon("chevron_down", theme, "muted")
        if self.is_open:
            pixmap = chevron.pixmap(_ICON_PX).transformed(QTransform().rotate(180))
            chevron = type(chevron)(pixmap)
        self.setIcon(chevron)
        self.setStyleSheet(
            f"padding: 0px 3px 0px 0px; min-height: 14px; font-size: {FONT_SMALL_PX}px; color: {theme.text_muted};"
        )
