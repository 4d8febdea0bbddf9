"""Pruning in the real window: the accuracy while dragging, faded links, one step of undo, and training on."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from playground.window.main_window import MainWindow
from tests.playground.views.dialogs.test_prune import IRIS


def test_another_page_closes_it_and_it_opens_beside_the_network(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(IRIS)
    window.dialogs.open_prune()
    dialog = window.dialogs._prune
    assert dialog is not None
    window.pages.show("why")
    assert not dialog.isVisible()
    assert "pruning" not in window.session.inspection.state.parts
    window.actions_by_name["prune"].trigger()
    assert window.pages.current == "build"
    assert dialog.isVisible()
    dialog.close()
