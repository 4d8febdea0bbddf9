"""Bars show the share of every class."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS, Digits, NoScaling, Scaling, Standardize
from core.experiment.experiment import Experiment
from core.nn import Dense, Tanh
from core.nn.losses import MeanSquaredError
from core.train.tasks import Reconstruction
from core.train.training_config import TrainingConfig
from playground.views.canvas.class_bars import ClassBars, class_shares
from playground.views.canvas.column_layout import arrange
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource
from tests.core.experiment.on_data import with_chosen_task, with_dataset
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment
from tests.playground.views.canvas.fields import SIZE, center, color_at, field_of

pytestmark = pytest.mark.usefixtures("themed")


def test_class_shares() -> None:
    assert class_shares(np.array([0.25]), 2, 0.0).tolist() == [0.75, 0.25]
    assert class_shares(np.array([0.5]), 2, -1.0).tolist() == [0.25, 0.75]
    assert class_shares(np.array([0.2, 0.8]), 2, 0.0).tolist() == [0.2, 0.8]
    assert class_shares(np.array([np.nan, 1.5, -0.5]), 3, 0.0).tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("scaling", [NoScaling(), Standardize()], ids=lambda each: each.kind)
def test_the_image_that_comes_back_is_drawn(scaling: Scaling) -> None:
    digits = with_dataset(Experiment(), Digits()).replace(scaling=scaling)
    bars = ClassBars(with_chosen_task(digits, Reconstruction()), 0.0, 100.0, 300.0)
    values = np.zeros(64, np.float32)
    values[:8] = 1.0 if scaling == NoScaling() else 2.5
    bars.show(values)
    image = QImage(100, 300, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    bars.paint(painter, LIGHT)
    painter.end()
    ink, paper = bars.rect.top() + 6, bars.rect.bottom() - 6
    assert image.pixelColor(50, round(ink)) == QColor(LIGHT.text)
    assert image.pixelColor(50, round(paper)) == QColor(LIGHT.field)


def test_what_other_networks_say_is_a_whisker_over_each_bar() -> None:
    bars = ClassBars(with_dataset(Experiment(), Digits()), 0.0, 300.0, 300.0)
    pictures = []
    for spread in (None, np.array([np.full(10, 0.5), np.full(10, 0.2)])):
        bars.show(np.full(10, 0.1, np.float32), spread=spread)
        image = QImage(300, 300, QImage.Format.Format_RGB32)
        image.fill(QColor(LIGHT.surface))
        painter = QPainter(image)
        bars.paint(painter, LIGHT)
        painter.end()
        pictures.append(image)
    row = bars.row_rect(4)
    # Bars begin behind the names, and end before the numbers.
    places = [
        x for x in range(300) if pictures[0].pixelColor(x, round(row.center().y())) == QColor(LIGHT.groove)
    ]
    ink = [x for x in range(300) if pictures[1].pixelColor(x, round(row.center().y())) == QColor(LIGHT.text)]
    left, right = places[0] - 0.1 * (places[-1] - places[0]) / 0.9, places[-1]
    assert ink
    assert ink[0] == pytest.approx(left + 0.3 * (right - left), abs=4)
    assert ink[-1] == pytest.approx(left + 0.7 * (right - left), abs=4)


def test_the_prediction_to_a_digit(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = mnist_experiment(8)
    prediction = np.full(10, 0.01, np.float32)
    prediction[3] = 0.91
    snapshot = dataclasses.replace(fake_snapshot(experiment), sample_output=prediction)
    field = field_of(qtbot, themes, experiment, snapshot)
    field.show_data(fake_prepared(experiment))
    field.grab()
    assert field.output_texts()[2:5] == ["2 1 %", "3 91 %", "4 1 %"]
    image = field.grab().toImage()
    column = arrange(experiment, SIZE[0])[-1]
    accents = [
        (x, y)
        for x in range(round(column.left), round(column.right), 4)
        for y in range(0, SIZE[1], 2)
        if image.pixelColor(x, y).name() == LIGHT.accent
    ]
    assert len({y for _, y in accents}) in range(2, 9)  # one bar only


def test_regression_over_a_table_or_points(qtbot: QtBot, themes: ThemeSource) -> None:
    kinds = [kind for kind in DATASETS if kind.family == "points" and kind().info().labels == "values"]
    experiment = Experiment(
        dataset=kinds[0](), layers=(Dense(3, Tanh()),), training=TrainingConfig(loss=MeanSquaredError())
    )
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    assert field.tile(1, 0) is not None
    assert color_at(field, center(field, -1, 0)).name() != LIGHT.canvas
