"""Solve a lesson by its own key, without a window, and check what a window would need of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from time import thread_time
from types import MappingProxyType
from typing import Final

from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, data_key, make_trainer, open_test, prepare
from ..experiment.problems import find_problems
from ..inspect.snapshot import SnapshotRequest
from ..io.number_text import count_text
from ..seeds.training import SeedTraining
from ..train.train_step import DivergedError
from ..train.trainer import Trainer
from ..train.warm_start import continue_training
from .conditions import Condition, ConditionCheck, Moment, looked_at, stop_condition
from .lesson import ChangedLabels, Lesson, Stage, Step, is_setting, with_changes
from .lesson_file import LessonError
from .measuring import CHEAP, SeedScores, measured, sight
from .new_lesson import PLACEHOLDER

MAX_SECONDS: Final = 60.0
"""CPU time of a step: a class does not wait longer."""
_EPOCHS: Final = 1_000
"""Default where neither the key nor a condition gives a number."""


@dataclass(frozen=True)
class Outcome:
    """End of one step: the last moment, whether each condition holds, and a prediction's right value."""

    step: Step
    moment: Moment
    holding: tuple[bool, ...]
    measured: float | None = None

    @property
    def reached(self) -> bool:
        return all(self.holding)

    @property
    def as_predicted(self) -> bool:
        """Whether what was measured is what the lesson says is right; True where nothing is measured."""
        if self.measured is None:
            return True
        if self.step.question == "number":
            return self.step.is_right((self.step.shown(self.measured),))
        low, high = self.step.ranges[int(self.step.right[0])]
        return low <= self.step.shown(self.measured) <= high


class Solver:
    """A lesson in training, without a window; `seed` is added to the seed of the experiment."""

    def __init__(self, lesson: Lesson, seed: int = 0) -> None:
        self.lesson, self._seed = lesson, seed
        self._labels = ChangedLabels(lesson.start)
        self._prepared: tuple[object, PreparedData] | None = None
        self._typed = 0
        self._failed = False
        self._done: set[str] = set()
        self._wanted: tuple[str, ...] = CHEAP
        self._request = SnapshotRequest()
        self._sets: list[SeedScores] = []
        self._begin(self._seeded(lesson.start))
        if lesson.checkpoint is not None and not seed:
            lesson.checkpoint.restore(self.trainer)
            self.trainer.start_history()

    def steps(self) -> Iterator[Outcome]:
        """Solve one step after the other. Raises `LessonError` for a key that cannot be applied."""
        for step in self.lesson.steps:
            try:
                yield self._solve(step)
            except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError) as error:
                where = f"{self.lesson.path.name} line {step.line}"
                raise LessonError(f"{where}: the key of {step.id} cannot be used: {error}") from None

    def _solve(self, step: Step) -> Outcome:
        setup = self.lesson.begin(step)
        if setup is not None:
            self._begin(self._seeded(setup))
        check, self._done, self._sets = ConditionCheck(step.until), set(), []
        self._wanted = tuple(dict.fromkeys((*CHEAP, *(each.name for each in step.until), step.measure)))
        end = thread_time() + MAX_SECONDS
        # What was measured before the step is no merit of its key.
        for number, stage in enumerate(step.key, 1):
            self._apply(stage)
            last = number == len(step.key)
            for _ in range(self._epochs(step, stage) if last or stage.epochs else 0):
                if (all(check.holding(self.moment())) and last) or thread_time() > end or self._failed:
                    break
                self._train()
            self.trainer.measure()
            self._look(stage)
            for act in stage.acts:
                self._do(act)
            check.holding(self.moment())
        moment = self.moment()
        value = moment.value(step.measure) if step.measure else None
        return Outcome(step, moment, check.holding(moment), None if value is None else float(value))

    def moment(self) -> Moment:
        """The subject of the conditions, now."""
        seen = sight(self.trainer, self.prepared, self.experiment, self._request, self._wanted)
        found = measured(seen, self._wanted, self._sets)
        found["typed weights"] = self._typed
        found["wrong labels"] = self._labels.wrong(self.experiment)
        return Moment(self.experiment, found, frozenset(self._done))

    @property
    def prepared(self) -> PreparedData:
        """The data of the experiment as it is now."""
        assert self._prepared is not None
        return self._prepared[1]

    def _epochs(self, step: Step, stage: Stage) -> int:
        if stage.epochs is not None or stage.seeds:
            return 0 if stage.seeds else stage.epochs or 0
        stop = stop_condition(step.until)
        if stop is None:
            return 0
        return _EPOCHS if stop.epoch is None else max(0, stop.epoch - self.trainer.epoch)

    def _apply(self, stage: Stage) -> None:
        if stage.changes:
            self._begin(with_changes(self.experiment, stage.changes))
        if (live := stage.live(self.experiment, self._labels)) != self.experiment:
            before = self.trainer
            self._make(live)
            continue_training(before, self.trainer, "Change")
        for layer, name, place, value in stage.weights:
            self.trainer.set_weight(layer, name, place, value)
            self._typed += 1
        if stage.weights:
            self.trainer.evaluate_now()

    def _look(self, stage: Stage) -> None:
        """What a stage does after its epochs: open the test, train seeds, ask for what is looked at."""
        if stage.open_test:
            open_test(self.experiment, self.prepared, self.trainer)
        if stage.seeds:
            seeds = [self.experiment.seed + number for number in range(stage.seeds)]
            with SeedTraining(self.experiment, seeds, stage.epochs or 1, data=self.prepared) as training:
                while not training.is_done:
                    training.run_for(1.0)
                self._sets.append({each.trial.seed: each.test_score for each in training.results()})
        if stage.looks is not None:
            self._request = stage.looks

    def _do(self, act: Condition) -> None:
        """Do an act, if what it is about is there."""
        what, count = act.looks
        if not what:
            self._done.add(act.name)
            return
        figure, network = self.trainer.figures.test, self.trainer.network
        inputs, outputs = math.prod(network.input_shape), network.output_shape[-1]
        units = sum(shape[-1] for shape in network.shapes[:-1])
        there = {
            "neuron": inputs + units + outputs, "input": inputs, "hidden neuron": units, "output": outputs,
            "sample": figure.samples, "epoch": int(self.trainer.epoch),
            "mistake": round((1.0 - figure.score) * figure.samples) if self.experiment.task.classifies else 0,
        }  # fmt: skip
        if there[what] < count:
            raise ValueError(f"there must be {count_text(count, what)} to look at, got {there[what]:,}")
        # One after the other, as a pupil does.
        self._done |= {looked_at(what, number) for number in range(1, count + 1)}

    def _seeded(self, experiment: Experiment) -> Experiment:
        return experiment.replace(seed=experiment.seed + self._seed)

    def _begin(self, experiment: Experiment) -> None:
        self._typed, self._failed = 0, False
        self._make(experiment)
        self.trainer.start_history()

    def _make(self, experiment: Experiment) -> None:
        problems = find_problems(experiment)
        if problems:
            raise ValueError(problems[0].sentence)
        part = data_key(experiment)
        if self._prepared is None or self._prepared[0] != part:
            self._prepared = part, prepare(experiment)
        self.experiment = experiment
        self.trainer: Trainer = make_trainer(experiment, self._prepared[1], record_initial=False)

    def _train(self) -> None:
        try:
            self.trainer.run_epoch()
        except DivergedError:
            self._failed = True


