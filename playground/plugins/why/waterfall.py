"""What moved a prediction: the waterfall from the baseline's to the sample's, or the parts of an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.explain.attribution import Attribution, Contribution
from core.inspect.saliency import SaliencyKind, SaliencyMap
from core.io.number_text import number_text, percent_text, rounded_text
from playground.plugin import (
    LEFT,
    RADIUS_SMALL_PX,
    RIGHT,
    UP_DOWN,
    PaintedWidget,
    SaliencyOverlay,
    Theme,
    ThemeSource,
    cut_text,
    draw_box,
    draw_text,
    font,
    gray_image,
    multiples,
    round_step,
)

_ROW_PX: Final = 40.0
_MIN_ROW_PX: Final = 19.0
_HEAD_PX: Final = 24.0
_SIDE_PX: Final = 8.0
_AMOUNT_PX: Final = 62.0
_NAME_SHARE: Final = 0.32
_DETAIL_PX: Final = 66.0
_CHANGE_PX: Final = 104.0
_MIN_DETAIL_PX: Final = 440
_FEWEST_ROWS: Final = 4
_NEAR: Final = 2.0
"""0 is on the axis if it is nearer to the values than so often their spread."""
_ROOM: Final = 1 / 8


def prediction_text(value: float, found: Attribution) -> str:
    """The prediction: 43.9 %, 1.25 as log-odds, or a value."""
    if found.prediction.log_odds:
        return _hundredths(value)
    return percent_text(value, 1) if found.prediction.encoding.classes else rounded_text(value, 4)


def _hundredths(value: float) -> str:
    """What is added up ends at one digit: 0.57 − 0.56 = 0.01, and not 0.0064."""
    return number_text(round(value, 2) + 0.0, 2)


def amount_text(value: float, found: Attribution) -> str:
    """Addition to a prediction, with its sign: +23.4 without the per cent."""
    if found.prediction.log_odds or not found.prediction.encoding.classes:
        text = _hundredths(value) if found.prediction.log_odds else rounded_text(value)
    else:
        text = number_text(100 * value, 1)
    return f"+{text}" if value > 0 else text


def raw_text(value: float | str | None) -> str:
    """A raw value: a number, the name of a category, or "mixed" for a mean of categories."""
    if value is None:
        return "mixed"
    return value if isinstance(value, str) else rounded_text(value)


@dataclass(frozen=True)
class Bar:
    """A row: from where to where the prediction goes; `column` is its place in the data, -1 for none."""

    name: str
    start: float
    end: float
    column: int = -1
    detail: str = ""
    tip: str = ""


def bars_of(
    parts: Sequence[Contribution],
    found: Attribution,
    most: int,
    names: tuple[str, str],
    *,
    changes: bool = False,
) -> list[Bar]:
    """The baseline, the columns that move most, what the others do together, and the sample; as many as `most`.

    Of `changes` their details are the values before and after.
    """
    order = sorted(range(len(parts)), key=lambda place: -abs(parts[place].amount))
    room = max(1, most - 2)
    shown = order if len(order) <= room else order[: room - 1]
    bars, at = [Bar(names[0], 0.0, found.before)], found.before
    for place in shown:
        part = parts[place]
        here, there = (raw_text(each) for each in (part.here, part.there))
        # In the units of the data, as the network's inputs show them.
        detail = f"{there} → {here}" if changes and here != there else here
        tip = f"{part.name} {here}, against {there}: {amount_text(part.amount, found)}"
        bars.append(Bar(part.name, at, at + part.amount, place, detail, tip))
        at += part.amount
    if rest := order[len(shown) :]:
        amount = sum(parts[place].amount for place in rest)
        name = f"{len(rest)} others"
        bars.append(Bar(name, at, at + amount, -1, "", f"{name}: {amount_text(amount, found)}"))
    return [*bars, Bar(names[1], 0.0, found.after)]


class Waterfall(PaintedWidget):
    """Up and Down go from bar to bar, Enter or a click chooses its column."""

    name = "What moved the prediction; Up and Down read the columns"
    is_tracking = True
    steps = UP_DOWN
    size_px = 560, 340
    column_chosen = Signal(int)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._found: Attribution | None = None
        self._parts: Sequence[Contribution] = ()
        self._names, self._changes = ("", ""), False
        self.bars: list[Bar] = []
        self._current: int | None = None
        self.setMinimumSize(300, int(_HEAD_PX + 6 * _MIN_ROW_PX))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def current(self) -> Bar | None:
        """The bar that is pointed at."""
        return None if self._current is None else next(iter(self.bars[self._current :]), None)

    def show_attribution(
        self,
        found: Attribution | None,
        parts: Sequence[Contribution],
        names: tuple[str, str],
        *,
        changes: bool = False,
    ) -> None:
        """Set what moved the prediction, and the names of the baseline and the sample; see `bars_of`. None clears."""
        self._found, self._parts, self._names, self._changes = found, parts, names, changes
        self._fit()

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = int((event.position().y() - _HEAD_PX) // self._row_px)
        self._point_at(place if 0 <= place < len(self.bars) else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose()

    def leaveEvent(self, event: object) -> None:
        self._point_at(None)

    def focusOutEvent(self, event: object) -> None:
        self._point_at(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and self.bars:
            here = -1 if self._current is None else self._current
            self._point_at(max(0, min(len(self.bars) - 1, here + step)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self._choose()
        else:
            event.ignore()

    def _choose(self) -> None:
        if self.current is not None and self.current.column >= 0:
            self.column_chosen.emit(self.current.column)

    def _point_at(self, place: int | None) -> None:
        if place != self._current:
            self._current = place
            tip = "" if self.current is None else self.current.tip
            self.setToolTip(tip)
            self.setAccessibleDescription(tip)
            self.update()

    def _fit(self) -> None:
        most = max(_FEWEST_ROWS, int((self.height() - _HEAD_PX) // _MIN_ROW_PX))
        found, names = self._found, self._names
        self.bars = [] if found is None else bars_of(self._parts, found, most, names, changes=self._changes)
        self.update()

    @property
    def _row_px(self) -> float:
        return min(_ROW_PX, (self.height() - _HEAD_PX) / max(1, len(self.bars)))

    def span(self) -> tuple[float, float]:
        """The ends of the axis: 0 to 100 % for probabilities, wider where a sum on the way leaves that.

        Of values those between which the prediction goes, and 0 unless that is far from them.
        """
        ends = [bar.end for bar in self.bars if math.isfinite(bar.end)]
        found = self._found
        if found is not None and found.prediction.encoding.classes and not found.prediction.log_odds:
            return min([0.0, *ends]), max([1.0, *ends])
        low, high = min(ends, default=0.0), max(ends, default=1.0)
        spread = (high - low) or abs(low) or 1.0
        if low <= _NEAR * spread and high >= -_NEAR * spread:
            return min(low, 0.0), max(high, 0.0) if high > low or high > 0.0 else low + 1.0
        return low - _ROOM * spread, high + _ROOM * spread

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        if self._found is not None and self.bars:
            self._paint_bars(painter, self._found, theme)
        self._paint_focus(painter, RADIUS_SMALL_PX)

    def area(self) -> QRectF:
        """Rectangles of the bars."""
        metrics = QFontMetricsF(font(bold=True))
        widest = max((metrics.horizontalAdvance(bar.name) for bar in self.bars), default=0.0) + 8
        left = _SIDE_PX + min(widest, _NAME_SHARE * self.width()) + self._detail_px + 8
        right = self.width() - _AMOUNT_PX - 2 * _SIDE_PX
        return QRectF(left, _HEAD_PX, max(1.0, right - left), self._row_px * len(self.bars))

    @property
    def _detail_px(self) -> float:
        wanted = _CHANGE_PX if self._changes else _DETAIL_PX
        return wanted if self.width() >= _MIN_DETAIL_PX else 0.0

    def _paint_bars(self, painter: QPainter, found: Attribution, theme: Theme) -> None:
        area, row, (low, high) = self.area(), self._row_px, self.span()

        def x(value: float) -> float:
            return area.left() + min(1.0, max(0.0, (value - low) / (high - low))) * area.width()

        for tick in multiples(round_step((high - low) / max(2, int(area.width() / 56))), low, high):
            painter.setPen(QPen(QColor(theme.border if tick else theme.border_strong), 1))
            painter.drawLine(QLineF(x(tick), area.top(), x(tick), area.bottom()))
            text = prediction_text(tick, found).replace(".0 %", " %")
            place = QRectF(x(tick) - 40, 2, 80, _HEAD_PX - 4)
            draw_text(painter, place, text, theme.text_muted, self._small)
        zero = min(max(0.0, low), high)
        for number, bar in enumerate(self.bars):
            top, is_end = area.top() + number * row, number in (0, len(self.bars) - 1)
            line = QRectF(_SIDE_PX, top, self.width() - 2 * _SIDE_PX, row)
            if number == self._current:
                painter.fillRect(line.adjusted(-4, 0, 4, 0), QColor(theme.field))
            start = zero if is_end else bar.start
            self._paint_texts(painter, found, bar, line, area.left(), is_end=is_end)
            if not (math.isfinite(start) and math.isfinite(bar.end)):
                continue
            color = theme.border_strong if is_end else theme.positive if bar.end >= start else theme.negative
            left, right = sorted((x(start), x(bar.end)))
            box = QRectF(left, top + 0.2 * row, max(1.5, right - left), 0.6 * row)
            draw_box(painter, box, 2, color)
            if number + 1 < len(self.bars):
                painter.setPen(QPen(QColor(theme.text_muted), 1, Qt.PenStyle.DotLine))
                painter.drawLine(QLineF(x(bar.end), box.bottom(), x(bar.end), box.bottom() + 0.4 * row))

    def _paint_texts(
        self, painter: QPainter, found: Attribution, bar: Bar, line: QRectF, left: float, *, is_end: bool
    ) -> None:
        theme, face, wide = self._themes.theme, font(bold=is_end), self._detail_px
        name = cut_text(face, bar.name, left - line.left() - wide - 8)
        draw_text(painter, line, name, theme.text, face, LEFT)
        amount = bar.end if is_end else bar.end - bar.start
        text = prediction_text(amount, found) if is_end else amount_text(amount, found)
        draw_text(painter, line, text, align=RIGHT)
        if wide and bar.detail:
            place = QRectF(left - 8 - wide, line.top(), wide, line.height())
            draw_text(painter, place, bar.detail, theme.text_muted, self._small, RIGHT, cut=True)


_SQUARES_GAP_PX: Final = 16
_CAPTION_PX: Final = 22


class ImageReasons(PaintedWidget):
    """Three squares: the image, its parts for and against, and the baseline; or image, change and what it becomes."""

    is_antialiased = False
    size_px = 640, 300

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._found: Attribution | None = None
        self._captions = "", "", ""
        self._prediction, self._changes = "", False
        self.overlay = SaliencyOverlay()
        self.setMinimumSize(300, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_attribution(
        self,
        found: Attribution | None,
        captions: tuple[str, str, str],
        prediction: str,
        *,
        range_: float | None = None,
    ) -> None:
        """Set an attribution, the texts above the squares, and the class that is explained.

        With the distance from black to white in network inputs, show the way from the baseline to the sample.
        """
        self._found, self._captions, self._prediction, self._changes = (
            found,
            captions,
            prediction,
            range_ is not None,
        )
        if found is not None:
            # Channels of a pixel add up.
            moved = found.values if range_ is None else (found.sample - found.baseline) / range_
            kind: SaliencyKind = "gradient_input" if range_ is None else "occlusion"
            self.overlay.show(SaliencyMap(kind, found.prediction.label, moved.sum(axis=2)))
            self.setAccessibleName("; ".join(captions))
        self.update()

    def squares(self) -> list[QRectF]:
        """The image, its overlay and the baseline."""
        legend = _CAPTION_PX + self.overlay.legend_height
        side = max(1.0, min((self.width() - 2 * _SQUARES_GAP_PX) / 3, self.height() - legend))
        top = _CAPTION_PX + max(0.0, (self.height() - legend - side) / 2)
        left = (self.width() - 3 * side - 2 * _SQUARES_GAP_PX) / 2
        return [QRectF(left + number * (side + _SQUARES_GAP_PX), top, side, side) for number in range(3)]

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        found, squares = self._found, self.squares()
        if found is None:
            return
        side = max(1, round(squares[0].width() * self.devicePixelRatioF()))
        first, last = (found.baseline, found.sample) if self._changes else (found.sample, found.baseline)
        for square, image in zip(squares, (first, first, last), strict=True):
            painter.setOpacity(0.35 if square is squares[1] else 1.0)
            painter.drawImage(square, gray_image(image, theme, side))
        self.overlay.paint(painter, theme, squares[1])
        self.overlay.paint_legend(painter, theme, squares[1], self._prediction)
        for square, caption in zip(squares, self._captions, strict=True):
            place = QRectF(square.left(), square.top() - _CAPTION_PX, square.width(), _CAPTION_PX)
            draw_text(painter, place, caption, theme.text_muted, self._small, LEFT, cut=True)
