"""Menus that are filled again keep nothing of what they had."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.experiment.presets import first_preset
from playground.model.document import Document
from playground.views.menus.duplicate_menu import DuplicateMenu
from playground.views.menus.presets_menu import FilesMenu
from tests.benchmarks.open_window import deliver_deletions


def submenus(menu: QMenu) -> int:
    """How many there are, deleted ones left out."""
    deliver_deletions()
    return len(menu.findChildren(QMenu))


def test_values_to_duplicate_with(qtbot: QtBot) -> None:
    menu = DuplicateMenu(Document(first_preset()), None)  # type: ignore[arg-type]
    qtbot.addWidget(menu)
    count = submenus(menu)
    assert count > 3
    menu.aboutToShow.emit()
    assert submenus(menu) == count == len(menu.actions())


def test_families_of_files(qtbot: QtBot) -> None:
    menu = FilesMenu("None")
    qtbot.addWidget(menu)
    for _ in range(3):
        menu.show_files([(Path("a"), "Tables: one"), (Path("b"), "Tables: two"), (Path("c"), "other")])
        assert submenus(menu) == 1
        assert [action.text() for action in menu.actions()] == ["Tables", "other"]
