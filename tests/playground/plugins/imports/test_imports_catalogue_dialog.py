"""The catalogue opens presets, data, lessons and files, by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.views.dialogs.catalogue.test_catalogue_dialog import dialogs, opened


def test_own_files_are_one_click_away(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose_none(*given: str, **_: object) -> tuple[str, str]:
        asked.append(given[1])
        return "", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose_none)
    dialog = opened(window, qtbot)
    click(dialog.own_file)
    assert asked == ["Open"]
    dialog = opened(window, qtbot)
    click(dialog.own_data)
    assert len(asked) == 2
    assert not dialogs(window)
