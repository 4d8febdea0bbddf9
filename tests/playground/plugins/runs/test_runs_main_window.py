"""The main window: keys, files, panels, themes, sizes, tooltips and tab order."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from core.nn import Dense
from tests.playground.driving import press, show
from tests.playground.window.test_main_window import CTRL, Make
from tests.playground.window.trained_windows import (
    small,
)


@pytest.mark.parametrize("page", ["sweep", "seeds", "runs"])
def test_keys_of_layers_wait_for_the_page_that_shows_them(make: Make, page: str) -> None:
    window = make(small().replace(layers=(Dense(3), Dense(2))))
    window.panels.canvas.selection.choose_all()
    before = window.document.experiment
    show(window, page)
    for key in (Qt.Key.Key_A, Qt.Key.Key_D, Qt.Key.Key_X):
        press(window, key, CTRL)
    press(window, Qt.Key.Key_Delete)
    assert window.document.experiment == before
    window.pages.show("build")
    window.panels.canvas.setFocus()
    press(window, Qt.Key.Key_Delete)
    assert window.document.experiment.layers == ()
