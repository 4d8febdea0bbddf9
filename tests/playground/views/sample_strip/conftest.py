"""The strip of samples on the screen."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.views.sample_strip import SampleStrip
from playground.views.theme.theme import ThemeSource


@pytest.fixture
def strip(qtbot: QtBot, qapp: QApplication) -> SampleStrip:
    strip = SampleStrip(ThemeSource(mode="light"))
    qtbot.addWidget(strip)
    strip.resize(700, 66)
    return strip
