"""Pages fit a screen of 1920 x 1080 at a scale of 175 %."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from playground.plugins.why.controller import WhyController
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.window.test_page_sizes import SMALL


def test_both_questions_of_the_page_why_fit_it(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(SMALL, (1097, 617))
    window.pages.show("why")
    why = window.pages.page("why")
    assert isinstance(why, WhyController)
    qtbot.waitUntil(lambda: why.page.found is not None, timeout=60_000)
    click(why.page.question.buttons["what_if"])
    qtbot.waitUntil(lambda: why.page.change is not None and why.plot.isVisible(), timeout=60_000)
    qtbot.waitUntil(lambda: window.minimumSizeHint().height() <= 617, timeout=60_000)
    assert (window.width(), window.height()) == (1097, 617)
