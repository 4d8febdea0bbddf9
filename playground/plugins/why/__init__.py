"""The page "Why": what moved a prediction, and how far predictions can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from playground.plugins.plugin import PLUGINS, PageRow, Plugin

if TYPE_CHECKING:
    from core.explain.counterfactual import Goal
    from playground.commands.window_controller import Page
    from playground.plugins.why.controller import WhyController
    from playground.window.pages import PageWindow


def _make(window: PageWindow) -> Page:
    from playground.plugins.why.controller import WhyController

    return WhyController(window)


def _ask(window: PageWindow, goal: Goal) -> None:
    """Show the change of the sample that a lesson looks for."""
    page = cast("WhyController", window.pages.page("why")).page
    window.pages.show("why")
    page.question.set_current("what_if")
    page.question.chosen.emit("what_if")
    page.what_if.ask(goal)


_PAGE = PageRow(
    "why", "Why", "See what moved a prediction, and how far predictions can be trusted.", 55, 6, _make
)
PLUGINS.register(Plugin("why", "Why", pages=(_PAGE,), gives={"ask_what_if": _ask}))
