"""Many seeds: trains the open experiment from other seeds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from PySide6.QtCore import Signal

from core.experiment.experiment import Experiment
from core.inspect.classics import ClassicPart
from core.inspect.snapshot import Snapshot
from core.io.number_text import count_text
from core.runs.columns import Columns
from core.runs.run_columns import measured_columns
from core.runs.run_set import RunSet
from core.runs.trial import TrialResult
from core.seeds import WAYS
from core.seeds.lanes import Learned
from core.sweep.plan import Plan, PlanSet, seeds_set
from playground.plugin import WindowContext
from playground.plugins.runs.lanes_page import LanesPage
from playground.plugins.runs.library import RunLibrary
from playground.plugins.runs.views.set_form import SeedsForm, SetForm
from playground.plugins.runs.views.sets import OpenState


class SeedsController(LanesPage[SetForm[SeedsForm]]):
    """Made when it is first shown."""

    classic_counted = Signal(object, object)
    """Carries the experiment of a classic, and by its seeds whether they found what the paper did."""

    def __init__(self, context: WindowContext, library: RunLibrary) -> None:
        tip = "Train the open experiment from every seed"
        page = SetForm("seeds", context.themes, SeedsForm(), tip, context.window)
        super().__init__(context, library, "seeds", page)
        self.form = page
        self._reached: dict[int, bool] = {}
        """Whether a seed of a classic found what its paper did."""
        self._is_ended = False
        self._text = ""
        self.group.failed.connect(lambda _: self.stop())
        self.group.running_changed.connect(lambda _: self._show_state())
        page.run_requested.connect(self.start)
        page.pause_requested.connect(self.toggle)
        page.stop_requested.connect(self.stop)
        page.export_requested.connect(self._export)
        page.form.changed.connect(self._show_state)
        context.document.belongings.add(self._let_go)

    @property
    def snapshot(self) -> Snapshot | None:
        """The agreement of the seeds."""
        return None if self.moment is None else self.moment.picture

    @property
    def status(self) -> tuple[str, str]:
        training = "Training " if self.group.running else ""
        count = len(self._set.names) if self._sets else self.page.form.count.value()
        return self.bar_state, f"{training}{count} seeds"

    @property
    def state(self) -> OpenState:
        found = super().state
        return "stopped" if found == "paused" and self._is_ended else found

    def _go_on(self) -> None:
        if self.state in ("paused", "stopped"):
            self._is_ended = False
            self.group.play()
        else:
            self.start()

    def start(self) -> None:
        """Train the open experiment from every seed."""
        if self._session.is_locked():
            return
        experiment, form = self._document.experiment, self.page.form
        seeds = tuple((experiment.seed + number) % 2**31 for number in range(form.count.value()))
        plan = Plan("seeds", (experiment,), seeds, form.epochs.value(), self._preferences.engine)
        self._train(seeds_set(plan))

    def _train(self, begun: PlanSet) -> None:
        self._is_ended, self._reached, self._text = False, {}, ""
        self._begin(begun)

    def _go_on_with(self, kept: RunSet, plan: Plan, names: dict[int, str]) -> None:
        self.page.form.count.setValue(len(plan.seeds))
        self.page.form.epochs.setValue(plan.epochs)
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
        self.page.form.count.setValue(count)
        self.page.form.epochs.setValue(epochs)
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
        form, is_changed = self.page.form, False
        if self._sets:
            plan = self._set.plan
            chosen = self._document.experiment, form.count.value(), form.epochs.value()
            is_changed = chosen != (plan.experiments[0], len(plan.seeds), plan.epochs)
        self.page.show_set(self.set_row, self.state, self._detail(), is_changed=is_changed)

    def _detail(self) -> str:
        moment = self.moment
        if moment is None:
            return "Preparing the data" if self._sets and not self._is_ended else ""
        ends = Counter(run.status for run in moment.runs)
        words = [count_text(len(moment.runs), "seed")]
        words += [f"{ends[status]} {status}" for status in ("diverged", "failed") if ends[status]]
        words.append(f"{moment.seconds:.1f} s")
        if self._reached:
            words.append(f"{sum(self._reached.values())} reach what the paper found")
        if self.group.running and moment.done:
            left = moment.seconds * (moment.total - moment.done) / moment.done
            words.append(f"about {left:.0f} s left")
        return f"{' · '.join(words)}\n{self._text}, {WAYS[moment.way]}"

    def _export(self) -> None:
        """Write the table of seeds."""
        assert self.moment is not None
        score, runs = self.experiments[0].task.score, self.moment.runs
        columns = Columns[TrialResult](*measured_columns(lambda _: score))
        if (path := self._ask_path("Export seeds", self._named(" seeds.csv"), "Table (*.csv)")) is not None:
            self._write(path, columns.csv(runs).encode(), f"has {count_text(len(runs), 'seed')}")
