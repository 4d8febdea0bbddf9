"""The page that explains an answer."""

from __future__ import annotations

from functools import partial

from playground.commands.page import Page
from playground.window.pages.pages import PAGES, PageRow, PageWindow


def _make(window: PageWindow) -> Page:
    from playground.commands.why_commands import WhyController

    save_picture = partial(window.exports.open, "page_picture")
    return WhyController(window.context, window.snapshot_router, window.inspection.show_sample, save_picture)


PAGES.register(
    PageRow("why", "Why", "See what moved an answer, and how far answers can be trusted.", 55, _make)
)
