"""The pages of the window, one at a time: a new page is one more row of `PAGES`.

What only a page needs is imported when it is first shown: it would take an eighth of the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, cast

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QUndoGroup, QUndoStack
from PySide6.QtWidgets import QStackedWidget, QWidget

from core.experiment.experiment import Experiment
from playground.commands.action_table import ActionRow
from playground.commands.file_commands import FileController
from playground.commands.run_recording import RunRecorder
from playground.commands.window_controller import WindowContext
from playground.model.run_library import RunLibrary
from playground.model.runs.run_record import Curves
from playground.views.results import PreviousRun, ResultsPanel

if TYPE_CHECKING:
    from playground.commands.race_commands import RaceController


class PageWindow(Protocol):
    """The parts of the main window that pages use."""

    context: WindowContext
    runs: RunLibrary
    files: FileController
    recorder: RunRecorder
    results: ResultsPanel
    pages: Pages

    def show_message(self, sentence: str) -> None: ...

    def setCentralWidget(self, widget: QWidget) -> None: ...


class Page(Protocol):
    """What is behind a page: its widget, and what to do when it comes to the front or leaves it."""

    @property
    def widget(self) -> QWidget: ...

    @property
    def message_requested(self) -> SignalInstance: ...

    # And `undo_stack`, if the page has steps of its own.

    def enter(self) -> None: ...

    def leave(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class PageRow:
    """A page: its name, title and tooltip, and how to make it when it is first shown; None for the page "Build"."""

    name: str
    title: str
    tip: str
    make: Callable[[PageWindow], Page] | None = None


def _make_runs(window: PageWindow) -> Page:
    from playground.commands.run_commands import RunController

    page = RunController(window.context, window.runs, window.files, window.recorder)
    page.build_requested.connect(lambda: window.pages.show("build"))
    page.pinned.connect(partial(_pin, window))
    page.race_requested.connect(partial(_race, window))
    return page


def _make_race(window: PageWindow) -> Page:
    from playground.commands.race_commands import RaceController

    page = RaceController(window.context, window.files, window.runs)
    page.build_requested.connect(lambda: window.pages.show("build"))
    return page


def _make_seeds(window: PageWindow) -> Page:
    from playground.commands.seeds_commands import SeedsController

    page = SeedsController(window.context, window.files, window.runs)
    page.build_requested.connect(lambda: window.pages.show("build"))
    return page


def _make_sweep(window: PageWindow) -> Page:
    from playground.commands.sweep_commands import SweepController

    page = SweepController(window.context, window.files, window.runs)
    page.build_requested.connect(lambda: window.pages.show("build"))
    page.race_requested.connect(partial(_race, window, same_data=False))
    return page


def _race(window: PageWindow, experiments: list[Experiment], *, same_data: bool = True) -> None:
    window.pages.race.race_runs(experiments, same_data=same_data)
    window.pages.show("race")


def _pin(window: PageWindow, runs: list[tuple[str, Experiment, Curves]]) -> None:
    window.results.pin_runs(
        [PreviousRun.of_curves(curves, experiment, name) for name, experiment, curves in runs]
    )


PAGES: Final = (
    PageRow("build", "Build", "Build the network and watch it learn."),
    PageRow("runs", "Runs", "Compare the runs that were kept.", _make_runs),
    PageRow("race", "Race", "Train two to four configurations side by side.", _make_race),
    PageRow("seeds", "Seeds", "Train the experiment from many seeds, to see what is luck.", _make_seeds),
    PageRow("sweep", "Sweep", "Try combinations of settings, and see what each of them learns.", _make_sweep),
)
"""From left to right; Ctrl+1 is the first."""


def page_rows() -> tuple[ActionRow, ...]:
    """A command for every page."""
    return tuple(
        ActionRow(
            f"page_{row.name}",
            f"{row.title} page",
            "",
            f"Ctrl+{number}",
            "&View",
            row.tip,
            run="pages.show",
            arguments=(row.name,),
            starts_group=number == 1,
        )
        for number, row in enumerate(PAGES, 1)
    )


class Pages(QObject):
    """The window's middle: a stack of the pages that were shown."""

    changed = Signal(str)
    """The name of the page that is shown now."""
    made = Signal(object)
    """Carries the widget of a page that is there from now on."""

    def __init__(self, window: PageWindow, stack: QStackedWidget) -> None:
        """`stack` holds the page "Build" already."""
        super().__init__(window.context.window)
        self._window, self.current = window, PAGES[0].name
        document = window.context.document
        self.undo = QUndoGroup(self)
        """The steps of the page that is shown: those of the document, unless it has its own."""
        self.undo.addStack(document.undo_stack)
        self.undo.setActiveStack(document.undo_stack)
        self._stack = stack
        self._made: dict[str, Page] = {}

    def page(self, name: str) -> Page | None:
        """The page, made if necessary; None for the page "Build"."""
        row = next(row for row in PAGES if row.name == name)
        if row.make is not None and name not in self._made:
            page = self._made[name] = row.make(self._window)
            page.message_requested.connect(self._window.show_message)
            self._stack.addWidget(page.widget)
            self.made.emit(page.widget)
        return self._made.get(name)

    @property
    def front(self) -> QWidget | None:
        """The widget of the page that is shown; None for the page "Build", whose panels are shown by themselves."""
        page = self._made.get(self.current)
        return None if page is None else page.widget

    @property
    def race(self) -> RaceController:
        """The page "Race", made if necessary."""
        return cast("RaceController", self.page("race"))

    def show(self, name: str) -> None:
        """Bring a page to the front."""
        if name == self.current:
            return
        if (before := self._made.get(self.current)) is not None:
            before.leave()
        page, self.current = self.page(name), name
        if page is None:
            self._stack.setCurrentIndex(0)
        else:
            self._stack.setCurrentWidget(page.widget)
            page.enter()
        stack: QUndoStack = getattr(page, "undo_stack", self._window.context.document.undo_stack)
        self.undo.addStack(stack)
        self.undo.setActiveStack(stack)
        self.changed.emit(name)

    def mention_unfinished_sweep(self) -> None:
        """Say that a sweep of an earlier start can go on, if there is one."""
        from playground.model.sweep_store import SweepStore

        place = SweepStore().has_unfinished()
        if place is None:
            return
        goes_on = (
            f"goes on at {place.scheduler}" if place.scheduler else "of an earlier start is not finished"
        )
        self._window.show_message(f"A sweep {goes_on}: the page Sweep (Ctrl+5) follows it")

    def race_document(self, name: str, value: object) -> None:
        """Race the open document against a copy with another value of one setting."""
        self.race.race_document(name, value)
        self.show("race")

    def race_experiment(self, experiment: Experiment) -> None:
        """Race the open document against an experiment that was made of it."""
        self.race.race_experiment(experiment)
        self.show("race")

    def close(self) -> None:
        """End what runs behind the pages."""
        for page in self._made.values():
            page.close()
