"""The pad's panel: what is drawn is framed and judged, beside the buttons that do so."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Data, Digits
from core.data.drawing import DrawingNormalizer
from core.experiment.prepare import PreparedData
from playground.plugins.draw.panel import DrawPanel
from tests.playground.driving import click
from tests.playground.fakes import fake_prepared, mnist_experiment, points_experiment
from tests.playground.plugins.draw.strokes import PATIENCE_MS, black_square, ink_at, last, stroke

pytestmark = pytest.mark.usefixtures("themed")


def test_a_stroke_is_framed_and_sent_to_be_judged(panel: DrawPanel, qtbot: QtBot) -> None:
    spy = QSignalSpy(panel.drawing_changed)
    stroke(panel.pad, (0.1, 0.1), (0.1, 0.3), (0.1, 0.5))
    qtbot.waitUntil(lambda: spy.count() > 0 and panel.model_input.pixels is not None, timeout=PATIENCE_MS)
    expected = DrawingNormalizer((28, 28, 1), 20, True).sample(panel.pad.sheet.pixels())
    assert expected is not None
    qtbot.waitUntil(lambda: np.array_equal(last(spy)[0].pixels, expected), timeout=PATIENCE_MS)
    assert last(spy)[1] is False
    assert panel.model_input.pixels is last(spy)[0].pixels


def test_buttons_do_what_the_keys_do(panel: DrawPanel, qtbot: QtBot) -> None:
    assert not panel.undo_button.isEnabled()
    assert not panel.clear_button.isEnabled()
    stroke(panel.pad, (0.5, 0.1), (0.5, 0.9))
    click(panel.erase_button)
    assert panel.pad.erasing
    QTest.keyClick(panel.pad, Qt.Key.Key_E)
    assert not panel.erase_button.isChecked()
    click(panel.clear_button)
    assert panel.pad.sheet.is_empty
    click(panel.undo_button)
    assert ink_at(panel.pad, 0.5, 0.5) == 1.0
    QApplication.clipboard().setImage(black_square())
    click(panel.paste_button)
    assert ink_at(panel.pad, 0.5, 0.5) == pytest.approx(1.0)
    with qtbot.waitSignal(panel.sample_requested):
        click(panel.sample_button)
    with qtbot.waitSignal(panel.close_requested):
        click(panel.close_button)


def test_the_slider_is_the_pen(panel: DrawPanel) -> None:
    panel.width_slider.set_value(5.0)
    panel.width_slider.value_changed.emit(5.0)
    assert panel.pad.pen_width == pytest.approx(0.05)
    panel.pad.set_pen_width(0.12)
    assert panel.width_slider.value == pytest.approx(12.0)


def test_a_test_sample_comes_back_as_it_was(panel: DrawPanel, qtbot: QtBot) -> None:
    prepared = fake_prepared(mnist_experiment())
    panel.put_sample(3)
    qtbot.waitUntil(lambda: panel.model_input.pixels is not None, timeout=PATIENCE_MS)
    assert panel.model_input.pixels is not None
    original = prepared.data.inputs[prepared.test_index[3]]
    assert np.abs(panel.model_input.pixels - original).mean() < 0.005


@pytest.mark.parametrize("channels", [1, 3])
def test_a_photograph_comes_back_as_it_was(panel: DrawPanel, qtbot: QtBot, channels: int) -> None:
    prepared = fake_prepared(mnist_experiment())
    inputs = np.random.default_rng(0).uniform(0.2, 0.7, (len(prepared.data.targets), 16, 16, channels))
    data = Data(inputs.astype(np.float32), prepared.data.targets, "classes")
    panel.show_data(dataclasses.replace(prepared, data=data))
    panel.put_sample(3)
    qtbot.waitUntil(lambda: panel.model_input.pixels is not None, timeout=PATIENCE_MS)
    assert panel.model_input.pixels is not None
    np.testing.assert_allclose(panel.model_input.pixels, data.inputs[prepared.test_index[3]], atol=0.06)


def test_nothing_is_asked_while_it_is_hidden(panel: DrawPanel, qtbot: QtBot) -> None:
    spy = QSignalSpy(panel.drawing_changed)
    stroke(panel.pad, (0.5, 0.1), (0.5, 0.9))
    qtbot.waitUntil(lambda: spy.count() > 0, timeout=PATIENCE_MS)
    panel.hide()
    assert last(spy) == [None, False]
    panel.show()
    assert last(spy)[0].pixels is panel.model_input.pixels


def coloured(prepared: PreparedData) -> PreparedData:
    """The same classes with other names and RGB images of 16 x 16 pixels."""
    inputs = np.random.default_rng(0).random((len(prepared.data.targets), 16, 16, 3), np.float32)
    names = tuple(f"a rather long name of class {number}" for number in range(10))
    data = Data(inputs, prepared.data.targets, "classes", names)
    return dataclasses.replace(prepared, data=data)


def test_other_images_get_the_drawing_in_their_form(panel: DrawPanel, qtbot: QtBot) -> None:
    stroke(panel.pad, (0.5, 0.1), (0.5, 0.9))
    panel.show_data(fake_prepared(mnist_experiment(dataset=Digits())))
    assert panel.model_input.pixels is not None
    assert panel.model_input.pixels.shape == (8, 8, 1)
    assert panel.size_label.text() == "8 × 8 pixels"
    panel.show_data(coloured(fake_prepared(mnist_experiment())))
    assert panel.model_input.pixels.shape == (16, 16, 3)
    np.testing.assert_allclose(panel.model_input.pixels[8, 2], 1.0)
    assert panel.model_input.pixels[8, 8].max() < 0.5
    assert panel.title.accessibleName() == "Draw an image"
    panel.grab()
    panel.show_data(fake_prepared(mnist_experiment()))
    assert panel.model_input.pixels.shape == (28, 28, 1)
    assert panel.title.accessibleName() == "Draw a digit"


def test_points_cannot_be_drawn(panel: DrawPanel) -> None:
    stroke(panel.pad, (0.5, 0.1), (0.5, 0.9))
    possible, asked = QSignalSpy(panel.possible_changed), QSignalSpy(panel.drawing_changed)
    panel.show_data(fake_prepared(points_experiment()))
    assert last(possible) == [False]
    assert last(asked) == [None, False]
    panel.show_data(fake_prepared(mnist_experiment()))
    assert last(possible) == [True]
    assert last(asked)[0].pixels.shape == (28, 28, 1)
