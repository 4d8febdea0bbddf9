"""The curves of a chart in drawing order: earlier runs, raw values, smoothed values. Painted once, then continued."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from core.spec.arrays import Array
from playground.views.theme.colors import Theme, mix, pinned_colors
from playground.views.widgets.charts.curve_item import paint_segments
from playground.views.widgets.charts.curve_scale import thin

Curve = tuple[Array, Array]

MAX_GHOSTS = 3
_NOTHING: Curve = np.empty(0), np.empty(0)
_FAINT = 0.7


class PaintedCurve:
    """Finite values sorted by x, in view coordinates, at most about one per pixel."""

    def __init__(self) -> None:
        self.pen = QPen()
        self.curve: Curve = _NOTHING
        """What is drawn, (x, y)."""
        self._painted = 0

    @property
    def is_empty(self) -> bool:
        return not len(self.curve[0])

    def show(self, curve: Curve) -> None:
        """Set another curve."""
        self.curve, self._painted = curve, 0

    def extend(self, curve: Curve) -> None:
        """Add values after the last one."""
        if len(curve[0]):
            (x, y), (more_x, more_y) = self.curve, curve
            self.curve = np.concatenate([x, more_x]), np.concatenate([y, more_y])

    def forget_painted(self) -> None:
        """Paint all of it at the next time."""
        self._painted = 0

    def paint(self, painter: QPainter, pixels: QTransform) -> None:
        """Draw what was not painted yet."""
        start, self._painted = max(0, self._painted - 1), len(self.curve[0])
        if self._painted - start < 2:
            return
        painter.setPen(self.pen)
        paint_segments(painter, self.curve[0][start:], self.curve[1][start:], pixels)


class CurveLayers:
    """`front` are the two curves (training on top), `behind` the raw values of smoothed ones, then `ghosts`."""

    def __init__(self) -> None:
        self.front = [PaintedCurve(), PaintedCurve()]
        self.behind = [PaintedCurve(), PaintedCurve()]
        self.ghosts = [PaintedCurve() for _ in range(MAX_GHOSTS)]
        self._in_order = (*self.ghosts, *reversed(self.behind), *reversed(self.front))
        self._titles: tuple[str, ...] = ()
        self._plain, self._named = "", ("", "", "")
        self.ghost_colors: tuple[str, ...] = ()
        """Of the ghosts with a title; "" for the others."""

    def use_theme(self, theme: Theme) -> None:
        for front, behind, color in zip(self.front, self.behind, (theme.train, theme.test), strict=True):
            front.pen = QPen(QColor(color), 1.5)
            behind.pen = QPen(QColor(mix(color, theme.surface, _FAINT)), 1.0)
        self._plain, self._named = theme.border_strong, pinned_colors(theme)
        self.name_ghosts(self._titles)

    def name_ghosts(self, titles: Sequence[str]) -> None:
        """Draw those with a title, which are compared with on purpose, in colors of their own."""
        self._titles = tuple(titles)
        named = iter(self._named)
        self.ghost_colors = tuple(next(named) if title else "" for title in titles)
        for ghost, color in zip_longest(self.ghosts, self.ghost_colors, fillvalue=""):
            assert isinstance(ghost, PaintedCurve)
            ghost.pen = QPen(QColor(color or self._plain), 1.0)

    def show(
        self, front: Sequence[Curve], behind: Sequence[Curve], ghosts: Sequence[Curve], *, width: int
    ) -> None:
        """Set curves given in view coordinates, for a chart of `width` pixels."""
        # Minimum and maximum per two pixels; coarser for faint curves.
        for item, curve, pixels in self._pairs(front, behind, ghosts):
            item.show(thin(*curve, max(2, width // pixels)))

    def extend(self, front: Sequence[Curve], behind: Sequence[Curve], *, pixel: float) -> None:
        """Add values after the last ones; `pixel` is the width of one in view coordinates."""
        for item, (x, y), pixels in self._pairs(front, behind, ()):
            if len(x):
                item.extend(thin(x, y, 1 + int((x[-1] - x[0]) / (pixel * pixels))))

    def paint(self, painter: QPainter, pixels: QTransform, area: QRectF, *, anew: bool) -> None:
        """Draw what was not painted yet, or all of it, within an area of the chart."""
        painter.save()
        painter.setClipRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for item in self._in_order:
            if anew:
                item.forget_painted()
            item.paint(painter, pixels)
        painter.restore()

    def _pairs(
        self, front: Sequence[Curve], behind: Sequence[Curve], ghosts: Sequence[Curve]
    ) -> Iterator[tuple[PaintedCurve, Curve, int]]:
        """Every item with its curve, and the pixels of a minimum and maximum."""
        for items, curves, pixels in (
            (self.front, front, 2),
            (self.behind, behind, 4),
            (self.ghosts, ghosts, 4),
        ):
            for number, item in enumerate(items):
                yield item, curves[number] if number < len(curves) else _NOTHING, pixels
