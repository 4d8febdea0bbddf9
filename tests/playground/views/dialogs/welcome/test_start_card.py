"""The card of the first start; the window's test shows when it goes."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from playground.views.dialogs.welcome.start_card import StartCard
from playground.window.main_window import MainWindow
from tests.playground.accessibility import faults
from tests.playground.driving import click


def test_the_card_is_named_and_reached_and_closes(window: MainWindow, qtbot: QtBot) -> None:
    window.greet()
    card = window.findChild(StartCard)
    assert card is not None
    qtbot.waitUntil(card.isVisible)
    assert list(card.buttons) == ["Learn by a lesson", "Play", "Open my data"]
    assert not faults(window)
    click(card.close_button)
    assert not card.isVisible()
