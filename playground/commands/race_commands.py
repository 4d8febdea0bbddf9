"""The page of the race: which configurations take part, and what becomes of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QInputDialog

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.flow_field import FlowPathsPart
from core.inspect.snapshot import Snapshot
from core.io.figure_text import loss_text
from core.io.number_text import epoch_text
from core.runs.run import data_key, data_text
from core.runs.setting_choices import (
    chips_of,
    lane_name,
    layers_notation,
    with_choice,
    with_layers,
)
from core.runs.store import Store
from core.seeds.lanes import TARGET, LaneMoment, Moment, leaders_of, places
from core.spec import SettingError
from core.sweep.plan import Pace, Plan, PlanSet
from core.train.tasks import Score
from playground.commands.file_commands import FileController
from playground.commands.group_page import GroupPage, is_same
from playground.commands.window_controller import WindowContext
from playground.model.run_library import RunLibrary
from playground.views.output.run_thumbnail import RacePicture
from playground.views.race import RacePage
from playground.views.race.lane_card import LaneText
from playground.views.race.page import MAX_LANES
from playground.views.theme.colors import run_colors
from playground.views.widgets.charts.overlay_chart import NamedCurve
from playground.views.widgets.number_format import number_fault, seconds_text, typed_number

_MAX_LETTERS = 60
_TEXTS_MS = 100
"""Between two texts of the lanes while they train."""


class LaneNames:
    """`given` has a text for each lane, "" where its name is made."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def start(self, count: int) -> None:
        """Begin with as many lanes, without names."""
        self.given = [""] * count

    def rename(self, lane: int, name: str) -> None:
        """Give a lane a name, or with "" its made one again."""
        self.given[lane] = " ".join(name.split())[:_MAX_LETTERS]

    def texts(self, experiments: Sequence[Experiment]) -> list[str]:
        """The name of every lane; no two are the same."""
        found: list[str] = []
        for name, experiment in zip(self.given, experiments, strict=True):
            text = first = name or lane_name(experiment, experiments[0])
            number = 1
            while text in found:
                number += 1
                text = f"{first} ({number})"
            found.append(text)
        return found


def _with_other_rate(experiment: Experiment) -> Experiment:
    rate = experiment.training.optimizer.learning_rate
    return with_choice(experiment, "Rate", rate / 3 if rate > 0.02 else rate * 3)


def target_text(score: Score) -> str:
    """To what the lanes race."""
    return f"{100 * TARGET:g} %" if score.is_share else f"{score.title} {TARGET:g}"


def lane_text(moment: LaneMoment, of: Score, place: int, leads: bool, tied: bool) -> LaneText:
    """Result of a lane, which leads alone or `tied` with others."""
    run, target = moment.run, ""
    if run.status != "done":
        target = run.status
    elif (made := moment.snapshot.part(FlowPathsPart)) is not None:
        # Of velocities no network has a score near 1, as many ways lead through a place.
        target = made.text
    elif moment.reached is None:
        target = f"{target_text(of)} not reached yet"
    else:
        reached = target_text(of)
        first = f"{'Tied at' if tied else 'First to'} {reached}" if leads else reached
        target = f"{first}  epoch {epoch_text(moment.reached[0])}, {seconds_text(moment.reached[1])} s"
    return LaneText(
        of.text(run.final_score),
        loss_text(run.final_loss),
        seconds_text(run.seconds),
        target,
        f"{run.parameters:,} parameters",
        place,
        leads,
        run.sentence,
    )


