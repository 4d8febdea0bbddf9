"""The pages of the window, one at a time: a new page is one more row of `PAGES`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from core.experiment.experiment import Experiment
from playground.commands.actions import ActionRow
from playground.commands.run_commands import RunController
from playground.model.runs.run_record import Curves
from playground.views.results import PreviousRun

if TYPE_CHECKING:
    from playground.window.main_window import MainWindow

__all__ = ["PAGES", "Page", "PageRow", "Pages", "page_rows"]


class Page(Protocol):
    """What is behind a page: its widget, and what to do when it comes to the front or leaves it."""

    @property
    def widget(self) -> QWidget: ...

    @property
    def message_requested(self) -> SignalInstance: ...

    def enter(self) -> None: ...

    def leave(self) -> None: ...


@dataclass(frozen=True)
class PageRow:
    """A page: its name, title and tooltip, and how to make it when it is first shown; None for the page "Build"."""

    name: str
    title: str
    tip: str
    make: Callable[[MainWindow], Page] | None = None


def _make_runs(window: MainWindow) -> Page:
    page = RunController(window.context, window.runs, window.files)
    page.build_requested.connect(lambda: window.pages.show("build"))
    page.pinned.connect(partial(_pin, window))
    return page


def _pin(window: MainWindow, runs: list[tuple[Experiment, Curves]]) -> None:
    window.results.pin_runs([PreviousRun.of_curves(curves, experiment) for experiment, curves in runs])


PAGES: Final = (
    PageRow("build", "Build", "Build the network and watch it learn."),
    PageRow("runs", "Runs", "Compare the runs that were kept.", _make_runs),
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

    def __init__(self, window: MainWindow, build: QMainWindow) -> None:
        super().__init__(window)
        self._window, self.current = window, PAGES[0].name
        self._stack = QStackedWidget(window)
        self._stack.addWidget(build)
        self._made: dict[str, Page] = {}
        window.setCentralWidget(self._stack)

    def page(self, name: str) -> Page | None:
        """The page, made if necessary; None for the page "Build"."""
        row = next(row for row in PAGES if row.name == name)
        if row.make is not None and name not in self._made:
            page = self._made[name] = row.make(self._window)
            page.message_requested.connect(self._window.show_message)
            self._stack.addWidget(page.widget)
        return self._made.get(name)

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
        self.changed.emit(name)
