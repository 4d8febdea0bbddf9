"""The rows of the pages, and the ways from one to another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from core.experiment.experiment import Experiment
from core.runs.packing import Curves
from playground.commands.window_controller import Page
from playground.views.menus import offer_duplicates
from playground.views.results import PreviousRun
from playground.window.pages.pages import PAGES, PageRow, PageWindow

if TYPE_CHECKING:
    from core.runs.run_set import RunSet
    from playground.commands.compare_commands import CompareController
    from playground.commands.race_commands import RaceController
    from playground.commands.seeds_commands import SeedsController
    from playground.views.runs import RunsBoard


def _make_runs(window: PageWindow) -> Page:
    from playground.commands.race_commands import RaceController
    from playground.commands.run_commands import RunController
    from playground.commands.runs_commands import RunsController
    from playground.commands.seeds_commands import SeedsController
    from playground.commands.sweep_commands import SweepController

    context, files, library = window.context, window.files, window.runs

    def make_seeds() -> SeedsController:
        seeds = SeedsController(context, files, library)
        seeds.classic_counted.connect(window.panels.classic_bar.show_own)
        return seeds

    board = RunController(context, library, files, window.recorder)
    board.pinned.connect(partial(_pin, window))
    board.race_requested.connect(partial(_race, window, board.board))
    board.compare_requested.connect(partial(compare_run, window))
    race, sweep = (partial(made, context, files, library) for made in (RaceController, SweepController))
    page = RunsController(context, library, board, {"race": race, "seeds": make_seeds, "sweep": sweep})
    page.duplicates.chosen.connect(partial(_race_document, window))
    return page


def _pin(window: PageWindow, runs: list[tuple[str, Experiment, Curves]]) -> None:
    window.panels.results.pin_runs(
        [PreviousRun.of_curves(curves, experiment, name) for name, experiment, curves in runs]
    )


def _connect_runs(window: PageWindow) -> None:
    document, fields = window.context.document, window.panels.training_bar.fields
    race_document = partial(_race_document, window)
    window.menu_area.duplicates.chosen.connect(race_document)
    document.duplicate_requested.connect(partial(_race_experiment, window))
    for field, name in (
        (fields.learning_rate, "Rate"),
        (fields.optimizer, "Optimizer"),
        (fields.batch_size, "Batch size"),
        (fields.regularizer, "Regularization"),
    ):
        offer_duplicates(field, document, name, race_document)
    window.panels.classic_bar.seeds_requested.connect(partial(train_seeds, window))


PAGES.register(
    PageRow(
        "runs", "Runs", "Train many networks, and compare what was kept.", 20, 2, _make_runs, _connect_runs
    )
)


def _race(window: PageWindow, board: RunsBoard, runs: list[tuple[Experiment, str]]) -> None:
    """Race kept runs with their names; the trials of a sweep may vary the data."""
    is_sweep = board.set is not None and board.set.kind == "sweep"
    _raced(window).race_runs(runs, same_data=not is_sweep)
    window.pages.show_set("race")


def _race_document(window: PageWindow, name: str, value: object) -> None:
    """Race the open document against a copy with another value of one setting."""
    _raced(window).race_document(name, value)
    window.pages.show_set("race")


def _race_experiment(window: PageWindow, experiment: Experiment) -> None:
    """Race the open document against an experiment that was made of it."""
    _raced(window).race_experiment(experiment)
    window.pages.show_set("race")


def _raced(window: PageWindow) -> RaceController:
    return cast("RaceController", window.pages.runs.part("race"))


def train_seeds(window: PageWindow, count: int, epochs: int) -> None:
    """Train so many seeds of the open experiment."""
    window.pages.show_set("seeds")
    cast("SeedsController", window.pages.runs.part("seeds")).train(count, epochs)


def mention_unfinished(window: PageWindow) -> None:
    """Say that a sweep of an earlier start can go on, if there is one."""
    from playground.model.left_sweeps import left_sweep, place_of

    def tell(found: RunSet | None) -> None:
        if found is None or found.state == "done":
            return
        scheduler, page = place_of(found).scheduler, "the page Runs (Ctrl+5)"
        goes_on = f"goes on at {scheduler}: {page} follows it"
        stands = f"of an earlier start has stopped before its end: {page} can go on with it"
        window.show_message(f"A sweep {goes_on if scheduler else stands}")

    window.runs.request(left_sweep, tell)


def _make_why(window: PageWindow) -> Page:
    from playground.commands.why_commands import WhyController

    save_picture = partial(window.exports.open, "page_picture")
    return WhyController(window.context, window.snapshot_router, window.inspection.show_sample, save_picture)


PAGES.register(
    PageRow(
        "why", "Why", "See what moved a prediction, and how far predictions can be trusted.", 55, 6, _make_why
    )
)


def _make_compare(window: PageWindow) -> Page:
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


PAGES.register(PageRow("compare", "Compare", "See this network beside another model.", 57, 7, _make_compare))
