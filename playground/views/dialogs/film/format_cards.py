"""Three cards of which one is chosen: the format of a film, each with about how large the file gets."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QWidget

from playground.film.settings import FORMATS
from playground.views.theme.colors import GRID_PX, RADIUS_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.boxes import hbox, set_up
from playground.views.widgets.number_format import size_text

_WORDS: Final = {
    ".mp4": ("video, smallest", "For talks and messages; seen by every player."),
    ".webp": ("web, sharp", "For web pages; loops, and keeps every color."),
    ".gif": ("opens anywhere", "For everything else; 256 colors."),
}
_HEIGHT_PX: Final = 56


class FormatCards(QWidget):
    """The arrow keys move the choice. `chosen` carries the suffix that the user has chosen."""

    chosen = Signal(str)

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.cards = {suffix: _Card(suffix, themes, self) for suffix in _WORDS}
        self._group = QButtonGroup(self)
        row = hbox(parent=self, margins=0, spacing=GRID_PX)
        for card in self.cards.values():
            self._group.addButton(card)
            row.addWidget(card, 1)
        self._group.buttonClicked.connect(self._on_clicked)

    @property
    def suffix(self) -> str:
        """The chosen format's suffix."""
        return next(suffix for suffix, card in self.cards.items() if card.isChecked())

    def choose(self, suffix: str) -> None:
        """Choose without emitting."""
        self.cards[suffix].setChecked(True)

    def show_size(self, suffix: str, size: int) -> None:
        """Show about how many bytes a format takes; 0 if there is nothing to write."""
        self.cards[suffix].set_size(size)

    def _on_clicked(self) -> None:
        self.chosen.emit(self.suffix)


class _Card(QAbstractButton):
    def __init__(self, suffix: str, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes, self._size = themes, ""
        self._words, tip = _WORDS[suffix]
        self.setText(FORMATS[suffix])
        set_up(self, checkable=True, toolTip=tip, accessibleName=f"Format: {FORMATS[suffix]}")
        self.setAccessibleDescription(self._words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        themes.theme_changed.connect(self.update)

    def set_size(self, size: int) -> None:
        self._size = f"≈ {size_text(size)}" if size else ""
        self.setAccessibleDescription(", ".join(filter(None, (self._words, self._size))))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(130, _HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, chosen = self._themes.theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = chosen or self.hasFocus()
        edge = theme.accent if strong else theme.border_strong if self.underMouse() else theme.border
        painter.setPen(QPen(QColor(edge), 2.0 if strong else 1.0))
        painter.setBrush(QColor(theme.accent_soft if chosen else theme.surface_raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_PX, RADIUS_PX)
        upper = self.rect().adjusted(12, 8, -12, -self.height() // 2)
        lower = self.rect().adjusted(12, self.height() // 2, -12, -8)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        middle = Qt.AlignmentFlag.AlignVCenter
        enabled = self.isEnabled()
        painter.setFont(font(bold=True))
        painter.setPen(QColor(theme.text if enabled else theme.text_faint))
        painter.drawText(upper, middle | left, self.text())
        painter.setFont(font("small"))
        painter.setPen(QColor(theme.text_muted if enabled else theme.text_faint))
        painter.drawText(upper, middle | right, self._size)
        painter.drawText(lower, middle | left, self._words)
        painter.end()
