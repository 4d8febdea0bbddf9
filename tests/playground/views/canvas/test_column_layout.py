"""Columns fill the width and leave room for what stands in them."""

from __future__ import annotations

import itertools

import pytest

from core.data.datasets import Iris
from core.data.datasets.text_datasets import Names
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.nn import (
    Dense,
    Embedding,
    Flatten,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
    PositionalEncoding,
    Residual,
)
from playground.views.canvas.column_layout import (
    arrange,
    content_height,
    content_width,
    gap_at,
    gap_center,
)
from tests.playground.views.canvas.bench import (
    STACK,
    mnist,
)


@pytest.mark.parametrize("width", [700, 865, 1100, 1345])
def test_columns_fill_the_width_with_equal_gaps(width: int) -> None:
    columns = arrange(Experiment(layers=STACK), width)
    assert [column.index for column in columns] == [-1, 0, 1, 2, 3]
    # As much at the left as at the right; more where large tiles push their names out.
    left = columns[0].left
    assert 16 <= left <= 64
    assert (left == 16) == (width <= 720)
    assert content_width(columns) - 16 + left == pytest.approx(width, abs=1)
    gaps = [b.left - a.right for a, b in itertools.pairwise(columns)]
    assert max(gaps) - min(gaps) <= 1


def test_columns_keep_a_smallest_width() -> None:
    columns = arrange(Experiment(layers=(Dense(4),) * 12), 400)
    assert content_width(columns) > 400
    assert all(column.width >= 88 for column in columns)


def test_columns_of_an_image_name_the_input_and_give_the_first_layer_and_the_output_room() -> None:
    columns = arrange(mnist(Flatten(), Dense(8)), 865)
    assert [column.title for column in columns] == ["Input", "Flatten", "Dense", "Output"]
    assert columns[2].width > columns[-1].width >= 152 > columns[1].width
    # Two images at twice their 28 pixels, however narrow the window is.
    assert arrange(mnist(Flatten(), Dense(8)), 300)[2].width >= 120


def test_every_gap_is_found_at_its_middle() -> None:
    columns = arrange(Experiment(layers=STACK), 865)
    assert [gap_at(columns, gap_center(columns, gap)) for gap in range(4)] == [0, 1, 2, 3]
    assert gap_at(columns, -50) == 0
    assert gap_at(columns, 5000) == 3


BLOCK = Residual((LayerNormalization(), MultiHeadAttention(4)))
GPT = (Embedding(27, 32), PositionalEncoding(), BLOCK, Dense(32))


@pytest.mark.parametrize("height", [300, 480, 600, 900])
@pytest.mark.parametrize("layers", [(), GPT, (*GPT, BLOCK, Dense(32))], ids=("none", "one block", "two"))
def test_the_rows_of_a_text_are_above_each_other_and_use_the_height(
    layers: tuple[Layer, ...], height: int
) -> None:
    rows = arrange(Experiment(dataset=Names(), layers=layers), 745, height)
    assert [row.title for row in rows][:1] == ["Text"]
    for below, above in itertools.pairwise(rows):
        assert above.top + above.height < below.top
    mapped = [row.height for row, layer in zip(rows[1:], layers, strict=False) if layer is BLOCK]
    assert all(tall > 2 * rows[-1].height or height > 480 for tall in mapped)
    assert rows[-1].top >= 16
    if content_height(arrange(Experiment(dataset=Names(), layers=layers), 745)) <= height:
        assert content_height(rows) <= height
    assert [gap_at(rows, 0, gap_center(rows, gap)) for gap in range(len(layers) + 1)] == [
        *range(len(layers) + 1)
    ]


def test_two_blocks_fit_a_window_of_720_lines_at_its_least_zoom() -> None:
    assert content_height(arrange(preset_named("repeat"), 745, 428 / 0.75)) <= 428 / 0.75


@pytest.mark.parametrize("width", [700, 745, 900, 1400])
def test_the_ends_of_a_table_get_what_the_gaps_can_spare_for_names(width: int) -> None:
    layers = (Dense(6, "tanh"), Dense(5, "tanh"), Dense(3, "tanh"))
    columns = arrange(Experiment(dataset=Iris(), layers=layers), width)
    first, last = columns[0].width, columns[-1].width
    assert 136 <= first <= 184
    assert 150 <= last <= 208
    gaps = [right.left - left.right for left, right in itertools.pairwise(columns)]
    if width >= 745:
        assert min(gaps) >= 33
        assert content_width(columns) <= width + 1
    if width == 1400:
        assert (first, last) == (184, 208)
