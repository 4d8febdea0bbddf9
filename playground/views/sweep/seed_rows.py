"""The seeds of one combination as bars, of which one is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.theme.colors import RADIUS_SMALL_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.spoken import Role, speak_as

_ROW_PX: Final = 24
_NAME_PX: Final = 62.0
_SCORE_PX: Final = 66.0
_MOST: Final = 6


@dataclass(frozen=True)
class SeedRow:
    """A trial by its number: its seed, the text of its score, and how good it is from 0 to 1, NaN for no score."""

    number: int
    seed: int
    text: str
    share: float


class SeedRows(QWidget):
    """Up and Down choose a seed; so does a click."""

    chosen = Signal(int)
    """The number of a trial."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._rows: tuple[SeedRow, ...] = ()
        self._shown: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        speak_as(self, Role.List, steps=(Qt.Key.Key_Up, Qt.Key.Key_Down))
        themes.theme_changed.connect(self.update)

    def show_rows(self, rows: tuple[SeedRow, ...], shown: int) -> None:
        """Show seeds, at most six around the one that is shown."""
        place = next((place for place, row in enumerate(rows) if row.number == shown), 0)
        first = max(0, min(place - _MOST // 2, len(rows) - _MOST))
        self._rows, self._shown = rows[first : first + _MOST], shown
        self.setVisible(len(rows) > 1)
        self.setAccessibleName(
            f"{len(rows)} seeds: " + ", ".join(f"seed {row.seed} {row.text}" for row in self._rows)
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, _ROW_PX * len(self._rows))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        row = int(event.position().y() // _ROW_PX)
        if event.button() == Qt.MouseButton.LeftButton and 0 <= row < len(self._rows):
            self.chosen.emit(self._rows[row].number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        numbers = [row.number for row in self._rows]
        if step is None or self._shown not in numbers:
            event.ignore()
            return
        at = numbers.index(self._shown) + step
        if 0 <= at < len(numbers):
            self.chosen.emit(numbers[at])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, row in enumerate(self._rows):
            area = QRectF(0, place * _ROW_PX, self.width(), _ROW_PX)
            is_shown = row.number == self._shown
            if is_shown:
                painter.setPen(QPen(QColor(theme.accent), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.accent_soft))
                painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), RADIUS_SMALL_PX, RADIUS_SMALL_PX)
            painter.setFont(font("small", bold=is_shown))
            painter.setPen(QColor(theme.text))
            flag = Qt.AlignmentFlag
            painter.drawText(
                area.adjusted(6, 0, 0, 0), flag.AlignVCenter | flag.AlignLeft, f"seed {row.seed}"
            )
            painter.drawText(area.adjusted(0, 0, -6, 0), flag.AlignVCenter | flag.AlignRight, row.text)
            room = area.width() - _NAME_PX - _SCORE_PX
            if row.share == row.share and room > 0:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.accent))
                bar = QRectF(_NAME_PX, area.center().y() - 2, max(2.0, room * row.share), 4)
                painter.drawRoundedRect(bar, 2, 2)
        painter.end()
