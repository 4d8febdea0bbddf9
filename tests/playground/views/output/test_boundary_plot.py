"""The decision boundary: colors by position, hover text and check boxes."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.nn.losses import LOSSES
from playground.views.output import OutputPanel
from playground.views.output.boundary_colors import (
    ValueRange,
    shade_classes,
    shade_signed,
    signed_index,
)
from playground.views.output.boundary_points import MAX_POINTS, BoundaryPoints
from playground.views.theme.theme import (
    CLASS_COLORS,
    DARK,
    LIGHT,
    Theme,
    ThemeSource,
    class_shades,
    diverging_lut,
    rgb,
)
from tests.playground.fakes import fake_prepared, fake_snapshot, points_experiment
from tests.playground.wheel import turn_wheel


@pytest.fixture
def themes(qapp: QApplication) -> ThemeSource:
    return ThemeSource(None, "light", parent=qapp)


@pytest.fixture
def panel(qtbot: QtBot, themes: ThemeSource) -> OutputPanel:
    made = OutputPanel(themes)
    qtbot.addWidget(made)
    made.resize(350, 420)
    with qtbot.waitExposed(made):
        made.show()
    return made


def prepared_with(train: Any = (), test: Any = (), answer: int = 0) -> Any:
    """The two moons' plane with the given points (n, 2) instead, all of class `answer`."""
    prepared = fake_prepared(points_experiment())
    return SimpleNamespace(
        data=prepared.data,
        plane=prepared.plane,
        columns=(),
        encoding=prepared.encoding,
        train_points=np.reshape(train, (-1, 2)),
        test_points=np.reshape(test, (-1, 2)),
        train_targets=np.full(len(train), answer),
        test_targets=np.full(len(test), answer),
    )


def snapshot_of(boundary: np.ndarray) -> Any:
    return dataclasses.replace(fake_snapshot(points_experiment()), boundary=boundary.astype(np.float32))


def color_at(panel: OutputPanel, across: float, up: float) -> str:
    image = panel.plot.grab().toImage()
    x, y = round(across * (image.width() - 1)), round((1 - up) * (image.height() - 1))
    return image.pixelColor(x, y).name()


def test_values_map_to_the_ends_and_the_middle_of_the_table() -> None:
    values = np.array([-5, -1, 0, 1, 5, np.nan], np.float32)
    assert signed_index(values).tolist() == [0, 0, 128, 255, 255, 127]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_zero_is_neutral_and_discretize_leaves_two_colors(theme: Any) -> None:
    lut = diverging_lut(theme)
    values = np.array([[-0.01, 0.0, 0.01, 1.0]], np.float32)
    assert tuple(shade_signed(values, lut)[0, 1, :3]) == rgb(theme.zero)
    hard = shade_signed(values, lut, discretize=True)[0, :, :3]
    assert [tuple(color) for color in hard] == [rgb(theme.negative)] * 2 + [rgb(theme.positive)] * 2


def test_class_shades_show_the_winner_and_pale_to_neutral_at_chance() -> None:
    shades = class_shades(LIGHT)
    probabilities = np.array([[[0, 0, 1], [1 / 3, 1 / 3, 1 / 3], [0.2, 0.6, 0.2]]], np.float32)
    soft, hard = shade_classes(probabilities, shades), shade_classes(probabilities, shades, discretize=True)
    assert tuple(soft[0, 0, :3]) == rgb(CLASS_COLORS[2])
    assert np.abs(soft[0, 1, :3].astype(int) - rgb(LIGHT.zero)).max() <= 1
    assert tuple(hard[0, 2, :3]) == rgb(CLASS_COLORS[1])
    between = soft[0, 2, 0]
    assert min(rgb(CLASS_COLORS[1])[0], rgb(LIGHT.zero)[0]) < between < rgb(LIGHT.zero)[0]


def test_more_than_ten_classes_reuse_colors() -> None:
    probabilities = np.zeros((1, 1, 12), np.float32)
    probabilities[0, 0, 11] = 1
    assert tuple(shade_classes(probabilities, class_shades(LIGHT))[0, 0, :3]) == rgb(CLASS_COLORS[1])


def test_a_range_of_values_reaches_as_far_as_they_do() -> None:
    assert ValueRange.of(np.array([-0.2, 1.1])) == ValueRange(-1, 1)
    assert ValueRange.of(np.array([-4.0, 2.0])) == ValueRange(-4, 4)
    assert ValueRange.of(np.array([20.0, 60.0])).signed(np.array([20.0, 40.0, 60.0])).tolist() == [-1, 0, 1]


