"""The lines of parallel coordinates as a picture that is drawn in slices, so that thousands keep no frame waiting."""

from __future__ import annotations

import math
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF, QSize, QTimer
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from playground.plugin import ThemeSource, clear_pixmap
from playground.plugins.runs.sweep.parallel_model import ParallelModel

_SLICE_SECONDS: Final = 0.004
_MAX_CURVED: Final = 1500
"""More lines are straight, which are drawn four times as fast."""
_JITTER_PX: Final = 2.5
"""Spread of lines through the same value."""


@dataclass(frozen=True)
class Layout:
    """Positions of the axes."""

    area: QRectF
    axes: int

    def x(self, axis: int) -> float:
        """Position of an axis."""
        if self.axes < 2:
            return self.area.center().x()
        return self.area.left() + self.area.width() * axis / (self.axes - 1)

    def y(self, share: float) -> float:
        """Pixel of a place on an axis."""
        return self.area.bottom() - self.area.height() * share

    def share(self, y: float) -> float:
        """The place at a height, from 0 to 1."""
        return min(max((self.area.bottom() - y) / max(1.0, self.area.height()), 0.0), 1.0)


class LineLayer(QObject):
    """`pixmap` has the lines that are drawn so far; the widget is updated as it grows."""

    def __init__(self, themes: ThemeSource, widget: QWidget) -> None:
        super().__init__(widget)
        self._themes, self._widget = themes, widget
        self.pixmap = QPixmap()
        self._layout = Layout(QRectF(), 0)
        self._model = ParallelModel()
        self._mask: NDArray[np.bool_] = np.ones(0, bool)
        self._is_brushed, self._theme = False, ""
        self._heights: NDArray[np.float64] = np.empty((0, 0))
        self._waiting: list[int] = []
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._draw_slice)

    @property
    def is_drawn(self) -> bool:
        """Whether all lines are in the picture."""
        return not self._waiting

    def show_lines(
        self, layout: Layout, model: ParallelModel, mask: NDArray[np.bool_], *, is_brushed: bool, size: QSize
    ) -> None:
        """Draw lines, those of `mask` above the others. Lines that come to the same ones are added to the picture."""
        known = len(self._model.numbers)
        theme = self._themes.theme.name
        goes_on = (
            not self.pixmap.isNull()
            and (layout, theme, is_brushed) == (self._layout, self._theme, self._is_brushed)
            and (model.axes, model.best) == (self._model.axes, self._model.best)
            and model.numbers[:known] == self._model.numbers
            and np.array_equal(mask[:known], self._mask)
            and np.array_equal(model.shares[:known], self._model.shares, equal_nan=True)
        )
        self._theme = theme
        self._layout, self._model, self._mask, self._is_brushed = layout, model, mask, is_brushed
        self._heights = self._spread()
        if goes_on:
            self._waiting += range(known, len(model.numbers))
        else:
            self.pixmap = clear_pixmap(size, self._widget.devicePixelRatioF())
            order = np.argsort(self._ranks(), kind="stable")
            self._waiting = [int(place) for place in order]
        if self._waiting:
            self._draw_slice()
        if self._waiting and not self._timer.isActive():
            self._timer.start(0)

    def points(self, place: int) -> list[QPointF]:
        """Crossings of a line with the axes."""
        return [
            QPointF(self._layout.x(axis), y)
            for axis, y in enumerate(self._heights[place].tolist())
            if math.isfinite(y)
        ]

    def path(self, place: int) -> QPainterPath:
        """A line, interrupted where nothing was measured."""
        return self._path(place, curved=len(self._model.numbers) <= _MAX_CURVED)

    def heights_at(self, x: float) -> NDArray[np.float64] | None:
        """Values of all lines at `x`; None beside the axes."""
        layout = self._layout
        if layout.axes < 2 or not layout.x(0) <= x <= layout.x(layout.axes - 1):
            return None
        step = layout.area.width() / (layout.axes - 1)
        axis = min(int((x - layout.area.left()) / step), layout.axes - 2)
        share = (x - layout.x(axis)) / step
        if len(self._model.numbers) <= _MAX_CURVED:
            share = share * share * (3 - 2 * share)
        heights: NDArray[np.float64] = (
            self._heights[:, axis] * (1 - share) + self._heights[:, axis + 1] * share
        )
        return heights

    def _spread(self) -> NDArray[np.float64]:
        """Heights by line and axis; on axes of few values a little apart, the same each time."""
        area = self._layout.area
        heights: NDArray[np.float64] = area.bottom() - area.height() * self._model.shares
        listed = [place for place, axis in enumerate(self._model.axes) if axis.listed]
        if listed and len(heights):
            numbers = np.array(self._model.numbers, float)
            heights[:, listed] += (_JITTER_PX * (2 * np.modf(numbers * 0.618034)[0] - 1))[:, None]
        return heights

    def _ranks(self) -> NDArray[np.int64]:
        """The order of drawing: what is outside, what is inside, the best."""
        ranks = self._mask.astype(np.int64)
        if self._model.best is not None and not self._is_brushed:
            ranks[self._model.numbers.index(self._model.best)] = 2
        return ranks

    def _draw_slice(self) -> None:
        """Draw for some milliseconds."""
        if self.pixmap.isNull():
            self._waiting.clear()
        end = perf_counter() + _SLICE_SECONDS
        if self._waiting:
            painter = QPainter(self.pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            curved = len(self._model.numbers) <= _MAX_CURVED
            drawn = 0
            for place in self._waiting:
                painter.setPen(self._pen(place))
                painter.drawPath(self._path(place, curved=curved))
                drawn += 1
                if perf_counter() >= end:
                    break
            painter.end()
            del self._waiting[:drawn]
            self._widget.update()
        if not self._waiting:
            self._timer.stop()

    def _pen(self, place: int) -> QPen:
        theme, count = self._themes.theme, max(1, len(self._model.numbers))
        is_best = self._model.numbers[place] == self._model.best and not self._is_brushed
        is_marked = is_best or (self._is_brushed and bool(self._mask[place]))
        color = QColor(theme.accent if is_marked else theme.text_muted)
        if not is_best:
            inside = int(self._mask.sum()) if is_marked else count
            most = 230 if is_marked else 60 if self._is_brushed else 120
            color.setAlpha(round(min(most, max(24, 9000 / max(1, inside)))))
        return QPen(color, 2.0 if is_best else 1.4 if is_marked else 1.0)

    def _path(self, place: int, *, curved: bool) -> QPainterPath:
        path, layout = QPainterPath(), self._layout
        before: QPointF | None = None
        for axis, y in enumerate(self._heights[place].tolist()):
            if not math.isfinite(y):
                before = None
                continue
            point = QPointF(layout.x(axis), y)
            if before is None:
                path.moveTo(point)
            elif curved:
                # So far from both, its place to the right is that of its parameter.
                third = (point.x() - before.x()) / 3
                ends = QPointF(before.x() + third, before.y()), QPointF(point.x() - third, point.y())
                path.cubicTo(*ends, point)
            else:
                path.lineTo(point)
            before = point
        return path
