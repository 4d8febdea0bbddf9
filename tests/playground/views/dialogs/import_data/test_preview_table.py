"""The columns of a table take their roles by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.data.datasets.table_file_dataset import forget_tables
from playground.views.theme.theme import DARK, LIGHT, Theme
from tests.playground.driving import LEFT, menu_action
from tests.playground.views.dialogs.import_data.tables import (
    TableOpener,
    header_menu,
    pick_role,
    roles,
)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_tables()
    yield
    forget_tables()


def test_a_click_on_a_header_changes_the_role(open_table: TableOpener, file: Path) -> None:
    dialog = open_table(file)
    pick_role(dialog, "weight", "Ignore")
    assert roles(dialog) == ["feature", "ignore", "feature", "ignore", "target"]
    pick_role(dialog, "size", "Target: predict it")
    # The old target is a feature now, and numbers with decimals are values.
    assert roles(dialog) == ["target", "ignore", "feature", "ignore", "feature"]
    assert dialog.choice.task == "regression"
    assert dialog.summary.text() == "57 of 60 rows · 2 features as 5 inputs · a value to predict"
    menu = header_menu(dialog, "day")
    assert not menu_action(menu, "Feature: learn from it").isEnabled()
    assert not menu_action(menu, "Target: predict it").isEnabled()
    assert menu_action(menu, "Ignore").isChecked()
    menu.close()


def test_keys_change_the_role_of_the_current_column(open_table: TableOpener, file: Path) -> None:
    dialog = open_table(file)
    assert dialog.preview.hasFocus()
    dialog.preview.setCurrentIndex(dialog.model.index(0, 1))
    QTest.keyClick(dialog.preview, Qt.Key.Key_I)
    assert roles(dialog)[1] == "ignore"
    QTest.keyClick(dialog.preview, Qt.Key.Key_F)
    assert roles(dialog)[1] == "feature"
    QTest.keyClick(dialog.preview, Qt.Key.Key_Right)
    QTest.keyClick(dialog.preview, Qt.Key.Key_T)
    assert roles(dialog) == ["feature", "feature", "target", "ignore", "feature"]
    QTest.keyClick(dialog.preview, Qt.Key.Key_Right)
    QTest.keyClick(dialog.preview, Qt.Key.Key_F)
    assert roles(dialog)[3] == "ignore"


def test_several_columns_at_once(open_table: TableOpener, file: Path) -> None:
    dialog = open_table(file)
    header = dialog.preview.header

    def at(place: int) -> QPoint:
        return QPoint(header.sectionViewportPosition(place) + 20, 20)

    dialog.preview.selectColumn(0)
    QTest.mouseClick(header.viewport(), LEFT, Qt.KeyboardModifier.ShiftModifier, at(2))
    assert QApplication.activePopupWidget() is None
    QTest.keyClick(dialog.preview, Qt.Key.Key_I)
    assert roles(dialog) == ["ignore", "ignore", "ignore", "ignore", "target"]
    assert dialog.error.text() == "Choose at least one feature: a column to learn from."
    assert not dialog.use_button.isEnabled()
    assert not dialog.summary.isVisible()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_preview_is_drawn_in_the_themes_colours(
    open_table: TableOpener, file: Path, qapp: QApplication, theme: Theme
) -> None:
    dialog = open_table(file)
    dialog.model.show_theme(theme)
    dialog.preview.header._show_theme(theme)
    picture = dialog.preview.header.viewport().grab().toImage()
    colors = {picture.pixelColor(x, 50).name() for x in range(0, picture.width(), 2)}
    assert {theme.accent_soft, theme.accent} <= colors
