"""The rows of the pages, and the ways from one to another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from core.experiment.experiment import Experiment
from core.experiment.presets import Classic
from core.inspect.explanations import WhatIfPart
from core.inspect.flow_field import FlowPart, FlowPathsPart
from core.inspect.latent import LatentPart, ReconstructionsPart
from core.inspect.texts import TextsPart
from core.io.number_text import count_text
from core.runs.packing import Curves
from playground.commands.window_controller import Page
from playground.plugins import PLUGINS
from playground.plugins.plugin import PageRow
from playground.views.menus import offer_duplicates
from playground.views.results import PreviousRun
from playground.window.pages.pages import PAGES, PageWindow

if TYPE_CHECKING:
    from core.lessons.lesson import Stage
    from core.runs.run_set import RunSet
    from playground.commands.race_commands import RaceController
    from playground.commands.seeds_commands import SeedsController
    from playground.commands.sweep_commands import SweepController
    from playground.views.runs import RunsBoard


def _make_runs(window: PageWindow) -> Page:
    from playground.commands.race_commands import RaceController
    from playground.commands.run_commands import RunController
    from playground.commands.runs_commands import RunsController
    from playground.commands.seeds_commands import SeedsController
    from playground.commands.sweep_commands import SweepController

    context, files, library = window.context, window.files, window.runs

    def make_seeds() -> SeedsController:
        seeds = SeedsController(context, library)
        seeds.classic_counted.connect(window.panels.classic_bar.show_own)
        return seeds

    board = RunController(context, library, files, window.recorder)
    board.pinned.connect(partial(_pin, window))
    board.race_requested.connect(partial(_race, window, board.board))
    compare = PLUGINS.given("compare_run")
    if compare is None:
        board.board.details.left_out = frozenset({"beside"})
    else:
        board.compare_requested.connect(partial(compare, window))
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
    document.duplicate_requested.connect(partial(_race_experiment, window))
    for field, name in (
        (fields.learning_rate, "learning_rate"),
        (fields.optimizer, "optimizer"),
        (fields.batch_size, "batch_size"),
        (fields.regularizer, "regularization"),
    ):
        offer_duplicates(field, document, name, race_document)
    window.panels.classic_bar.seeds_requested.connect(partial(train_seeds, window))
    window.panels.classic_bar.sweep_requested.connect(partial(_show_sweep, window))


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


def show_stage(window: PageWindow, stage: Stage) -> None:
    """Show what a stage of a lesson's key looks at, and train its seeds."""
    if stage.seeds:
        train_seeds(window, stage.seeds, stage.epochs or 1)
    if stage.looks is None:
        return
    output, looks = window.panels.output, stage.looks
    window.inspection.show_sample(looks.sample)
    window.context.session.inspection.choose_position(looks.position)
    ask_what_if = PLUGINS.given("ask_what_if")
    ways: dict[str, Callable[[Any], object]] = {
        TextsPart.kind: output.tokens.bar.ask, FlowPathsPart.kind: output.flow_bar.ask,
        FlowPart.kind: output.flow_bar.go_to, LatentPart.kind: lambda _: output.codes.choose("plane"),
        ReconstructionsPart.kind: lambda _: output.codes.choose("samples"),
    }  # fmt: skip
    if ask_what_if is not None:
        ways[WhatIfPart.kind] = partial(ask_what_if, window)
    for kind, asked in looks.parts.items():
        if kind in ways:
            ways[kind](asked)


def _show_sweep(window: PageWindow, classic: Classic) -> None:
    """Put the sweep of a classic's source into the form."""
    window.pages.show_set("sweep")
    draft = cast("SweepController", window.pages.runs.part("sweep")).draft
    draft.set_experiment(window.context.document.experiment)
    draft.change("Its sweep", draft.sweep.replace(axes=tuple(classic.sweep), epochs=classic.epochs))


def mention_unfinished(window: PageWindow) -> None:
    """Read the sets of earlier starts, and say how many of them can go on, or that a cluster does so."""
    from playground.model.left_sweeps import left_sweep, place_of

    def tell(found: RunSet | None) -> None:
        if found is not None and found.state != "done" and (scheduler := place_of(found).scheduler):
            window.show_message(f"A sweep goes on at {scheduler}: the page Runs (Ctrl+5) follows it")
        elif count := sum(each.is_left for each in window.runs.sets.values()):
            window.show_message(f"{count_text(count, 'set')} paused: the page Runs (Ctrl+2) can go on")

    window.runs.refresh()
    window.runs.request(left_sweep, tell)
