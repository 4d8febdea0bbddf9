"""What the palette offers, it does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from playground.commands.action_table import FOUND_ROWS
from playground.plugins.probes.views import PROBE_PAGES, ProbesDialog
from playground.window.main_window import MainWindow
from tests.playground.views.dialogs.command_palette.opened_palette import (
    open_palette,
)


def test_every_probe_is_found_by_its_name(window: MainWindow) -> None:
    listed = [row for row in FOUND_ROWS if row.run == "probes.open"]
    assert {row.arguments[0]: row.text for row in listed} == {
        page.kind: f"Probes: {page.title}…" for page in PROBE_PAGES
    }
    palette = open_palette(window, "landscape")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    dialog = window.findChild(ProbesDialog)
    assert dialog is not None
    assert dialog.page.kind == "landscape"
    dialog.close()
