"""The page "Compare": the open network beside another model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.plugins.plugin import PLUGINS, PageRow, Plugin

if TYPE_CHECKING:
    from playground.commands.window_controller import Page
    from playground.window.pages import PageWindow


def _make(window: PageWindow) -> Page:
    from playground.plugins.compare.controller import CompareController

    return CompareController(window)


def _compare_run(window: Any, run: int) -> None:
    """Show a kept run beside the open network."""
    window.pages.show("compare")
    window.pages.page("compare").compare_run(run)


_PAGE = PageRow("compare", "Compare", "See this network beside another model.", 57, 7, _make)
PLUGINS.register(Plugin("compare", "Compare", pages=(_PAGE,), gives={"compare_run": _compare_run}))
