"""Activations of images in a large window: they grow with the room, stay sharp, and are hit."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSizeF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits, Iris
from core.experiment.experiment import Experiment
from core.nn import Conv2D, Dense, Flatten, Layer, Tanh
from core.nn.losses import CrossEntropy
from core.nn.network import describe
from core.train.training_config import TrainingConfig
from playground.views.canvas.column_layout import arrange, growth
from playground.views.canvas.neuron_field import NeuronField
from playground.views.canvas.sample_field import SampleField, crisp
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment
from tests.playground.views.canvas.fields import SIZE, center, color_at, field_of

USUAL, LARGE = (865.0, 560.0), (1343.0, 700.0)
DIGITS = Experiment(dataset=Digits(), training=TrainingConfig(loss=CrossEntropy()))


def sample_field_of(layers: tuple[Layer, ...], size: tuple[float, float]) -> SampleField:
    experiment = replace(DIGITS, layers=layers)
    shapes, _ = describe(experiment.stack(), experiment.input_shape)
    return SampleField(experiment, shapes, arrange(experiment, size[0]), QSizeF(*size))


def maps(count: int) -> tuple[Layer, ...]:
    return (Conv2D(count, (3, 3)), Flatten(), Dense(32))


def test_all_pictures_grow_with_the_window(qapp: QApplication) -> None:
    usual, large = sample_field_of(maps(8), USUAL), sample_field_of(maps(8), LARGE)
    for column, unit in ((0, 0), (2, 0), (3, 0)):
        before, after = usual.tile(column, unit), large.tile(column, unit)
        assert before is not None
        assert after is not None
        assert 1.25 * before.height() < after.height() <= 2.0 * before.height()
    assert usual.input is not None
    assert large.input is not None
    assert large.input.rect.width() > 1.3 * usual.input.rect.width()


@pytest.mark.parametrize("count", [1, 8, 12, 16, 32, 48])
def test_grown_maps_are_all_shown_and_sharp(qapp: QApplication, count: int) -> None:
    field = sample_field_of(maps(count), LARGE)
    column = arrange(replace(DIGITS, layers=maps(count)), LARGE[0])[1]
    assert field.folded(0) == 0
    for unit in range(count):
        tile = field.tile(0, unit)
        assert tile is not None
        assert tile.width() % 6 == 0  # a map has 6 x 6 pixels
        assert column.left <= tile.left() < tile.right() <= column.right
        assert tile.bottom() <= LARGE[1]


def test_what_cannot_be_read_is_folded(qapp: QApplication) -> None:
    field = sample_field_of(maps(200), LARGE)
    shown = 200 - field.folded(0)
    assert shown > 18
    last = field.tile(0, shown - 1)
    assert last is not None
    assert last.width() >= 48
    assert last.bottom() + 20 <= LARGE[1]


def test_a_usual_window_keeps_its_layout(qapp: QApplication) -> None:
    columns = arrange(replace(DIGITS, layers=maps(8)), USUAL[0])
    assert growth(columns) == 1.0
    tile = sample_field_of(maps(8), USUAL).tile(0, 0)
    assert tile is not None
    assert tile.width() == int((columns[1].width - 4 - 6) / 2)
    assert growth(arrange(DIGITS, 3000.0)) == pytest.approx(1.6, abs=0.01)


def test_grown_rows_of_the_prediction_leave_the_edges_free(qapp: QApplication) -> None:
    bars = sample_field_of((Flatten(),), LARGE).bars
    assert bars is not None
    assert bars.has_weights
    assert bars.row_rect(0).height() > 56.0
    assert bars.rect.top() >= 16.0
    assert bars.rect.bottom() <= LARGE[1] - 16.0


def test_crisp_sizes_are_near() -> None:
    assert crisp(190, 28) == 168.0
    assert crisp(190, 100) == 190
    assert crisp(20, 28) == 20


def test_the_mouse_finds_a_grown_map(qtbot: QtBot, qapp: QApplication) -> None:
    experiment = replace(DIGITS, layers=maps(8))
    field = NeuronField(ThemeSource(None, "light", parent=qapp))
    qtbot.addWidget(field)
    field.resize(int(LARGE[0]), int(LARGE[1]))
    field.set_experiment(experiment)
    field.set_columns(arrange(experiment, LARGE[0]), 1.0)
    with qtbot.waitExposed(field):
        field.show()
    place = sample_field_of(maps(8), LARGE).tile(0, 5)
    assert place is not None
    inside = place.bottomRight() - QPointF(3, 3)
    with qtbot.waitSignal(field.neuron_hovered) as told:
        qtbot.mouseMove(field, inside.toPoint())
    assert told.args == [(0, 5)]


pytestmark = pytest.mark.usefixtures("themed")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_digit_is_ink_on_paper(qtbot: QtBot, themes: ThemeSource, mode: str) -> None:
    themes.mode = mode  # type: ignore[assignment]
    experiment = mnist_experiment(8)
    sample = np.zeros((28, 28, 1), np.float32)
    sample[10:18, 10:18] = 1.0
    snapshot = dataclasses.replace(fake_snapshot(experiment), sample=sample)
    field = field_of(qtbot, themes, experiment, snapshot)
    assert isinstance(field._field, SampleField)
    assert field._field.input is not None
    middle = field._field.input.rect.center().toPoint()
    assert color_at(field, middle).name() == themes.theme.text
    assert color_at(field, middle + QPoint(0, 40)).name() == themes.theme.field


def test_a_table(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = Experiment(
        dataset=Iris(), layers=(Dense(5, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    field.show_data(fake_prepared(experiment))
    field.grab()
    assert [text.split()[0] for text in field.output_texts()] == ["setosa", "versicolor", "virginica"]
    assert all(text.endswith("%") for text in field.output_texts())
    assert field.tile(0, 4) is not None


def test_from_points_to_images_and_back(qtbot: QtBot, themes: ThemeSource) -> None:
    points, images = points_experiment(3), mnist_experiment(8)
    field = field_of(qtbot, themes, points, fake_snapshot(points))
    field.set_experiment(images)
    field.grab()  # the columns are still the old ones
    field.set_columns(arrange(images, SIZE[0]))
    field.show_snapshot(fake_snapshot(images))
    assert field.tile(1, 7) is not None
    assert field.output_texts()
    field.set_experiment(points)
    field.set_columns(arrange(points, SIZE[0]))
    field.show_snapshot(fake_snapshot(points))
    assert field.output_texts() == []
    assert color_at(field, center(field, -1, 0) - QPoint(18, 0)).red() > 200
