"""The columns of a table take their roles by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.data.datasets import TableFile
from core.data.datasets.table_file_dataset import forget_tables
from playground.model.document import Document
from playground.plugins.imports.table_dialog import TableDialog
from playground.views.theme.colors import DARK, LIGHT, Theme
from tests.playground.driving import LEFT, menu_action
from tests.playground.plugins.imports.tables import (
    PATIENCE_MS,
    TableOpener,
    header_menu,
    pick_role,
    roles,
)


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
    assert (
        dialog.summary.text()
        == "57 of 60 rows · 2 features as 5 inputs · a value to predict · without weight, day"
    )
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
    open_table: TableOpener, file: Path, monkeypatch: pytest.MonkeyPatch, theme: Theme
) -> None:
    dialog = open_table(file)
    dialog.model.show_theme(theme)
    monkeypatch.setattr(dialog.preview.header._themes, "theme", theme)
    picture = dialog.preview.header.viewport().grab().toImage()
    colors = {picture.pixelColor(x, 50).name() for x in range(0, picture.width(), 2)}
    assert {theme.accent_soft, theme.accent} <= colors


# How columns are read


SALES = "# exported\nday;price;size;grade\n" + "".join(
    f"{i % 28 + 1}.{i % 12 + 1}.2024;€ 1.{200 + i},50;{i + 1},{100 + i};{'ab'[i % 2]}\n" for i in range(60)
)


def read_as(dialog: TableDialog, name: str, text: str, qtbot: QtBot) -> None:
    """Choose a format in the header's menu and wait for the file to be read again."""
    menu = header_menu(dialog, name)
    parent = menu_action(menu, "Read as")
    menu.setActiveAction(parent)
    QTest.keyClick(menu, Qt.Key.Key_Right)
    submenu = parent.menu()
    assert isinstance(submenu, QMenu)
    assert submenu.isVisible()
    QTest.mouseClick(submenu, LEFT, pos=submenu.actionGeometry(menu_action(submenu, text)).center())
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)


def test_dates_are_read_as_days_by_choice(
    open_table: TableOpener, tmp_path: Path, qtbot: QtBot, document: Document
) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(SALES, encoding="utf-8")
    dialog = open_table(path)
    assert [dialog.model.note(place) for place in range(4)] == [
        "date",
        "number · 1.234,5 · €",
        "number · 1,100 is 1.1",
        "category",
    ]
    assert roles(dialog) == ["ignore", "feature", "feature", "target"]
    read_as(dialog, "day", "Days since the first date", qtbot)
    assert dialog.model.note(0) == "days since 2024-01-01 · d/m/y"
    assert roles(dialog) == ["feature", "feature", "feature", "target"], "the roles stay; what can be used is"
    assert dialog.model.note(2) == "number · 1,100 is 1.1", "the others are read as before"
    read_as(dialog, "size", "Numbers with a decimal point: 1,234.5", qtbot)
    read_as(dialog, "grade", "Numbers with a decimal point: 1,234.5", qtbot)
    assert (roles(dialog)[3], dialog.model.note(3)) == ("ignore", "text · 60 missing")
    assert dialog.error.text() == "Choose a target: the column to predict."
    read_as(dialog, "grade", "By the evidence of its cells", qtbot)
    pick_role(dialog, "grade", "Target: predict it")
    assert dialog.summary.text() == "60 rows · 3 features · 2 classes"
    dialog.use_button.click()
    dataset = document.experiment.dataset
    assert isinstance(dataset, TableFile)
    assert dataset.columns == "day\tdays dmy 2024-01-01\nprice\tcomma\nsize\tpoint\ngrade\tcategory"
    assert dataset.comments
    forget_tables()
    assert dataset.load(0).inputs[0].tolist() == [0.0, 1200.5, 1100.0]


def test_the_file_in_use_opens_as_it_is_read(
    open_table: TableOpener, tmp_path: Path, qtbot: QtBot, document: Document
) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(SALES, encoding="utf-8")
    dialog = open_table(path)
    read_as(dialog, "size", "Categories: each text is one", qtbot)
    assert dialog.model.note(2) == "text", "sixty texts are too many"
    read_as(dialog, "size", "Numbers with a decimal point: 1,234.5", qtbot)
    dialog.use_button.click()
    again = open_table(path)
    assert again.model.note(2) == "number"
    assert again.choice == document.experiment.dataset.choice  # type: ignore[attr-defined]
    path.write_text(SALES.replace("size", "mass"), encoding="utf-8")
    changed = open_table(path)
    assert changed.model.note(2) == "number · 1,100 is 1.1", "a changed file is looked at anew"


def test_comments_can_be_rows(open_table: TableOpener, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "colours.csv"
    path.write_text("colour,size\n#ff0000,1\nred,2\nblue,3\ngreen,4\n", encoding="utf-8")
    dialog = open_table(path)
    assert dialog.details.text() == "3 rows · 2 columns · 1 comment line left out"
    assert dialog.comments.isVisible()
    dialog.comments.click()
    qtbot.waitUntil(lambda: not dialog.loader.busy, timeout=PATIENCE_MS)
    assert dialog.details.text() == "4 rows · 2 columns"
    assert not dialog.comments.isChecked()
