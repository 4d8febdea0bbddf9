"""A palette of a few commands, and which of them ran."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from playground.views.dialogs.command_palette import Command, CommandPalette
from playground.views.theme.theme import ThemeSource

# --- the card -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ran() -> list[str]:
    return []


@pytest.fixture
def palette(qtbot: QtBot, ran: list[str]) -> Iterator[CommandPalette]:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    commands = [Command(text, "", "", lambda text=text: ran.append(text)) for text in ("One", "Two", "Three")]
    commands.insert(1, Command("Never", "Not now", "", lambda: ran.append("Never"), "", enabled=False))
    made = CommandPalette(commands, ThemeSource(mode="light", parent=window), window)
    made.open()
    yield made
    window.close()
