"""The curves of a chart in drawing order: earlier runs, raw values, smoothed values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from core.spec.arrays import Array
from playground.views.theme.theme import Theme, mix
from playground.views.widgets.charts.curve_item import CurveItem
from playground.views.widgets.charts.curve_scale import thin

__all__ = ["MAX_GHOSTS", "Curve", "CurveLayers"]

Curve = tuple[Array, Array]

MAX_GHOSTS = 3
_NOTHING: Curve = np.empty(0), np.empty(0)
_FAINT = 0.7


class CurveLayers:
    """`front` are the two curves (training on top), `behind` the raw values of smoothed ones, then `ghosts`."""

    def __init__(self, view: pg.ViewBox) -> None:
        self.front = [CurveItem(), CurveItem()]
        self.behind = [CurveItem(), CurveItem()]
        self.ghosts = [CurveItem() for _ in range(MAX_GHOSTS)]
        for item in (*self.ghosts, *reversed(self.behind), *reversed(self.front)):
            view.addItem(item)

    def use_theme(self, theme: Theme) -> None:
        for front, behind, color in zip(self.front, self.behind, (theme.train, theme.test), strict=True):
            front.setPen(pg.mkPen(color, width=1.5))
            behind.setPen(pg.mkPen(mix(color, theme.surface, _FAINT), width=1.0))
        for ghost in self.ghosts:
            ghost.setPen(pg.mkPen(QColor(theme.border_strong), width=1.0))

    def show(
        self,
        front: Sequence[Curve],
        behind: Sequence[Curve],
        ghosts: Sequence[Curve],
        *,
        bounds: QRectF,
        width: int,
    ) -> None:
        """Draw curves given in view coordinates, inside `bounds`, which is `width` pixels wide."""
        # Minimum and maximum per two pixels; coarser for faint curves.
        for items, curves, pixels in (
            (self.front, front, 2),
            (self.behind, behind, 4),
            (self.ghosts, ghosts, 4),
        ):
            for number, item in enumerate(items):
                curve = curves[number] if number < len(curves) else _NOTHING
                if len(curve[0]) or not item.is_empty:
                    item.bounds = bounds
                    item.show_curve(*thin(*curve, max(2, width // pixels)))
                    item.setVisible(not item.is_empty)
