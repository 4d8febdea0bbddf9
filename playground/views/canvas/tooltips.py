"""Hover texts of neurons, links and biases, and their label."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from core.nn.interventions import Intervention
from playground.views.canvas.hit_items import Bias, Item, Link, Neuron
from playground.views.canvas.intervention_editor import intervention_text
from playground.views.theme.theme import Theme, font
from playground.views.widgets.number_format import number_text

__all__ = ["hover_text", "interventions_text", "paint_hover_text"]


class _Named(Protocol):
    """The part of a field used here."""

    def value(self, item: Item) -> float | None: ...

    def name(self, column: int, unit: int) -> str: ...


def hover_text(item: Item, field: _Named, interventions: tuple[Intervention, ...]) -> str:
    """ "weight −0.482 (x₁ → neuron 3)"; empty without a value."""
    held, value = interventions_text(item, interventions), field.value(item)
    if value is None:
        return f"{field.name(item.column, item.unit)}: {held}" if held and isinstance(item, Neuron) else ""
    number = number_text(value, 3) + (f", {held}" if held else "")
    if isinstance(item, Bias):
        return f"bias {number}, added to the weighted inputs of {field.name(item.layer, item.unit)}"
    if isinstance(item, Link):
        source = field.name(item.source, item.input)
        return f"weight {number} ({source} → {field.name(item.layer, item.unit)})"
    return f"{field.name(item.column, item.unit)}: {number}"


def interventions_text(item: Item, interventions: tuple[Intervention, ...]) -> str:
    """The interventions on a neuron or link: "muted, frozen"; empty without any."""
    if not interventions or isinstance(item, Bias):
        return ""
    link = isinstance(item, Link)
    place = (item.layer, item.unit, item.input) if isinstance(item, Link) else (item.column, item.unit, None)
    return ", ".join(
        intervention_text(each)
        for each in interventions
        if each.place == place and link == (each.input is not None)
    )


def paint_hover_text(painter: QPainter, theme: Theme, text: str, mouse: QPointF, room: QSizeF) -> None:
    """Draw a text beside the mouse, inside a widget of size `room`."""
    small = font("small")
    width = QFontMetricsF(small).horizontalAdvance(text) + 16
    x = min(max(4.0, mouse.x() + 12), room.width() - width - 4)
    y = mouse.y() - 32 if mouse.y() > 40 else mouse.y() + 20
    place = QRectF(x, y, width, 24)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.tooltip))
    painter.drawRoundedRect(place, 5, 5)
    painter.setFont(small)
    painter.setPen(QColor(theme.tooltip_text))
    painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)
