"""The page of many seeds."""

from __future__ import annotations

from playground.commands.page import Page
from playground.window.pages.pages import PAGES, PageRow, PageWindow


def _make(window: PageWindow) -> Page:
    from playground.commands.seeds_commands import SeedsController

    return SeedsController(window.context, window.files, window.runs)


PAGES.register(
    PageRow("seeds", "Seeds", "Train the experiment from many seeds, to see what is luck.", 40, _make)
)
