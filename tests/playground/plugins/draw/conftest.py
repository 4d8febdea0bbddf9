"""The drawing pad, alone and in its panel."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.model.inspection import Inspection
from playground.plugins.draw.drawing_pad import DrawPad
from playground.plugins.draw.panel import DrawPanel
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, mnist_experiment
from tests.playground.plugins.draw.strokes import PATIENCE_MS


@pytest.fixture
def pad(qtbot: QtBot, qapp: QApplication) -> DrawPad:
    """420 pixels a side: one per pixel of the sheet."""
    pad = DrawPad(ThemeSource(mode="light"))
    qtbot.addWidget(pad)
    pad.resize(420, 420)
    pad.show()
    qtbot.waitUntil(pad.isActiveWindow, timeout=PATIENCE_MS)
    pad.setFocus()
    return pad


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> DrawPanel:
    panel = DrawPanel(ThemeSource(mode="light"))
    qtbot.addWidget(panel)
    inspection = Inspection(panel)
    panel.drawing_changed.connect(inspection.show_drawing)
    inspection.changed.connect(panel.show_inspection)
    panel.resize(360, 420)
    panel.show()
    panel.show_data(fake_prepared(mnist_experiment()))
    return panel
