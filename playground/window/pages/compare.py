"""The page of two models side by side, and the way to it from the board of runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from playground.commands.page import Page
from playground.window.pages.pages import PAGES, PageRow, PageWindow

if TYPE_CHECKING:
    from playground.commands.compare_commands import CompareController


def _make(window: PageWindow) -> Page:
    from playground.commands.compare_commands import CompareController

    page = CompareController(
        window.context, window.snapshot_router, window.files, window.runs, window.inspection.show_sample
    )
    page.runs_requested.connect(partial(window.pages.show, "runs"))
    return page


def compare_run(window: PageWindow, run: int) -> None:
    """Show a kept run beside the open network."""
    window.pages.show("compare")
    cast("CompareController", window.pages.page("compare")).compare_run(run)


PAGES.register(PageRow("compare", "Compare", "See this network beside another model.", 57, _make))
