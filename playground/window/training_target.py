"""What the keys and buttons of the training bar drive: the document's training, or what its page says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject

from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from playground.commands.page import Driven, Page
from playground.views.status_bar import StatusLine
from playground.views.training_bar import TrainingBar
from playground.window.pages import Pages, PageWindow
from playground.window.panels import Panels


class _Router(Protocol):
    snapshot: Snapshot | None


class _Window(PageWindow, Protocol):
    panels: Panels

    @property
    def snapshot_router(self) -> _Router: ...


class TrainingTarget(QObject):
    """Passes commands on, and shows the state of what they drive in the bar."""

    def __init__(
        self,
        document: Page,
        pages: Pages,
        bar: TrainingBar,
        status: StatusLine,
        snapshot: Callable[[], Snapshot | None],
    ) -> None:
        """`document` stands for the page "Build"; `snapshot` gives the latest one of the document's training."""
        super().__init__(pages)
        self._document, self._pages, self._snapshot = document, pages, snapshot
        self._bar, self._status = bar, status
        self._lanes: list[Experiment] = []
        pages.made.connect(self._follow)
        pages.changed.connect(self._show)

    def toggle(self) -> None:
        self._driven.toggle()

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
        return self._pages.shown or self._document

    @property
    def _driven(self) -> Driven:
        return self._page.driven

    def _follow(self, page: Page) -> None:
        page.status_changed.connect(self._show_status)
        page.moved.connect(self._show_epoch)

    def _show(self) -> None:
        for part in (self._bar.fields, self._bar.speed):
            part.setEnabled(self._page.sets_training)
        self._show_status()
        self._show_epoch()

    def _show_status(self) -> None:
        self._bar.show_state(self._page.bar_state)
        self._status.show_state(*self._page.status)
        lanes = list(self._page.lanes)
        # A sweep has another status four times a second, and somebody may be writing into a field.
        if lanes != self._lanes:
            self._lanes = lanes
            self._bar.fields.show_lanes(lanes)

    def _show_epoch(self) -> None:
        is_document = self._driven is self._document.driven
        shown = self._snapshot() if is_document else self._page.snapshot
        if shown is not None:
            self._bar.show_snapshot(shown)


def make_pages(window: _Window) -> tuple[Pages, TrainingTarget]:
    """The pages with their switch, and what the bar above them drives."""
    panels, switch = window.panels, window.menu_area.pages
    pages = Pages(window, panels.stack)
    pages.changed.connect(switch.set_current)
    switch.chosen.connect(pages.show)
    target = TrainingTarget(
        Page(window.context),
        pages,
        panels.training_bar,
        panels.status,
        lambda: window.snapshot_router.snapshot,
    )
    return pages, target
