"""The curves of a chart in drawing order: earlier runs, raw values, smoothed values. Painted once, then continued."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QTransform

from core.spec.arrays import Array
from playground.views.theme.colors import Theme, ahead_color, mix, pinned_colors
from playground.views.widgets.charts.curve_item import paint_segments
from playground.views.widgets.charts.curve_scale import thin


class ChartSheet:
    """The picture of a chart, kept between frames: a background that seldom changes, and on it what is painted on.

    Painted anew after `forget`, or where the size or the key is another.
    """

    def __init__(self) -> None:
        self._background: QPixmap | None = None
        self._sheet: QPixmap | None = None
        self._key: tuple[object, ...] = ()

    def forget(self, *, background: bool = False) -> None:
        """Paint anew what is painted on, or the background too."""
        self._sheet = None
        if background:
            self._background = None

    def picture(
        self,
        size: QSize,
        ratio: float,
        key: tuple[object, ...],
        ground: QColor,
        paint_background: Callable[[QPainter], None],
        paint: Callable[[QPainter, bool], None],
    ) -> QPixmap:
        """The picture of a widget of `size`, at `ratio` pixels per point, on the color `ground`.

        `paint` is told whether to paint everything, or to go on.
        """
        if (key := (size, ratio, *key)) != self._key:
            self._key, self._background, self._sheet = key, None, None
        if self._background is None:
            self._background = QPixmap(size * ratio)
            self._background.setDevicePixelRatio(ratio)
            self._background.fill(ground)
            painter = QPainter(self._background)
            paint_background(painter)
            painter.end()
        anew = self._sheet is None
        if self._sheet is None:
            self._sheet = self._background.copy()
        painter = QPainter(self._sheet)
        paint(painter, anew)
        painter.end()
        return self._sheet


_EMPTY: Array = np.empty(0)
_LEAST = 256


class CurveRows:
    """Epochs and two values of each, which lie side by side: a history's columns are strided."""

    def __init__(self) -> None:
        self._given = (_EMPTY, _EMPTY, _EMPTY)
        self._table = np.empty((3, _LEAST))
        self._length = 0

    @property
    def columns(self) -> tuple[Array, Array, Array]:
        """(epoch, train, test), each (moments,); the values times the factor."""
        epoch, train, test = self._table[:, : self._length]
        return epoch, train, test

    def forget(self) -> None:
        """Take the next rows for others, even if they are the same."""
        self._given = (_EMPTY, _EMPTY, _EMPTY)

    def show(self, epoch: Array, train: Array, test: Array, factor: float) -> int | None:
        """Set the rows; the values are multiplied by `factor`.

        Returns the first row that is new: 0 if they do not continue the last ones, None if nothing is new. A history
        never changes written rows, so that rows at the same place in memory are the same.
        """
        before, given = self._given, (epoch, train, test)
        first = min(len(before[0]), len(epoch)) if all(map(_is_continued, before, given)) else 0
        if len(epoch) == len(before[0]) and (first or all(map(_is_same, before, given))):
            return None
        self._given = given
        self._make_room(len(epoch), keep=first)
        self._table[0, first : len(epoch)] = epoch[first:]
        np.multiply(train[first:], factor, out=self._table[1, first : len(epoch)])
        np.multiply(test[first:], factor, out=self._table[2, first : len(epoch)])
        self._length = len(epoch)
        return first

    def _make_room(self, length: int, keep: int) -> None:
        # Others may hold views of the rows: they are never written again.
        if not keep or length > self._table.shape[1]:
            grown = np.empty((3, max(_LEAST, 2 * length)))
            grown[:, :keep] = self._table[:, :keep]
            self._table = grown


def _is_continued(before: Array, now: Array) -> bool:
    """Whether an array begins with another, because it is a longer view of the same memory."""
    return 0 < len(before) <= len(now) and before.strides == now.strides and _place(before) == _place(now)


def _place(array: Array) -> int:
    place: int = array.__array_interface__["data"][0]
    return place


def _is_same(before: Array, now: Array) -> bool:
    return len(before) == len(now) and np.array_equal(before, now, equal_nan=True)


Curve = tuple[Array, Array]

MAX_GHOSTS = 3
MAX_AHEAD = 7
_NOTHING: Curve = np.empty(0), np.empty(0)
_FAINT = 0.7


class PaintedCurve:
    """Finite values sorted by x, in view coordinates, at most about one per pixel."""

    def __init__(self) -> None:
        self.pen = QPen()
        self.curve: Curve = _NOTHING
        """Points, (x, y)."""
        self._painted = 0

    def show(self, curve: Curve) -> None:
        """Set another curve."""
        self.curve, self._painted = curve, 0

    def extend(self, curve: Curve) -> None:
        """Add values after the last one."""
        if len(curve[0]):
            (x, y), (more_x, more_y) = self.curve, curve
            self.curve = np.concatenate([x, more_x]), np.concatenate([y, more_y])

    def paint(self, painter: QPainter, pixels: QTransform, *, anew: bool) -> None:
        """Draw what was not painted yet, or all of it."""
        start, self._painted = 0 if anew else max(0, self._painted - 1), len(self.curve[0])
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
        self.ahead = [PaintedCurve() for _ in range(MAX_AHEAD)]
        self._in_order = (*self.ghosts, *reversed(self.ahead), *reversed(self.behind), *reversed(self.front))
        self._titles: tuple[str, ...] = ()
        self._plain, self._named = "", ("", "", "")
        self.ghost_colors: tuple[str, ...] = ()
        """Of the ghosts with a title; "" for the others."""

    def use_theme(self, theme: Theme) -> None:
        for front, behind, color in zip(self.front, self.behind, (theme.train, theme.test), strict=True):
            front.pen = QPen(QColor(color), 1.5)
            behind.pen = QPen(QColor(mix(color, theme.surface, _FAINT)), 1.0)
        for number, curve in enumerate(self.ahead):
            curve.pen = QPen(QColor(ahead_color(theme, number)), 1.5, Qt.PenStyle.DashLine)
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
        self,
        front: Sequence[Curve],
        behind: Sequence[Curve],
        ghosts: Sequence[Curve],
        ahead: Sequence[Curve] = (),
        *,
        width: int,
    ) -> None:
        """Set curves given in view coordinates, for a chart of `width` pixels."""
        for item, curve in zip_longest(self.ahead, ahead[:MAX_AHEAD], fillvalue=_NOTHING):
            assert isinstance(item, PaintedCurve)
            item.show(curve)
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
            item.paint(painter, pixels, anew=anew)
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
