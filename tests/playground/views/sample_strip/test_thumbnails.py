"""Every thumbnail shows its sample."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QSignalSpy, QTest

from core.data.datasets import Iris
from core.experiment.experiment import Experiment
from core.nn import Dense, Tanh
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.views.sample_strip import SampleStrip
from playground.views.theme.colors import CLASS_COLORS, LIGHT
from tests.core.trainers import experiment_of
from tests.playground.fakes import fake_prepared, mnist_experiment
from tests.playground.views.sample_strip.shown_strip import click

pytestmark = pytest.mark.usefixtures("themed")


def test_a_click_selects_a_sample(strip: SampleStrip) -> None:
    strip.show_data(fake_prepared(mnist_experiment()))
    spy = QSignalSpy(strip.sample_selected)
    click(strip, 2)
    click(strip, 2)
    assert [spy.at(i)[0] for i in range(spy.count())] == [2]
    place = strip.thumbnails.row_rect(2)
    image = strip.thumbnails.grab().toImage()
    assert image.pixelColor(round(place.center().x()), round(place.top()) - 1).name() == LIGHT.accent
    assert image.pixelColor(
        round(strip.thumbnails.row_rect(1).center().x()), round(place.top()) - 1
    ).name() != (LIGHT.accent)


def test_a_thumbnail_shows_its_sample(strip: SampleStrip) -> None:
    prepared = fake_prepared(mnist_experiment())
    strip.show_data(prepared)
    image = strip.thumbnails.grab().toImage()
    place = strip.thumbnails.row_rect(3)
    pixels = prepared.data.inputs[prepared.test_index[3]][..., 0]
    row, column = np.argwhere(pixels == pixels.max())[0]
    x = round(place.left()) + int((column + 0.5) * 1.5)
    y = round(place.top()) + int((row + 0.5) * 1.5)
    assert image.pixelColor(x, y).lightness() < 60
    assert image.pixelColor(round(place.left()) + 3, round(place.top()) + 3).name() == LIGHT.field


def test_keys_move_the_choice_beyond_what_fits(strip: SampleStrip) -> None:
    strip.show_data(fake_prepared(mnist_experiment()))
    spy = QSignalSpy(strip.sample_selected)
    QTest.keyClick(strip.thumbnails, Qt.Key.Key_Left)
    for _ in range(15):
        QTest.keyClick(strip.thumbnails, Qt.Key.Key_Right)
    QTest.keyClick(strip.thumbnails, Qt.Key.Key_Left)
    assert [spy.at(i)[0] for i in range(spy.count())] == [*range(1, 16), 14]
    assert strip.thumbnails.rect().contains(strip.thumbnails.row_rect(14).toRect())
    QTest.keyClick(strip.thumbnails, Qt.Key.Key_End)
    assert strip.thumbnails.row == 59
    assert strip.thumbnails.rect().contains(strip.thumbnails.row_rect(59).toRect())
    assert strip.thumbnails.accessibleDescription().startswith("Test sample 60 of 60, row ")
    QTest.keyClick(strip.thumbnails, Qt.Key.Key_Right)
    assert strip.thumbnails.row == 59
    QTest.keyClick(strip.thumbnails, Qt.Key.Key_Home)
    assert strip.thumbnails.row == 0


def test_rows_of_a_table_are_named_by_their_class(strip: SampleStrip) -> None:
    prepared = fake_prepared(
        Experiment(dataset=Iris(), layers=(Dense(3, Tanh()),), training=TrainingConfig(loss=CrossEntropy()))
    )
    strip.show_data(prepared)
    spy = QSignalSpy(strip.sample_selected)
    click(strip, 1)
    assert spy.count() == 1
    number = int(prepared.test.labels[1])
    seen = strip.thumbnails.grab().toImage()
    colors = {seen.pixelColor(x, y).name() for x in range(seen.width()) for y in range(0, seen.height(), 2)}
    assert QColor(CLASS_COLORS[number]).name() in colors
    name = prepared.data.class_names[number]
    assert strip.thumbnails.accessibleDescription().endswith(f" of the data: {name}")


def test_a_card_is_numbered_among_the_test_samples_and_says_which_row_of_the_data_it_is(
    strip: SampleStrip,
) -> None:
    prepared = fake_prepared(experiment_of(dataset=Iris(), layers=(Dense(4),), loss=CrossEntropy()))
    strip.show_data(prepared)
    cards, count = strip.thumbnails, len(prepared.test_index)
    row = int(prepared.test_index[1]) + 1
    assert row != 2
    QTest.mouseMove(cards, cards.row_rect(0).center().toPoint())
    QTest.mouseMove(cards, cards.row_rect(1).center().toPoint())
    assert cards.toolTip().startswith(f"Test sample 2 of {count}, row {row} of the data: ")
    QTest.keyClick(cards, Qt.Key.Key_Right)
    assert cards.accessibleDescription().startswith(f"Test sample 2 of {count}, row {row} of the data: ")
