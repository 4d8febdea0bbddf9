"""What holds everywhere in the window; docs/contributing/invariants.md says it in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.lessons.shipped import shipped_titles
from playground.training.state import TrainingState
from tests.playground.driving import press
from tests.playground.test_invariants import Make
from tests.playground.window.trained_windows import small, wait_for


@pytest.mark.parametrize("number", [1, len(shipped_titles())])
def test_a_lesson_is_left_by_its_button_and_by_escape(number: int, make: Make, qtbot: QtBot) -> None:
    window = make(small())
    work = window.document.experiment
    for way in ("escape", "button"):
        window.actions_by_name[f"lesson_{number}"].trigger()
        assert window.plugins["lessons"].run is not None
        panel = window.plugins["lessons"]._panel
        assert panel is not None
        wait_for(qtbot, panel.isVisible)
        # Another page covers the lesson, once all controls are wanted: it has a way back, too.
        window.actions_by_name["lesson_controls"].setChecked(True)
        press(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
        assert window.menu_area.pages.isVisible()
        # The form of seeds first.
        for _ in range(2):
            press(window, Qt.Key.Key_Escape)
        assert window.pages.current == "build"
        assert window.plugins["lessons"].run is not None
        if way == "escape":
            press(window, Qt.Key.Key_Escape)
        else:
            QTest.mouseClick(panel.close_button, Qt.MouseButton.LeftButton)
        assert window.plugins["lessons"].run is None
        assert window.document.experiment == work
        wait_for(qtbot, lambda: window.session.state is not TrainingState.LOADING)
