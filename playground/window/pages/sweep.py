"""The page of sweeps."""

from __future__ import annotations

from functools import partial

from playground.commands.page import Page
from playground.window.pages.pages import PAGES, PageRow, PageWindow, page_number
from playground.window.pages.race import race


def _make(window: PageWindow) -> Page:
    from playground.commands.sweep_commands import SweepController

    page = SweepController(window.context, window.files, window.runs)
    page.race_requested.connect(partial(race, window, same_data=False))
    return page


PAGES.register(
    PageRow("sweep", "Sweep", "Try combinations of settings, and see what each of them learns.", 50, _make)
)


def mention_unfinished(window: PageWindow) -> None:
    """Say that a sweep of an earlier start can go on, if there is one."""
    from playground.model.sweep_store import SweepStore

    place = SweepStore().has_unfinished()
    if place is None:
        return
    goes_on = f"goes on at {place.scheduler}" if place.scheduler else "of an earlier start is not finished"
    window.show_message(f"A sweep {goes_on}: the page Sweep (Ctrl+{page_number('sweep')}) follows it")
