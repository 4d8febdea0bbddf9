"""View of the heads of attention: a map per head, and arcs from the position that is pointed at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPainter, QPainterPath, QPen

from core.inspect.attention import Habit, habits_of
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.canvas.column_layout import LayerColumn
from playground.views.theme.colors import Theme, class_color, rgb
from playground.views.theme.popups import paint_popup
from playground.views.theme.theme import font
from playground.views.widgets.array_images import MapStrip, packed
from playground.views.widgets.painted import LEFT, draw_text, faded, use_colors

_TITLE_PX: Final = 18
_ARCS_SHARE: Final = 0.35
_ARCS_PX: Final = (34, 96)
_MIN_MAP_PX: Final = 26
_GAP_PX: Final = 8
_DOT_PX: Final = 2.6
_MIN_LOOK: Final = 0.03
"""Of what a position looks at: less is no arc."""
_HINT: Final = "Point below to see what each place looks at; a click on a head's name mutes it"
_WIDEST_PX: Final = 6.0
_COLORS: Final = (0, 4, 2, 6, 8, 9, 5, 3, 1, 7)
"""Of the classes' colors: those of the signs are not beside each other."""
_HINT_ROOM_PX: Final = 460
"""Beside the legend, for what is said of later positions."""
_ROOMY_PX: Final = 62
"""Lower arcs have no title in their legend."""
_MAX_ENTRIES: Final = 8


def head_color(head: int) -> str:
    """The color of a head, the same in its map and its arcs."""
    return class_color(_COLORS[head % len(_COLORS)])


