"""The scale beside the boundary."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.nn.losses import LOSSES
from playground.views.output import OutputPanel
from playground.views.output.boundary_colors import (
    ValueRange,
)
from playground.views.theme.theme import (
    LIGHT,
)
from tests.playground.fakes import fake_prepared, points_experiment
from tests.playground.views.output.boundaries import color_at, prepared_with, snapshot_of


def test_a_range_of_values_reaches_as_far_as_they_do() -> None:
    assert ValueRange.of(np.array([-0.2, 1.1])) == ValueRange(-1, 1)
    assert ValueRange.of(np.array([-4.0, 2.0])) == ValueRange(-4, 4)
    assert ValueRange.of(np.array([20.0, 60.0])).signed(np.array([20.0, 40.0, 60.0])).tolist() == [-1, 0, 1]


def test_discretize_by_mouse(qtbot: QtBot, panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    panel.show_snapshot(snapshot_of(np.full((10, 10, 1), 0.1)))
    assert color_at(panel, 0.5, 0.5) != LIGHT.positive
    qtbot.mouseClick(
        panel.discretize, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.discretize.height() // 2)
    )
    assert panel.discretize.isChecked()
    assert color_at(panel, 0.5, 0.5) == LIGHT.positive


def test_a_regression_names_its_values(panel: OutputPanel) -> None:
    experiment = points_experiment(4, dataset=DATASETS.make("plane"), loss=LOSSES.make("mean_squared_error"))
    panel.show_data(fake_prepared(experiment))
    panel.show_snapshot(snapshot_of(np.full((10, 10, 1), 0.42)))
    assert panel.legend.names == ("−1", "+1")
    assert panel.plot.text_at(5, 5).endswith("→ 0.42")
