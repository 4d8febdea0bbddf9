"""The panel of the output, and the brush on it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.model.document import Document
from playground.views.output import OutputPanel, PaintController
from playground.views.theme.theme import (
    ThemeSource,
)
from tests.playground.views.output.painting import FOUR


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


@pytest.fixture
def document(qapp: QApplication) -> Document:
    return Document(Experiment(dataset=FOUR, layers=(Dense(4, "tanh"),)))


@pytest.fixture
def painting(qtbot: QtBot, document: Document) -> PaintController:
    """Started, on a panel without training."""
    panel = OutputPanel(ThemeSource(mode="light"))
    qtbot.addWidget(panel)
    made = PaintController(document, panel.plot._themes, panel)
    panel.resize(360, 480)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    made.start()
    qtbot.waitUntil(lambda: made.pad.height() == made.pad.width() > 200)
    return made
