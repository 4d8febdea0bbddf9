"""Hints below the preview of a table: each is followed by its button, and the next one takes its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.plugins.imports.table_dialog import TableDialog
from tests.playground.driving import click
from tests.playground.plugins.imports.tables import PATIENCE_MS, TableOpener, pick_role


def shown(dialog: TableDialog, qtbot: QtBot) -> list[str]:
    """The hints, when they have been looked for."""
    qtbot.waitUntil(lambda: not dialog.loader.busy and not dialog.adviser.busy, timeout=PATIENCE_MS)
    return [label.text() for label, _ in dialog.hints.rows if label.isVisible()]


@pytest.fixture
def double_click(qapp: QApplication) -> Iterator[Callable[[int], None]]:
    """Sets the milliseconds within which a second click follows no other hint."""
    before = qapp.doubleClickInterval()
    yield qapp.setDoubleClickInterval
    qapp.setDoubleClickInterval(before)


def test_hints_are_followed_by_their_buttons(
    open_table: TableOpener, tmp_path: Path, qtbot: QtBot, double_click: Callable[[int], None]
) -> None:
    rows = []
    for n in range(60):
        kind = n % 2
        colour = "" if n % 5 == 0 else ("red", "blue")[n // 2 % 2]
        rows.append(
            f"{10 - kind},{n if kind else ''},{n // 2 % 4},{n // 3 % 6},{colour},{('no', 'yes')[kind]}"
        )
    path = tmp_path / "hints.csv"
    path.write_text("\n".join(["same,day,code,size,colour,kind", *rows]), encoding="utf-8")
    dialog = open_table(path)
    assert shown(dialog, qtbot) == [
        "same alone predicts kind almost exactly; ignore it if new rows will lack it.",
        "day has values only where kind is yes; ignore it if new rows will lack them.",
        "12 values of colour are missing; gaps can be a category of their own. 3 more follow.",
    ]
    role = Qt.ItemDataRole.ToolTipRole
    assert "same alone predicts" in dialog.model.headerData(0, Qt.Orientation.Horizontal, role)
    assert "read them as categories" in dialog.model.headerData(3, Qt.Orientation.Horizontal, role)
    button = dialog.hints.rows[0][1]
    assert (button.text(), button.accessibleName()) == ("Ignore it", "Ignore it: same")
    click(button)
    assert "same" not in dialog.choice.features
    assert shown(dialog, qtbot)[0].startswith("day has values only")
    double_click(600_000)
    click(button)
    assert "day" in dialog.choice.features
    double_click(0)
    click(button)
    assert shown(dialog, qtbot)[0].startswith("12 values of colour are missing")
    click(button)
    assert (dialog.missing.current, dialog.choice.features) == ("category", ("code", "size", "colour"))
    assert shown(dialog, qtbot) == [
        "code has 4 whole numbers; read them as categories if they are codes, not amounts.",
        "size has 6 whole numbers; read them as categories if they are codes, not amounts.",
    ]
    click(button)
    # The file is read anew, with the roles and what becomes of gaps as they were chosen.
    assert shown(dialog, qtbot)[0].startswith("size has 6 whole numbers")
    assert dialog.model.column(2).type == "category"
    assert (dialog.missing.current, dialog.choice.features) == ("category", ("code", "size", "colour"))
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert shown(dialog, qtbot) == []
    assert not dialog.hints.isVisible()
    assert dialog.preview.hasFocus()
    pick_role(dialog, "same", "Feature: learn from it")
    assert len(shown(dialog, qtbot)) == 1
