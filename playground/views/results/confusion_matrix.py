"""The confusion matrix as a painted widget, with cells readable by pointer and keyboard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.theme.colors import Theme, contrast, mix
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.number_format import class_name
from playground.views.widgets.painted import ARROWS, LEFT_RIGHT, RIGHT, PaintedWidget, draw_box, draw_text
from playground.views.widgets.spoken import Role, speak_as

LABEL_PX: Final = 84
"""The most that a class name takes."""
_SHORT_PX: Final = 40
"""And where there is little room."""
GAP_PX: Final = 6
_MIN_WITH_SCORES_PX: Final = 280
_MAX_CELL_PX: Final = 64.0
_MIN_CELL_PX: Final = 2.0
_MIN_DIGITS_PX: Final = 7
_READABLE_PX: Final = 9
_AROUND_PX: Final = 4.0
"""Room around a count, across."""
_ABOVE_PX: Final = 3.0
"""Room above and below a count together."""


@dataclass(frozen=True)
class MatrixLayout:
    """The first cell's corner and size in pixels, and what is written where.

    `digits` is the font size of the counts, 0 where they do not fit; `turned` says that the names below stand upright
    on their ends; `scores` that the rows end with precision and recall.
    """

    left: float
    top: float
    width: float
    height: float
    digits: int
    turned: bool = False
    scores: bool = False

    def cell(self, row: int, column: int) -> QRectF:
        """Rectangle of a cell."""
        return QRectF(self.left + column * self.width, self.top + row * self.height, self.width, self.height)


def lay_out_matrix(
    size: QSize, names: Sequence[str], largest: int, face: QFont, scores_px: float
) -> MatrixLayout:
    """The layout in a widget of `size` for classes called `names` and counts up to `largest`.

    The first of several that has readable counts, else the one with the largest: labels give way to them.
    """
    tried = list(_layouts(size, names, largest, face, scores_px))
    found = next((each for each in tried if each.digits >= _READABLE_PX), None)
    return found or max(tried, key=lambda each: each.digits)


def _layouts(
    size: QSize, names: Sequence[str], largest: int, face: QFont, scores_px: float
) -> Iterator[MatrixLayout]:
    """From the one that says most."""
    metrics = QFontMetricsF(face)
    line = metrics.height()
    widest = max((metrics.horizontalAdvance(name) for name in names), default=8.0)
    turned_px = min(LABEL_PX, widest, size.height() // 3) + 6
    for scores, most in ((True, LABEL_PX), (False, LABEL_PX), (False, _SHORT_PX)):
        if scores and size.width() < _MIN_WITH_SCORES_PX:
            continue
        left = min(most, widest) + GAP_PX + 2
        # Room for the titles of the scores.
        top = line + 3.0 if scores else 2.0
        room = QSizeF(size.width() - left - 2 - (scores_px + GAP_PX if scores else 0), size.height() - top)
        in_a_line = _layout(left, top, room, line + 4, len(names), largest, face)
        if widest > in_a_line.width:
            yield replace(
                _layout(left, top, room, turned_px, len(names), largest, face), turned=True, scores=scores
            )
        # Names that are too long for their column are cut short here.
        yield replace(in_a_line, scores=scores)


def _layout(
    left: float, top: float, room: QSizeF, below: float, classes: int, largest: int, face: QFont
) -> MatrixLayout:
    """The cells in `room`, of which the names take `below`."""
    k = max(1, classes)
    width, height, digits = _cell(room.width() / k, (room.height() - below) / k, largest, face)
    return MatrixLayout(left + max(0.0, (room.width() - k * width) / 2), top, width, height, digits)


def _cell(across: float, down: float, largest: int, face: QFont) -> tuple[float, float, int]:
    """Width and height of a cell that has so much room, and the font size of its count."""
    height = side = max(_MIN_CELL_PX, min(across, down, _MAX_CELL_PX))
    needed = _count_px(largest, face) + _AROUND_PX
    width = min(max(side, needed), max(side, across), _MAX_CELL_PX)
    return width, height, _digits_px(width, height, largest, face)


def _digits_px(width: float, height: float, largest: int, face: QFont) -> int:
    """The largest font size, up to that of `face`, in which a count fits into a cell; 0 for none."""
    for size in range(face.pixelSize(), _MIN_DIGITS_PX - 1, -1):
        smaller = QFont(face)
        smaller.setPixelSize(size)
        high = QFontMetricsF(smaller).capHeight() + _ABOVE_PX
        if high <= height and _count_px(largest, smaller) + _AROUND_PX <= width:
            return size
    return 0


def _count_px(largest: int, face: QFont) -> float:
    return QFontMetricsF(face).horizontalAdvance(str(largest))


_COLUMN_PX: Final = 46
SCORES_PX: Final = 2 * _COLUMN_PX + 4
"""Width of both columns."""


@dataclass(frozen=True)
class ClassScores:
    """`precision` and `recall` (classes,), 0 … 1; NaN for a class that was never predicted or has no samples."""

    precision: Array
    recall: Array

    @classmethod
    def of(cls, counts: NDArray[np.int64]) -> ClassScores:
        """From counts (classes, classes): rows are true, columns predicted."""
        right = np.diagonal(counts).astype(np.float64)
        with np.errstate(invalid="ignore"):
            return cls(right / counts.sum(axis=0), right / counts.sum(axis=1))

    def text(self, number: int) -> str:
        """Text of a class: "precision 97 %, recall 95 %"."""
        precision, recall = percent_text(self.precision[number]), percent_text(self.recall[number])
        return f"precision {precision}, recall {recall}"

    def paint(
        self, painter: QPainter, theme: Theme, left: float, top: float, side: float, stride: int
    ) -> None:
        """Draw the columns beside rows of height `side` starting at `top`, with titles above."""
        height = painter.fontMetrics().height()
        for place, (title, scores) in enumerate((("Precision", self.precision), ("Recall", self.recall))):
            x = left + place * (_COLUMN_PX + 4)
            above = QRectF(x - 20, top - height - 1, _COLUMN_PX + 20, height)
            draw_text(painter, above, title, theme.text_muted, align=RIGHT)
            for number in range(0, len(scores), stride):
                line = QRectF(x, top + number * side, _COLUMN_PX, side)
                draw_text(painter, line, percent_text(scores[number]), align=RIGHT)


Counts = NDArray[np.int64]

_SHADES = 64
_WORDS: Final = ("true", "predicted")


class ConfusionMatrix(PaintedWidget):
    """Cells colored by share: slate on the diagonal, red for errors, relative to the worst one. No class has these.

    Arrow keys move the current cell. `cell_pointed` carries its text, or an empty one. If there is room, rows end with
    precision and recall of their class.
    """

    name = "Confusion matrix; arrow keys read single cells, Enter shows their samples"
    is_tracking = True
    size_px = 326, 210

    cell_pointed = Signal(str)
    cell_opened = Signal(int, int)
    """True and predicted class of a cell that was clicked or activated by Enter."""

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, words: tuple[str, str] = _WORDS
    ) -> None:
        """`words` are what rows and columns say; only those of a confusion matrix have scores."""
        super().__init__(themes, parent)
        self._words = words
        self.counts: Counts = np.zeros((0, 0), np.int64)
        """The counts, (k, k); (0, 0) without any."""
        self._names: tuple[str, ...] = ()
        self._shades: NDArray[np.intp] = np.zeros((0, 0), np.intp)
        self._scores = ClassScores.of(self.counts)
        self._cell: tuple[int, int] | None = None
        self._laid_out: tuple[Any, MatrixLayout] = ((), MatrixLayout(0.0, 0.0, 1.0, 1.0, 0))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, Role.Table, press=Qt.Key.Key_Return, steps=LEFT_RIGHT)
        self.setMinimumSize(140, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip("Click a cell to see its samples")
        self._make_colors()

    def show_counts(self, counts: Counts | None, names: tuple[str, ...]) -> None:
        """See `ConfusionView.show_counts`."""
        shown = np.zeros((0, 0), np.int64) if counts is None else counts
        if names == self._names and np.array_equal(shown, self.counts):
            return
        self.counts, self._names = shown, names
        self._scores = ClassScores.of(shown)
        if self._cell is not None and max(self._cell) >= len(shown):
            self._cell = None
        self._choose_shades()
        self._show_text()
        self.update()

    def text_of(self, true: int, predicted: int) -> str:
        """Text of a cell: "true 3, predicted 5: 7 of 121"."""
        count, total = int(self.counts[true, predicted]), int(self.counts[true].sum())
        row, column = self._words
        text = f"{row} {self._name(true)}, {column} {self._name(predicted)}: {count:,} of {total:,}"
        has_scores = self._words == _WORDS and not self._layout.scores and true == predicted
        return f"{text}; {self._scores.text(true)}" if has_scores else text

    def cell_rect(self, true: int, predicted: int) -> QRectF:
        """Rectangle of a cell."""
        return self._layout.cell(true, predicted)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move_to(self._cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self.cell_opened.emit(*cell)

    def _cell_at(self, at: QPointF) -> tuple[int, int] | None:
        cells = self._layout
        row, column = (at.y() - cells.top) // cells.height, (at.x() - cells.left) // cells.width
        k = len(self.counts)
        return (int(row), int(column)) if 0 <= row < k and 0 <= column < k else None

    def leaveEvent(self, event: QEvent) -> None:
        self._move_to(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._move_to(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        last = len(self.counts) - 1
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cell is not None:
            self.cell_opened.emit(*self._cell)
            return
        if step is None or last < 0:
            super().keyPressEvent(event)
            return
        row, column = (0, 0) if self._cell is None else (self._cell[0] - step[1], self._cell[1] + step[0])
        self._move_to((max(0, min(last, row)), max(0, min(last, column))))

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        if not len(self.counts):
            return
        cells = self._layout
        gap = 1.0 if cells.height > 12 else 0.5
        digits = QFont(self._small)
        digits.setPixelSize(cells.digits or self._small.pixelSize())
        painter.setFont(digits)
        counts = self.counts.tolist()
        for row, shades in enumerate(self._shades.tolist()):
            for column, shade in enumerate(shades):
                rect = cells.cell(row, column).adjusted(gap, gap, -gap, -gap)
                ground, ink = (self._rights if row == column else self._errors)[shade]
                draw_box(painter, rect, 3, ground)
                if cells.digits and counts[row][column]:
                    draw_text(painter, rect, str(counts[row][column]), ink)
        painter.setFont(self._small)
        self._paint_names(painter, cells)
        if self._cell is None:
            self._paint_focus(painter, 6)
        else:
            edge = theme.accent if self.hasFocus() else theme.text
            draw_box(painter, self.cell_rect(*self._cell), 3, None, edge, 2)

    def _paint_names(self, painter: QPainter, cells: MatrixLayout) -> None:
        metrics = painter.fontMetrics()
        k = len(self.counts)
        painter.setPen(QColor(self._themes.theme.text_muted))
        # Label every n-th class rather than overlap the names.
        stride = max(1, round(0.8 * metrics.height() / cells.height))
        for number in range(0, k, stride):
            row = QRectF(0, cells.top + number * cells.height, cells.left - GAP_PX, cells.height)
            draw_text(painter, row, self._name(number), align=RIGHT, cut=True)
        below = cells.top + k * cells.height + 4
        stride = max(1, round(0.8 * metrics.height() / cells.width)) if cells.turned else 1
        for number in range(0, k, stride):
            middle = cells.left + (number + 0.5) * cells.width
            if cells.turned:
                painter.save()
                painter.translate(middle, below)
                painter.rotate(-90)
                height = self.height() - below
                beside = QRectF(-height, -cells.width / 2, height, cells.width)
                draw_text(painter, beside, self._name(number), align=RIGHT, cut=True)
                painter.restore()
            else:
                under = QRectF(middle - cells.width / 2, below, cells.width, metrics.height())
                draw_text(painter, under, self._name(number), cut=True)
        if cells.scores:
            right = cells.left + k * cells.width + GAP_PX
            stride = max(1, round(0.8 * metrics.height() / cells.height))
            self._scores.paint(painter, self._themes.theme, right, cells.top, cells.height, stride)

    @property
    def _layout(self) -> MatrixLayout:
        """Rectangles of the cells."""
        key = self.size(), self._names, len(self.counts), int(self.counts.max(initial=0))
        if key != self._laid_out[0]:
            names = [self._name(number) for number in range(len(self.counts))]
            self._laid_out = key, lay_out_matrix(key[0], names, key[3], self._small, SCORES_PX)
        return self._laid_out[1]

    def _make_colors(self) -> None:
        """Lookup tables of (background, text) colors by share, for the diagonal and for errors."""
        theme = self._themes.theme
        ground = mix(theme.field, theme.surface, 0.4)

        def table(full: str) -> list[tuple[QColor, QColor]]:
            grounds = [mix(ground, full, share / (_SHADES - 1)) for share in range(_SHADES)]
            inks = (_readable_on(color, theme.text, theme.surface) for color in grounds)
            return [(QColor(color), QColor(ink)) for color, ink in zip(grounds, inks, strict=True)]

        self._rights, self._errors = table(theme.text_muted), table(theme.danger)

    def _choose_shades(self) -> None:
        shares = self.counts / np.maximum(1, self.counts.sum(axis=1, keepdims=True))
        right = np.diagonal(shares).copy()
        np.fill_diagonal(shares, 0.0)
        worst = float(shares.max(initial=0.0))
        if worst > 0.0:
            # The root makes rare errors visible beside frequent ones; a single error in a good matrix stays pale.
            shares = np.sqrt(shares / worst) * min(1.0, 0.25 + 4.0 * worst)
        np.fill_diagonal(shares, right)
        self._shades = np.rint(shares * (_SHADES - 1)).astype(np.intp)

    def _move_to(self, cell: tuple[int, int] | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self.setCursor(Qt.CursorShape.ArrowCursor if cell is None else Qt.CursorShape.PointingHandCursor)
            self._show_text()
            self.update()

    @property
    def current(self) -> str:
        """Text of the current cell; empty without one."""
        return self.text_of(*self._cell) if self._cell is not None else ""

    def _show_text(self) -> None:
        self.cell_pointed.emit(self.current)

    def _name(self, number: int) -> str:
        return class_name(self._names, number)

    def _restyle(self) -> None:
        self._make_colors()
        self.update()


def _readable_on(ground: str, first: str, second: str) -> str:
    return max((first, second), key=lambda color: contrast(ground, color))
