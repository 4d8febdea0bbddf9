"""Contents of the exported file, line by line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.dialogs.export.content import Fact
from playground.views.theme.colors import Theme, class_color
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import PaintedWidget, use_colors

_ROW_PX = 25
_LABEL_PX = 84
_DOT_PX = 4.0


class FactsList(PaintedWidget):
    """Draws `Fact`s as rows of label and text."""

    def __init__(self, themes: ThemeSource, parent: QWidget, *, name: str = "Details") -> None:
        super().__init__(themes, parent)
        self._name = name
        self.facts: tuple[Fact, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        self.facts = tuple(facts)
        """The rows, from the top."""
        lines = [f"{fact.label}: {fact.text or ', '.join(fact.names)}" for fact in facts]
        self.setAccessibleName("; ".join([self._name, *lines]))
        self.setToolTip("\n".join(lines))
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, max(_ROW_PX, sum(self._heights())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.sizeHint().height())

    def _heights(self) -> list[int]:
        """Of each row: a text that is too long for a line takes a second one."""
        metrics, room = QFontMetrics(font("small")), self.width() - _LABEL_PX
        more = metrics.lineSpacing()
        return [
            _ROW_PX + (more if not fact.names and metrics.horizontalAdvance(fact.text) > room else 0)
            for fact in self.facts
        ]

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(font("small"))
        top = 0
        for fact, height in zip(self.facts, self._heights(), strict=True):
            self._paint_fact(painter, fact, top, height)
            top += height

    def _paint_fact(self, painter: QPainter, fact: Fact, top: int, height: int) -> None:
        theme = self._themes.theme
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.drawLine(0, top + height - 1, self.width(), top + height - 1)
        painter.setPen(QColor(theme.text_muted))
        painter.drawText(0, top, _LABEL_PX - 4, _ROW_PX, middle, fact.label)
        if fact.names:
            self._paint_names(painter, fact.names, top)
            return
        room = self.width() - _LABEL_PX
        painter.setPen(QColor(theme.text))
        metrics = QFontMetrics(painter.font())
        lines = 2 if height > _ROW_PX else 1
        # Words that end a line leave some of its room.
        text = metrics.elidedText(
            fact.text, Qt.TextElideMode.ElideRight, round(room * (1 + 0.85 * (lines - 1)))
        )
        painter.drawText(_LABEL_PX, top, room, height - 1, middle | Qt.TextFlag.TextWordWrap, text)

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
            use_colors(painter, class_color(index))
            painter.drawEllipse(round(left), round(center - _DOT_PX), round(2 * _DOT_PX), round(2 * _DOT_PX))
            painter.setPen(QColor(theme.text))
            painter.drawText(round(left + 12), top, width + 4, _ROW_PX, Qt.AlignmentFlag.AlignVCenter, name)
            left += width + 24
