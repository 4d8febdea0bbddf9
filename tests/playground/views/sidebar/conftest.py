"""The side panel and its panel of datasets, on points and on images of digits."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.nn import Dense, Tanh
from playground.model.document import Document
from playground.views.sidebar import DatasetPanel, SidePanel
from playground.views.theme.theme import ThemeSource
from tests.playground.views.sidebar.augmented import DIGITS
from tests.playground.views.sidebar.shown_panel import shown


@pytest.fixture
def document(qapp: QApplication) -> Document:
    return Document(Experiment(dataset=Moons(), layers=(Dense(6, activation=Tanh()),)))


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> DatasetPanel:
    made = DatasetPanel(document, ThemeSource(mode="light"))
    shown(qtbot, made, height=500)
    return made


@pytest.fixture
def digits_document(qapp: QApplication) -> Document:
    return Document(DIGITS)


@pytest.fixture
def digits_panel(qtbot: QtBot, qapp: QApplication, themed: None, digits_document: Document) -> SidePanel:
    made = SidePanel(digits_document, ThemeSource(qapp, "light"))
    made.resize(216, 900)
    qtbot.addWidget(made)
    made.show()
    made.show_data(prepare(DIGITS))
    return made
