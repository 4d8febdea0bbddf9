"""Hover texts of neurons, links and biases, and their label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QPainter

from core.nn.interventions import Intervention
from playground.views.canvas.card_text import neuron_name
from playground.views.canvas.hit_items import Bias, Item, Link, Neuron
from playground.views.canvas.interventions import intervention_text, is_on
from playground.views.theme.popups import TOOLTIP_PX, paint_popup
from playground.views.theme.theme import font
from playground.views.widgets.number_format import number_text

_SIDE_PX, _TOP_PX, _GAP_PX = 10, 6, 2
_HOW = "Click to type another."


class _Named(Protocol):
    """The part of a field used here."""

    def value(self, item: Item) -> float | None: ...

    def name(self, column: Any, unit: int) -> str: ...


def hover_lines(item: Item, field: _Named, interventions: tuple[Intervention, ...]) -> list[str]:
    """Tooltip at the pointer: the value, and what a click does; empty without a value."""
    held, value = interventions_text(item, interventions), field.value(item)
    if value is None:
        if not held or not isinstance(item, Neuron):
            return []
        return [f"{field.name(item.address, item.unit)}: {held}"]
    number = number_text(value, 3) + (f", {held}" if held else "")
    if isinstance(item, Bias):
        return [
            f"bias {number}",
            f"added to the weighted inputs of {field.name(item.layer, item.unit)}",
            _HOW,
        ]
    if isinstance(item, Link):
        ends = (_place(field, item.source, item.input), _place(field, item.layer, item.unit))
        return [f"weight {number}", " → ".join(ends), _HOW]
    return [f"{field.name(item.address, item.unit)}: {number}"]


def hover_text(item: Item, field: _Named, interventions: tuple[Intervention, ...]) -> str:
    """ "weight −0.482 (x₁ → neuron 3)"; empty without a value."""
    lines = hover_lines(item, field, interventions)
    if isinstance(item, Link) and lines:
        ends = field.name(item.source, item.input), field.name(item.layer, item.unit)
        return f"{lines[0]} ({' → '.join(ends)})"
    return ", ".join(lines[:2])


def _place(field: _Named, column: int, unit: int) -> str:
    """ "Layer 2, neuron 3"; features and outputs have names of their own."""
    name = field.name(column, unit)
    return f"Layer {column + 1}, {name}" if name == neuron_name(unit) else name


def interventions_text(item: Item, interventions: tuple[Intervention, ...]) -> str:
    """The interventions on a neuron or link: "muted, frozen"; empty without any."""
    if not interventions or isinstance(item, Bias):
        return ""
    return ", ".join(intervention_text(each) for each in interventions if is_on(each, item))


def paint_hover_text(painter: QPainter, lines: Sequence[str], mouse: QPointF, room: QSizeF) -> None:
    """Draw a text beside the mouse as a tooltip, inside a widget of size `room`; the first of its lines is a title."""
    palette, faces = QGuiApplication.palette(), [font("small", bold=len(lines) > 1)]
    faces += [font("small")] * (len(lines) - 1)
    wrap, widest = int(Qt.TextFlag.TextWordWrap), QRectF(0, 0, TOOLTIP_PX - 2 * _SIDE_PX, room.height())
    sizes = [
        QFontMetricsF(face).boundingRect(widest, wrap, line).size()
        for face, line in zip(faces, lines, strict=True)
    ]
    width = max(size.width() for size in sizes) + 2 * _SIDE_PX
    height = sum(size.height() + _GAP_PX for size in sizes) - _GAP_PX + 2 * _TOP_PX
    x = min(max(4.0, mouse.x() + 12), room.width() - width - 4)
    below = mouse.y() + 20
    y = below if below + height < room.height() - 4 else mouse.y() - height - 8
    paint_popup(painter, QRectF(x, y, width, height), palette, is_tooltip=True)
    painter.setPen(palette.toolTipText().color())
    top = y + _TOP_PX
    for face, line, size in zip(faces, lines, sizes, strict=True):
        painter.setFont(face)
        painter.drawText(QRectF(x + _SIDE_PX, top, width - 2 * _SIDE_PX, size.height() + 1), wrap, line)
        top += size.height() + _GAP_PX