class HeadMaps:
    """The maps of one layer's heads in its row, and below them the arcs.

    `x_of` is where a position is drawn.
    """

    def __init__(
        self, heads: int, causal: bool, row: LayerColumn, area: QRectF, x_of: Callable[[float], float]
    ) -> None:
        self.heads, self._causal, self._x_of = heads, causal, x_of
        arcs = min(_ARCS_PX[1], max(_ARCS_PX[0], _ARCS_SHARE * (row.height - _TITLE_PX)))
        room = row.height - _TITLE_PX - arcs - 4
        self.shown = min(heads, max(1, int(area.width() // (_MIN_MAP_PX + _GAP_PX))))
        pitch = area.width() / self.shown
        self.side = float(int(min(room, pitch - _GAP_PX)))
        lefts = [round(area.left() + head * pitch) for head in range(self.shown)]
        self.maps = [QRectF(left, row.top + _TITLE_PX, self.side, self.side) for left in lefts]
        self.titles = [QRectF(left, row.top, pitch - _GAP_PX, _TITLE_PX - 2) for left in lefts]
        self.arcs = QRectF(area.left(), row.top + row.height - arcs, area.width(), arcs)
        self._strip: MapStrip | None = None
        self.looks: Array | None = None
        """(heads, time, time), as of `AttentionFrame`."""
        self.habits: tuple[Habit, ...] = ()
        self._small, self._bold = font("small"), font("small", bold=True)

    def show(self, looks: Array | None) -> None:
        self.looks = looks if looks is not None and len(looks) else None
        self.habits = () if looks is None else habits_of(looks[: self.shown])

    def fill(self, theme: Theme, ratio: float) -> None:
        """Color the maps."""
        if self.looks is None:
            self._strip = None
            return
        pixels, count = max(1, round(self.side * ratio)), min(self.shown, len(self.looks))
        if self._strip is None or self._strip.width != pixels or self._strip.count != count:
            self._strip = MapStrip(count, pixels, pixels)
        self._strip.fill(self.looks, _luts(theme, count))

    def head_at(self, pos: QPointF) -> tuple[int, bool] | None:
        """The head at a place, and whether its title is there."""
        for head, (title, place) in enumerate(zip(self.titles, self.maps, strict=True)):
            if place.contains(pos) or title.contains(pos):
                return head, title.contains(pos)
        return None

    def position_at(self, pos: QPointF, time: int) -> int | None:
        """The position whose row of a map is at a place."""
        place = next((place for place in self.maps if place.contains(pos)), None)
        time = time if self.looks is None else self.looks.shape[1]
        return None if place is None else min(time - 1, int((pos.y() - place.top()) / place.height() * time))

    def best(self, head: int, position: int) -> tuple[int, float] | None:
        """Largest weight of a head from a position, and its target."""
        if self.looks is None or head >= len(self.looks) or position >= self.looks.shape[1]:
            return None
        row = self.looks[head, position]
        found = int(np.argmax(row))
        return found, float(row[found])

    def paint(self, painter: QPainter, theme: Theme, muted: Sequence[int], position: int | None) -> None:
        for head, (title, place) in enumerate(zip(self.titles, self.maps, strict=True)):
            self._paint_title(painter, theme, head, title, is_muted=head in muted)
            if self._strip is not None and head < self._strip.count:
                self._strip.draw(painter, head, place)
            else:
                painter.fillRect(place, QColor(theme.field))
            use_colors(painter, None, theme.border)
            painter.drawRect(place)
            if position is not None and self.looks is not None and position < self.looks.shape[1]:
                step = place.height() / self.looks.shape[1]
                row = QRectF(place.left() - 1, place.top() + position * step - 1, place.width() + 2, step + 2)
                painter.setPen(QPen(QColor(theme.text), 1.5))
                painter.drawRoundedRect(row, 2, 2)

    def _paint_title(
        self, painter: QPainter, theme: Theme, head: int, place: QRectF, *, is_muted: bool
    ) -> None:
        square = QRectF(place.left(), place.center().y() - 4, 8, 8)
        painter.setPen(QPen(QColor(head_color(head)), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush if is_muted else QColor(head_color(head)))
        painter.drawRoundedRect(square, 2, 2)
        note = "muted" if is_muted else self._habit_text(head)
        name, name_px, fits = _title(head, note, place.width() - 13)
        face = QFont(self._bold)
        face.setStrikeOut(is_muted)
        rest = place.adjusted(13, 0, 0, 0)
        draw_text(painter, rest, name, theme.text_muted if is_muted else theme.text, face, LEFT)
        if note and fits:
            rest.setLeft(rest.left() + name_px + 6)
            draw_text(painter, rest, note, theme.text_muted, self._small, LEFT)

    def _habit_text(self, head: int) -> str:
        if head >= len(self.habits):
            return ""
        return f"{self.habits[head].text} {percent_text(self.habits[head].share)}"

    def paint_positions(
        self, painter: QPainter, theme: Theme, position: int | None, time: range, note: str
    ) -> None:
        """Draw the positions as dots; above them a note, or the hint, unless there are arcs."""
        foot = self.arcs.bottom() - 8
        painter.setPen(Qt.PenStyle.NoPen)
        for other in time:
            hidden = position is not None and self._causal and other > position
            color = theme.accent if other == position else theme.border_strong if hidden else theme.text
            painter.setBrush(QColor(color if position is not None else theme.border_strong))
            size = _DOT_PX + 1 if other == position else _DOT_PX
            painter.drawEllipse(QPointF(self._x_of(other), foot), size, size)
        if position is None and self.looks is not None:
            painter.setFont(self._small)
            painter.setPen(QColor(theme.text_muted))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(self.arcs.adjusted(0, 0, 0, -16), flags, note or _HINT)

    def paint_arcs(
        self, painter: QPainter, theme: Theme, muted: Sequence[int], position: int | None, time: range
    ) -> None:
        """Draw what `position` looks at as arcs."""
        foot = self.arcs.bottom() - 8
        if position is None or self.looks is None or position >= self.looks.shape[1]:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for head, looks in enumerate(self.looks[: self.shown, position].tolist()):
            if head in muted:
                continue
            for other in range(time.start, min(time.stop, len(looks))):
                if looks[other] >= _MIN_LOOK:
                    self._paint_arc(painter, head, position, other, looks[other], foot)
        free = self.arcs.right() - self._x_of(position)
        if self._causal and free >= _HINT_ROOM_PX and self.arcs.height() >= _ROOMY_PX:
            painter.setFont(self._small)
            painter.setPen(QColor(theme.text_muted))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(self.arcs.adjusted(0, 0, 0, -16), int(right), "what comes later is hidden")

    def _paint_arc(
        self, painter: QPainter, head: int, start: int, end: int, share: float, foot: float
    ) -> None:
        color = faded(head_color(head), min(1.0, 0.35 + share))
        painter.setPen(QPen(color, max(0.7, _WIDEST_PX * share), c=Qt.PenCapStyle.FlatCap))
        # Beside each other, so that no head hides another.
        beside = 1.6 * (head - (self.shown - 1) / 2)
        a, b = self._x_of(start) + beside, self._x_of(end) + beside
        path = QPainterPath(QPointF(a, foot))
        if start == end:
            size = 9.0 + 2.0 * head
            path.cubicTo(
                QPointF(a + size, foot - 2 * size), QPointF(a + 2 * size, foot - size), QPointF(a, foot)
            )
        else:
            high = min(self.arcs.height() - 12, 14 + 0.42 * abs(a - b)) * 4 / 3
            path.cubicTo(QPointF(a, foot - high), QPointF(b, foot - high), QPointF(b, foot))
        painter.drawPath(path)

    def paint_legend(
        self, painter: QPainter, muted: Sequence[int], position: int, names: Sequence[str]
    ) -> None:
        """Largest weights of each head, beside the arcs."""
        found = [
            (head, best)
            for head in range(min(self.shown, _MAX_ENTRIES))
            if head not in muted and (best := self.best(head, position)) is not None
        ]
        if not found:
            return
        title = f"{_quoted(names, position)} at place {position + 1} looks at"
        roomy = self.arcs.height() >= _ROOMY_PX
        head, leads = (21, ("",)) if roomy else (5, (f"{_quoted(names, position)} looks at", ""))
        metrics, at = QFontMetricsF(self._small), self._x_of(position)
        # The causal arcs are at the left, so the right is free; else it shrinks, or hides a part of them.
        shapes = ((2, " place"), (4, " place"), (4, " at"), (2, " at"))
        for before, lead, (across, word) in product((False, True), leads, shapes):
            texts = [
                f"{_quoted(names, to)}{word} {to + 1}  {percent_text(share)}" for _, (to, share) in found
            ]
            entry = max(map(metrics.horizontalAdvance, texts)) + 26
            across = min(across, len(found))
            lead_px = metrics.horizontalAdvance(lead) + 10 if lead else 0.0
            size = QSizeF(lead_px + across * entry + 8, head + 17 * -(-len(found) // across) + 3)
            if roomy:
                size.setWidth(max(size.width(), QFontMetricsF(self._bold).horizontalAdvance(title) + 20))
            left = at - 20 - size.width() if before else at + 20
            fits = left >= self.arcs.left() and left + size.width() <= self.arcs.right() + 8
            if fits and size.height() <= self.arcs.height() - 10:
                break
        left = max(self.arcs.left(), left)
        panel = QRectF(QPointF(left, self.arcs.bottom() - 16 - size.height()), size)
        palette = QGuiApplication.palette()
        paint_popup(painter, panel, palette, is_tooltip=True)
        color = palette.toolTipText().color()
        painter.setPen(color)
        if roomy:
            painter.setFont(self._bold)
            painter.drawText(panel.adjusted(10, 4, -4, 0), int(Qt.AlignmentFlag.AlignLeft), title)
        draw_text(painter, panel.adjusted(10, 0, 0, 0), lead, face=self._small, align=LEFT)
        for number, ((of, _), text) in enumerate(zip(found, texts, strict=True)):
            row, column = divmod(number, across)
            place = QRectF(
                panel.left() + 10 + lead_px + column * entry, panel.top() + head + 17 * row, entry, 16
            )
            painter.fillRect(QRectF(place.left(), place.center().y() - 4, 8, 8), QColor(head_color(of)))
            painter.setPen(color)
            painter.drawText(place.adjusted(13, 0, 0, 0), LEFT, text)


# Measuring takes longer than drawing, and each head has some 100 notes.
@lru_cache(maxsize=1024)
def _title(head: int, note: str, room: float) -> tuple[str, float, bool]:
    """The name of a head for a place, its width, and whether the note fits beside it."""
    bold = QFontMetricsF(font("small", bold=True))
    note_px = QFontMetricsF(font("small")).horizontalAdvance(note) + 6 if note else 0.0
    names = [(name, bold.horizontalAdvance(name)) for name in (f"Head {head + 1}", str(head + 1))]
    # The number alone, where that lets the note fit.
    for room_for_note in (note_px, 0.0):
        for name, width in names:
            if width + room_for_note <= room:
                return name, width, room_for_note == note_px
    return *names[1], False


def _quoted(names: Sequence[str], position: int) -> str:
    return f"“{names[position]}”" if position < len(names) else f"{position + 1}"


@lru_cache(maxsize=4)
def _luts(theme: Theme, count: int) -> NDArray[np.uint32]:
    """Color maps of heads (count, 256), whose upper halves go from nothing to all."""
    ground = np.array(rgb(theme.field), np.float64)
    # Raised, so that looks at many positions are seen.
    share = np.clip(np.arange(256) / 127.5 - 1.0, 0.0, 1.0)[:, None] ** 0.7
    luts = []
    for head in range(count):
        colors = ground + (np.array(rgb(head_color(head)), np.float64) - ground) * share
        luts.append(np.concatenate([colors, np.full((256, 1), 255.0)], axis=1))
    return packed(np.array(luts).astype(np.uint8))
