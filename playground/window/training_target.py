"""What the keys and buttons of the training bar drive: the document's training, or the race on its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QObject

from core.inspect.snapshot import Snapshot
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.views.menus.duplicate_menu import offer_duplicates
from playground.views.status_bar import StatusLine
from playground.views.training_bar import TrainingBar
from playground.window.menu_area import MenuArea
from playground.window.pages import Pages, PageWindow
from playground.window.panels import Panels

if TYPE_CHECKING:
    from playground.commands.race_commands import RaceController
    from playground.commands.seeds_commands import SeedsController
    from playground.commands.sweep_commands import SweepController


class _Router(Protocol):
    snapshot: Snapshot | None


class _Window(PageWindow, Protocol):
    panels: Panels
    session: TrainingSession

    @property
    def snapshot_router(self) -> _Router: ...


class _Driven(Protocol):
    def toggle(self) -> None: ...
    def step_batch(self) -> None: ...
    def step_epoch(self) -> None: ...
    def step_epochs(self, count: int) -> None: ...
    def reset(self) -> None: ...
    def reset_with_new_seed(self) -> None: ...


class TrainingTarget(QObject):
    """Passes commands on, and shows the state of what they drive in the bar."""

    def __init__(
        self,
        session: TrainingSession,
        pages: Pages,
        bar: TrainingBar,
        status: StatusLine,
        snapshot: Callable[[], Snapshot | None],
    ) -> None:
        """`snapshot` gives the latest one of the document's training."""
        super().__init__(pages)
        self._session, self._pages, self._snapshot = session, pages, snapshot
        self._bar, self._status = bar, status
        self._connected: RaceController | None = None
        self._connected_seeds: SeedsController | None = None
        self._connected_sweep: SweepController | None = None
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
    def _race(self) -> RaceController | None:
        page = self._pages.page("race") if self._pages.current == "race" else None
        return cast("RaceController | None", page)

    @property
    def _seeds(self) -> SeedsController | None:
        page = self._pages.page("seeds") if self._pages.current == "seeds" else None
        return cast("SeedsController | None", page)

    @property
    def _sweep(self) -> SweepController | None:
        page = self._pages.page("sweep") if self._pages.current == "sweep" else None
        return cast("SweepController | None", page)

    @property
    def _driven(self) -> _Driven:
        return self._race or self._seeds or self._session

    def _show(self) -> None:
        race = self._race
        if race is not None and self._connected is None:
            self._connected = race
            race.running_changed.connect(self._show_state)
            race.moved.connect(self._show_epoch)
            race.lanes_changed.connect(self._show_lanes)
        seeds = self._seeds
        if seeds is not None and self._connected_seeds is None:
            self._connected_seeds = seeds
            seeds.running_changed.connect(self._show_state)
            seeds.moved.connect(self._show_epoch)
        sweep = self._sweep
        if sweep is not None and self._connected_sweep is None:
            self._connected_sweep = sweep
            sweep.status_changed.connect(self._show_state)
        self._show_state()
        # A race has a pace of its own, and seeds are as fast as they can.
        for part in (self._bar.fields, self._bar.speed):
            part.setEnabled(race is None and seeds is None)
        self._show_lanes()
        self._show_epoch()

    def _show_state(self) -> None:
        race, seeds, state = self._race, self._seeds, self._session.state
        if seeds is not None:
            self._bar.show_state("running" if seeds.seeds.running else "paused")
            self._status.show_state(*seeds.status)
        elif race is not None:
            shown = "running" if race.race.running else "paused"
            self._bar.show_state(shown)
            self._status.show_state(
                shown, f"{'Racing' if race.race.running else 'Race'}, {len(race.experiments)} lanes"
            )
        else:
            self._bar.show_state("idle" if state is TrainingState.BLOCKED else state.value)
            # The bar drives the document's training on the page of sweeps, too.
            if (sweep := self._sweep) is not None and sweep.status:
                self._status.show_state("paused" if sweep.session.paused else "running", sweep.status)
            else:
                self._status.show_state(state.value, self._session.message)

    def _show_lanes(self) -> None:
        self._bar.fields.show_lanes([] if self._race is None else self._race.experiments)

    def _show_epoch(self) -> None:
        other = self._race or self._seeds
        shown = self._snapshot() if other is None else other.snapshot
        if shown is not None:
            self._bar.show_snapshot(shown)


def make_pages(window: _Window, menu_area: MenuArea) -> tuple[Pages, TrainingTarget]:
    """The pages with their switch, and what the bar above them drives."""
    pages = Pages(window, window.panels.stack)
    pages.changed.connect(menu_area.pages.set_current)
    menu_area.pages.chosen.connect(pages.show)
    menu_area.duplicates.chosen.connect(pages.race_document)
    window.context.document.duplicate_requested.connect(pages.race_experiment)
    bar, status = window.panels.training_bar, window.panels.status
    document, fields = window.context.document, bar.fields
    for field, name in (
        (fields.learning_rate, "Rate"),
        (fields.optimizer, "Optimizer"),
        (fields.batch_size, "Batch size"),
        (fields.regularizer, "Regularization"),
    ):
        offer_duplicates(field, document, name, pages.race_document)
    target = TrainingTarget(window.session, pages, bar, status, lambda: window.snapshot_router.snapshot)
    return pages, target
