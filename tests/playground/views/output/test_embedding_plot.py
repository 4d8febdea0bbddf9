"""The embedding in the output panel: requests, drawing, hover and selection."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Dataset, MultiGauss, Plane
from core.experiment.experiment import Experiment
from core.inspect.embedding import EmbeddingFrame
from core.nn.losses import MeanSquaredError
from playground.training.state import TrainingState
from playground.views.output.boundary_colors import signed_index
from playground.views.output.embedding_plot import EmbeddingPlot
from playground.views.theme.colors import CLASS_COLORS, LIGHT, diverging_lut
from playground.views.theme.theme import ThemeSource
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import fake_prepared, mnist_experiment, points_experiment

PATIENCE_MS = 60_000
DIGITS = mnist_experiment(8)


def picture_of(*places: tuple[float, float], layer: int = 1) -> EmbeddingFrame:
    return EmbeddingFrame(np.arange(len(places)) * 3, np.array(places, np.float32), layer, 0.71)


def plot_of(qtbot: QtBot, experiment: Experiment) -> EmbeddingPlot:
    plot = EmbeddingPlot(ThemeSource(None, "light"))
    qtbot.addWidget(plot)
    plot.resize(300, 300)
    plot.show()
    plot.show_data(fake_prepared(experiment))
    return plot


def test_points_have_the_colours_of_their_classes_with_up_as_up(qtbot: QtBot) -> None:
    plot = plot_of(qtbot, DIGITS)
    plot.show_picture(picture_of((1.0, 1.0), (-1.0, 0.5)))
    spot = plot.place_of(0)
    assert spot.x() > 250
    assert spot.y() < 50
    targets = plot._prepared.test_targets  # type: ignore[union-attr]
    color = plot.grab().toImage().pixelColor(spot.toPoint()).name()
    assert color == CLASS_COLORS[int(targets[0])]
    assert plot.text() == "Layer 2, 71 % of its variance"


REGRESSIONS = [Plane(), MultiGauss()]


@pytest.mark.parametrize("dataset", REGRESSIONS, ids=lambda dataset: type(dataset).__name__)
def test_points_of_a_regression_have_the_colours_of_their_answers(qtbot: QtBot, dataset: Dataset) -> None:
    plot = plot_of(qtbot, points_experiment(4, dataset=dataset, loss=MeanSquaredError()))
    plot.show_picture(picture_of((1.0, 1.0), (-1.0, 0.5), (-1.0, -1.0)))
    image = plot.grab().toImage()
    answers = np.ravel(plot._prepared.test_targets)[[0, 3, 6]]  # type: ignore[union-attr]
    shown = [image.pixelColor(plot.place_of(point).toPoint()).getRgb()[:3] for point in range(3)]
    assert shown == [tuple(entry[:3]) for entry in diverging_lut(LIGHT)[signed_index(answers)].tolist()]


@pytest.mark.parametrize("dataset", REGRESSIONS, ids=lambda dataset: type(dataset).__name__)
def test_the_button_brings_a_regression_with_its_scale(
    qtbot: QtBot, make: Callable[..., MainWindow], dataset: Dataset
) -> None:
    output = make(points_experiment(4, dataset=dataset, loss=MeanSquaredError())).output
    click(output.embed)
    qtbot.waitUntil(lambda: output.embedding.picture is not None, timeout=PATIENCE_MS)
    output.embedding.grab()
    assert output.legend.is_bar
    assert output.legend.names == ("−1", "+1")


def test_a_point_is_named_and_chosen(qtbot: QtBot) -> None:
    plot = plot_of(qtbot, DIGITS)
    plot.show_picture(picture_of((1.0, 0.0), (-1.0, 0.0)))
    chosen = QSignalSpy(plot.test_point_clicked)
    at = plot.place_of(1).toPoint()
    QTest.mouseMove(plot, at)
    name = int(plot._prepared.test_targets[3])  # type: ignore[union-attr]
    assert plot.readout.text == f"Test sample 4: class {name}"
    click(plot, at)
    assert chosen.at(0) == [3]
    QTest.mouseMove(plot, QPoint(150, 20))
    assert plot.readout.text == ""
    click(plot, QPoint(150, 20))
    assert chosen.count() == 1


def test_the_scale_stands_still_until_points_leave_or_shrink(qtbot: QtBot) -> None:
    plot = plot_of(qtbot, DIGITS)
    plot.show_picture(picture_of((1.0, 0.0)))
    reach = plot._reach
    plot.show_picture(picture_of((0.8, 0.0)))
    assert plot._reach == reach
    plot.show_picture(picture_of((3.0, 0.0)))
    assert plot._reach > 3.0
    plot.show_picture(picture_of((0.5, 0.0)))
    assert plot._reach < 1.0
    plot.show_picture(picture_of((0.0, 0.0)))
    plot.grab()


def test_without_hidden_layers_it_says_so(qtbot: QtBot) -> None:
    plot = plot_of(qtbot, points_experiment(4))
    plot.grab()
    plot.show_picture(picture_of((1.0, 0.0), layer=-1))
    assert plot.text() == "The inputs, 71 % of their variance"


def test_the_button_brings_it_and_painting_takes_it_away(qtbot: QtBot, window: MainWindow) -> None:
    output, session = window.output, window.session
    assert "embedding" not in session.request.parts
    click(output.embed)
    assert session.request.parts["embedding"]
    assert output.pictures.currentWidget() is output.embedding
    assert not output.discretize.isEnabled()
    qtbot.waitUntil(lambda: output.embedding.picture is not None, timeout=PATIENCE_MS)
    first = output.embedding.picture
    session.step_epoch()
    qtbot.waitUntil(lambda: output.embedding.picture is not first, timeout=PATIENCE_MS)
    # A picture within the epoch may come first, while the step still runs.
    qtbot.waitUntil(lambda: session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    output.show_neuron(np.zeros((10, 10), np.float32), "Neuron")
    assert output.pictures.currentWidget() is output.plot
    output.show_neuron(None)
    assert output.pictures.currentWidget() is output.embedding
    click(output.embedding, output.embedding.place_of(5).toPoint())
    assert session.request.sample in output.embedding.picture.rows  # type: ignore[union-attr]
    QTest.keyClick(window, Qt.Key.Key_P)
    assert not output.embed.isChecked()
    assert "embedding" not in session.request.parts
    assert output.pictures.currentWidget() is output.plot
