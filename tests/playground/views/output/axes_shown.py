"""The axes of a plane on the screen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Iris, Standardize
from core.data.plane import PlaneChoice
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.model.inspection import Inspection
from playground.views.output import OutputPanel
from playground.views.output.plane_axes_bar import PlaneAxesBar
from playground.views.theme.theme import ThemeSource
from tests.playground.driving import click
from tests.playground.fakes import fake_prepared

IRIS = Experiment(
    dataset=Iris(),
    layers=(Dense(6, "tanh"),),
    scaling=Standardize(),
    training=TrainingConfig(loss=CrossEntropy()),
)


class Shown:
    """A visible panel, with the requests of its bar."""

    def __init__(self, qtbot: QtBot, themes: ThemeSource, experiment: Experiment) -> None:
        self.panel = OutputPanel(themes)
        qtbot.addWidget(self.panel)
        self.panel.resize(359, 620)
        with qtbot.waitExposed(self.panel):
            self.panel.show()
        self.bar: PlaneAxesBar = self.panel.plane
        self.asked: list[PlaneChoice | None] = []
        self.bar.plane_requested.connect(self.asked.append)
        self.inspection = Inspection(self.panel)
        self.bar.plane_requested.connect(self.inspection.choose_plane)
        self.inspection.changed.connect(self.panel.show_inspection)
        self.prepared: PreparedData = fake_prepared(experiment)
        self.panel.show_data(self.prepared)

    def choose_two(self) -> PlaneChoice:
        self.bar.mode.setFocus()
        QTest.keyClick(self.bar.mode, Qt.Key.Key_Down)
        choice = self.asked[-1]
        assert choice is not None
        return choice

    def open_sliders(self) -> None:
        click(self.bar.disclosure)
