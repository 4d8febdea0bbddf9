"""How much each setting of a sweep matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.io.number_text import percent_text
from core.sweep.importance import SEED, Importances
from playground.plugin import Theme, ThemeSource, font, number_text, speak_as
from playground.views.widgets.painted import LEFT, RIGHT, WRAPPED, PaintedWidget, draw_box, draw_text

_ROW_PX: Final = 30.0
_BAR_PX: Final = 12.0
_TOP_PX: Final = 8.0
_TEXT_PX: Final = 130.0
"""Below the bars: the sentence, in nine lines where it is narrow."""
_NAME_PX: Final = 150.0
_VALUE_PX: Final = 40.0
_LITTLE: Final = 0.3
_IMPORTANCE_HINT: Final = "How much each setting matters appears here when trials are finished"


class ImportanceView(PaintedWidget):
    """Bars of `Importances`, the longest first; a sentence where there are none."""

    size_px = 520, 230

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.found = Importances(why_not=_IMPORTANCE_HINT)
        self._titles: Mapping[str, str] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        speak_as(self, self.role)
        self.show_importances(self.found, {})

    def show_importances(self, found: Importances, titles: Mapping[str, str]) -> None:
        """Draw importances, with the title of each setting by its path."""
        self.found, self._titles = found, titles
        words = [f"{self._title(each.path)} {number_text(each.mean, 2)}" for each in found.settings]
        self.setAccessibleName(
            f"Importance of settings: {', '.join(words) if words else found.why_not}. {self._sentence()}"
        )
        self.setMinimumHeight(round(_TOP_PX + _ROW_PX * len(found.settings) + _TEXT_PX))
        self.setToolTip(
            "A random forest predicts the score of a trial from its settings, in five folds. The bar of a setting is "
            "by how much R² falls when its values are shuffled; the thin line is the standard deviation."
        )
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(self._small)
        painter.setPen(QColor(theme.text_muted))
        if not self.found.settings:
            painter.drawText(self.rect().adjusted(16, 0, -16, 0), WRAPPED, self.found.why_not)
        else:
            top = _TOP_PX + _ROW_PX * len(self.found.settings) + 6
            below = QRectF(0, top, self.width(), self.height() - top)
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, self._sentence())
            self._draw_bars(painter)

    def _draw_bars(self, painter: QPainter) -> None:
        theme, bold = self._themes.theme, font("small", bold=True)
        name_px = min(_NAME_PX, self.width() * 0.3)
        room = self.width() - name_px - _VALUE_PX - 8
        most = max(1e-9, *(max(0.0, each.mean) + each.spread for each in self.found.settings))
        for row, each in enumerate(self.found.settings):
            middle = _TOP_PX + _ROW_PX * row + _ROW_PX / 2
            area = QRectF(0, middle - 9, name_px - 10, 18)
            draw_text(painter, area, self._title(each.path), theme.text, bold, RIGHT, cut=True)
            bar = QRectF(name_px, middle - _BAR_PX / 2, room, _BAR_PX)
            draw_box(painter, bar, 4, theme.field)
            wide = room * max(0.0, each.mean) / most
            filled = QRectF(bar.left(), bar.top(), max(2.0, wide), _BAR_PX)
            draw_box(painter, filled, 4, theme.text_muted if each.path == SEED else theme.accent)
            painter.setPen(QPen(QColor(theme.text), 1.4))
            spread = room * each.spread / most
            left, right = max(bar.left(), bar.left() + wide - spread), bar.left() + wide + spread
            painter.drawLine(QLineF(left, middle, right, middle))
            value = QRectF(bar.right() + 10, middle - 9, _VALUE_PX, 18)
            draw_text(painter, value, number_text(max(0.0, each.mean), 2), theme.text, self._small, LEFT)

    def _title(self, path: str) -> str:
        return "Seed (luck)" if path == SEED else self._titles.get(path, path)

    def _sentence(self) -> str:
        """Accuracy of the bars."""
        found = self.found
        if not found.settings:
            return ""
        if found.explained < _LITTLE:
            return (
                f"The settings explain little of the score of trials that the forest has not seen (R² "
                f"{number_text(found.explained, 2)}): the bars say little as well."
            )
        return (
            f"The settings explain {percent_text(found.explained)} of how the score varies, on trials that the forest "
            f"has not seen ({found.trials:,} trials)."
        )
