"""Where the cells of a confusion matrix are: square while its counts fit, else wider, with smaller digits or labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QRectF, QSize, QSizeF
from PySide6.QtGui import QFont, QFontMetricsF

LABEL_PX: Final = 84
"""The most that a class name takes."""
_SHORT_PX: Final = 40
"""And where there is little room."""
GAP_PX: Final = 6
_MIN_WITH_SCORES_PX: Final = 280
_MAX_CELL_PX: Final = 64.0
_LEAST_CELL_PX: Final = 2.0
_LEAST_DIGITS_PX: Final = 7
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
    height = side = max(_LEAST_CELL_PX, min(across, down, _MAX_CELL_PX))
    needed = _count_px(largest, face) + _AROUND_PX
    width = min(max(side, needed), max(side, across), _MAX_CELL_PX)
    return width, height, _digits_px(width, height, largest, face)


def _digits_px(width: float, height: float, largest: int, face: QFont) -> int:
    """The largest font size, up to that of `face`, in which a count fits into a cell; 0 for none."""
    for size in range(face.pixelSize(), _LEAST_DIGITS_PX - 1, -1):
        smaller = QFont(face)
        smaller.setPixelSize(size)
        high = QFontMetricsF(smaller).capHeight() + _ABOVE_PX
        if high <= height and _count_px(largest, smaller) + _AROUND_PX <= width:
            return size
    return 0


def _count_px(largest: int, face: QFont) -> float:
    return QFontMetricsF(face).horizontalAdvance(str(largest))