class RaceController(GroupPage[RacePage]):
    """Made when the page is first shown; the lanes are then copies of the open document's experiment."""

    def __init__(self, context: WindowContext, files: FileController, library: RunLibrary) -> None:
        super().__init__(context, files, library, "race", RacePage)
        self.experiments: list[Experiment] = []
        self.names = LaneNames()
        self.moments: Sequence[LaneMoment] = ()
        self._written: Sequence[LaneMoment] | None = None
        self._data: list[PreparedData] = []
        page = self.page
        self._pictures = [RacePicture() for _ in page.cards]
        self._texts = QTimer(self, interval=_TEXTS_MS, singleShot=True)
        self._texts.timeout.connect(self._show_texts)
        self._of_document = True
        page.add_requested.connect(self._add)
        page.configured.connect(lambda: self.group.set_pace(self._pace))
        page.unit.chosen.connect(lambda _: self._draw_curves())
        for number, card in enumerate(page.cards):
            of = partial(self._of_lane, number)
            card.setting_chosen.connect(partial(of, self.change))
            card.duplicate_requested.connect(partial(of, self.duplicate))
            card.remove_requested.connect(partial(of, self.remove))
            card.open_requested.connect(partial(of, lambda lane: self._open(self.experiments[lane])))
            card.rename_requested.connect(partial(of, self.rename))
            card.resized.connect(lambda n=number: self._draw_picture(n))
        context.document.belongings.add(self._on_other_data)

    def enter(self) -> None:
        """The first time, and when the lanes are of what the document was, a race begins with the document."""
        super().enter()
        self.page.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.experiments or (self._of_document and (self._is_on_other_data or self._is_untouched)):
            self._start_document()

    def _start_document(self) -> None:
        """Race the document against a copy with another rate."""
        experiment, self._of_document = self._document.experiment, True
        self.start([experiment])

    @property
    def _is_on_other_data(self) -> bool:
        now = self._document.experiment
        return all(
            data_key(each) != data_key(now) or each.task.kind != now.task.kind for each in self.experiments
        )

    @property
    def _is_untouched(self) -> bool:
        """Whether these are the first lanes, not trained yet, of a document that was edited since."""
        first, now = self.experiments[0], self._document.experiment
        trained = any(moment.snapshot.has_trained for moment in self.moments)
        return first != now and not trained and self.experiments == [first, _with_other_rate(first)]

    def _on_other_data(self) -> None:
        """A race of kept runs ends with the data that were open then."""
        self._of_document = True

    def _on_experiment(self, experiment: Experiment, *, replaced: bool) -> None:
        """Let go of lanes on data that the document has no more, and of another document: they hold hundreds of MB."""
        is_another = replaced and not any(is_same(experiment, lane) for lane in self.experiments)
        if not self.experiments or not (is_another or (self._of_document and self._is_on_other_data)):
            return
        if self.page.isVisible():
            self._start_document()
            return
        self.clear()

    def clear(self) -> None:
        self.group.clear()
        self.experiments, self.moments, self._data = [], (), []
        self.names.start(0)
        self._pictures = [RacePicture() for _ in self.page.cards]

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
        self._of_document = True
        goes_on = bool(self.experiments) and self.experiments[0] == experiment
        lanes = (
            [*self.experiments, found]
            if goes_on and len(self.experiments) < MAX_LANES
            else [experiment, found]
        )
        self.start(lanes, same_data=False)

    def race_runs(self, runs: Sequence[tuple[Experiment, str]], *, same_data: bool = True) -> None:
        """Race kept runs with their names, or trials without, which may be on other data than the document."""
        self._of_document = False
        self.start([run[0] for run in runs], [run[1] for run in runs], same_data=same_data)

    def start(
        self, experiments: Sequence[Experiment], names: Sequence[str] = (), *, same_data: bool = True
    ) -> None:
        """Race two to four experiments with the seed of the first, and on its data if they must be the same."""
        first = experiments[0]
        if same_data and any(data_key(experiment) != data_key(first) for experiment in experiments):
            self.message_requested.emit("A race needs runs on the same data; choose some of one group")
            return
        seeds_differ = len({experiment.replace(seed=0) for experiment in experiments}) < len(experiments)
        lanes = experiments if seeds_differ else [each.replace(seed=first.seed) for each in experiments]
        if len(lanes) == 1:
            lanes = [first, _with_other_rate(first)]
        self.experiments = list(lanes[:MAX_LANES])
        self.names.start(len(self.experiments))
        self.names.given[: len(names)] = names[: len(self.experiments)]
        self._restart()

    def step_epochs(self, count: int) -> None:
        """Pause, or train every lane for some epochs."""
        if self.group.running:
            self.group.pause()
        elif not self._session.is_locked():
            for _ in range(count):
                self.group.step_epoch()

    def reset(self) -> None:
        """Pause, and go back to the start."""
        self.group.pause()
        self._restart()

    def reset_with_new_seed(self) -> None:
        """Pause, and start from other weights."""
        self.group.pause()
        self.experiments = [each.replace(seed=each.seed + 1) for each in self.experiments]
        self._restart()

    def _of_lane(self, number: int, act: Callable[..., None], *arguments: Any) -> None:
        """Act on a lane, unless it went while its menu was open."""
        if number < len(self.experiments):
            act(number, *arguments)

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
            del self.experiments[lane], self.names.given[lane]
            self._restart()

    def rename(self, lane: int, name: str) -> None:
        """Name a lane; "" returns to what differs in it."""
        self.names.rename(lane, name)
        self._show()
        kept, names = self._set, self.names.texts(self.experiments)
        kept.names[:] = names

        def rename(store: Store) -> None:
            for run in store.members(kept.set_id):
                store.set_text(run.id, name=names[run.trial.number])

        self._library.write(rename)

    def _add(self) -> None:
        if len(self.experiments) < MAX_LANES:
            self._append(self.experiments[0])

    def _append(self, experiment: Experiment) -> None:
        self.experiments.append(experiment)
        self.names.given.append("")
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
        if name == "Layers":
            text, good = QInputDialog.getText(
                self._window,
                "Layers",
                "Layers, such as: dense 8 tanh, dropout 0.2",
                text=layers_notation(experiment),
            )
            return with_layers(experiment, text) if good else None
        text, good = QInputDialog.getText(self._window, name, f"{name}:")
        if not good:
            return None
        whole = name != "Rate"
        if fault := number_fault(name, text, -math.inf, math.inf, integer=whole):
            raise ValueError(fault)
        number = typed_number(text) or 0.0
        return with_choice(experiment, name, int(number) if whole else number)

    def _restart(self) -> None:
        self.page.show_message("")
        self.page.show_count(len(self.experiments))
        self._show_lanes()
        self.status_changed.emit()
        names = self.names.texts(self.experiments)
        plan = Plan("race", tuple(self.experiments), pace=self._pace)
        self._begin(PlanSet(plan, f"Race: {', '.join(names)}", names, [""] * len(names)))

    @property
    def _pace(self) -> Pace:
        page = self.page
        seconds = page.fairness.current == "seconds"
        return Pace(seconds, float(page.pace.current), int(page.stop.current))

    def _on_started(self, data: list[PreparedData]) -> None:
        self._data = data
        for picture, own in zip(self._pictures, data, strict=False):
            picture.set_data(own)
        texts = [data_text(*each) for each in zip(self.experiments, (own.data for own in data), strict=False)]
        self._set.texts[:] = texts
        first = self.experiments[0]
        same_data = len({data_key(experiment) for experiment in self.experiments}) == 1
        same = len({experiment.seed for experiment in self.experiments}) == 1
        start = f"same start, seed {first.seed}" if same else "other seeds"
        text = texts[0] if same_data else "different data"
        self.page.show_start(f"{first.dataset.label}, {text}", start, self._score.name)

    def _show(self) -> None:
        self._written = None
        self._show_lanes()
        self._show_moments(self.moments)

    def _show_lanes(self) -> None:
        first = self.experiments[0] if self.experiments else None
        names = self.names.texts(self.experiments)
        lanes = zip(self.page.cards, self.experiments, names, self._colors, strict=False)
        for card, experiment, name, color in lanes:
            assert first is not None
            card.show_lane(name, color, chips_of(experiment, first), can_remove=len(self.experiments) > 2)

    @property
    def _colors(self) -> tuple[str, ...]:
        return run_colors(self._themes.theme)

    def _on_moment(self, moment: Moment) -> None:
        if not moment.lanes:
            return
        self._show_moments(moment.lanes)
        self.moved.emit()

    def _show_moments(self, moments: Sequence[LaneMoment]) -> None:
        self.moments = moments
        if len(self._data) != len(self.experiments) or len(moments) != len(self.experiments):
            return
        for number, (card, moment) in enumerate(zip(self.page.cards, moments, strict=False)):
            card.network.show_snapshot(moment.snapshot)
            self._draw_picture(number)
        if not self._texts.isActive():
            self._show_texts()
        self._draw_curves()

    def _show_texts(self) -> None:
        """Write places and scores, of all lanes at once: each by its own clock, they would contradict each other."""
        moments = self.moments
        if moments is self._written or len(moments) != len(self.experiments):
            return
        self._written = moments
        self._texts.start()
        won, leaders = places([moment.run for moment in moments]), leaders_of(moments)
        for number, (card, moment) in enumerate(zip(self.page.cards, moments, strict=False)):
            leads, tied = number in leaders, len(leaders) > 1
            card.show_text(lane_text(moment, self._score, won[number], leads, tied))
        self.page.first.setText(self._first_text(leaders))

    @property
    def _score(self) -> Score:
        return self.experiments[0].task.score

    def _first_text(self, leaders: list[int]) -> str:
        if not leaders:
            return ""
        epoch, seconds = self.moments[leaders[0]].reached or (math.nan, math.nan)
        target, at = target_text(self._score), f"epoch {epoch_text(epoch)}"
        *others, last = (self.names.texts(self.experiments)[leader] for leader in leaders)
        if others:
            return f"Tied at {target}: {', '.join(others)} and {last}, {at}"
        return f"First to {target}: {last}, {at}, {seconds_text(seconds)} s"

    def _draw_picture(self, lane: int) -> None:
        if lane < min(len(self._data), len(self.moments)):
            self._draw(self._pictures[lane], self.moments[lane].snapshot, self.page.cards[lane].picture)

    def _draw_curves(self) -> None:
        if not self._data or len(self.moments) != len(self.experiments):
            return
        quantity, unit = self.page.quantity.current, self.page.unit.current
        curves, reached = [], []
        names = self.names.texts(self.experiments)
        for name, moment, color in zip(names, self.moments, self._colors, strict=False):
            history = moment.snapshot.history
            values = getattr(history, quantity)
            if not np.isfinite(values).any() and quantity != "train_loss":
                values = history.train_accuracy if quantity == "test_accuracy" else history.train_loss
            x = history.epoch if unit == "epoch" else np.interp(history.epoch, *moment.times.T)
            curves.append(NamedCurve(name, color, x, values))
            if moment.reached is not None and quantity == "test_accuracy":
                reached.append((moment.reached[0 if unit == "epoch" else 1], color))
        end = float(self.page.stop.current) if unit == "epoch" else 0.0
        races = quantity == "test_accuracy" and not self.experiments[0].task.has_time
        target = TARGET if races else None
        self.page.chart.show_curves(
            curves, self._quantity(self._score), unit, end=end, target=target, reached=reached
        )
