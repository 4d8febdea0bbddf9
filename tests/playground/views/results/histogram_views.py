"""Histograms on the screen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.inspect.histograms import Histogram, histogram_of
from playground.views.results import ResultsPanel


def spread(low: float, high: float, count: int = 640) -> Histogram:
    found = histogram_of(np.linspace(low, high, count))
    assert found is not None
    return found


def choose_tab(qtbot: QtBot, weights_panel: ResultsPanel, index: int) -> None:
    tabs = weights_panel.tabs
    if tabs.isTabVisible(index):
        qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(index).center())
    else:
        menu = weights_panel.more.menu()
        next(action for action in menu.actions() if action.text() == tabs.tabText(index)).trigger()
    assert tabs.currentIndex() == index
    assert tabs.isTabVisible(index)
