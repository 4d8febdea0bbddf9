"""The parts of the results, each on the screen."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.nn import Dropout
from playground.model.document import Document
from playground.views.results import ResultsPanel
from playground.views.results.confusion_tab import ConfusionView
from playground.views.results.curves_plot import CurvesPlot
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, points_experiment
from tests.playground.views.results.confused import BASIS, COUNTS, NAMES


@pytest.fixture
def themes(qapp: QApplication) -> ThemeSource:
    return ThemeSource(None, "light", parent=qapp)


@pytest.fixture
def plot(qtbot: QtBot, themes: ThemeSource) -> CurvesPlot:
    made = CurvesPlot(themes)
    qtbot.addWidget(made)
    made.resize(326, 240)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def panel(qtbot: QtBot, themes: ThemeSource) -> ResultsPanel:
    made = ResultsPanel(themes)
    qtbot.addWidget(made)
    made.resize(350, 380)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def reading_panel(qtbot: QtBot, themes: ThemeSource) -> ResultsPanel:
    made = ResultsPanel(themes)
    qtbot.addWidget(made)
    made.resize(350, 380)
    with qtbot.waitExposed(made):
        made.show()
    made.show_data(fake_prepared(points_experiment()))
    return made


@pytest.fixture
def view(qtbot: QtBot, themes: ThemeSource) -> ConfusionView:
    made = ConfusionView(themes)
    qtbot.addWidget(made)
    made.resize(340, 340)
    with qtbot.waitExposed(made):
        made.show()
    made.set_classes(NAMES)
    made.show_counts(COUNTS, BASIS, 0.8)
    return made


@pytest.fixture
def document() -> Document:
    experiment = points_experiment()
    return Document(experiment.replace(layers=(*experiment.layers, Dropout())))


@pytest.fixture
def weights_panel(qtbot: QtBot, themes: ThemeSource, document: Document) -> ResultsPanel:
    made = ResultsPanel(themes, document=document)
    qtbot.addWidget(made)
    made.resize(350, 400)
    with qtbot.waitExposed(made):
        made.show()
    made.show_data(fake_prepared(points_experiment()))
    return made
