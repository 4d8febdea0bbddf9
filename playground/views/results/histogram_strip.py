"""Histograms over time: the newest as a filled curve, and a heat map of earlier ones, newest on top."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.inspect.histograms import Histogram
from core.io.number_text import percent_text, place_text, rounded_text
from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme, mix, rgb
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.painted import (
    ARROWS,
    LEFT,
    LEFT_RIGHT,
    RIGHT,
    WRAPPED,
    PaintedWidget,
    draw_text,
    use_colors,
)

COLUMNS = 64
_MAX_ROWS = 96
_ROUND = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)


class HistogramRows:
    """Rows in order of time, the newest included; when full, every second row is dropped, and later ones are as far
    apart as those that are left."""

    def __init__(self, max_rows: int = _MAX_ROWS) -> None:
        self._max_rows = max_rows
        self.clear()

    def __len__(self) -> int:
        return len(self._histograms)

    @property
    def newest(self) -> Histogram | None:
        """The last histogram added."""
        return self._histograms[-1] if self._histograms else None

    def clear(self) -> None:
        self.epochs: list[float] = []
        self.limits = -1.0, 1.0
        self._histograms: list[Histogram] = []
        self._shares: list[Array] = []
        self._spacing = 0.0
        self._filled_to = -np.inf

    def add(self, epoch: float, histogram: Histogram) -> None:
        """Add the newest row, unless `fill` has brought it."""
        if epoch <= self._filled_to:
            return
        # The last one stays only where it is far enough from the one before.
        if len(self) > 1 and self.epochs[-1] - self.epochs[-2] < self._spacing:
            self._pop()
        if len(self) == self._max_rows:
            self.epochs, self._histograms = self.epochs[::2], self._histograms[::2]
            self._shares = self._shares[::2]
            self._space()
        self.epochs.append(epoch)
        self._histograms.append(histogram)
        limits = round_limits(
            min(float(each.edges[0]) for each in self._histograms),
            max(float(each.edges[-1]) for each in self._histograms),
        )
        if limits != self.limits:
            self.limits = limits
            self._shares = [self.spread(each) for each in self._histograms]
        else:
            self._shares.append(self.spread(histogram))

    def fill(self, earlier: Sequence[tuple[float, Histogram]]) -> None:
        """Put rows of known epochs before those that are newer."""
        if not earlier:
            return
        end = earlier[-1][0]
        newer = [row for row in zip(self.epochs, self._histograms, strict=True) if row[0] > end]
        self.clear()
        for row in earlier:
            self.add(*row)
        self._space()
        for row in newer:
            self.add(*row)
        self._filled_to = end

    def row_of(self, epoch: float) -> int:
        """The row nearest to an epoch; there must be one."""
        return int(np.argmin(np.abs(np.array(self.epochs) - epoch)))

    def shares(self) -> Array:
        """(rows, COLUMNS): fraction of the values in each column of the axis; rows sum to 1."""
        return np.array(self._shares).reshape(len(self), COLUMNS)

    def _space(self) -> None:
        """Keep later rows as far apart as these are."""
        if len(self) > 1:
            self._spacing = (self.epochs[-1] - self.epochs[0]) / (len(self) - 1)

    def _pop(self) -> None:
        for rows in (self.epochs, self._histograms, self._shares):
            rows.pop()

    def spread(self, histogram: Histogram) -> Array:
        """A histogram resampled to the common axis, assuming uniform values within each bin."""
        below = np.concatenate([[0.0], np.cumsum(histogram.counts)])
        grid = np.linspace(*self.limits, COLUMNS + 1)
        shares: Array = np.diff(np.interp(grid, histogram.edges, below)) / below[-1]
        return shares


def round_limits(low: float, high: float) -> tuple[float, float]:
    """Axis limits as round numbers, stable under small changes: (-m, m), (0, m) or (-m, 0)."""
    most = max(abs(low), abs(high), 1e-9)
    decade = 10.0 ** math.floor(math.log10(most))
    top = next(factor for factor in (*_ROUND, 15.0) if factor * decade >= most * (1 - 1e-6)) * decade
    small = 1e-3 * most
    left = -top if low < -small else 0.0
    return left, top if high > small or not left else 0.0


_SHADES = 64
_TEXT_PX = 16
_HILL_SHARE = 0.38
_GAP_PX = 3
_MIN_ROWS = 24
_SIDE_PX = 4


class HistogramStrip(PaintedWidget):
    """Left and Right move the cell along the values, Up and Down along time; Escape leaves."""

    steps = LEFT_RIGHT
    is_tracking = True
    size_px = 150, 210

    def __init__(self, title: str, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.rows = HistogramRows()
        self._title = title
        self._nothing = ""
        self._past: tuple[float, Histogram] | None = None
        self.cell: tuple[int, int] | None = None
        """(line, column) of the current cell; line 0 is the newest."""
        self._image = QImage()
        self._pixels = b""
        self.readout = HoverReadout(self)
        self.setMinimumSize(110, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.clear()
        self._restyle()

    def clear(self, why: str = "") -> None:
        """Drop the histograms; `why` is shown instead."""
        self.rows.clear()
        self._nothing, self._past = why, None
        self._point_at(None)
        self._draw()

    def add(self, epoch: float, histogram: Histogram) -> None:
        self.rows.add(epoch, histogram)
        self._draw()

    def fill(self, earlier: Sequence[tuple[float, Histogram]]) -> None:
        """Add histograms of earlier epochs, in order."""
        self.rows.fill(earlier)
        self._draw()

    def show_past(self, past: tuple[float, Histogram] | None) -> None:
        """Draw the curve of an earlier epoch, and mark its line; None for the newest."""
        if past is not None or self._past is not None:
            self._past = past
            self._draw()

    def text_of(self, line: int, column: int) -> str:
        """Text of a cell: "−0.25 … −0.22: 3.1 %", and its epoch."""
        low, high = self.rows.limits
        left, right = (low + (high - low) * edge / COLUMNS for edge in (column, column + 1))
        row = len(self.rows) - 1 - line
        share, epoch = float(self.rows.shares()[row, column]), self.rows.epochs[row]
        return (
            f"epoch {place_text(epoch)}\n{_number(left)} … {_number(right)}\n{percent_text(share, 1)} of them"
        )

    def hill_rect(self) -> QRectF:
        """Rectangle of the newest histogram."""
        room = QRectF(self.rect()).adjusted(_SIDE_PX, _TEXT_PX + 2, -_SIDE_PX, -_TEXT_PX)
        return QRectF(room.left(), room.top(), room.width(), _HILL_SHARE * room.height())

    def lines_rect(self) -> QRectF:
        """Rectangle of the heat map."""
        hill = self.hill_rect()
        bottom = self.height() - _TEXT_PX
        room = QRectF(hill.left(), hill.bottom() + _GAP_PX, hill.width(), bottom - hill.bottom() - _GAP_PX)
        room.setHeight(room.height() * min(1.0, len(self.rows) / _MIN_ROWS))
        return room

    # -- reading ------------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place, lines, hill = event.position(), self.lines_rect(), self.hill_rect()
        column = int((place.x() - hill.left()) / hill.width() * COLUMNS)
        if not len(self.rows) or not 0 <= column < COLUMNS:
            self._point_at(None)
        elif hill.contains(place):
            self._point_at((0, column), place.toPoint())
        elif lines.contains(place):
            line = int((place.y() - lines.top()) / lines.height() * len(self.rows))
            self._point_at((min(line, len(self.rows) - 1), column), place.toPoint())
        else:
            self._point_at(None)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._point_at(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self.cell is not None:
            self._point_at(None)
        elif step is None or not len(self.rows):
            super().keyPressEvent(event)
        else:
            line, column = self.cell or (0, COLUMNS // 2)
            line, column = line - step[1], column + step[0]
            self._point_at((max(0, min(len(self.rows) - 1, line)), max(0, min(COLUMNS - 1, column))))

    def _point_at(self, cell: tuple[int, int] | None, pointer: QPoint | None = None) -> None:
        changed, self.cell = cell != self.cell, cell
        if cell is None:
            self.readout.hide()
        else:
            where = pointer or self._cell_rect(*cell).center().toPoint()
            self.readout.show_text(
                self.text_of(*cell), where, self.rect().adjusted(0, _TEXT_PX, 0, -_TEXT_PX)
            )
        if changed:
            self.update()

    def _cell_rect(self, line: int, column: int) -> QRectF:
        lines = self.lines_rect()
        width, height = lines.width() / COLUMNS, lines.height() / len(self.rows)
        return QRectF(lines.left() + column * width, lines.top() + line * height, width, height)

    # -- painting -----------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        """Render the rows to an image and update the accessible text."""
        newest = self.rows.newest
        if newest is None:
            self._hill: Array = np.zeros(COLUMNS)
            self.setAccessibleName(f"{self._title}: {self._nothing or 'nothing yet'}")
            self.update()
            return
        # The root makes small fractions visible beside large ones.
        heights = self.rows.shares()[::-1]
        heights = np.sqrt(heights / heights.max(axis=1, keepdims=True))
        shown = newest if self._past is None else self._past[1]
        self._hill = self.rows.spread(shown)
        self._pixels = np.ascontiguousarray(np.rint(heights * (_SHADES - 1)), np.uint8).tobytes()
        self._image = QImage(self._pixels, COLUMNS, len(self.rows), COLUMNS, QImage.Format.Format_Indexed8)
        self._image.setColorTable(self._colors)
        self.setAccessibleName(
            f"{self._title}: mean {_number(shown.mean)}, deviation {_number(shown.deviation)}; "
            "arrow keys read single values"
        )
        if self.cell is not None:
            self._point_at((min(self.cell[0], len(self.rows) - 1), self.cell[1]))
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        top = QRectF(_SIDE_PX, 0, self.width() - 2 * _SIDE_PX, _TEXT_PX)
        draw_text(painter, top, self._title, theme.text, self._small, LEFT)
        newest = self.rows.newest
        painter.setPen(QColor(theme.text_muted))
        if newest is None:
            painter.drawText(QRectF(self.rect()).adjusted(8, _TEXT_PX, -8, 0), WRAPPED, self._nothing)
        else:
            shown = newest if self._past is None else self._past[1]
            spread = f"{_number(shown.mean)} ± {_number(shown.deviation).lstrip('−')}"
            painter.drawText(top, RIGHT, spread)
            self._paint_axis(painter)
            painter.drawImage(self.lines_rect(), self._image)
            self._paint_hill(painter)
            if self._past is not None:
                self._paint_past(painter, self._past[0])
            if self.cell is not None:
                self._paint_cell(painter, *self.cell)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_focus(painter, RADIUS_SMALL_PX)

    def _paint_axis(self, painter: QPainter) -> None:
        """Axis labels: both ends, and zero if it is between them."""
        low, high = self.rows.limits
        hill, flag = self.hill_rect(), Qt.AlignmentFlag
        under = QRectF(hill.left(), self.height() - _TEXT_PX, hill.width(), _TEXT_PX)
        for value, place in ((low, flag.AlignLeft), (high, flag.AlignRight)):
            painter.drawText(under, place | flag.AlignVCenter, _number(value))
        if low < 0.0 < high:
            painter.drawText(under, flag.AlignHCenter | flag.AlignVCenter, "0")
            middle = hill.center().x()
            painter.save()
            painter.setPen(QPen(QColor(self._themes.theme.border), 1.0))
            painter.drawLine(QPointF(middle, hill.top()), QPointF(middle, hill.bottom()))
            painter.restore()

    def _paint_hill(self, painter: QPainter) -> None:
        hill, theme = self.hill_rect(), self._themes.theme
        heights = self._hill / max(1e-12, float(self._hill.max())) * (hill.height() - 2)
        width = hill.width() / COLUMNS
        points = [QPointF(hill.left(), hill.bottom())]
        for column, height in enumerate(heights.tolist()):
            left, y = hill.left() + column * width, hill.bottom() - height
            points += [QPointF(left, y), QPointF(left + width, y)]
        points.append(QPointF(hill.right(), hill.bottom()))
        use_colors(painter, theme.accent)
        painter.drawPolygon(QPolygonF(points))

    def _paint_past(self, painter: QPainter, epoch: float) -> None:
        line = self._cell_rect(len(self.rows) - 1 - self.rows.row_of(epoch), 0)
        painter.setPen(QPen(QColor(self._themes.theme.text), 1.0, Qt.PenStyle.DashLine))
        right = self.lines_rect().right()
        painter.drawLine(QPointF(line.left(), line.center().y()), QPointF(right, line.center().y()))

    def _paint_cell(self, painter: QPainter, line: int, column: int) -> None:
        cell, hill, theme = self._cell_rect(line, column), self.hill_rect(), self._themes.theme
        use_colors(painter, None, theme.text)
        painter.drawLine(QPointF(cell.center().x(), hill.top()), QPointF(cell.center().x(), cell.top()))
        painter.drawRect(cell.adjusted(-1, -1, 1, 1))

    def _restyle(self) -> None:
        theme = self._themes.theme
        ground = mix(theme.field, theme.surface, 0.4)
        grades = [mix(ground, theme.accent, shade / (_SHADES - 1)) for shade in range(_SHADES)]
        self._colors = [QColor(*rgb(grade)).rgb() for grade in grades]
        self._draw()


def _number(value: float) -> str:
    return rounded_text(value, 2 if abs(value) < 100 else 3)
