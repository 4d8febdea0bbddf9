"""The window's runs: what keeps them, the page that shows them, and the ways to it from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from core.experiment.experiment import Experiment
from core.experiment.presets import Classic
from core.io.number_text import count_text
from core.runs.packing import Curves
from playground.plugin import PLUGINS, Page, PluginWindow, WindowController
from playground.plugins.runs.duplicates import offer_duplicates
from playground.plugins.runs.library import RunLibrary
from playground.plugins.runs.recorder import RunRecorder
from playground.views.results import PreviousRun

if TYPE_CHECKING:
    from core.runs.run_set import RunSet
    from playground.plugins.runs.page_controller import RunsPageController
    from playground.plugins.runs.race_controller import RaceController
    from playground.plugins.runs.seeds_controller import SeedsController
    from playground.plugins.runs.set_page import SetPage
    from playground.plugins.runs.sweep_controller import SweepController
    from playground.plugins.runs.views import RunsBoard


class RunsController(WindowController):
    """Made with the window; what only the page needs is imported with that: it would take an eighth of the start."""

    def __init__(self, window: PluginWindow) -> None:
        context = window.context
        super().__init__(context)
        self._shell = window
        folder = context.data_folder
        self.library = RunLibrary(None if folder is None else folder / "runs.sqlite", self)
        self.library.message_requested.connect(self.message_requested)
        self.recorder = RunRecorder(context, self.library)
        document, panels = context.document, window.panels
        document.duplicate_requested.connect(self._race_experiment)
        fields = panels.training_bar.fields
        for field, name in (
            (fields.learning_rate, "learning_rate"),
            (fields.optimizer, "optimizer"),
            (fields.batch_size, "batch_size"),
            (fields.regularizer, "regularization"),
        ):
            offer_duplicates(field, document, name, self._race_document)
        panels.classic_bar.seeds_requested.connect(self.train_seeds)
        panels.classic_bar.sweep_requested.connect(self._show_sweep)

    def close(self) -> None:
        """Keep the current run, and wait until it is written."""
        self.recorder.close()

    @property
    def page(self) -> RunsPageController:
        """What is behind the page, made if necessary."""
        return cast("RunsPageController", self._shell.pages.page("runs"))

    def show_set(self, key: str) -> None:
        """Show the race, the seeds or the sweep of this window, or a kept set."""
        self.page.show_set(key, form=True)
        self._shell.pages.show("runs")

    def show_newest(self, kind: str) -> None:
        """Show the newest race, seeds or sweep, kept or of this window; without one, what makes it."""
        self.show_set(self.page.newest(kind))

    def train_seeds(self, count: int, epochs: int) -> None:
        """Train so many seeds of the open experiment."""
        self.show_set("seeds")
        cast("SeedsController", self.page.part("seeds")).train(count, epochs)

    def make_page(self) -> Page:
        """Behind the page "Runs"."""
        from playground.plugins.runs.board_controller import RunController
        from playground.plugins.runs.page_controller import RunsPageController

        window, library = self._shell, self.library
        context, files = window.context, window.files

        def make_race() -> RaceController:
            from playground.plugins.runs.race_controller import RaceController

            return RaceController(context, files, library)

        def make_sweep() -> SweepController:
            from playground.plugins.runs.sweep_controller import SweepController

            return SweepController(context, files, library)

        def make_seeds() -> SeedsController:
            from playground.plugins.runs.seeds_controller import SeedsController

            seeds = SeedsController(context, library)
            seeds.classic_counted.connect(window.panels.classic_bar.show_own)
            return seeds

        board = RunController(context, library, files, self.recorder)
        board.pinned.connect(self._pin)
        board.race_requested.connect(partial(self._race, board.board))
        compare = PLUGINS.given("compare_run")
        if compare is None:
            board.board.details.left_out = frozenset({"beside"})
        else:
            board.compare_requested.connect(partial(compare, window))
        makers: dict[str, Callable[[], SetPage]] = {
            "race": make_race,
            "seeds": make_seeds,
            "sweep": make_sweep,
        }
        page = RunsPageController(context, library, board, makers)
        page.duplicates.chosen.connect(self._race_document)
        return page

    def _pin(self, runs: list[tuple[str, Experiment, Curves]]) -> None:
        self._shell.panels.results.pin_runs(
            [PreviousRun.of_curves(curves, experiment, name) for name, experiment, curves in runs]
        )

    def _race(self, board: RunsBoard, runs: list[tuple[Experiment, str]]) -> None:
        """Race kept runs with their names; the trials of a sweep may vary the data."""
        is_sweep = board.set is not None and board.set.kind == "sweep"
        self._raced.race_runs(runs, same_data=not is_sweep)
        self.show_set("race")

    def _race_document(self, name: str, value: object) -> None:
        """Race the open document against a copy with another value of one setting."""
        self._raced.race_document(name, value)
        self.show_set("race")

    def _race_experiment(self, experiment: Experiment) -> None:
        """Race the open document against an experiment that was made of it."""
        self._raced.race_experiment(experiment)
        self.show_set("race")

    @property
    def _raced(self) -> RaceController:
        return cast("RaceController", self.page.part("race"))

    def _show_sweep(self, classic: Classic) -> None:
        """Put the sweep of a classic's source into the form."""
        self.show_set("sweep")
        draft = cast("SweepController", self.page.part("sweep")).draft
        draft.set_experiment(self._document.experiment)
        draft.change("Its sweep", draft.sweep.replace(axes=tuple(classic.sweep), epochs=classic.epochs))

    def mention_unfinished(self) -> None:
        """Read the sets of earlier starts, and say how many of them can go on, or that a cluster does so."""
        from playground.plugins.runs.left_sweeps import left_sweep, place_of

        def tell(found: RunSet | None) -> None:
            if found is not None and found.state != "done" and (scheduler := place_of(found).scheduler):
                self.message_requested.emit(
                    f"A sweep goes on at {scheduler}: the page Runs (Ctrl+5) follows it"
                )
            elif count := sum(each.is_left for each in self.library.sets.values()):
                self.message_requested.emit(
                    f"{count_text(count, 'set')} paused: the page Runs (Ctrl+2) can go on"
                )

        self.library.refresh()
        self.library.request(left_sweep, tell)


def _of(window: PluginWindow) -> RunsController:
    return cast(RunsController, window.plugins["runs"])


def make_page(window: PluginWindow) -> Page:
    """Behind the page "Runs"."""
    return _of(window).make_page()


def run_library(window: PluginWindow) -> RunLibrary:
    """The kept runs and sets."""
    return _of(window).library


def train_seeds(window: PluginWindow, count: int, epochs: int) -> None:
    """Train so many seeds of the open experiment, and show them."""
    _of(window).train_seeds(count, epochs)


def note_lesson(window: PluginWindow, title: str) -> None:
    """A lesson is open, or "": its runs are not among the user's own."""
    _of(window).recorder.in_lesson = bool(title)


def mention_unfinished(window: PluginWindow) -> None:
    """Say what earlier starts have left, that can go on."""
    _of(window).mention_unfinished()
