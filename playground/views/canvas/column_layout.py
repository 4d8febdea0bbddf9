"""Where each layer stands on the canvas: one column per layer, shared by the cards and the neurons below them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from core.experiment.experiment import Experiment
from core.inspect.weight_images import seen_by_output
from core.nn import Layer

__all__ = ["INPUT", "Column", "arrange", "content_width", "gap_at", "gap_center", "growth", "scaled"]

INPUT: Final = -1
"""The index of the input column."""

MARGIN_PX: Final = 16
WIDE_OUTPUT_PX: Final = 152  # room for a class name, a bar and a percentage
WEIGHTS_PX: Final = 56  # and for an image of each class's weights
_NARROW_FAMILIES: Final = ("regularization", "shape")
_WIDE_KINDS: Final = ("residual",)  # a block has neurons like any other layer


@dataclass(frozen=True)
class _Sizes:
    """Smallest, usual and largest widths in pixels.

    `input_min` is the input column's own: features have their names beside them. `narrow` is how much less a layer
    without neurons takes.
    """

    card_min: float
    card: float
    card_max: float
    gap_min: float
    gap: float
    gap_max: float
    input_min: float
    narrow: float = 12


# Links need distance; pictures gain more from width.
_LINKS: Final = _Sizes(card_min=88, card=112, card_max=112, gap_min=28, gap=44, gap_max=320, input_min=112)
_CHEVRONS: Final = _Sizes(card_min=88, card=112, card_max=144, gap_min=14, gap=20, gap_max=56, input_min=88)
_ROOMY_PX: Final = 880
"""Where there is more than this, pictures grow with the room, up to `_MAX_GROWTH` times."""
_MAX_GROWTH: Final = 1.6


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
    sizes = _LINKS if points else _grown(_CHEVRONS, available_width / _ROOMY_PX)
    extra = [0.0, *(_extra_width(layer, sizes) for layer in experiment.layers)]
    weights = WEIGHTS_PX if not points and seen_by_output(experiment) else 0.0
    extra.append(0.0 if points else WIDE_OUTPUT_PX + weights - sizes.card)
    titles = ["Features" if points else "Input", *(layer.title for layer in experiment.layers), "Output"]
    gaps = len(extra) - 1
    room = available_width - 2 * MARGIN_PX - sum(extra)
    # Cards come first: they get what the gaps leave at their usual size, within bounds; the gaps get the rest.
    card = math.floor(min(max((room - gaps * sizes.gap) / len(extra), sizes.card_min), sizes.card_max))
    widths = [card + more for more in extra]
    widths[0] = max(widths[0], sizes.input_min)
    room = available_width - 2 * MARGIN_PX
    gap = min(max((room - sum(widths)) / gaps, sizes.gap_min), sizes.gap_max)
    left = MARGIN_PX + max(0.0, (room - sum(widths) - gaps * gap) / 2)
    columns = []
    for position, (width, title) in enumerate(zip(widths, titles, strict=True)):
        columns.append(Column(position - 1, round(left), width, title))
        left += width + gap
    return tuple(columns)


def scaled(columns: Sequence[Column], zoom: float) -> tuple[Column, ...]:
    """The columns as they stand where everything is drawn `zoom` times as large."""
    return tuple(
        Column(column.index, column.left * zoom, column.width * zoom, column.title) for column in columns
    )


def growth(columns: Sequence[Column]) -> float:
    """How many times as large as usual the pictures of images and tables may be: 1 … 1.6."""
    return max(1.0, min(_MAX_GROWTH, columns[0].width / _CHEVRONS.card_max))


def content_width(columns: Sequence[Column]) -> float:
    """How wide the field must be to show all columns."""
    return columns[-1].right + MARGIN_PX


def gap_at(columns: Sequence[Column], x: float) -> int:
    """The index before whose layer something dropped at `x` lands: 0 … number of layers."""
    return sum(1 for column in columns[1:-1] if x > column.center)


def gap_center(columns: Sequence[Column], index: int) -> float:
    """The middle between the layer at `index` and the column to its left."""
    return (columns[index].right + columns[index + 1].left) / 2


def _grown(sizes: _Sizes, times: float) -> _Sizes:
    times = max(1.0, min(_MAX_GROWTH, times))
    return replace(sizes, card_max=sizes.card_max * times, gap_max=sizes.gap_max * times)


def _extra_width(layer: Layer, sizes: _Sizes) -> float:
    narrow = layer.family in _NARROW_FAMILIES and layer.kind not in _WIDE_KINDS
    return -sizes.narrow if narrow else 0.0