def test_the_first_row_of_the_boundary_is_the_lowest(panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    boundary = np.ones((20, 20, 1))
    boundary[:10] = -1  # the lower half is class 0
    boundary[:, :10] *= 0.0  # the left half is uncertain
    panel.show_snapshot(snapshot_of(boundary))
    assert color_at(panel, 0.75, 0.25) == LIGHT.negative
    assert color_at(panel, 0.75, 0.75) == LIGHT.positive
    assert color_at(panel, 0.25, 0.5) == LIGHT.zero


def test_an_edge_of_the_answers_lies_at_its_place_of_the_plane(panel: OutputPanel) -> None:
    """With 3 columns from -6 to 6 the middle one is at 0 and spans -3 to 3."""
    panel.show_data(prepared_with())
    boundary = np.full((3, 3, 1), -1.0)
    boundary[:, 1] = 1.0
    panel.discretize.setChecked(True)
    panel.show_snapshot(snapshot_of(boundary))
    assert [color_at(panel, x, 0.5) for x in (0.2, 0.3, 0.7, 0.8)] == [
        LIGHT.negative,
        LIGHT.positive,
        LIGHT.positive,
        LIGHT.negative,
    ]


def test_the_pointer_reads_place_class_and_certainty(qtbot: QtBot, panel: OutputPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    panel.show_snapshot(snapshot_of(np.full((100, 100, 1), 0.86)))
    plot = panel.plot
    low, high = fake_prepared(points_experiment()).plane.low, fake_prepared(points_experiment()).plane.high
    qtbot.mouseMove(plot.viewport(), QPoint(plot.width() // 4, plot.height() // 4))
    a, b = low[0] + (high[0] - low[0]) / 4, high[1] - (high[1] - low[1]) / 4
    text = plot.readout.text
    assert text.endswith("→ class 1, 93 %")
    x, y = (float(part.split()[1].replace("−", "-")) for part in text.split(" → ")[0].split(", "))
    assert (x, y) == pytest.approx((a, b), abs=0.06)
    qtbot.mouseMove(panel.legend)
    QApplication.sendEvent(plot.viewport(), _leave())
    assert plot.readout.text == ""


def _leave() -> Any:
    from PySide6.QtCore import QEvent

    return QEvent(QEvent.Type.Leave)


def test_named_classes_are_read_by_name(panel: OutputPanel) -> None:
    experiment = points_experiment(4, dataset=DATASETS.make("iris"), loss=LOSSES.make("cross_entropy"))
    panel.show_data(fake_prepared(experiment))
    boundary = np.zeros((10, 10, 3))
    boundary[..., 2] = 1.0
    panel.show_snapshot(snapshot_of(boundary))
    assert panel.plot.text_at(20, 20).endswith("→ virginica, 100 %")
    assert panel.title.text() == "PCA PLANE"
    assert panel.legend.names == ("setosa", "versicolor", "virginica")
    assert not panel.legend.is_bar


def test_discretize_by_mouse(qtbot: QtBot, panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    panel.show_snapshot(snapshot_of(np.full((10, 10, 1), 0.1)))
    assert color_at(panel, 0.5, 0.5) != LIGHT.positive
    qtbot.mouseClick(
        panel.discretize, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.discretize.height() // 2)
    )
    assert panel.discretize.isChecked()
    assert color_at(panel, 0.5, 0.5) == LIGHT.positive


def test_test_points_have_a_dark_edge_and_can_be_hidden(qtbot: QtBot, panel: OutputPanel) -> None:
    prepared = prepared_with(train=[[-3.0, 0.0]], test=[[3.0, 0.0]])
    panel.show_data(prepared)
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    left, right = prepared.plane.low[0], prepared.plane.high[0]
    places = [(a - left) / (right - left) for a in (-3.0, 3.0)]
    assert [color_at(panel, place, 0.5) for place in places] == [LIGHT.negative] * 2
    qtbot.mouseClick(
        panel.test_points, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.test_points.height() // 2)
    )
    assert [color_at(panel, place, 0.5) for place in places] == [LIGHT.negative, LIGHT.positive]


def test_a_frozen_picture_stays_until_followed_again(qtbot: QtBot, panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    click = QPoint(8, panel.follow_live.height() // 2)
    qtbot.mouseClick(panel.follow_live, Qt.MouseButton.LeftButton, pos=click)
    panel.show_snapshot(snapshot_of(-np.ones((10, 10, 1))))
    assert color_at(panel, 0.5, 0.5) == LIGHT.positive
    qtbot.mouseClick(panel.follow_live, Qt.MouseButton.LeftButton, pos=click)
    assert color_at(panel, 0.5, 0.5) == LIGHT.negative


def test_a_neuron_fills_the_plot_and_leaves_it_again(panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    panel.show_neuron(np.full((50, 50), -1.0, np.float32), "Dense 1, neuron 3")
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    assert color_at(panel, 0.5, 0.5) == LIGHT.negative
    assert panel.title.text() == "DENSE 1, NEURON 3"
    assert panel.plot.text_at(5, 5).endswith("→ −1.00")
    panel.show_neuron(None)
    assert color_at(panel, 0.5, 0.5) == LIGHT.positive
    assert panel.title.text() == "OUTPUT"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_test_point_of_value_zero_can_be_seen(qapp: QApplication, theme: Theme) -> None:
    middle, outside, answer = np.array([[0.5, 0.5]]), np.array([[9.0, 9.0]]), np.zeros(1)
    points = BoundaryPoints(outside, middle, answer, answer, is_regression=True, outputs=1)
    image = points.picture(QSize(20, 20), 1, theme, ValueRange(-1.0, 1.0), with_test=True).toImage()
    ground = QColor(*map(int, diverging_lut(theme)[127][:3])).lightnessF()
    seen = [image.pixelColor(x, 10) for x in range(20)]
    assert max(abs(color.lightnessF() - ground) for color in seen if color.alpha() > 200) > 0.2


def test_a_regression_names_its_values(panel: OutputPanel) -> None:
    experiment = points_experiment(4, dataset=DATASETS.make("plane"), loss=LOSSES.make("mean_squared_error"))
    panel.show_data(fake_prepared(experiment))
    panel.show_snapshot(snapshot_of(np.full((10, 10, 1), 0.42)))
    assert panel.legend.names == ("−1", "+1")
    assert panel.plot.text_at(5, 5).endswith("→ 0.42")


def test_many_points_are_thinned_and_the_tooltip_says_so(panel: OutputPanel) -> None:
    rng = np.random.default_rng(0)
    panel.show_data(prepared_with(rng.uniform(-5, 5, (7000, 2)), rng.uniform(-5, 5, (3000, 2))))
    assert panel.plot.drawn_points == MAX_POINTS
    assert "2,000 of 10,000 points" in panel.test_points.toolTip()


def test_the_theme_changes_the_picture(panel: OutputPanel, themes: ThemeSource) -> None:
    panel.show_data(prepared_with())
    panel.show_snapshot(snapshot_of(np.zeros((10, 10, 1))))
    assert color_at(panel, 0.5, 0.5) == LIGHT.zero
    themes.mode = "dark"
    assert color_at(panel, 0.5, 0.5) == DARK.zero


def test_the_plot_is_square_and_clear_empties_it(panel: OutputPanel) -> None:
    assert panel.plot.width() == panel.plot.height()
    panel.show_data(fake_prepared(points_experiment()))
    panel.show_snapshot(fake_snapshot(points_experiment()))
    panel.clear()
    assert panel.plot.drawn_points == 0
    assert panel.plot.text_at(5, 5) == ""


def test_points_keep_their_places_when_the_plot_is_resized(qtbot: QtBot, panel: OutputPanel) -> None:
    prepared = prepared_with(train=[[-3.0, 0.0]])
    panel.show_data(prepared)
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    place = (-3.0 - prepared.plane.low[0]) / (prepared.plane.high[0] - prepared.plane.low[0])
    before = panel.plot.width()
    assert color_at(panel, place, 0.5) == LIGHT.negative
    panel.resize(460, 560)
    qtbot.waitUntil(lambda: panel.plot.width() > before)
    assert color_at(panel, place, 0.5) == LIGHT.negative
    assert color_at(panel, place + 0.06, 0.5) == LIGHT.positive


def test_the_wheel_leaves_the_boundary_where_it_is(panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    before = panel.plot.text_at(20, 20)
    turn_wheel(panel.plot, QPoint(50, 50))
    assert panel.plot.text_at(20, 20) == before


def test_a_hidden_panel_draws_when_it_is_shown(qtbot: QtBot, themes: ThemeSource) -> None:
    made = OutputPanel(themes)
    qtbot.addWidget(made)
    made.resize(350, 420)
    made.show_data(prepared_with())
    made.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    assert "→" not in made.plot.text_at(5, 5)
    with qtbot.waitExposed(made):
        made.show()
    assert color_at(made, 0.5, 0.5) == LIGHT.positive


def test_a_readout_without_room_goes_on_in_a_second_line(qtbot: QtBot, panel: OutputPanel) -> None:
    readout = panel.plot.readout
    readout.show_text("x₁ 1.24, x₂ −0.50 → class 1", QPoint(5, 5))
    one_line = readout.height()
    long = "component 1 0.0512, component 2 −0.3212 → versicolor, 93 %"
    readout.show_text(long, QPoint(5, 5))
    assert readout.height() > 1.4 * one_line
    assert readout.text == long
