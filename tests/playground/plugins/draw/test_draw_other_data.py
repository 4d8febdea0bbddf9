"""What was asked or found with other data is gone after a click on data, and what ends by that says so."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits
from core.experiment.change import changed
from core.experiment.experiment import Experiment
from tests.playground.driving import press
from tests.playground.test_other_data import Make, other_data
from tests.playground.window.trained_windows import toasts, wait_for


def test_a_panel_that_does_not_fit_the_data_says_that_it_closes(make: Make, qtbot: QtBot) -> None:
    window = make(changed(Experiment(), dataset=Digits()).experiment)
    press(window, Qt.Key.Key_W)
    assert window.plugins["draw"].dock.isVisible()
    other_data(window)
    wait_for(qtbot, lambda: "The panel Draw is closed: it comes back with images" in toasts(window))
    assert not window.plugins["draw"].dock.isVisible()
    other_data(window, "digits")
    wait_for(qtbot, window.plugins["draw"].dock.isVisible)
