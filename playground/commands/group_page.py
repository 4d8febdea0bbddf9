"""A page whose own trainings run together on a thread: the lanes of a race, or many seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PySide6.QtWidgets import QWidget

from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.io.figure_text import place_text
from core.runs.store import Store
from core.runs.trial import TrialResult
from core.seeds.lanes import Learned, Moment
from core.sweep.plan import PlanSet
from core.train.tasks import Score
from playground.commands.file_commands import FileController
from playground.commands.window_controller import Driven, SetPage, WindowContext
from playground.model.run_library import RunLibrary
from playground.training.training import Training
from playground.views.output.run_thumbnail import RacePicture, run_thumbnail
from playground.views.runs.sets import Mark, SetRow
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.charts.curve_scale import Quantity
from playground.views.widgets.page_widget import GroupPageWidget
from playground.views.widgets.picture_plot import SquarePicture

View = TypeVar("View", bound=GroupPageWidget)


def is_same(one: Experiment, other: Experiment) -> bool:
    """Whether two experiments are equal but for their names."""
    return one == other.replace(name=one.name)


class GroupPage(SetPage, Generic[View]):
    """Drives its `group`, which goes on behind other pages; only what is in front has pictures."""

    page: View
    sets_training = False
    """They have a pace of their own."""

    def __init__(
        self,
        context: WindowContext,
        files: FileController,
        library: RunLibrary,
        name: str,
        page: Callable[[ThemeSource, QWidget], View],
    ) -> None:
        super().__init__(context)
        self._files, self._library, self._kind = files, library, name
        self.group, self.page = Training(name, self), page(context.themes, context.window)
        self._sets: dict[int, PlanSet] = {}
        """Those of this plan and of the one before, by their numbers."""
        self._latest: Moment | None = None
        own = self.group
        own.started.connect(self._on_started)
        own.moment_taken.connect(self._take_moment)
        own.running_changed.connect(lambda _: self.status_changed.emit())
        own.run_ended.connect(self._on_run_ended)
        own.learned.connect(self._keep)
        own.failed.connect(self.page.show_message)
        self.page.quantity.chosen.connect(lambda _: self._draw_curves())
        context.themes.theme_changed.connect(self._show)
        self._is_replaced = False
        context.document.replaced.connect(self._on_replaced)
        context.document.experiment_changed.connect(self._take_experiment)

    @property
    def driven(self) -> Driven:
        return self

    @property
    def bar_state(self) -> str:
        return "running" if self.group.running else "paused"

    def enter(self) -> None:
        """See its pictures again."""
        self.group.watch("cards")

    def leave(self) -> None:
        """Train on without pictures."""
        self.group.watch("rows")

    @property
    def ends(self) -> str:
        return (
            f"{self.status[1]}: what they have learned so far is kept in Runs." if self.group.running else ""
        )

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
    def set_row(self) -> SetRow | None:
        if not self._sets:
            return None
        moment, running, name = self._latest, self.group.running, self._set.name
        count = len(self._set.names)
        if moment is None:
            return SetRow(self._kind, name, count, "paused", set_id=self._set.set_id)
        epochs, of = min(run.epochs for run in moment.runs), moment.total // count
        line = f"epoch {place_text(int(epochs))}" + (f" of {of:,}" if of else "")
        share = min(1.0, moment.done / moment.total) if running and moment.total else None
        faults = [run.sentence for run in moment.runs if run.status != "done"]
        mark: Mark = "live" if running else "failed" if faults else "done" if moment.is_done else "paused"
        return SetRow(self._kind, name, count, mark, line, share, "\n".join(faults), self._set.set_id)

    def rename_set(self, name: str) -> None:
        self._set.name = name

    def forget_set(self) -> bool:
        # What it hands over at its end is kept no more.
        self._sets.clear()
        self._latest = None
        self.clear()
        return True

    def toggle_set(self) -> None:
        self.toggle()

    def clear(self) -> None:
        """End what trains, and let go of what it has learned."""
        raise NotImplementedError

    def _take_moment(self, moment: Moment) -> None:
        self._latest = moment
        self._on_moment(moment)

    def _go_on(self) -> None:
        self.group.play()

    def step_epochs(self, count: int) -> None: ...
    def reset(self) -> None: ...
    def _on_started(self, data: Any) -> None: ...
    def _on_moment(self, moment: Moment) -> None: ...
    def _on_experiment(self, experiment: Experiment, *, replaced: bool) -> None:
        """The document has changed, or was `replaced` by another one."""

    def _on_replaced(self) -> None:
        self._is_replaced = True

    def _take_experiment(self, experiment: Experiment) -> None:
        replaced, self._is_replaced = self._is_replaced, False
        self._on_experiment(experiment, replaced=replaced)

    def _show(self) -> None: ...
    def _draw_curves(self) -> None: ...

    def _on_run_ended(self, run: TrialResult) -> None:
        if run.status == "failed":
            self.page.show_message(f"{self._set.names[run.trial.number]}: {run.sentence}")

    def _begin(self, begun: PlanSet) -> None:
        """Train the members of a set, which are kept."""
        before = list(self._sets.items())[-1:]
        self._latest = None
        self._sets = dict([*before, (self.group.start(begun.plan), begun)])

    @property
    def _set(self) -> PlanSet:
        return next(reversed(self._sets.values()))

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

    def _open(self, experiment: Experiment, result: TrialResult | None = None) -> None:
        """Go on as the document. Diverged weights cannot be trained on, but their settings can be changed."""
        state = None if result is None else result.state
        if self._files.open_loaded(experiment, state if state is not None and state.is_finite else None):
            self.build_requested.emit()

    def _draw(self, picture: RacePicture, snapshot: Snapshot, shown: SquarePicture) -> None:
        ratio, theme = self.page.devicePixelRatio(), self._themes.theme
        shown.show_image(picture.image(snapshot, shown.side, ratio, theme, fine=not self.group.running))

    def _quantity(self, score: Score) -> Quantity:
        """Subject of the chosen curves."""
        return "loss" if self.page.quantity.current != "test_accuracy" else score.key
