"""The dialog of tables on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from playground.plugins.imports.table_dialog import TableDialog
from tests.playground.driving import LEFT, menu_action

PATIENCE_MS = 60_000


TableOpener = Callable[[Path], TableDialog]


def header_menu(dialog: TableDialog, name: str) -> QMenu:
    """Click on the column's header and return the menu that opens."""
    header = dialog.preview.header
    place = [dialog.model.column(i).name for i in range(dialog.model.columnCount())].index(name)
    at = QPoint(header.sectionViewportPosition(place) + header.sectionSize(place) // 2, 20)
    QTest.mouseClick(header.viewport(), LEFT, pos=at)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def pick_role(dialog: TableDialog, name: str, text: str) -> None:
    menu = header_menu(dialog, name)
    action = menu_action(menu, text)
    assert action.isEnabled()
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def roles(dialog: TableDialog) -> list[str]:
    return [dialog.model.role(i) for i in range(dialog.model.columnCount())]
