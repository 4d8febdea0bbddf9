"""A dense network on images: weight images, the strongest links of the sample, pages, and the pad beside the input."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from core.nn import Conv2D, Dense, Dropout, Flatten
from playground.views.canvas.hit_items import Neuron
from playground.views.canvas.neuron_field import NeuronField
from playground.views.canvas.pixel_field import PixelField
from playground.views.canvas.sample_field import SampleField
from playground.views.theme.theme import LIGHT, ThemeSource
from tests.playground.fakes import fake_snapshot, mnist_experiment
from tests.playground.views.canvas.fields import color_at, field_of, with_layer

pytestmark = pytest.mark.usefixtures("themed")

STACK = mnist_experiment(layers=(Flatten(), Dense(40, "relu"), Dropout(0.1), Dense(6, "tanh")))


@pytest.fixture
def field(qtbot: QtBot) -> NeuronField:
    made = field_of(qtbot, ThemeSource(mode="light"), STACK, fake_snapshot(STACK))
    made.grab()
    return made


def drawn(field: NeuronField) -> PixelField:
    assert isinstance(field._field, PixelField)
    return field._field


def test_only_dense_stacks_are_drawn_so(qtbot: QtBot) -> None:
    convolution = mnist_experiment(layers=(Conv2D(2, (3, 3)), Flatten(), Dense(4)))
    made = field_of(qtbot, ThemeSource(mode="light"), convolution)
    assert isinstance(made._field, SampleField)
    assert not isinstance(made._field, PixelField)
    assert not made.pixel_tools.draw.isVisible()


def test_a_tile_is_the_image_of_its_units_weights(qtbot: QtBot, field: NeuronField) -> None:
    kernel = np.zeros((784, 40), np.float32)
    image = kernel.reshape(28, 28, 40)
    unit = drawn(field)._weights[1].visible[0]
    image[:14, :, unit], image[14:, :, unit] = 1.0, -1.0
    snapshot = field._snapshot
    assert snapshot is not None
    field.show_snapshot(with_layer(snapshot, 1, kernel=kernel))
    field.grab()
    tile = field.tile(1, unit)
    assert tile is not None
    middle = tile.center().toPoint()
    # The images follow a few times a second.
    qtbot.waitUntil(lambda: color_at(field, middle - QPoint(0, 9)).name() == LIGHT.positive)
    assert color_at(field, middle + QPoint(0, 9)).name() == LIGHT.negative
    assert field.hit(tile.center()) == Neuron(1, unit)


def test_links_are_the_strongest_products_and_their_number_is_chosen(field: NeuronField) -> None:
    # Six neurons and ten classes, two links each.
    assert drawn(field).links == 2 * (6 + 10)
    action = next(a for a in field.pixel_tools.links.menu().actions() if a.text() == "Top 5")
    action.trigger()
    field.grab()
    assert drawn(field).links == 5 * (6 + 10)
    assert field.pixel_tools.links.text() == "Links: top 5"
    next(a for a in field.pixel_tools.links.menu().actions() if a.text() == "None").trigger()
    field.grab()
    assert drawn(field).links == 0


def test_a_silent_source_has_no_links(qtbot: QtBot, field: NeuronField) -> None:
    snapshot = field._snapshot
    assert snapshot is not None
    silent = with_layer(snapshot, 2, activations=np.zeros(40, np.float32))
    field.show_snapshot(with_layer(silent, 3, activations=np.zeros(6, np.float32)))
    qtbot.waitUntil(lambda: not field.grab().isNull() and drawn(field).links == 0)


def test_a_click_below_the_tiles_turns_the_page(qtbot: QtBot, field: NeuronField) -> None:
    grid = drawn(field)._weights[1]
    assert grid.pages > 1
    before = grid.visible
    with qtbot.assertNotEmitted(field.neuron_clicked):
        qtbot.mouseClick(field, Qt.MouseButton.LeftButton, pos=grid.fold_rect.center().toPoint())
    assert not set(before) & set(grid.visible)
    assert field.tile(1, before[0]) is None
    assert field.folded(1) == 40 - len(grid.visible)


def test_the_pad_is_beside_the_input(qtbot: QtBot, field: NeuronField) -> None:
    rect = drawn(field).input.rect  # type: ignore[union-attr]
    button = field.pixel_tools.draw
    assert button.isVisible()
    assert button.geometry().top() > rect.bottom()
    with qtbot.waitSignal(field.draw_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_order_changes_at_rest_alone(field: NeuronField) -> None:
    snapshot = field._snapshot
    assert snapshot is not None
    order = list(drawn(field)._weights[1].order)
    kernel = snapshot.layers[1].kernel
    assert kernel is not None
    reversed_use = kernel * np.linspace(100.0, 0.0, 40, dtype=np.float32)[np.argsort(np.argsort(order))]
    running = dataclasses.replace(with_layer(snapshot, 1, kernel=reversed_use), step=snapshot.step + 1)
    field.show_snapshot(running)
    assert drawn(field)._weights[1].order == order
    field.show_snapshot(dataclasses.replace(running))
    assert drawn(field)._weights[1].order != order
