"""What holds everywhere in the window; docs/contributing/invariants.md says it in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget
from pytestqt.qtbot import QtBot

from playground.training.state import TrainingState
from playground.views.widgets.descendants import descendants
from playground.window.main_window import MainWindow
from playground.window.pages import PAGES, TrainingTarget
from playground.window.shortcut_filter import takes_text
from tests.playground.driving import press
from tests.playground.opened_dialogs import choose_no_file, other_ways, over, ways_by_command, write_data
from tests.playground.window.trained_windows import small, wait_for

Make = Callable[..., MainWindow]
PATIENCE_MS = 60_000


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of widgets where Space played, while nothing is trained."""
    found: list[str] = []
    monkeypatch.setattr(TrainingTarget, "toggle", lambda _: found.append("played"))
    return found


def focusable(window: MainWindow) -> Iterator[QWidget]:
    """All that Tab or a click can reach in the window now, but what a dialog or popup of its own holds."""
    for each in list(descendants(window, QWidget)):
        can = each.focusPolicy() != Qt.FocusPolicy.NoFocus and each.focusProxy() is None
        if can and each.isVisible() and each.isEnabled() and each.window() is window:
            yield each


def test_space_plays_on_every_page_and_in_every_dock_wherever_no_text_is_typed(
    played: list[str], make: Make, qtbot: QtBot
) -> None:
    window = make(small())
    for dock in descendants(window, QDockWidget):
        dock.show()
    tried, silent = 0, []
    for row in PAGES:
        window.pages.show(row.kind)
        for widget in focusable(window):
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            if takes_text(widget) or QApplication.focusWidget() is not widget:
                continue
            before, experiment = len(played), window.document.experiment
            QTest.keyClick(widget, Qt.Key.Key_Space)
            tried += 1
            name = f"{row.kind}: {type(widget).__name__} {widget.accessibleName()!r}"
            if len(played) != before + 1 or window.document.experiment != experiment or over(window):
                silent.append(name)
                for each in over(window):
                    each.close()
    assert silent == []
    assert tried > 30 * len(PAGES)


def test_space_after_a_click_on_data_and_two_pages_trains(make: Make, qtbot: QtBot) -> None:
    window = make(small())
    QTest.mouseClick(window.panels.side.data.gallery.tile("spirals"), Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: window.session.state is TrainingState.IDLE)
    press(window, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    press(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    chosen = window.document.experiment
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: window.session.state is TrainingState.RUNNING)
    assert window.document.experiment == chosen


def test_escape_and_a_name_that_can_be_seen_lead_back_from_every_page(window: MainWindow) -> None:
    for simple in (False, True):
        window.show_simple(simple)
        for row in PAGES[1:]:
            window.pages.show(row.kind)
            assert window.menu_area.pages.isVisible(), row.kind
            press(window, Qt.Key.Key_Escape)
            assert window.pages.current == "build", row.kind
        assert window.menu_area.pages.isVisible() != simple


def test_escape_closes_every_dialog_and_space_plays_then(
    played: list[str], window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    choose_no_file(monkeypatch)
    monkeypatch.setattr(window.autosaves.store, "folder", tmp_path / "autosave")
    stay, silent = [], []
    ways = ways_by_command(window) | dict(other_ways(window, write_data(tmp_path)))
    for name, way in ways.items():
        if name in (
            "theme",
            "full_screen",
            "new",
            "reset",
            "reset_with_new_seed",
        ) or name.startswith("lesson_"):
            continue
        way()
        for each in over(window):
            # A field or a search may take the first.
            for _ in range(2):
                if each.isVisible():
                    each.activateWindow()
                    QTest.keyClick(each.focusWidget() or each, Qt.Key.Key_Escape)
            if each.isVisible():
                stay.append(f"{name}: {type(each).__name__}")
                each.close()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)
        if (focus := QApplication.focusWidget()) is None or not takes_text(focus):
            before = len(played)
            press(window, Qt.Key.Key_Space)
            if len(played) != before + 1:
                silent.append(f"{name}: {type(focus).__name__}")
        window.pages.show("build")
    assert stay == []
    assert silent == []
