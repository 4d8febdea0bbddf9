"""The welcome opens a preset or a file, by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.experiment.presets import CLASSICS, preset_files
from core.experiment.project_file import load_experiment
from playground.views.dialogs.welcome import WelcomeDialog
from playground.views.dialogs.welcome.dialog import PRESET, THUMBNAIL
from playground.window.main_window import MainWindow
from tests.playground.driving import choose, click, press

CTRL = Qt.KeyboardModifier.ControlModifier


PATIENCE_MS = 60_000


def dialogs(window: MainWindow) -> list[WelcomeDialog]:
    return [dialog for dialog in window.findChildren(WelcomeDialog) if dialog.isVisible()]


def open_welcome(window: MainWindow, qtbot: QtBot) -> WelcomeDialog:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_N, CTRL)
    (dialog,) = dialogs(window)
    qtbot.waitUntil(dialog.isActiveWindow, timeout=PATIENCE_MS)
    assert dialog.list.hasFocus()
    return dialog


def tile(dialog: WelcomeDialog, row: int) -> QPoint:
    return dialog.list.visualRect(dialog.list.model().index(row, 0)).center()


def test_the_first_start_shows_the_network_and_no_welcome(window: MainWindow) -> None:
    assert dialogs(window) == []


def test_every_preset_is_there(window: MainWindow, qtbot: QtBot) -> None:
    choose(window, "Help", "Welcome")
    (dialog,) = dialogs(window)
    model = dialog.list.model()
    names = [load_experiment(path).name for path in preset_files()]
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == names
    assert names[:3] == ["Spirals", "From scratch", "Moons"]
    spoken = model.index(2, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Moons, 6 · 4 units"
    # All of a group visible without scrolling.
    groups = [model.index(row, 0).data(PRESET).group for row in range(model.rowCount())]
    for shown in ("", CLASSICS):
        click(dialog.groups.buttons[shown])
        rows = [row for row, group in enumerate(groups) if (group == CLASSICS) == (shown == CLASSICS)]
        assert [row for row in range(len(groups)) if not dialog.list.isRowHidden(row)] == rows
        assert dialog.list.currentIndex().row() == rows[0]
        last = dialog.list.visualRect(model.index(rows[-1], 0))
        assert dialog.list.viewport().rect().contains(last)
    assert "The paper: " in dialog.about.text()
    assert dialog.list.accessibleName()
    dialog.close()


def test_pictures_arrive(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_welcome(window, qtbot)
    model = dialog.list.model()
    kinds = {model.index(row, 0).data(PRESET).experiment.dataset.kind: row for row in range(model.rowCount())}

    def there() -> bool:
        return all(
            model.index(kinds[kind], 0).data(THUMBNAIL) is not None for kind in ("spirals", "moons", "xor")
        )

    qtbot.waitUntil(there, timeout=PATIENCE_MS)
    assert len(model.index(kinds["moons"], 0).data(THUMBNAIL).points) > 50
    qtbot.waitUntil(lambda: not dialog.loading, timeout=PATIENCE_MS)
    dialog.close()


def test_arrows_and_enter_open(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_welcome(window, qtbot)
    QTest.keyClick(dialog.list, Qt.Key.Key_Right)
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    assert not dialogs(window)
    assert window.document.experiment.name == "From scratch"
    assert window.document.path is None


def test_a_double_click_opens(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_welcome(window, qtbot)
    viewport = dialog.list.viewport()
    at = tile(dialog, 3)
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    assert dialogs(window)
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    assert not dialogs(window)
    assert window.document.experiment == load_experiment(preset_files()[3])


def test_the_button_opens_what_is_chosen(window: MainWindow, qtbot: QtBot) -> None:
    dialog = open_welcome(window, qtbot)
    click(dialog.list.viewport(), tile(dialog, 7))
    click(dialog.open_preset)
    assert window.document.experiment == load_experiment(preset_files()[7])


def test_escape_changes_nothing(window: MainWindow, qtbot: QtBot) -> None:
    before = window.document.experiment
    dialog = open_welcome(window, qtbot)
    QTest.keyClick(dialog.list, Qt.Key.Key_Escape)
    assert not dialogs(window)
    assert window.document.experiment is before


def test_own_files_are_one_click_away(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *given, **_: (asked.append(given[1]), ("", ""))[1]
    )
    dialog = open_welcome(window, qtbot)
    click(dialog.own_file)
    assert asked == ["Open"]
    assert not dialogs(window)
    dialog = open_welcome(window, qtbot)
    click(dialog.own_data)
    assert len(asked) == 2
    assert not dialogs(window)
