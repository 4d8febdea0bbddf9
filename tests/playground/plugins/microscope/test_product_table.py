"""The table of products."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Wine
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.nn import Dense, Tanh
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.plugins.microscope.formulas import summand
from playground.plugins.microscope.product_table import ProductTable, input_name, layer_name, pixel_name
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import mnist_experiment, points_experiment
from tests.playground.plugins.microscope.lenses import opened, snapshot_of, trace_of

pytestmark = pytest.mark.usefixtures("themed")


def test_inputs_have_names() -> None:
    points = points_experiment(4, 3, features=("x1", "sin_x2"))
    prepared = prepare(points)
    assert input_name(trace_of(points, 0, 0), 1, points, prepared) == "sin x₂"
    assert input_name(trace_of(points, 1, 0), 2, points, prepared) == "Neuron 3"
    wine = Experiment(
        dataset=Wine(), layers=(Dense(4, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    assert input_name(trace_of(wine, 0, 0), 0, wine, prepare(wine)) == "alcohol"
    assert pixel_name(28 * 2 + 4, (28, 28, 1)) == "Pixel 3, 5"
    assert pixel_name(4, (2, 2, 3)) == "Pixel 1, 2, channel 2"
    assert layer_name(points, 0) == "Layer 1 · Dense 4, Tanh"
    assert layer_name(points, 2) == "Output · 1, Sigmoid"


def test_in_a_narrow_dock_every_column_is_seen_and_bars_take_what_is_left(host: QWidget) -> None:
    table = ProductTable(ThemeSource(mode="light"), host)
    for width, bar in ((508, 84), (400, 62), (table.minimumSizeHint().width(), 0)):
        table.resize(width, 100)
        places = table._places()
        assert places[-1].right() == width
        assert places[4].width() == bar
        assert min(place.width() for index, place in enumerate(places) if index != 4) >= 48
    assert table.minimumSizeHint().width() <= 345


@pytest.mark.parametrize("width", [338, 383, 508, 620])
def test_numbers_do_not_touch_those_of_the_next_column(host: QWidget, width: int) -> None:
    table = ProductTable(ThemeSource(mode="light"), host)
    table.resize(width, 100)
    metrics = QFontMetricsF(table.number_font)
    widest = max(
        metrics.horizontalAdvance(summand(value)) for value in (-2.1879, -12.3456, -123.456, -0.0009)
    )
    columns = [place.width() for index, place in enumerate(table._places()) if index not in (0, 4)]
    assert min(columns) >= widest + 6


def test_784_inputs_are_12_rows_and_a_rest(qtbot: QtBot, host: QWidget) -> None:
    experiment = mnist_experiment(8)
    dialog = opened(host, experiment, qtbot)
    assert dialog.place == (1, 0)
    trace = trace_of(experiment, 1, 0)
    dialog.show_snapshot(snapshot_of(experiment, 1, 0))
    rows = dialog.table.rows
    assert len(rows) == 14
    assert rows[12].name == "and 772 more"
    assert rows[0].name.startswith("Pixel ")
    assert sum(row.product for row in rows) == pytest.approx(trace.total)
