"""The input of the network: a digit, or the values of a table."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from core.data.datasets import Iris
from core.experiment.experiment import Experiment
from core.nn import Dense, Tanh
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.views.canvas.column_layout import arrange
from playground.views.canvas.sample_field import SampleField
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment
from tests.playground.views.canvas.fields import SIZE, center, color_at, field_of

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
