"""Every unit has a tile, and what does not fit is folded."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSizeF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.inspect.snapshot import LayerSnapshot
from core.nn import Dropout
from playground.views.canvas.column_layout import arrange
from playground.views.canvas.hit_items import Neuron
from playground.views.canvas.sample_field import SampleField
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_snapshot, mnist_experiment, points_experiment
from tests.playground.views.canvas.fields import SIZE, field_of

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
