"""The gradient check: a row for every layer, green or red, with its numbers."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from core.io.number_text import rounded_text
from core.probes.gradient_check import BOUND, GradientCheck, LayerCheck, check_gradients
from playground.plugin import RADIUS_SMALL_PX, Role, ScrollArea, Theme, ThemeSource, font, speak_as, vbox
from playground.plugins.probes.views.page import Outcome, ProbePage, Work, register
from playground.views.widgets.painted import LEFT, RIGHT, PaintedWidget, draw_box, draw_text

_ROW_PX = 38
_GAP_PX = 6
_NAME_PX = 220
_DECADES = 12.0


@register
class GradientPage(ProbePage):
    kind = "gradients"
    title = "Gradient check"
    summary = "Compares the backward pass of every layer with differences in float64, each layer on its own."
    group = "Does it learn?"
    verb = "Check"

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.rows = _Rows(themes, self)
        vbox(ScrollArea(self, self.rows, sideways=True), parent=self, margins=0)

    def work(self) -> Work:
        return lambda material, report: check_gradients(material.subject, report)

    def show_progress(self, progress: GradientCheck) -> None:
        self.rows.show_rows(progress.rows)

    def show_result(self, result: GradientCheck) -> Outcome:
        self.rows.show_rows(result.rows)
        return Outcome(f"{result.sentence} Checked on {result.samples} training samples.", result.passed)

    def clear(self) -> None:
        self.rows.show_rows(())


class _Rows(PaintedWidget):
    """Rows with a bar on a logarithmic scale up to the bound; a focusable picture whose name has all of it."""

    name = "Gradient check of every layer"

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.rows: tuple[LayerCheck, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        speak_as(self, Role.List)
        self.show_rows(())

    def show_rows(self, rows: tuple[LayerCheck, ...]) -> None:
        self.rows = rows
        texts = [f"{row.name}: {'right' if row.passed else 'wrong'}, {_error_text(row)}" for row in rows]
        self.setAccessibleDescription("; ".join(texts) or "Not checked yet")
        self.setMinimumHeight(len(rows) * (_ROW_PX + _GAP_PX))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, self.minimumHeight())

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        if not self.rows:
            draw_text(painter, self.rect(), "A row for every layer appears here.", theme.text_muted)
        for index, row in enumerate(self.rows):
            self._paint_row(painter, QRectF(1, index * (_ROW_PX + _GAP_PX), self.width() - 2, _ROW_PX), row)

    def _paint_row(self, painter: QPainter, place: QRectF, row: LayerCheck) -> None:
        theme = self._themes.theme
        strong, soft = (
            (theme.success, theme.success_soft) if row.passed else (theme.danger, theme.danger_soft)
        )
        draw_box(painter, place, RADIUS_SMALL_PX, soft)
        mark = "✓" if row.passed else "✗"
        draw_text(painter, place.adjusted(10, 0, 0, 0), mark, strong, font(bold=True), LEFT)
        name = QRectF(place.left() + 30, place.top(), _NAME_PX - 34, place.height())
        draw_text(painter, name, row.name, theme.text, align=LEFT, cut=True)
        right = place.adjusted(0, 0, -10, 0)
        draw_text(painter, right, _error_text(row), theme.text_muted, self._small, RIGHT)
        self._paint_bar(painter, place, row, strong)

    def _paint_bar(self, painter: QPainter, place: QRectF, row: LayerCheck, color: str) -> None:
        """Position of the error on the way from 1e-17 to the bound, and beyond."""
        theme = self._themes.theme
        room = QRectF(
            place.left() + _NAME_PX, place.center().y() - 3, max(0.0, place.width() - _NAME_PX - 330), 6
        )
        if room.width() < 40:
            return
        draw_box(painter, room, 3, theme.field)
        size = math.log10(max(row.error, 1e-17) / BOUND) / _DECADES + 1.0 if row.error > 0.0 else 0.0
        filled = QRectF(room)
        filled.setWidth(room.width() * 0.8 * min(1.25, max(0.0, size)))
        draw_box(painter, filled, 3, color)
        bound = room.left() + 0.8 * room.width()
        painter.fillRect(QRectF(bound, room.top() - 5, 1.5, 16), QColor(theme.border_strong))


def _error_text(row: LayerCheck) -> str:
    if not row.checked:
        return "nothing to derive" if row.passed else "not finite"
    error = f"{rounded_text(row.error, 2)} {'≤' if row.passed else '>'} {rounded_text(row.bound, 1)}"
    return f"error {error}  ·  {row.worst}, {row.checked} derivatives"
