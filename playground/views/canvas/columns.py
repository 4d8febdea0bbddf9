"""Where each layer stands on the canvas: one column per layer, shared by the cards and the neurons below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.experiment import Experiment
from core.layers import Layer

__all__ = ["INPUT", "Column", "arrange", "content_width", "gap_at", "gap_center"]

INPUT: Final = -1
"""The index of the input column."""

MARGIN_PX: Final = 16
CARD_PX: Final = 112
NARROW_CARD_PX: Final = 96
WIDE_OUTPUT_PX: Final = 152  # room for a class name, a bar and a percentage
GROWN_CARD_PX: Final = 144
LINK_GAP_MIN_PX: Final = 44
LINK_GAP_MAX_PX: Final = 320
CHEVRON_GAP_MIN_PX: Final = 20
CHEVRON_GAP_MAX_PX: Final = 56
_NARROW_FAMILIES: Final = ("regularization", "shape")


@dataclass(frozen=True)
class Column:
    """`index` is -1 (`INPUT`) for the input, 0 … n-1 for the layers, n for the output; pixels are the field's."""

    index: int
    left: float
    width: float
    title: str

    @property
    def center(self) -> float:
        return self.left + self.width / 2

    @property
    def right(self) -> float:
        return self.left + self.width


def shows_links(experiment: Experiment) -> bool:
    """Whether single links are drawn between the columns (points), or chevrons between the cards (the rest)."""
    return experiment.dataset.family == "points"


def arrange(experiment: Experiment, available_width: float) -> tuple[Column, ...]:
    """The columns from left to right, with equal gaps, over the available width in pixels.

    Below a smallest width the columns keep their size and reach beyond it; above a largest they stand in its middle.
    """
    points = shows_links(experiment)
    widths = [_width(layer) for layer in experiment.layers]
    widths = [CARD_PX, *widths, CARD_PX if points else WIDE_OUTPUT_PX]
    titles = ["Features" if points else "Input", *(layer.title for layer in experiment.layers), "Output"]
    gaps = len(widths) - 1
    low, high = (LINK_GAP_MIN_PX, LINK_GAP_MAX_PX) if points else (CHEVRON_GAP_MIN_PX, CHEVRON_GAP_MAX_PX)
    room = available_width - 2 * MARGIN_PX
    if not points:
        # Pictures gain more from width than from distance.
        spare = max(0.0, room - sum(widths) - gaps * 2 * low) / len(widths)
        widths = [width + min(spare, GROWN_CARD_PX - CARD_PX) for width in widths]
    gap = min(max((room - sum(widths)) / gaps, low), high)
    left = MARGIN_PX + max(0.0, (room - sum(widths) - gaps * gap) / 2)
    columns = []
    for position, (width, title) in enumerate(zip(widths, titles, strict=True)):
        columns.append(Column(position - 1, round(left), round(width), title))
        left += width + gap
    return tuple(columns)


def content_width(columns: Sequence[Column]) -> float:
    """How wide the field must be to show all columns."""
    return columns[-1].right + MARGIN_PX


def gap_at(columns: Sequence[Column], x: float) -> int:
    """The index before whose layer something dropped at `x` lands: 0 … number of layers."""
    return sum(1 for column in columns[1:-1] if x > column.center)


def gap_center(columns: Sequence[Column], index: int) -> float:
    """The middle between the layer at `index` and the column to its left."""
    return (columns[index].right + columns[index + 1].left) / 2


def _width(layer: Layer) -> float:
    return NARROW_CARD_PX if layer.family in _NARROW_FAMILIES else CARD_PX
