"""Samples and maps: drawing, hover and selection."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Blobs, Dataset, Plane
from core.experiment.experiment import Experiment
from core.experiment.stack_problems import shapes_of
from core.inspect.embedding import EmbeddingFrame
from core.nn import Conv2D, Dense, Flatten, MaxPooling2D
from core.nn.losses import MeanSquaredError
from playground.views.canvas.class_bars import ClassBars
from playground.views.canvas.column_layout import arrange
from playground.views.canvas.hit_items import Neuron
from playground.views.canvas.sample_field import SampleField
from playground.views.output.boundary_colors import signed_index
from playground.views.output.output_plot import EmbeddingPlot, MapPlot
from playground.views.theme.colors import CLASS_COLORS, DARK, LIGHT, diverging_lut
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.array_images import packed_lut, reach, value_image
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment

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
    targets = plot._prepared.test.labels  # type: ignore[union-attr]
    color = plot.grab().toImage().pixelColor(spot.toPoint()).name()
    assert color == CLASS_COLORS[int(targets[0])]
    assert plot.text() == "Layer 2, 71 % of its variance"


REGRESSIONS = [Plane(), Blobs(form="hills", noise=0.0)]


@pytest.mark.parametrize("dataset", REGRESSIONS, ids=lambda dataset: type(dataset).__name__)
def test_points_of_a_regression_have_the_colours_of_their_answers(qtbot: QtBot, dataset: Dataset) -> None:
    plot = plot_of(qtbot, points_experiment(4, dataset=dataset, loss=MeanSquaredError()))
    plot.show_picture(picture_of((1.0, 1.0), (-1.0, 0.5), (-1.0, -1.0)))
    image = plot.grab().toImage()
    answers = np.ravel(plot._prepared.test.labels)[[0, 3, 6]]  # type: ignore[union-attr]
    shown = [image.pixelColor(plot.place_of(point).toPoint()).getRgb()[:3] for point in range(3)]
    assert shown == [tuple(entry[:3]) for entry in diverging_lut(LIGHT)[signed_index(answers)].tolist()]


def test_a_point_is_named_and_chosen(qtbot: QtBot) -> None:
    plot = plot_of(qtbot, DIGITS)
    plot.show_picture(picture_of((1.0, 0.0), (-1.0, 0.0)))
    chosen = QSignalSpy(plot.test_point_clicked)
    at = plot.place_of(1).toPoint()
    QTest.mouseMove(plot, at)
    name = int(plot._prepared.test.labels[3])  # type: ignore[union-attr]
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


pytestmark = pytest.mark.usefixtures("themed")


def test_values_become_the_colours_of_the_signed_map(qapp: QApplication) -> None:
    image = value_image(np.array([[-2.0, 0.0, 2.0], [1.0, np.nan, 9.0]]), packed_lut(LIGHT), 2.0)
    assert (image.width(), image.height()) == (3, 2)
    assert image.pixelColor(0, 0).name() == LIGHT.negative
    assert image.pixelColor(1, 0).name() == LIGHT.zero
    assert image.pixelColor(2, 0).name() == image.pixelColor(2, 1).name() == LIGHT.positive
    assert image.pixelColor(1, 1).name() == LIGHT.zero
    assert reach(np.zeros(3)) == reach(np.array([np.inf])) == 1.0


def test_the_plot_keeps_the_maps_apart_and_in_proportion(qtbot: QtBot) -> None:
    plot = MapPlot(ThemeSource(mode="light"))
    qtbot.addWidget(plot)
    plot.resize(200, 200)
    plot.show_picture(np.stack([np.full((10, 20), 3.0), np.full((10, 20), -3.0)]))
    assert plot.text() == "2 × 10 × 20, −3.00 … 3.00"
    image = plot.grab().toImage()
    assert image.pixelColor(50, 50).name() == LIGHT.positive
    assert image.pixelColor(150, 50).name() == LIGHT.negative
    assert image.pixelColor(50, 10).name() == image.pixelColor(100, 50).name() == LIGHT.canvas


def hover(window: MainWindow, column: int, unit: int) -> None:
    field = window.canvas.scene.field
    tile = field.tile(column, unit)
    assert tile is not None
    QTest.mouseMove(field, tile.center().toPoint())


def test_a_map_under_the_pointer_fills_the_plot(qtbot: QtBot, make: Callable[..., MainWindow]) -> None:
    layers = (Conv2D(4, (3, 3)), MaxPooling2D(), Flatten(), Dense(3))
    window = make(mnist_experiment(samples=100, layers=layers))
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    panel = window.output
    hover(window, 1, 2)
    assert panel.pictures.currentWidget() is panel.map
    assert panel.title.text() == "LAYER 2, MAP 3"
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    activations = snapshot.layers[1].activations
    assert activations is not None
    assert panel.map.picture is not None
    np.testing.assert_array_equal(panel.map.picture[0], activations[:, :, 2])
    before = panel.map.picture
    window.actions_by_name["step_epoch"].trigger()
    qtbot.waitUntil(lambda: panel.map.picture is not before, timeout=PATIENCE_MS)
    hover(window, 3, 1)
    assert panel.title.text() == "LAYER 4, NEURON 2, WEIGHTS"
    assert panel.map.picture.shape == (4, 13, 13)
    hover(window, 4, 5)
    assert panel.pictures.currentWidget() is panel.plot
    assert panel.title.text() == "PCA PLANE"
    window.canvas.scene.field.neurons.setFocus()
    QTest.keyClick(window.canvas.scene.field.neurons, Qt.Key.Key_Home)
    QTest.keyClick(window.canvas.scene.field.neurons, Qt.Key.Key_Down)
    assert panel.title.text() == "LAYER 1, MAP 2"
    window.training_bar.setFocus()
    window.canvas.scene.field.neurons.clearFocus()
    assert panel.pictures.currentWidget() is panel.plot


def field_of(layers: tuple[Flatten | Dense, ...]) -> SampleField:
    experiment = mnist_experiment(samples=100, layers=layers)
    shapes, _ = shapes_of(experiment)
    field = SampleField(experiment, shapes, arrange(experiment, 700), QSizeF(700, 560))
    field.show(fake_snapshot(experiment, grid=16))
    return field


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_softmax_regression_shows_the_weights_of_each_class(theme: object, qapp: QApplication) -> None:
    field = field_of((Flatten(),))
    image = QImage(700, 560, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    field.paint(painter, theme, 1.0, None)  # type: ignore[arg-type]
    painter.end()
    assert field.bars is not None
    for row in range(10):
        place = field.bars.weights_rect(row)
        assert place is not None
        assert place.width() >= 40
        pixels = {
            image.pixel(x, y)
            for x in range(int(place.left()) + 3, int(place.right()) - 3, 3)
            for y in range(int(place.top()) + 3, int(place.bottom()) - 3, 3)
        }
        assert len(pixels) > 20
        assert field.hit(place.center()) == Neuron(1, row)
        assert field.name(1, row) == f"output {row}"
    convolution = mnist_experiment(samples=100, layers=(Conv2D(2, (3, 3)), Flatten()))
    assert ClassBars(convolution, 0, 160, 500).weights_rect(0) is None


def test_the_flat_row_can_be_pointed_at(qapp: QApplication) -> None:
    field = field_of((Flatten(),))
    for unit in (0, 400, 783):
        tile = field.tile(0, unit)
        assert tile is not None
        hit = field.hit(tile.center())
        assert isinstance(hit, Neuron)
        assert hit.column == 0
        assert abs(hit.unit - unit) <= 4  # several per pixel
