"""The rows of the pages, and the ways from one to another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from core.experiment.experiment import Experiment
from core.runs.packing import Curves
from playground.commands.window_controller import Page
from playground.views.menus import offer_duplicates
from playground.views.results import PreviousRun
from playground.window.pages.pages import PAGES, PageRow, PageWindow, page_number

if TYPE_CHECKING:
    from core.runs.run_set import RunSet
    from playground.commands.compare_commands import CompareController
    from playground.commands.race_commands import RaceController
    from playground.commands.seeds_commands import SeedsController


def _make_runs(window: PageWindow) -> Page:
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


PAGES.register(PageRow("runs", "Runs", "Compare the runs that were kept.", 20, _make_runs))


def _make_race(window: PageWindow) -> Page:
    from playground.commands.race_commands import RaceController

    return RaceController(window.context, window.files, window.runs)


def _connect_race(window: PageWindow) -> None:
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


PAGES.register(
    PageRow("race", "Race", "Train two to four configurations side by side.", 30, _make_race, _connect_race)
)


def race(window: PageWindow, runs: list[tuple[Experiment, str]], *, same_data: bool = True) -> None:
    """Race kept runs with their names, or trials."""
    _page(window).race_runs(runs, same_data=same_data)
    window.pages.show("race")


def _race_document(window: PageWindow, name: str, value: object) -> None:
    """Race the open document against a copy with another value of one setting."""
    _page(window).race_document(name, value)
    window.pages.show("race")


def _race_experiment(window: PageWindow, experiment: Experiment) -> None:
    """Race the open document against an experiment that was made of it."""
    _page(window).race_experiment(experiment)
    window.pages.show("race")


def _page(window: PageWindow) -> RaceController:
    return cast("RaceController", window.pages.page("race"))


def _make_seeds(window: PageWindow) -> Page:
    from playground.commands.seeds_commands import SeedsController

    return SeedsController(window.context, window.files, window.runs)


def _connect_seeds(window: PageWindow) -> None:
    window.panels.classic_bar.seeds_requested.connect(partial(train_seeds, window))


def train_seeds(window: PageWindow, count: int, epochs: int) -> None:
    """Train so many seeds of the open experiment."""
    window.pages.show("seeds")
    cast("SeedsController", window.pages.page("seeds")).train(count, epochs)


PAGES.register(
    PageRow(
        "seeds",
        "Seeds",
        "Train the experiment from many seeds, to see what is luck.",
        40,
        _make_seeds,
        _connect_seeds,
    )
)


def _make_sweep(window: PageWindow) -> Page:
    from playground.commands.sweep_commands import SweepController

    page = SweepController(window.context, window.files, window.runs)
    page.race_requested.connect(partial(race, window, same_data=False))
    return page


PAGES.register(
    PageRow(
        "sweep", "Sweep", "Try combinations of settings, and see what each of them learns.", 50, _make_sweep
    )
)


def mention_unfinished(window: PageWindow) -> None:
    """Say that a sweep of an earlier start can go on, if there is one."""
    from playground.model.left_sweeps import left_sweep, place_of

    def tell(found: RunSet | None) -> None:
        if found is None or found.state == "done":
            return
        scheduler, page = place_of(found).scheduler, f"the page Sweep (Ctrl+{page_number('sweep')})"
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
        "why", "Why", "See what moved a prediction, and how far predictions can be trusted.", 55, _make_why
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


PAGES.register(PageRow("compare", "Compare", "See this network beside another model.", 57, _make_compare))
