"""Marks of how important units are: a bar below each neuron's tile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from playground.views.theme.colors import Theme

_BAR_PX: Final = 5.0
_LEAST_PX = 2.0


class _Places(Protocol):
    def tile(self, column: int, unit: int) -> QRectF | None: ...


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
        bar.setWidth(max(_LEAST_PX, groove.width() * min(1.0, max(0.0, share))))
        painter.setBrush(QColor(theme.test if share > 0.0 else theme.text_faint))
        painter.drawRoundedRect(bar, 2, 2)
