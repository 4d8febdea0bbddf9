"""What the first start shows, and what takes its hint away."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from playground.plugins.welcome.controller import greet
from playground.views.widgets.toast import NoticeBar
from playground.window.main_window import MainWindow
from tests.playground.driving import click


def test_the_first_start_is_simple_and_its_hint_goes_with_a_click_or_a_change(
    window: MainWindow, qtbot: QtBot
) -> None:
    def hints() -> list[NoticeBar]:
        return [bar for bar in window.findChildren(NoticeBar) if "Press Play" in bar.label.text()]

    for leave in (
        lambda: click(hints()[0].buttons["close"]),
        lambda: click(window.canvas.scene.layer_cards[0].plus),
        lambda: window.show_simple(False),
        window.session.play,
    ):
        greet(window)
        assert window.preferences.simple
        qtbot.waitUntil(hints()[0].isVisible)
        leave()
        qtbot.waitUntil(lambda: not hints())
    qtbot.waitUntil(lambda: window.status.speed.text().endswith("rounds/s"))
    window.session.pause()
    # The next start is not the first one, though the window was not closed.
    assert window.preferences.window_geometry
