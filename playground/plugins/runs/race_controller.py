"""The race: which configurations take part, and what becomes of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt

from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.runs.run import data_key
from core.runs.run_set import RunSet
from core.runs.setting_choices import CHIP_TITLES, lane_name, layers_notation, with_choice, with_layers
from core.runs.store import Store
from core.seeds.lanes import LaneMoment
from core.spec import SettingError
from core.sweep.plan import Plan, PlanSet
from playground.commands.file_commands import FileController
from playground.plugin import WindowContext
from playground.plugins.runs.lanes_page import LanesPage
from playground.plugins.runs.library import RunLibrary
from playground.plugins.runs.views.heads import MAX_LANES, RaceHead
from playground.plugins.runs.views.sets import SetRow
from playground.views.widgets.number_format import number_fault, typed_number

_MAX_LETTERS = 60


def lane_names(given: Sequence[str], experiments: Sequence[Experiment]) -> list[str]:
    """The name of every lane; no two are the same. `given` has "" where it is made of what differs."""
    found: list[str] = []
    for name, experiment in zip(given, experiments, strict=True):
        text = first = name or lane_name(experiment, experiments[0])
        number = 1
        while text in found:
            number += 1
            text = f"{first} ({number})"
        found.append(text)
    return found


def _with_other_rate(experiment: Experiment) -> Experiment:
    rate = experiment.training.optimizer.learning_rate
    return with_choice(experiment, "learning_rate", rate / 3 if rate > 0.02 else rate * 3)


class RaceController(LanesPage[RaceHead]):
    """Made when it is first shown; the lanes are then copies of the open document's experiment."""

    def __init__(self, context: WindowContext, files: FileController, library: RunLibrary) -> None:
        super().__init__(context, library, "race", RaceHead(context.themes, context.window))
        self.head = self.page
        self._files = files
        self._given: list[str] = []
        self._draft: list[Experiment] = []
        """The lanes that only looking has made; they follow the document until somebody trains or changes them."""
        self.page.add_requested.connect(self._add)
        self.page.configured.connect(self._set_pace)
        context.document.experiment_changed.connect(self._follow_draft)

    def enter(self) -> None:
        """Where there is no race, the document against another rate is offered."""
        super().enter()
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.is_draft and self._document.experiment not in self.experiments[:1]:
            self._start_document()

    @property
    def moments(self) -> Sequence[LaneMoment]:
        """The lanes as they were seen last."""
        return () if self.moment is None else self.moment.lanes

    def _start_document(self) -> None:
        """Race the document against a copy with another rate."""
        self.start([self._document.experiment])
        self._draft = [*self.experiments]

    @property
    def set_row(self) -> SetRow | None:
        return None if self.is_draft else super().set_row

    @property
    def is_draft(self) -> bool:
        """Whether nobody has made a race yet."""
        return not self.experiments or self.experiments == self._draft

    def _follow_draft(self) -> None:
        """A draft in sight is of the open document; others would hold hundreds of MB."""
        if self.is_draft and self.experiments:
            if self.page.isVisible():
                self._start_document()
            else:
                self.clear()

    @property
    def status(self) -> tuple[str, str]:
        verb = "Racing" if self.group.running else "Race"
        return self.bar_state, f"{verb}, {len(self.experiments)} lanes"

    @property
    def lanes(self) -> list[Experiment]:
        return self.experiments

    @property
    def snapshot(self) -> Snapshot | None:
        """That of the first lane."""
        return self.moments[0].snapshot if self.moments else None

    def race_document(self, name: str, value: Any) -> None:
        """Race the open document against a copy with another value of one setting, or add the copy to that race."""
        found = self._chosen(self._document.experiment, name, value)
        if found is not None:
            self.race_experiment(found)

    def race_experiment(self, found: Experiment) -> None:
        """Race the open document against another experiment, or add that to the race, if there is one."""
        experiment = self._document.experiment
        goes_on = bool(self.experiments) and self.experiments[0] == experiment
        lanes = (
            [*self.experiments, found]
            if goes_on and len(self.experiments) < MAX_LANES
            else [experiment, found]
        )
        self.start(lanes, same_data=False)

    def race_runs(self, runs: Sequence[tuple[Experiment, str]], *, same_data: bool = True) -> None:
        """Race kept runs with their names, or trials without, which may be on other data than the document."""
        self.start([run[0] for run in runs], [run[1] for run in runs], same_data=same_data)

    def start(
        self, experiments: Sequence[Experiment], names: Sequence[str] = (), *, same_data: bool = True
    ) -> None:
        """Race two to four experiments with the seed of the first, and on its data if they must be the same."""
        first = experiments[0]
        if same_data and any(data_key(experiment) != data_key(first) for experiment in experiments):
            self.message_requested.emit("A race needs runs on the same data; choose some of one group")
            return
        self._draft = []
        seeds_differ = len({experiment.replace(seed=0) for experiment in experiments}) < len(experiments)
        lanes = experiments if seeds_differ else [each.replace(seed=first.seed) for each in experiments]
        if len(lanes) == 1:
            lanes = [first, _with_other_rate(first)]
        self.experiments = list(lanes[:MAX_LANES])
        self._given = [*names, *[""] * MAX_LANES][: len(self.experiments)]
        self._restart()

    def step_epochs(self, count: int) -> None:
        """Pause, or train every lane for some epochs."""
        if self.group.running:
            self.group.pause()
        elif not self._session.is_locked():
            self._draft = []
            for _ in range(count):
                self.group.step_epoch()

    def _go_on(self) -> None:
        self._draft = []
        super()._go_on()

    def reset(self) -> None:
        """Pause, and go back to the start."""
        self.group.pause()
        self._restart()

    def reset_with_new_seed(self) -> None:
        """Pause, and start from other weights."""
        self.group.pause()
        self.experiments = [each.replace(seed=each.seed + 1) for each in self.experiments]
        self._restart()

    def act(self, wish: str, lane: int, given: tuple[Any, ...] = ()) -> None:
        """Do with a lane what its card wishes: what is named in `LaneCard.wished`, and below."""
        self._draft = []
        # It may have gone while its menu was open.
        if lane < len(self.experiments):
            acts = {each.__name__: each for each in (self.change, self.duplicate, self.remove, self.rename)}
            (acts | {"open": self._open})[wish](lane, *given)

    def change(self, lane: int, name: str, value: Any) -> None:
        """Change a setting of a lane; all lanes start anew, because none may have a lead."""
        found = self._chosen(self.experiments[lane], name, value)
        if found is not None and found != self.experiments[lane]:
            self.experiments[lane] = found
            self._restart()

    def duplicate(self, lane: int, name: str, value: Any) -> None:
        """Add a copy of a lane with another value of one setting."""
        if len(self.experiments) >= MAX_LANES:
            self.message_requested.emit(f"At most {MAX_LANES} lanes can race; remove one first")
            return
        found = self._chosen(self.experiments[lane], name, value)
        if found is not None:
            self._append(found)

    def remove(self, lane: int) -> None:
        """Take a lane out; two stay."""
        if len(self.experiments) > 2:
            del self.experiments[lane], self._given[lane]
            self._restart()

    def rename(self, lane: int, name: str) -> None:
        """Name a lane; "" returns to what differs in it."""
        self._given[lane] = " ".join(name.split())[:_MAX_LETTERS]
        kept, names = self._set, lane_names(self._given, self.experiments)
        kept.names[:] = names
        self.moved.emit()

        def rename(store: Store) -> None:
            for run in store.members(kept.set_id):
                store.edit([run.id], name=names[run.trial.number])

        self._library.write(rename)

    def _add(self) -> None:
        if len(self.experiments) < MAX_LANES:
            self._append(self.experiments[0])

    def _append(self, experiment: Experiment) -> None:
        self.experiments.append(experiment)
        self._given.append("")
        self._restart()

    def _chosen(self, experiment: Experiment, name: str, value: Any) -> Experiment | None:
        try:
            if value is None:
                return self._asked(experiment, name)
            return with_choice(experiment, name, value)
        except (SettingError, ValueError) as error:
            self.message_requested.emit(str(error))
            return None

    def _asked(self, experiment: Experiment, name: str) -> Experiment | None:
        """The text written for a setting; None if the user gives up."""
        title = CHIP_TITLES[name]
        if name == "layers":
            told = "Layers, such as: dense 8 tanh, dropout 0.2"
            text = self._ask_text(title, told, layers_notation(experiment))
            return None if text is None else with_layers(experiment, text)
        text = self._ask_text(title, f"{title}:")
        if text is None:
            return None
        whole = name != "learning_rate"
        if fault := number_fault(title, text, -math.inf, math.inf, integer=whole):
            raise ValueError(fault)
        number = typed_number(text) or 0.0
        return with_choice(experiment, name, int(number) if whole else number)

    def _set_pace(self) -> None:
        self.group.set_pace(self.page.chosen)
        if self._sets:
            self._set.plan = replace(self._set.plan, pace=self.page.chosen)

    def _restart(self) -> None:
        names = lane_names(self._given, self.experiments)
        plan = Plan("race", tuple(self.experiments), pace=self.page.chosen)
        self._race(PlanSet(plan, f"Race: {', '.join(names)}", names, [""] * len(names)))

    def _go_on_with(self, kept: RunSet, plan: Plan, names: dict[int, str]) -> None:
        made = lane_names([""] * len(plan.experiments), plan.experiments)
        found = [names.get(number, own) for number, own in enumerate(made)]
        self._draft = []
        self._given = ["" if name == own else name for name, own in zip(found, made, strict=True)]
        epoch = max((state.epoch for state, _ in plan.so_far.values()), default=0)
        self.page.go_on(plan.pace.stop_at, epoch)
        plan = replace(plan, pace=self.page.chosen)
        self._race(PlanSet(plan, kept.name, found, [""] * len(found), kept.id, kept.key))

    def _race(self, begun: PlanSet) -> None:
        self.page.add.setEnabled(len(begun.names) < MAX_LANES)
        self._begin(begun)

    def _open(self, lane: int) -> None:
        """Let a lane's settings be the document."""
        if self._files.open_loaded(self.experiments[lane], None):
            self.build_requested.emit()

    def _show_data(self, texts: list[str]) -> None:
        first = self.experiments[0]
        same_data = len({data_key(experiment) for experiment in self.experiments}) == 1
        same = len({experiment.seed for experiment in self.experiments}) == 1
        self.page.data.setText(f"{first.dataset.label}, {texts[0] if same_data else 'different data'}")
        self.page.start.setText(f"same start, seed {first.seed}" if same else "other seeds")
