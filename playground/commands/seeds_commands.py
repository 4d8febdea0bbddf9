"""Many seeds: trains the open experiment from other seeds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from PySide6.QtCore import Signal

from core.experiment.experiment import Experiment
from core.inspect.classics import ClassicPart
from core.inspect.snapshot import Snapshot
from core.io.figure_text import place_text
from core.io.number_text import count_text
from core.runs.run_set import RunSet
from core.runs.trial import TrialResult
from core.seeds import WAYS
from core.seeds.lanes import Learned, Moment
from core.sweep.plan import Plan, PlanSet, seeds_set
from playground.commands.lanes_page import LanesPage
from playground.commands.window_controller import WindowContext
from playground.model.run_library import RunLibrary
from playground.views.runs.heads import SeedsHead


class SeedsController(LanesPage[SeedsHead]):
    """Made when it is first shown."""

    classic_counted = Signal(object, object)
    """Carries the experiment of a classic, and by its seeds whether they found what the paper did."""

    def __init__(self, context: WindowContext, library: RunLibrary) -> None:
        super().__init__(context, library, "seeds", SeedsHead(context.themes, context.window))
        self._reached: dict[int, bool] = {}
        """Whether a seed of a classic found what its paper did."""
        self._is_ended = False
        self._text = ""
        self.group.failed.connect(lambda _: self.stop())
        self.group.running_changed.connect(lambda _: self._show_state())
        self.page.toggle_requested.connect(self.toggle)
        self.page.stop_requested.connect(self.stop)
        context.document.belongings.add(self._let_go)

    @property
    def snapshot(self) -> Snapshot | None:
        """The agreement of the seeds."""
        return None if self.moment is None else self.moment.picture

    @property
    def status(self) -> tuple[str, str]:
        training = "Training " if self.group.running else ""
        return self.bar_state, f"{training}{self.page.count.value()} seeds"

    def enter(self) -> None:
        super().enter()
        self.page.train.setFocus()

    def _go_on(self) -> None:
        if self._goes_on:
            self.group.play()
        else:
            self.start()

    def start(self) -> None:
        """Train the open experiment from every seed."""
        if self._session.is_locked():
            return
        experiment, page = self._document.experiment, self.page
        seeds = tuple((experiment.seed + number) % 2**31 for number in range(page.count.value()))
        plan = Plan("seeds", (experiment,), seeds, page.epochs.value(), self._preferences.engine)
        self._train(seeds_set(plan))

    def _train(self, begun: PlanSet) -> None:
        self._is_ended, self._reached, self._text = False, {}, ""
        self.page.show_progress(0.0, "Preparing the data")
        self._begin(begun)

    def _go_on_with(self, kept: RunSet, plan: Plan, names: dict[int, str]) -> None:
        self.page.count.setValue(len(plan.seeds))
        self.page.epochs.setValue(plan.epochs)
        usual = seeds_set(replace(plan, seeds=plan.seeds[: kept.total])).name
        begun = seeds_set(replace(plan, engine=self._preferences.engine))
        begun.set_id, begun.key = kept.id, kept.key
        if kept.name != usual:
            begun.name = kept.name
        elif begun.name != kept.name:
            self._library.request(lambda store: store.change_set(kept.id, name=begun.name))
        for number, name in names.items():
            begun.names[number] = name
        self._train(begun)

    def train(self, count: int, epochs: int) -> None:
        """Train so many seeds for so many epochs, unless some train already."""
        if self.group.running:
            self.message_requested.emit("Other seeds are training; stop them first")
            return
        self.page.count.setValue(count)
        self.page.epochs.setValue(epochs)
        self.start()

    def stop(self) -> None:
        """End the training; what is there can be opened, and another one be begun."""
        self.group.pause()
        self._is_ended = True
        self._show_state()

    def step_epochs(self, count: int) -> None:
        """As `toggle`: the seeds go on together, to the last epoch."""
        self.toggle()

    def reset(self) -> None:
        """Begin again."""
        self.start()

    def clear(self) -> None:
        self._is_ended = True
        super().clear()
        self.page.show_message("")
        self._show_state()

    @property
    def _goes_on(self) -> bool:
        return self.moment is not None and not self.moment.is_done and not self._is_ended

    def _experiment_of(self, run: TrialResult) -> Experiment:
        return run.trial.experiment(self.experiments[0])

    def _let_go(self) -> None:
        """With other data, of what seeds that are done have learned, which is kept: of images hundreds of MB."""
        if self.moment is not None and self.moment.is_done:
            self.group.let_go()

    def _show_data(self, texts: list[str]) -> None:
        self._text = f"{self.experiments[0].dataset.label}, {texts[0]}"

    def _keep(self, learned: tuple[int, list[Learned]]) -> None:
        super()._keep(learned)
        found = [(run.trial.seed, snapshot.part(ClassicPart)) for run, snapshot in learned[1]]
        known = {seed: each.reached for seed, each in found if each is not None}
        if known and self.experiments and learned[0] == next(reversed(self._sets)):
            self._reached |= known
            self.classic_counted.emit(self.experiments[0], {**self._reached})
            self._show_state()

    def _show_state(self) -> None:
        moment, running, page = self.moment, self.group.running, self.page
        page.show_training(running=running, goes_on=self._goes_on or (running and moment is not None))
        if moment is None:
            page.show_progress(0.0, "" if self._is_ended else page.state.text())
            return
        found = f" · {sum(self._reached.values())} reach what the paper found" if self._reached else ""
        rest = "" if running else "stopped" if self._is_ended else "paused"
        told = _progress_text(moment, rest) + found
        page.show_progress(moment.done / moment.total, told, self._text, WAYS[moment.way])


def _progress_text(moment: Moment, rest: str) -> str:
    """Progress of the seeds; `rest` says why they do not train, "" while they do."""
    ends = Counter(run.status for run in moment.runs)
    epochs = [run.epochs for run in moment.runs if run.status == "done"] or [
        run.epochs for run in moment.runs
    ]
    low, high = int(min(epochs)), int(max(epochs))
    # Threads are at different epochs until the end.
    words = [
        count_text(len(moment.runs), "seed"),
        f"epoch {place_text(low)}" + (f" to {high:,}" if high > low else ""),
    ]
    words += [f"{ends[status]} {status}" for status in ("diverged", "failed") if ends[status]]
    words.append(f"{moment.seconds:.1f} s")
    if not rest and moment.done:
        left = moment.seconds * (moment.total - moment.done) / moment.done
        words.append(f"about {left:.0f} s left")
    elif rest and low < moment.total // len(moment.runs) and not moment.is_done:
        words.append(rest)
    return " · ".join(words)
