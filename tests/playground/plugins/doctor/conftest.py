"""The doctor's panel on a document."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QCursor
from pytestqt.qtbot import QtBot

from playground.model.document import Document
from playground.plugins.doctor.panel import DoctorPanel
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import points_experiment


@pytest.fixture
def document() -> Document:
    return Document(points_experiment(4, 3))


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> DoctorPanel:
    panel = DoctorPanel(document, ThemeSource(mode="light"))
    qtbot.addWidget(panel)
    panel.resize(340, 400)
    panel.move(200, 100)
    QCursor.setPos(0, 0)
    panel.show()
    qtbot.waitExposed(panel)
    return panel
