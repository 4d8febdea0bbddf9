"""Menus that are filled on opening."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.experiment.presets import first_preset
from playground.model.document import Document
from playground.plugins.runs.duplicates import DuplicateMenu
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
