"""The pages of the window, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QStackedWidget, QWidget

from core.spec import Members
from playground.commands.action_table import ActionRow
from playground.commands.file_commands import FileController
from playground.commands.page import Page
from playground.commands.run_recording import RunRecorder
from playground.commands.window_controller import WindowContext
from playground.model.run_library import RunLibrary
from playground.views.menus.duplicate_menu import DuplicateMenu
from playground.views.results import ResultsPanel
from playground.views.training_bar import TrainingBar
from playground.views.widgets import Segments


class _MenuArea(Protocol):
    pages: Segments
    duplicates: DuplicateMenu


class PageWindow(Protocol):
    """The parts of the main window that pages use."""

    context: WindowContext
    runs: RunLibrary
    files: FileController
    recorder: RunRecorder
    results: ResultsPanel
    training_bar: TrainingBar
    pages: Pages

    @property
    def menu_area(self) -> _MenuArea: ...

    def show_message(self, sentence: str) -> None: ...


@dataclass(frozen=True)
class PageRow:
    """A page: its name, title, tooltip and position; how to make it when it is first shown, None for the page "Build".

    What only a page needs is imported by `make`: it would take an eighth of the start. `connect` connects the ways to
    the page with the window, at its start.
    """

    kind: str
    title: str
    tip: str
    position: int
    make: Callable[[PageWindow], Page] | None = None
    connect: Callable[[PageWindow], None] | None = None


PAGES: Final = Members[PageRow]()
"""From left to right; Ctrl+1 is the first."""
PAGES.register(PageRow("build", "Build", "Build the network and watch it learn.", 10))


_KEYS: Final = 9
"""Of a keyboard have one digit."""


def page_number(kind: str) -> int:
    """The digit that brings a page by Ctrl."""
    return [row.kind for row in PAGES].index(kind) + 1


def page_rows() -> tuple[ActionRow, ...]:
    """A command for every page."""
    return tuple(
        ActionRow(
            f"page_{row.kind}",
            f"{row.title} page",
            "",
            f"Ctrl+{number}" if number <= _KEYS else "",
            "&View",
            row.tip,
            run="pages.show",
            arguments=(row.kind,),
            starts_group=number == 1,
        )
        for number, row in enumerate(PAGES, 1)
    )


class Pages(QObject):
    """The window's middle: a stack of the pages that were shown."""

    changed = Signal(str)
    """The name of the page that is shown now."""
    made = Signal(object)
    """Carries a Page that is there from now on."""

    def __init__(self, window: PageWindow, stack: QStackedWidget) -> None:
        """`stack` holds the page "Build" already. The window has everything else that pages use."""
        super().__init__(window.context.window)
        self._window, self.current = window, PAGES[0].kind
        document = window.context.document
        self.undo = QUndoGroup(self)
        """The steps of the page that is shown: those of the document, unless it has its own."""
        self.undo.addStack(document.undo_stack)
        self.undo.setActiveStack(document.undo_stack)
        self._stack = stack
        self._made: dict[str, Page] = {}

    def connect_ways(self) -> None:
        """Connect what leads to the pages, once the window has all its parts."""
        for row in PAGES:
            if row.connect is not None:
                row.connect(self._window)

    def page(self, name: str) -> Page | None:
        """The page, made if necessary; None for the page "Build"."""
        row = next(row for row in PAGES if row.kind == name)
        if row.make is not None and name not in self._made:
            page = self._made[name] = row.make(self._window)
            page.message_requested.connect(self._window.show_message)
            page.build_requested.connect(partial(self.show, PAGES[0].kind))
            self._stack.addWidget(page.widget)
            self.made.emit(page)
        return self._made.get(name)

    @property
    def shown(self) -> Page | None:
        """The page in front; None for the page "Build"."""
        return self._made.get(self.current)

    @property
    def front(self) -> QWidget | None:
        """The widget of the page that is shown; None for the page "Build", whose panels are shown by themselves."""
        return None if self.shown is None else self.shown.widget

    def show(self, name: str) -> None:
        """Bring a page to the front."""
        if name == self.current:
            return
        if self.shown is not None:
            self.shown.leave()
        page, self.current = self.page(name), name
        if page is None:
            self._stack.setCurrentIndex(0)
        else:
            self._stack.setCurrentWidget(page.widget)
            page.enter()
        stack = self._window.context.document.undo_stack if page is None else page.undo_stack
        self.undo.addStack(stack)
        self.undo.setActiveStack(stack)
        self.changed.emit(name)

    def close(self) -> None:
        """End what runs behind the pages."""
        for page in self._made.values():
            page.close()
