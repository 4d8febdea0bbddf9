"""The pages of the window, one at a time, and what the training bar drives on them."""

from __future__ import annotations

from functools import partial
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QWidget

from core.experiment.experiment import Experiment
from core.spec import Members
from playground.commands.window_controller import Driven, Page, ShowsRun
from playground.plugins import PLUGINS
from playground.plugins.plugin import ActionRow, PageRow
from playground.views.widgets import Segments
from playground.window.panels import PanelWindow
from playground.window.slow_step_controller import SlowStepController


class _MenuArea(Protocol):
    pages: Segments


class PageWindow(PanelWindow, Protocol):
    """The parts of the main window that pages use."""

    plugins: dict[str, Any]
    pages: Pages
    slow: SlowStepController

    @property
    def menu_area(self) -> _MenuArea: ...

    @property
    def snapshot_router(self) -> ShowsRun: ...

    def show_message(self, sentence: str) -> None: ...


PAGES: Final = Members[PageRow]()
"""From left to right."""
PAGES.register(PageRow("build", "Build", "Build the network and watch it learn.", 10, 1))
PLUGINS.each("pages", PAGES.register)


def page_rows() -> tuple[ActionRow, ...]:
    """A command for every page, and what their rows add."""
    pages = [
        ActionRow(
            f"page_{row.kind}", f"{row.title} page", "", f"Ctrl+{row.digit}" if row.digit else "", "view", row.tip,
            run="pages.show", arguments=(row.kind,), starts_group=row is PAGES[0],
            control="pages" if row.make else "",
        )
        for row in PAGES
    ]  # fmt: skip
    return (*pages, *(way for row in PAGES for way in row.commands))


class Pages(QObject):
    """The window's middle: a stack of the pages that were shown."""

    changed = Signal(str)
    """The name of the page that is shown now."""
    made = Signal(object)
    """Carries a Page that is there from now on."""

    def __init__(self, window: PageWindow) -> None:
        """The stack of `window.panels` holds the page "Build" already."""
        super().__init__(window.context.window)
        self._window, self.current = window, PAGES[0].kind
        document = window.context.document
        self.undo = QUndoGroup(self)
        """The steps of the page that is shown: those of the document, unless it has its own."""
        document.undo_stack_changed.connect(self._follow_undo)
        self._stack = window.panels.stack
        self.changed.connect(window.menu_area.pages.set_current)
        window.menu_area.pages.chosen.connect(self.show)
        self._made: dict[str, Page] = {}
        self._follow_undo()

    def page(self, name: str) -> Page | None:
        """The page, made if necessary; None for the page "Build"."""
        row = next(row for row in PAGES if row.kind == name)
        if row.make is not None and name not in self._made:
            page = self._made[name] = row.make(self._window)
            page.message_requested.connect(self._window.show_message)
            page.build_requested.connect(partial(self.show, PAGES[0].kind))
            page.front_changed.connect(self._on_front_changed)
            self._stack.addWidget(page.page)
            self.made.emit(page)
        return self._made.get(name)

    @property
    def shown(self) -> Page | None:
        """The page in front; None for the page "Build"."""
        return self._made.get(self.current)

    @property
    def front(self) -> QWidget | None:
        """The widget of the page that is shown; None for the page "Build", whose panels are shown by themselves."""
        return None if self.shown is None else self.shown.page

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
            self._stack.setCurrentWidget(page.page)
            page.enter()
        self._follow_undo()
        self.changed.emit(name)

    def _on_front_changed(self) -> None:
        if self.sender() is self.shown:
            self._follow_undo()
            self.changed.emit(self.current)

    def leave(self) -> bool:
        """Bring the page "Build" to the front. Returns whether another one was there."""
        away = self.shown is not None
        self.show(PAGES[0].kind)
        return away

    def _follow_undo(self) -> None:
        document = self._window.context.document
        stack = document.undo_stack if self.shown is None else self.shown.front.undo_stack
        self.undo.addStack(stack)
        self.undo.setActiveStack(stack)

    def close(self) -> None:
        """End what runs behind the pages."""
        for page in self._made.values():
            for part in page.parts:
                part.close()


class TrainingTarget(QObject):
    """Passes the bar's commands on to what they drive, and shows its state: the document's, or what the page says."""

    def __init__(self, window: PageWindow) -> None:
        super().__init__(window.pages)
        self._window, self._pages, self._panels = window, window.pages, window.panels
        self._document = Page(window.context)
        """Stands for the page "Build"."""
        self._lanes: list[Experiment] = []
        window.slow.changed.connect(self._show_status)
        window.context.session.state_changed.connect(self._show_status)
        window.context.session.rates_changed.connect(self._show_rates)
        self._pages.made.connect(self._follow)
        self._pages.changed.connect(self._show)

    def toggle(self) -> None:
        if self._plays_slowly:
            self._window.slow.toggle()
        else:
            self._driven.toggle()

    @property
    def _plays_slowly(self) -> bool:
        """Whether Play goes through a step in slow motion, which is in sight."""
        return self._window.slow.moment is not None and self._pages.shown is None

    def step_batch(self) -> None:
        self._driven.step_batch()

    def step_epoch(self) -> None:
        self._driven.step_epoch()

    def step_epochs(self, count: int) -> None:
        self._driven.step_epochs(count)

    def reset(self) -> None:
        self._driven.reset()

    def reset_with_new_seed(self) -> None:
        self._driven.reset_with_new_seed()

    @property
    def _page(self) -> Page:
        return (self._pages.shown or self._document).front

    @property
    def _driven(self) -> Driven:
        return self._page.driven

    @property
    def _drives_document(self) -> bool:
        return self._driven is self._document.driven

    def _follow(self, page: Page) -> None:
        page.status_changed.connect(self._show_status)
        page.moved.connect(self._show_epoch)

    def _show(self) -> None:
        for part in (self._panels.training_bar.fields, self._panels.training_bar.speed):
            part.setEnabled(self._page.sets_training)
        if not self._drives_document:
            self._panels.status.show_rates(0.0, 0.0)
        self._show_status()
        self._show_epoch()

    def _show_status(self) -> None:
        slow = self._window.slow
        state = ("running" if slow.is_playing else "paused") if self._plays_slowly else self._page.bar_state
        self._panels.training_bar.show_state(state)
        self._panels.status.show_state(*self._page.status)
        lanes = list(self._page.lanes)
        # A sweep has another status four times a second, and somebody may be writing into a field.
        if lanes != self._lanes:
            self._lanes = lanes
            self._panels.training_bar.fields.show_lanes(lanes)

    def _show_epoch(self) -> None:
        is_document = self._panels.training_bar.follows_document = self._drives_document
        shown = self._window.snapshot_router.snapshot if is_document else self._page.snapshot
        if shown is not None:
            self._panels.training_bar.show_place(shown)

    def _show_rates(self, epochs: float, frames: float) -> None:
        if self._drives_document:
            self._panels.status.show_rates(epochs, frames)
