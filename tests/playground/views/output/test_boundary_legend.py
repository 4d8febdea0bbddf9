"""The scale beside the boundary."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.inspect.plane_image import PlaneImage, ValueRange
from core.nn.losses import LOSSES
from playground.views.output import OutputPanel
from playground.views.output.boundary_points import BoundaryPoints
from playground.views.theme.colors import LIGHT, class_color, rgb
from tests.playground.fakes import fake_prepared, points_experiment
from tests.playground.views.output.boundaries import color_at, paler, prepared_with, snapshot_of


def test_a_range_of_values_reaches_as_far_as_they_do() -> None:
    assert ValueRange.of(np.array([-0.2, 1.1])) == ValueRange(-1, 1)
    assert ValueRange.of(np.array([-4.0, 2.0])) == ValueRange(-4, 4)
    assert ValueRange.of(np.array([20.0, 60.0])).signed(np.array([20.0, 40.0, 60.0])).tolist() == [-1, 0, 1]


def test_discretize_by_mouse(qtbot: QtBot, panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    panel.show_snapshot(snapshot_of(np.full((10, 10, 1), 0.1)))
    assert color_at(panel, 0.5, 0.5) != paler(LIGHT.positive)
    qtbot.mouseClick(
        panel.discretize, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.discretize.height() // 2)
    )
    assert panel.discretize.isChecked()
    assert color_at(panel, 0.5, 0.5) == paler(LIGHT.positive)


def test_a_regression_names_its_values(panel: OutputPanel) -> None:
    experiment = points_experiment(4, dataset=DATASETS.make("plane"), loss=LOSSES.make("mean_squared_error"))
    panel.show_data(fake_prepared(experiment))
    panel.show_snapshot(snapshot_of(np.full((10, 10, 1), 0.42)))
    assert panel.legend.names == ("−1", "+1")
    assert panel.plot.text_at(5, 5).endswith("→ 0.42")


def test_a_class_has_one_color_whatever_the_loss_is(panel: OutputPanel) -> None:
    for loss, certain in (("binary_cross_entropy", ([-1.0], [1.0])), ("cross_entropy", ([1, 0], [0, 1]))):
        prepared = fake_prepared(points_experiment(4, loss=LOSSES.make(loss)))
        panel.show_data(prepared)
        points = BoundaryPoints.of(prepared)
        shown = points._colors(points.train_labels, LIGHT, ValueRange())
        assert shown == [class_color(label) for label in points.train_labels.tolist()]
        for number, outputs in enumerate(certain):
            panel.show_snapshot(snapshot_of(np.tile(np.array(outputs), (10, 10, 1))))
            assert color_at(panel, 0.9, 0.05) == paler(class_color(number))
    # So it is in its own output, enlarged.
    for number in range(2):
        panel.show_neuron(np.ones((50, 50), np.float32), "Output", number)
        assert color_at(panel, 0.9, 0.05) == class_color(number)
        assert panel.neuron_legend.names == ("0", "+1")
        legend = panel.neuron_legend.grab().toImage()
        seen = [rgb(legend.pixelColor(x, legend.height() // 2).name()) for x in range(legend.width())]
        away = [np.abs(np.subtract(seen, rgb(class_color(each)))).max(axis=1).min() for each in range(2)]
        assert away[number] < 8
        assert away[1 - number] > 40


def test_a_hovered_neuron_has_a_scale_of_its_own_and_the_plot_stays(panel: OutputPanel) -> None:
    experiment = points_experiment(4, dataset=DATASETS.make("blobs"), loss=LOSSES.make("cross_entropy"))
    panel.show_data(fake_prepared(experiment))
    panel.show_snapshot(snapshot_of(np.full((10, 10, 3), 1 / 3)))
    QApplication.processEvents()  # the layout with the names
    before = panel.plot.geometry()
    panel.show_neuron(
        PlaneImage(np.linspace(0, 7.5, 100, dtype=np.float32).reshape(10, 10)), "Dense, neuron 1"
    )
    assert panel.neuron_legend.isVisible()
    assert panel.neuron_legend.names == ("0", "+7.50")
    # The classes of the points stay: they are named on the plot.
    assert panel.legend.names
    assert not panel.legend.isVisible()
    QApplication.processEvents()
    assert panel.plot.geometry() == before
    panel.show_neuron(None)
    assert not panel.neuron_legend.isVisible()
    panel.show_data(prepared_with())
    assert panel.legend.is_bar
    panel.show_neuron(np.full((50, 50), 0.5, np.float32))
    assert panel.neuron_legend.names == ("−1", "+1")
    assert not panel.legend.isVisible()


def test_the_scale_is_beside_the_title(panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    assert abs(panel.legend.geometry().center().y() - panel.title.geometry().center().y()) <= 2
    assert panel.legend.x() > panel.title.geometry().right()