def advice(lesson: Lesson) -> Iterator[str]:
    """A sentence for each question that leaves pupils alone with its answer. It keeps nobody from the lesson."""
    for step in lesson.steps:
        if step.question and not step.explanation:
            yield f"{lesson.path.name} line {step.line}: step {step.id} should have an explanation, got none"


def faults(
    lesson: Lesson,
    commands: Collection[str],
    controls: Collection[str],
    control_for: Callable[[str], str | None],
    looks: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[str]:
    """A sentence for everything that would keep a pupil from going through the lesson in a window.

    `commands` are those that can be used, `controls` the parts of the window that can be shown or hidden, and
    `control_for` tells which of these has a command or a setting: "" for none of them, None where only menus have it.
    `looks`: by what is looked at the command that shows it.
    """

    def told(step: Step | None, sentence: str) -> str:
        where = f"line 1: {sentence}" if step is None else f"line {step.line}: step {step.id}{sentence}"
        return f"{lesson.path.name} {where}"

    for number, line in enumerate(lesson.path.read_text(encoding="utf-8-sig").splitlines(), 1):
        for found in PLACEHOLDER.findall(line):
            yield f"{lesson.path.name} line {number}: a placeholder is left, {found}"
    for name in lesson.show:
        if name not in controls:
            known = ", ".join(sorted(controls))
            yield told(None, f"show must name controls of the window, which are {known}, got {name!r}")
    for step in lesson.steps:
        for condition in (*step.until, *(act for stage in step.key for act in stage.acts)):
            if condition.command and condition.command not in commands:
                yield told(step, f": there is no command {condition.command!r}")
        if step.until and not step.key:
            yield told(step, " must have a key, got none")
        for name in _needs(step, looks):
            control = control_for(name)
            if control is None and name in commands:
                control = "menus"
            if control and lesson.show and control not in lesson.show:
                yield told(step, f" needs the control {control!r} for {name!r}, which show leaves out")
    try:
        for outcome in Solver(lesson).steps():
            yield from (
                told(outcome.step, f": {each}") for each in _failures(outcome, {*commands, *controls})
            )
    except LessonError as error:
        yield str(error)
    except ValueError as error:
        yield told(None, f"the start cannot be trained: {error}")


def _needs(step: Step, looks: Mapping[str, str]) -> list[str]:
    """The commands and settings that a pupil needs for a step."""
    found = {name for stage in step.key for name in stage.changes} | ({step.ring} - {""})
    for condition in step.until:
        if condition.is_of_training:
            found.add("play")
        elif way := condition.way(looks):
            found.add(way)
    return sorted(found)


def _failures(outcome: Outcome, controls: Collection[str]) -> Iterator[str]:
    step, moment = outcome.step, outcome.moment
    if step.ring and step.ring not in controls and not is_setting(moment.experiment, step.ring):
        yield f"ring must be a control, a command or a setting, got {step.ring!r}"
    for condition, holds in zip(step.until, outcome.holding, strict=True):
        if not holds:
            got = "it was not done"
            if not condition.is_act:
                value, epochs = condition.text(moment.value(condition.name)), moment.value("epoch")
                got = f"got {value} after {epochs:.0f} epochs"
            yield f"its key must reach {condition}, {got}"
    if not outcome.as_predicted:
        yield f"the right prediction must hold, got {step.shown(outcome.measured or 0.0):.4g}"
