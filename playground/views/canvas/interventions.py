"""Interventions on units: the menu and the steps that set them, and their marks on the tiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from core.io.number_text import rounded_text
from core.nn.interventions import Intervention, InterventionKind
from core.nn.stage import Address, layer_text
from playground.model.document import Document
from playground.views.canvas.hit_items import Head, Link, Neuron
from playground.views.theme.colors import Theme
from playground.views.theme.theme import font
from playground.views.widgets.painted import draw_box, draw_dot, draw_text, faded

_OUTPUTS = ("mute", "clamp")


class InterventionEditor:
    """Edits the document's interventions. A neuron has at most one on its output, and may also be frozen."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def interventions(self) -> tuple[Intervention, ...]:
        return self._document.experiment.interventions

    def of(self, item: Neuron | Link) -> tuple[Intervention, ...]:
        """The interventions on a neuron or a link."""
        return tuple(each for each in self.interventions if is_on(each, item))

    def toggle(self, item: Neuron | Link, kind: InterventionKind) -> None:
        """Add an intervention of this kind, or remove it if present."""
        held = next((each for each in self.of(item) if each.kind == kind), None)
        if held is None:
            self._set(item, kind)
        else:
            self._change(f"Release {_name(item)}", [each for each in self.interventions if each != held])

    def clamp(self, neuron: Neuron, value: float) -> None:
        """Fix the neuron's output at `value`."""
        self._set(neuron, "clamp", value)

    def release(self, item: Neuron | Link) -> None:
        """Remove all interventions of the item."""
        held = self.of(item)
        self._change(f"Release {_name(item)}", [each for each in self.interventions if each not in held])

    def release_all(self) -> None:
        self._change("Release all neurons and links", [])

    def _set(self, item: Neuron | Link, kind: InterventionKind, value: float = 0.0) -> None:
        layer, unit, source = _place(item)
        rivals = _OUTPUTS if kind in _OUTPUTS else ("freeze",) if source is None else Intervention.of_links
        rivals = ("mute_head",) if isinstance(item, Head) else rivals
        others = [each for each in self.interventions if not is_on(each, item) or each.kind not in rivals]
        verb = {"mute": "Mute", "mute_head": "Mute", "clamp": "Clamp", "cut_link": "Cut"}.get(kind, "Freeze")
        self._change(f"{verb} {_name(item)}", [*others, Intervention(kind, layer, unit, source, value)])

    def _change(self, text: str, interventions: list[Intervention]) -> None:
        experiment = self._document.experiment
        self._document.change(text, experiment.replace(interventions=tuple(interventions)))


def intervention_text(intervention: Intervention) -> str:
    """An intervention in one or two words: "muted"."""
    if intervention.kind == "clamp":
        return f"clamped to {rounded_text(intervention.value, 4)}"
    return {
        "mute": "muted",
        "mute_head": "muted",
        "freeze": "frozen",
        "freeze_link": "frozen",
        "cut_link": "cut",
    }[intervention.kind]


def is_on(intervention: Intervention, item: Neuron | Link) -> bool:
    """Whether an intervention is on a neuron, a head or a link."""
    is_of_head = intervention.kind == "mute_head"
    return intervention.place == _place(item) and is_of_head == isinstance(item, Head)


def _place(item: Neuron | Link) -> tuple[Address, int, int | None]:
    if isinstance(item, Link):
        return item.layer, item.unit, item.input
    return item.address, item.unit, None


def _name(item: Neuron | Link) -> str:
    if isinstance(item, Link):
        return f"link {item.input + 1} to {item.unit + 1} of layer {item.layer + 1}"
    what = "head" if isinstance(item, Head) else "neuron"
    return f"{what} {item.unit + 1} of {layer_text(item.address)}"


_BAR_PX: Final = 5.0
_MIN_PX = 2.0


def paint_importance(
    painter: QPainter, theme: Theme, places: _Places, importance: Mapping[tuple[int, int], float]
) -> None:
    """Draw a bar as long as the importance, 0 … 1, of each (layer, unit) that has a tile."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for (layer, unit), share in importance.items():
        tile = places.tile(layer, unit)
        if tile is None:
            continue
        groove = QRectF(tile.left() + 2, tile.bottom() - _BAR_PX - 2, tile.width() - 4, _BAR_PX)
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(groove.adjusted(-1, -1, 1, 1), 3, 3)
        bar = QRectF(groove)
        bar.setWidth(max(_MIN_PX, groove.width() * min(1.0, max(0.0, share))))
        painter.setBrush(QColor(theme.test if share > 0.0 else theme.text_faint))
        painter.drawRoundedRect(bar, 2, 2)


_BADGE_PX: Final = 7.5


class _Places(Protocol):
    def tile(self, column: Any, unit: int) -> QRectF | None: ...

    def head_rect(self, column: Any, head: int) -> QRectF | None: ...

    def link_center(self, layer: Any, input_: int, unit: int) -> QPointF | None: ...


def paint_interventions(
    painter: QPainter, theme: Theme, places: _Places, interventions: Iterable[Intervention]
) -> None:
    """Draw the marks over a field, placed by its `tile` and `link_center`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for intervention in interventions:
        if intervention.input is not None:
            at = places.link_center(intervention.layer, intervention.input, intervention.unit)
            if at is not None:
                _paint_badge(painter, theme, at, cross=intervention.kind == "cut_link")
            continue
        place = places.head_rect if intervention.kind == "mute_head" else places.tile
        tile = place(intervention.layer, intervention.unit)
        if tile is None:
            continue
        if intervention.kind == "freeze":
            _paint_badge(painter, theme, tile.topLeft() + QPointF(1, 1))
        elif intervention.kind in ("mute", "mute_head"):
            _paint_stroke(painter, theme, tile)
        else:
            _paint_value(painter, theme, tile, rounded_text(intervention.value))


def _paint_stroke(painter: QPainter, theme: Theme, tile: QRectF) -> None:
    painter.fillRect(tile, faded(theme.canvas, 130 / 255))
    inset = tile.width() * 0.16
    ends = tile.adjusted(inset, inset, -inset, -inset)
    for color, width in ((theme.surface, 5.0), (theme.text, 2.2)):
        painter.setPen(QPen(QColor(color), width, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(ends.bottomLeft(), ends.topRight())


def _paint_value(painter: QPainter, theme: Theme, tile: QRectF, text: str) -> None:
    face = font("small", bold=True)
    width = QFontMetricsF(face).horizontalAdvance(text) + 10
    pill = QRectF(tile.center().x() - width / 2, tile.center().y() - 8, width, 16)
    draw_box(painter, pill, 8, theme.surface, theme.border_strong)
    draw_text(painter, pill, text, theme.text, face)


def _paint_badge(painter: QPainter, theme: Theme, at: QPointF, *, cross: bool = False) -> None:
    """A lock or a cross on a disc centered at `at`."""
    draw_dot(painter, at, _BADGE_PX, theme.surface, theme.border_strong)
    painter.setPen(QPen(QColor(theme.text), 1.5, c=Qt.PenCapStyle.RoundCap))
    if cross:
        painter.drawLine(at + QPointF(-2.5, -2.5), at + QPointF(2.5, 2.5))
        painter.drawLine(at + QPointF(-2.5, 2.5), at + QPointF(2.5, -2.5))
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(at.x() - 2, at.y() - 4.5, 4, 6), 0, 180 * 16)
    painter.fillRect(QRectF(at.x() - 3.2, at.y() - 1.4, 6.4, 5), QColor(theme.text))
