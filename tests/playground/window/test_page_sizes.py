"""Pages fit a screen of 1920 x 1080 at a scale of 175 %."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel, QSizePolicy
from pytestqt.qtbot import QtBot

from core.data.datasets import Spirals
from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.views.widgets.labels import SteadyLabel
from playground.window.main_window import MainWindow
from tests.playground.driving import PLACES, show
from tests.walk import screen

SMALL = Experiment(name="Small", dataset=Spirals(samples=60), layers=(Dense(4, "tanh"),))


@pytest.mark.parametrize("page", PLACES)
def test_a_page_fits_a_scaled_screen(make: Callable[..., MainWindow], qtbot: QtBot, page: str) -> None:
    window = make(SMALL, (1097, 617))
    show(window, page)
    # Layouts tell the ones around them what they need one after the other.
    qtbot.waitUntil(lambda: window.minimumSizeHint().width() <= 1097, timeout=5000)
    qtbot.waitUntil(lambda: window.minimumSizeHint().height() <= 617, timeout=5000)
    assert (window.width(), window.height()) == (1097, 617)
    window.training_bar._show_epoch("12,345 + 1,016/1,750")
    assert [*screen.cut(window), *screen.overlapping(window)] == []
    assert _may_be_cut(window) == []


def _may_be_cut(window: MainWindow) -> list[str]:
    """Labels that give way to others, but neither end with an ellipsis nor tell all of their text."""
    found = []
    for label in window.findChildren(QLabel):
        gives_way = label.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored
        gives_way |= 0 < label.minimumWidth() < label.fontMetrics().horizontalAdvance(label.text())
        if gives_way and not label.wordWrap() and not isinstance(label, SteadyLabel):
            found.append(f"{type(label.parent()).__name__}: {label.text()}")
    return found
