"""A set of runs whose members train together on a thread: the lanes of a race, or many seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Generic, Literal, TypeVar

from PySide6.QtCore import QTimer

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.experiment.project_file import TrainerState
from core.io.number_text import place_text
from core.runs.run import Run, data_text, measured, run_row
from core.runs.run_set import RunSet
from core.runs.store import LEASE_SECONDS, Store, StoreError
from core.runs.trial import TrialResult
from core.seeds.lanes import Learned, Moment
from core.sweep.plan import Plan, PlanSet
from playground.commands.window_controller import Driven, WindowContext
from playground.plugins.runs.library import RunLibrary
from playground.plugins.runs.live_run import LiveSet
from playground.plugins.runs.set_page import SetPage
from playground.plugins.runs.training import Training
from playground.plugins.runs.views.heads import RaceHead
from playground.plugins.runs.views.set_form import SeedsForm, SetForm
from playground.plugins.runs.views.sets import OpenState, SetRow
from playground.views.output.run_thumbnail import run_thumbnail

Made = TypeVar("Made", RaceHead, SetForm[SeedsForm])


class LanesPage(SetPage, Generic[Made]):
    """Drives its `group`, which goes on behind others; only what is in front has pictures.

    What it trains and tells is its set's, whatever document is open.
    """

    page: Made
    sets_training = False
    """They have a pace of their own."""

    def __init__(
        self, context: WindowContext, library: RunLibrary, kind: Literal["race", "seeds"], page: Made
    ) -> None:
        super().__init__(context)
        self._library, self.kind, self.page = library, kind, page
        self.group = own = Training(kind, self)
        self.experiments: list[Experiment] = []
        """Of each lane; of many seeds the one that all have."""
        self.moment: Moment | None = None
        self._data: tuple[PreparedData, ...] = ()
        self._rows: list[Run] = []
        self._kept: dict[int, Run] = {}
        """The rows of members that are kept, by their numbers."""
        self._sets: dict[int, PlanSet] = {}
        """Those of this plan and of the one before, by their numbers."""
        self._waiting: list[tuple[Sequence[int], Callable[[list[int]], object]]] = []
        own.started.connect(self._on_started)
        own.moment_taken.connect(self._take_moment)
        self._lease = QTimer(self, interval=round(LEASE_SECONDS / 3 * 1000))
        self._lease.timeout.connect(self._hold)
        own.running_changed.connect(self._on_running)
        own.run_ended.connect(self._on_run_ended)
        own.learned.connect(self._keep)
        own.kept.connect(self._on_kept)
        own.failed.connect(self.say)
        own.failed.connect(lambda _: self._on_running(False))
        library.changed.connect(self._read_kept)

    @property
    def driven(self) -> Driven:
        return self

    @property
    def bar_state(self) -> str:
        return "running" if self.group.running else "paused"

    @property
    def live(self) -> LiveSet | None:
        moment = self.moment
        if moment is None or not self._data:
            return None
        names, texts = self._set.names, self._set.texts
        if not self._rows:
            for run, name, text in zip(moment.runs, names, texts, strict=True):
                row = run_row(self._experiment_of(run), text, run, name)
                self._rows.append(replace(row, id=-1 - run.trial.number))
        rows = (
            self._kept.get(run.trial.number, row) for run, row in zip(moment.runs, self._rows, strict=True)
        )
        runs = tuple(
            replace(row, name=name, **measured(run))
            for row, name, run in zip(rows, names, moment.runs, strict=True)
        )
        numbers = tuple(run.trial.number for run in runs)
        return LiveSet(
            runs, moment.curves, numbers, moment.running, None,
            self.kind, moment, tuple(self.experiments), self._data,
        )  # fmt: skip

    def when_kept(self, runs: Sequence[int], then: Callable[[list[int]], object]) -> None:
        shown = {} if self.live is None else self.live.rows
        # One that has been kept since it was drawn is still asked for by the number from before.
        numbers = [
            -1 - run if run < 0 else shown[run].trial.number for run in runs if run < 0 or run in shown
        ]
        if numbers or not runs:
            self._waiting.append((numbers, then))
        self.group.keep()

    def enter(self) -> None:
        """See its pictures again."""
        super().enter()
        self.group.watch("cards")

    def leave(self) -> None:
        """Train on without pictures."""
        self.group.watch("rows")

    def close(self) -> None:
        """End the thread."""
        self.group.close()

    def toggle(self) -> None:
        """Pause, or train."""
        if self.group.running:
            self.group.pause()
        elif not self._session.is_locked():
            self._go_on()

    def step_batch(self) -> None:
        """As `step_epoch`: those with other batches would not stay side by side."""
        self.step_epochs(1)

    def step_epoch(self) -> None:
        """Pause, or train all for one epoch."""
        self.step_epochs(1)

    def reset_with_new_seed(self) -> None:
        """As `reset`, where all seeds are new ones."""
        self.reset()

    @property
    def state(self) -> OpenState:
        moment = self.moment
        if self.group.running or moment is None:
            return "running" if self.group.running else "empty"
        last = moment.total // len(moment.runs)
        # One that has failed never comes to the end of a race; the others go on.
        ended = all(run.status != "done" or 0 < last <= run.epochs for run in moment.runs)
        return "done" if ended else "paused"

    @property
    def set_row(self) -> SetRow | None:
        if not self._sets:
            return None
        moment, name, count = self.moment, self._set.name, len(self._set.names)
        if moment is None:
            return SetRow.open(self.key, self.kind, self.state, name, count, "", 0.0, (), self._set.set_id)
        epochs = [run.epochs for run in moment.runs if run.status == "done"]
        low, high = (int(end(epochs or [0.0])) for end in (min, max))
        of = moment.total // count
        line = f"epoch {place_text(low)}" + (f" to {high:,}" if high > low else "")
        line += f" of {of:,}" if of else ""
        share = min(1.0, moment.done / moment.total) if of else 0.0
        faults = [run.sentence for run in moment.runs if run.status != "done"]
        return SetRow.open(
            self.key, self.kind, self.state, name, count, line, share, faults, self._set.set_id
        )

    def rename_set(self, name: str) -> None:
        self._set.name = name

    def forget_set(self) -> bool:
        self._on_running(False)
        # What it hands over at its end is kept no more.
        self._sets.clear()
        self.clear()
        return True

    def toggle_set(self) -> None:
        self.toggle()

    def go_on(self, kept: RunSet, then: Callable[[], object], seeds: int = 0, epochs: int = 0) -> None:
        if self.group.running:
            self.message_requested.emit(f"{self.status[1]}: pause that before another set goes on")
            return

        def read(_: object = None) -> None:
            self._library.request(partial(_read_members, kept), begin)

        def begin(found: tuple[Plan, list[Run]]) -> None:
            plan, runs = found
            self._lease.start()
            self._go_on_with(kept, plan.longer(seeds, epochs), {run.trial.number: run.name for run in runs})
            then()

        if self._sets and self._set.set_id == kept.id:
            self.when_kept((), read)
        else:
            read()

    def _go_on_with(self, kept: RunSet, plan: Plan, names: dict[int, str]) -> None:
        """Train the members of a kept set on, which have these names by their numbers."""

    def _on_running(self, running: bool) -> None:
        """Hold what trains meanwhile, so that no other window does."""
        if running:
            self._lease.start()
            self._hold()
        elif self._lease.isActive():
            self._lease.stop()
            for kept in self._sets.values():
                self._library.write(partial(_release, kept=kept))
        self.status_changed.emit()

    def _hold(self) -> None:
        kept = self._set
        self._library.request(lambda store: kept.set_id and store.hold(kept.set_id))

    def clear(self) -> None:
        """End what trains, and let go of what it has learned."""
        self.group.clear()
        self.experiments = []
        self._forget()
        self.moved.emit()

    def step_epochs(self, count: int) -> None: ...
    def reset(self) -> None: ...
    def _show_data(self, texts: list[str]) -> None: ...
    def _go_on(self) -> None:
        self.group.play()

    def _experiment_of(self, run: TrialResult) -> Experiment:
        return self.experiments[run.trial.number]

    def _begin(self, begun: PlanSet) -> None:
        """Train the members of a set, which are kept."""
        self.page.show_message("")
        self.experiments = list(begun.plan.experiments)
        self._forget()
        for earlier in self._sets.values():
            earlier.is_replaced = earlier.set_id != begun.set_id or not begun.set_id
            if earlier.is_replaced and earlier.set_id:
                self._library.write(partial(_release, kept=earlier))
        self._sets = dict(list(self._sets.items())[-1:])
        self._sets[self.group.start(begun.plan)] = begun
        self.status_changed.emit()

    def _forget(self) -> None:
        self.moment, self._data, self._rows, self._kept, self._waiting = None, (), [], {}, []

    @property
    def _set(self) -> PlanSet:
        return next(reversed(self._sets.values()))

    def _on_started(self, data: PreparedData | list[PreparedData]) -> None:
        self._data = tuple(data) if isinstance(data, list) else (data,)
        texts = [
            data_text(*each) for each in zip(self.experiments, (own.data for own in self._data), strict=True)
        ]
        count = len(self._set.names)
        self._set.texts[:] = texts if len(texts) == count else texts * count
        self._show_data(texts)

    def _take_moment(self, moment: Moment) -> None:
        last = self.moment
        if last is not None and not moment.lanes and moment.picture is None:
            # Behind others its numbers go on.
            moment = replace(moment, lanes=last.lanes, picture=last.picture)
        self.moment = moment
        self._show_state()
        self.moved.emit()

    def _show_state(self) -> None: ...

    def _on_run_ended(self, run: TrialResult) -> None:
        if run.status == "failed":
            self.say(f"{self._set.names[run.trial.number]}: {run.sentence}")

    def _keep(self, learned: tuple[int, list[Learned]]) -> None:
        """Keep members among the runs, as they are now."""
        number, found = learned
        kept = self._sets.get(number)
        if kept is None:
            return
        members = [(result, run_thumbnail(snapshot)) for result, snapshot in found]

        def work(store: Store) -> None:
            for member in members:
                kept.add(store, *member)

        self._library.write(work)

    def _read_kept(self) -> None:
        number = self._set.set_id if self._sets else 0
        rows = self._library.rows.values() if number else ()
        self._kept = {run.trial.number: run for run in rows if run.set_id == number}
        for place, run in self._kept.items():
            self._set.names[place] = run.name
        if self._kept:
            self.moved.emit()

    def _on_kept(self, _: None) -> None:
        waiting, self._waiting, own = self._waiting, [], self._set

        def read(store: Store) -> dict[int, int]:
            return {run.trial.number: run.id for run in store.members(own.set_id)}

        def tell(kept: dict[int, int]) -> None:
            for wanted, then in waiting:
                if all(number in kept for number in wanted):
                    then([kept[number] for number in wanted])
                else:
                    self.message_requested.emit("A run can be kept when it has finished an epoch")

        # Once more behind the rows, which are read again by then: what is done with them needs those.
        self._library.request(read, lambda _: self._library.request(read, tell))


def _read_members(kept: RunSet, store: Store) -> tuple[Plan, list[Run]]:
    """The plan of a set with how far its members are, and their rows; the set is held from then on."""
    states: dict[int, tuple[TrainerState, float]] = {}
    try:
        plan = Plan.from_json(kept.plan)
    except ValueError as error:
        raise StoreError(f"{kept.name} cannot go on: {error}") from None
    runs = store.members(kept.id)
    for run in runs:
        state = store.load(run.id)[1]
        if state is not None and run.status == "done":
            states[run.trial.number] = state, run.seconds
        elif run.status == "done" and run.epochs:
            raise StoreError(f"{kept.name} cannot go on: the weights of {run.name} had to make room")
    if not store.hold(kept.id):
        raise StoreError(f"{kept.name} cannot go on: another window or program trains it now")
    return replace(plan, so_far=states), runs


def _release(store: Store, kept: PlanSet) -> None:
    if kept.set_id:
        store.release(kept.set_id, kept.state)
