"""The page of the runs that were kept."""

from __future__ import annotations

from functools import partial

from core.experiment.experiment import Experiment
from playground.commands.page import Page
from playground.model.runs.run_record import Curves
from playground.views.results import PreviousRun
from playground.window.pages.compare import compare_run
from playground.window.pages.pages import PAGES, PageRow, PageWindow
from playground.window.pages.race import race


def _make(window: PageWindow) -> Page:
    from playground.commands.run_commands import RunController

    page = RunController(window.context, window.runs, window.files, window.recorder)
    page.pinned.connect(partial(_pin, window))
    page.race_requested.connect(partial(race, window))
    page.compare_requested.connect(partial(compare_run, window))
    return page


def _pin(window: PageWindow, runs: list[tuple[str, Experiment, Curves]]) -> None:
    window.panels.results.pin_runs(
        [PreviousRun.of_curves(curves, experiment, name) for name, experiment, curves in runs]
    )


PAGES.register(PageRow("runs", "Runs", "Compare the runs that were kept.", 20, _make))
