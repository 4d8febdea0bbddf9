"""What the exported file contains, line by line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.dialogs.export.content import Fact
from playground.views.theme.theme import CLASS_COLORS, ThemeSource, font

__all__ = ["FactsList"]

_ROW_PX = 25
_LABEL_PX = 84
_DOT_PX = 4.0


class FactsList(QWidget):
    """Draws `Fact`s as rows of label and text."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._facts: tuple[Fact, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.theme_changed.connect(self.update)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The rows, from the top."""
        return self._facts

    def show_facts(self, facts: Sequence[Fact]) -> None:
        self._facts = tuple(facts)
        lines = [f"{fact.label}: {fact.text or ', '.join(fact.names)}" for fact in facts]
        self.setAccessibleName("; ".join(["What travels inside", *lines]))
        self.setToolTip("\n".join(lines))
        self.setFixedHeight(max(1, len(facts)) * _ROW_PX)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, max(1, len(self._facts)) * _ROW_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font("small"))
        for row, fact in enumerate(self._facts):
            self._paint_fact(painter, fact, row * _ROW_PX)
        painter.end()

    def _paint_fact(self, painter: QPainter, fact: Fact, top: int) -> None:
        theme = self._themes.theme
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.drawLine(0, top + _ROW_PX - 1, self.width(), top + _ROW_PX - 1)
        painter.setPen(QColor(theme.text_muted))
        painter.drawText(0, top, _LABEL_PX - 4, _ROW_PX, middle, fact.label)
        if fact.names:
            self._paint_names(painter, fact.names, top)
            return
        room = self.width() - _LABEL_PX
        painter.setPen(QColor(theme.text))
        text = QFontMetrics(painter.font()).elidedText(fact.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(_LABEL_PX, top, room, _ROW_PX, middle, text)

    def _paint_names(self, painter: QPainter, names: Sequence[str], top: int) -> None:
        theme, metrics = self._themes.theme, QFontMetrics(painter.font())
        left, center = float(_LABEL_PX), top + _ROW_PX / 2
        for index, name in enumerate(names):
            width = metrics.horizontalAdvance(name)
            rest = len(names) - index
            if left + width + 14 > self.width() - (28 if rest > 1 else 0):
                painter.setPen(QColor(theme.text_muted))
                painter.drawText(round(left), top, 60, _ROW_PX, Qt.AlignmentFlag.AlignVCenter, f"+{rest}")
                return
            painter.setPen(Qt.PenStyle.NoPen)
            colors = (theme.negative, theme.positive) if len(names) == 2 else CLASS_COLORS
            painter.setBrush(QColor(colors[index % len(colors)]))
            painter.drawEllipse(round(left), round(center - _DOT_PX), round(2 * _DOT_PX), round(2 * _DOT_PX))
            painter.setPen(QColor(theme.text))
            painter.drawText(round(left + 12), top, width + 4, _ROW_PX, Qt.AlignmentFlag.AlignVCenter, name)
            left += width + 24
