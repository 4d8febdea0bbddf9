"""The neuron field, by real mouse and key events, with pixels checked."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.nn import Dense, Flatten, ReLU, Tanh
from core.nn.losses import BinaryCrossentropy, CrossEntropy, Loss
from playground.views.canvas.hit_items import Link, Neuron
from playground.views.theme.colors import DARK, LIGHT, class_color
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment
from tests.playground.views.canvas.fields import center, color_at, field_of, link_point, with_layer

pytestmark = pytest.mark.usefixtures("themed")


LEFT = Qt.MouseButton.LeftButton


def test_tiles_show_their_maps(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    maps = np.zeros((3, 50, 50), np.float32)
    maps[0, :25], maps[0, 25:] = -1.0, 1.0  # low x2 negative
    maps[1] = 0.0
    maps[2, :, :25], maps[2, :, 25:] = 1.0, -1.0
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, maps=maps))
    image = field.grab().toImage()
    above, aside = QPoint(0, 12), QPoint(12, 0)
    assert image.pixelColor(center(field, 0, 0) - above).name() == LIGHT.positive
    assert image.pixelColor(center(field, 0, 0) + above).name() == LIGHT.negative
    assert image.pixelColor(center(field, 0, 1)).name() == LIGHT.zero
    assert image.pixelColor(center(field, 0, 2) - aside).name() == LIGHT.positive
    assert image.pixelColor(center(field, 0, 2) + aside).name() == LIGHT.negative


@pytest.mark.parametrize("loss", [CrossEntropy(), BinaryCrossentropy()])
def test_outputs_have_the_colors_of_their_classes_and_their_names(
    qtbot: QtBot, themes: ThemeSource, loss: Loss
) -> None:
    experiment = points_experiment(3, loss=loss)
    units = experiment.output_layer().units
    maps = np.ones((units, 50, 50), np.float32)
    maps[-1, :25] = 0.0 if units == 2 else -1.0
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 1, maps=maps))
    field.show_data(fake_prepared(experiment))
    image = field.grab().toImage()
    above, below = (center(field, 1, units - 1) + QPoint(0, down) for down in (-12, 12))
    assert image.pixelColor(above).name() == class_color(1)
    assert image.pixelColor(below).name() == (LIGHT.zero if units == 2 else class_color(0))
    if units == 2:
        assert image.pixelColor(center(field, 1, 0)).name() == class_color(0)
    for unit, row, number in [(0, 0, 0), (1, 0, 1)] if units == 2 else [(0, 0, 0), (0, 1, 1)]:
        tile = field.tile(1, unit)
        assert tile is not None
        assert image.pixelColor(round(tile.left()) + 4, round(tile.bottom()) + 12 + 16 * row).name() == (
            class_color(number)
        )


def test_the_theme_changes_the_tiles(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    maps = np.zeros((3, 50, 50), np.float32)
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, maps=maps))
    assert color_at(field, center(field, 0, 1)).name() == LIGHT.zero
    themes.mode = "dark"
    assert color_at(field, center(field, 0, 1)).name() == DARK.zero
    assert color_at(field, QPoint(2, 2)).name() == DARK.canvas


def test_a_hovered_neuron_is_outlined(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    tile = field.tile(0, 2)
    assert tile is not None
    edge = QPoint(round(tile.center().x()), round(tile.top()) - 2)
    assert color_at(field, edge).name() != LIGHT.accent
    QTest.mouseMove(field, center(field, 0, 2))
    assert color_at(field, edge).name() == LIGHT.accent


def test_clicking_a_neuron_tells_which(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    with qtbot.waitSignal(field.neuron_clicked) as caught:
        QTest.mouseClick(field, LEFT, pos=center(field, 1, 0))
    assert caught.args == [(1, 0)]


def test_without_a_snapshot_the_structure_is_there(qtbot: QtBot, themes: ThemeSource) -> None:
    field = field_of(qtbot, themes, points_experiment(5))
    assert color_at(field, center(field, 0, 0)).name() == LIGHT.zero
    assert field.hit(QPointF(center(field, 0, 0))) == Neuron(0, 0)
    link = field.hit(QPointF(link_point(field, 1, 2, 0)))
    assert link == Link(1, 2, 0, 0)
    assert field.hover_text(link) == ""
    QTest.mouseClick(field, LEFT, pos=link_point(field, 1, 2, 0))
    assert not field.editor.isVisible()


def test_an_invalid_stack_shows_what_comes_before_the_fault(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = mnist_experiment(layers=(Dense(4, Tanh()),))
    field = field_of(qtbot, themes, experiment)
    assert field.tile(0, 0) is None
    assert field.output_texts() == []
    mended = field_of(qtbot, themes, mnist_experiment(layers=(Flatten(), Dense(4, Tanh()))))
    assert mended.tile(1, 3) is not None


def test_a_snapshot_of_another_stack_is_not_drawn(qtbot: QtBot, themes: ThemeSource) -> None:
    field = field_of(qtbot, themes, points_experiment(5))
    field.show_snapshot(fake_snapshot(points_experiment(6)))
    field.show_snapshot(fake_snapshot(points_experiment(5, 5)))
    field.show_snapshot(fake_snapshot(mnist_experiment()))
    assert color_at(field, center(field, 0, 0)).name() == LIGHT.zero


def test_a_snapshot_stays_while_an_edit_leaves_the_columns(qtbot: QtBot, themes: ThemeSource) -> None:
    before = points_experiment(5)
    field = field_of(qtbot, themes, before, fake_snapshot(before, gain=6.0))
    field.set_experiment(before.replace(layers=(Dense(5, ReLU()),)))
    assert color_at(field, center(field, 0, 0)).name() != LIGHT.zero
    field.set_experiment(before.replace(layers=(Dense(6, ReLU()),)))
    assert color_at(field, center(field, 0, 0)).name() == LIGHT.zero


def test_clear_forgets_the_snapshot(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    maps = np.ones((3, 50, 50), np.float32)
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, maps=maps))
    assert color_at(field, center(field, 0, 1)).name() == LIGHT.positive
    field.clear()
    assert color_at(field, center(field, 0, 1)).name() == LIGHT.zero


def test_a_diverged_network_is_drawn(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    nan = {
        "kernel": np.full((2, 3), np.nan),
        "bias": np.full(3, np.nan),
        "maps": np.full((3, 50, 50), np.nan),
    }
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, **nan))
    assert color_at(field, center(field, 0, 1)).name() == LIGHT.zero


def test_the_network_is_described(qtbot: QtBot, themes: ThemeSource) -> None:
    field = field_of(qtbot, themes, points_experiment(6, 5))
    assert field.accessibleName() == "Network"
    assert field.accessibleDescription() == "Network: 2 features, 2 layers (Dense 6, Dense 5), 1 output"


def test_units_over_images_have_a_bar_of_their_activation(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = mnist_experiment(8)
    activations = np.array([2.0, -2.0, 0.0, 1.0, 0, 0, 0, 0], np.float32)
    snapshot = with_layer(fake_snapshot(experiment), 1, activations=activations)
    field = field_of(qtbot, themes, experiment, snapshot)
    left, right = QPoint(-8, 0), QPoint(8, 0)
    for unit, side, color in (
        (0, right, LIGHT.positive),
        (0, left, LIGHT.groove),
        (1, left, LIGHT.negative),
        (1, right, LIGHT.groove),
        (2, left, LIGHT.groove),
    ):
        tile = field.tile(1, unit)
        assert tile is not None
        below = QPoint(round(tile.center().x()), round(tile.bottom()) + 5)
        assert color_at(field, below + side).name() == color, unit
    assert field.hover_text(Neuron(1, 3)) == "neuron 4: 1.000"
