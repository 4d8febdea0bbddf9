"""Columns fill the width and leave room for what stands in them."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSizeF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Iris
from core.data.datasets.text_datasets import Names
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.inspect.snapshot import LayerSnapshot
from core.nn import (
    Dense,
    Dropout,
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
from playground.views.canvas.hit_items import Neuron
from playground.views.canvas.sample_field import SampleField
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_snapshot, mnist_experiment, points_experiment
from tests.playground.views.canvas.bench import (
    STACK,
    mnist,
)
from tests.playground.views.canvas.fields import SIZE, field_of


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


pytestmark = pytest.mark.usefixtures("themed")


def test_every_unit_has_a_tile_in_its_column(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(6, 5)
    field = field_of(qtbot, themes, experiment)
    columns = arrange(experiment, SIZE[0])
    for column, units in ((-1, 2), (0, 6), (1, 5), (2, 1)):
        for unit in range(units):
            tile = field.tile(column, unit)
            assert tile is not None
            assert tile.center().x() == pytest.approx(columns[column + 1].center, abs=1)
            assert field.rect().contains(tile.toRect())
        assert field.tile(column, units) is None
    first, second = field.tile(0, 0), field.tile(0, 1)
    assert first is not None
    assert second is not None
    assert first.bottom() < second.top()


def test_many_units_are_folded(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(60, 4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    folded = field.folded(0)
    assert folded > 30
    assert field.tile(0, 60 - folded - 1) is not None
    assert field.tile(0, 60 - folded) is None
    last = field.tile(0, 60 - folded - 1)
    assert last is not None
    assert last.bottom() + 20 <= field.height()
    assert field.folded(1) == 0
    assert field.grab().width() == SIZE[0]


def test_feature_maps_stand_in_two_columns(qapp: QApplication) -> None:
    # A stack of layers that keep images stands in for convolutions; their shapes are given.
    experiment = mnist_experiment(layers=(Dropout(0.5), Dropout(0.5)))
    shapes = ((26, 26, 8), (13, 13, 40))
    maps = np.zeros((26, 26, 8), np.float32)
    maps[:13, :, 0], maps[13:, :, 0] = 3.0, -3.0  # row 0 of an image is its top
    snapshot = dataclasses.replace(
        fake_snapshot(mnist_experiment()),
        layers=(LayerSnapshot(activations=maps), LayerSnapshot(), LayerSnapshot()),
    )
    field = SampleField(experiment, shapes, arrange(experiment, 900), QSizeF(900, 500))
    field.show(snapshot)
    image = QImage(900, 500, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    field.paint(painter, LIGHT, 1.0, None)
    painter.end()
    tiles = [field.tile(0, unit) for unit in range(3)]
    assert all(tile is not None for tile in tiles)
    first, second, third = (tile for tile in tiles if tile is not None)
    assert (second.left() > first.right(), second.top() == first.top()) == (True, True)
    assert (third.left() == first.left(), third.top() > first.bottom()) == (True, True)
    middle = first.center().toPoint()
    assert image.pixelColor(middle - QPoint(0, 8)).name() == LIGHT.positive
    assert image.pixelColor(middle + QPoint(0, 8)).name() == LIGHT.negative
    assert image.pixelColor(second.center().toPoint()).name() == LIGHT.zero
    assert field.folded(0) == 0
    assert field.folded(1) > 10
    assert field.hit(third.center()) == Neuron(0, 2)


def test_many_units_of_a_layer_over_images_are_folded(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = mnist_experiment(1000)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment), (900, 300))
    folded = field.folded(1)
    assert 0 < folded < 1000
    assert sum(field.tile(1, unit) is not None for unit in range(1000)) == 1000 - folded
    assert field.grab().width() == 900


@pytest.mark.parametrize(
    ("size", "layers", "side"),
    [((740, 505), 1, 44), ((1060, 690), 1, 72), ((1060, 690), 8, 44), ((700, 900), 3, 44)],
    ids=["usual", "large", "crowded", "narrow"],
)
def test_tiles_grow_where_links_and_names_leave_room(
    qtbot: QtBot, themes: ThemeSource, size: tuple[int, int], layers: int, side: int
) -> None:
    experiment = points_experiment(*[5] * layers)
    field = field_of(qtbot, themes, experiment, size=size)
    tile = field.tile(0, 0)
    assert tile is not None
    assert side <= tile.width() <= side + 8
    first = field.tile(-1, 0)
    assert first is not None
    assert first.left() >= 50
