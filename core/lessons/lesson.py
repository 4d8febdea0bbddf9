"""A lesson: steps about an experiment, each with what must hold and what solves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..data.datasets import DATASETS
from ..data.label_corrections import LabelCorrections
from ..experiment.change import changed
from ..experiment.experiment import Experiment
from ..experiment.prepare import without_sealed
from ..experiment.project_file import TrainerState
from ..inspect.snapshot import SnapshotRequest
from ..nn.interventions import Intervention
from ..runs.setting_paths import setting_at, with_value
from .conditions import Condition
from .language import said
from .measuring import measure_of

SPEEDS: Final = ("batch_1", "batch_5", "epoch_1", "epoch_10", "epoch_60", "max")
"""Those of a window: batches or epochs in a second."""


@dataclass(frozen=True)
class Stage:
    """One act of a key: settings to change, weights to type, labels to correct, epochs to train at most, things to do.

    - `weights` are (layer, parameter, place, value); `acts`, such as "doctor was used", are done after the epochs.
    - `mute`: all heads of attention that are switched off then, (layer, head); None leaves them as they are.
    - `looks`: what is looked at after the epochs, and asked for; see `request_of`.
    - `open_test`: whether the sealed test is opened then. `seeds`: that so many seeds are trained, as a set.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    epochs: int | None = None
    weights: tuple[tuple[int, str, tuple[int, ...], float], ...] = ()
    correct_labels: bool = False
    acts: tuple[Condition, ...] = ()
    mute: tuple[tuple[int, int], ...] | None = None
    looks: SnapshotRequest | None = None
    open_test: bool = False
    seeds: int = 0

    def live(self, experiment: Experiment, labels: ChangedLabels) -> Experiment:
        """The experiment with what the stage changes of it while the weights stay."""
        if self.mute is not None:
            others = [each for each in experiment.interventions if each.kind != "mute_head"]
            muted = [Intervention("mute_head", layer, head) for layer, head in self.mute]
            experiment = experiment.replace(interventions=(*others, *muted))
        return labels.corrected(experiment) if self.correct_labels else experiment


@dataclass(frozen=True)
class Step:
    """One step.

    - `until`: all must hold for a step of the kinds do, goal and look, and before what was guessed is compared.
    - `setup`: what is changed of the lesson's start when the step begins, from first weights; None leaves all as it is.
    - `choices`, `right`: of a question, by index; of a number, `right` is its lowest and highest right value.
    - `measure`: what a prediction is about, as in conditions; `ranges` are what its choices stand for, from
      the lower end to below the upper one.
    - `key`: what solves it. `ring`: the control, command or setting that it means.
    - `speed`: the one of `SPEEDS` that training has in it; "" for the pupil's own.
    - `marks`: what a question or a note counts on paper.
    - `line`: where it begins in the file.
    """

    id: str
    kind: str
    title: str
    text: str
    line: int
    until: tuple[Condition, ...] = ()
    setup: Mapping[str, Any] | None = None
    key: tuple[Stage, ...] = ()
    ring: str = ""
    question: str = ""
    choices: tuple[str, ...] = ()
    right: tuple[float, ...] = ()
    measure: str = ""
    ranges: tuple[tuple[float, float], ...] = ()
    hints: tuple[str, ...] = ()
    explanation: str = ""
    marks: int = 1
    speed: str = ""

    @property
    def is_share(self) -> bool:
        """Whether a prediction is about an accuracy, which people guess in percent."""
        return (measure := measure_of(self.measure)) is not None and measure.is_share

    def shown(self, measured: float) -> float:
        """The measured value, in the unit of the guesses."""
        return 100 * measured if self.is_share else measured

    def is_right(self, answer: Iterable[float]) -> bool:
        """Whether an answer is right: indices of choices in any order, or in the right one; or a number."""
        given = tuple(answer)
        if self.question == "number":
            return len(given) == 1 and self.right[0] <= given[0] <= self.right[1]
        if self.question == "order":
            return given == self.right
        return set(given) == set(self.right)

    def takes(self, answer: Sequence[float]) -> bool:
        """Whether these values can be an answer: a number, or indices of choices as the question wants them."""
        if self.question == "number":
            return len(answer) == 1
        places = range(len(self.choices))
        if self.question == "order":
            return sorted(answer) == list(places)
        fits = all(each in places for each in answer)
        return fits and (len(set(answer)) if self.question == "several" else 1) == len(answer)

    def outcome(self, measured: float) -> tuple[float, ...]:
        """The right prediction once `measured` is known: the choice, or the number."""
        shown = self.shown(measured)
        if not self.ranges:
            return self.right if self.choices else (shown,)
        # The upper end is that of the range above, "90 or more".
        fitting = [place for place, (low, high) in enumerate(self.ranges) if low <= shown < high]
        nearest = min(
            range(len(self.ranges)), key=lambda at: min(abs(shown - end) for end in self.ranges[at])
        )
        return (fitting[0] if fitting else nearest,)


@dataclass(frozen=True)
class Lesson:
    """A lesson as it was read. `teacher` has the texts of `TEACHER`; `checkpoint` what the start has learned.

    `show` are the controls that are shown, () for all; `only_shown` if the pupil may not show the others.
    """

    path: Path
    id: str
    title: str
    text: str
    version: int
    language: str
    minutes: int
    needs: tuple[str, ...]
    any_order: bool
    start: Experiment
    checkpoint: TrainerState | None
    show: tuple[str, ...]
    only_shown: bool
    steps: tuple[Step, ...]
    teacher: Mapping[str, str]
    pictures: tuple[Path, ...]

    def say(self, text: str, **values: object) -> str:
        """A text around the lesson, in its language."""
        return said(self.language, text, **values)

    def begin(self, step: Step) -> Experiment | None:
        """Start of a step, from first weights; None if it goes on with what is there."""
        return None if step.setup is None else with_changes(self.start, step.setup)


def with_changes(experiment: Experiment, changes: Mapping[str, Any]) -> Experiment:
    """The experiment with other values by path, in this order. Raises `ValueError`."""
    for path, value in changes.items():
        if path in ("name", "seed", "sealed"):
            experiment = experiment.replace(**{path: value})
        elif path == "corrections":
            experiment = experiment.replace(corrections=LabelCorrections.of(value))
        elif path == "dataset":
            experiment = changed(experiment, dataset=DATASETS.make(value)).own
        else:
            experiment = with_value(experiment, path, value)
    return experiment


def is_setting(experiment: Experiment, path: str) -> bool:
    """Whether an experiment has a setting at a path."""
    try:
        setting_at(experiment, path)
    except ValueError:
        return False
    return True


class ChangedLabels:
    """The labels that a lesson's start has changed, and the right ones, which are loaded if there are any."""

    def __init__(self, start: Experiment) -> None:
        rows = {row for row, _ in start.corrections}
        if rows:
            data = without_sealed(start)
            loaded = range(data.samples) if data.rest is None else data.rest.tolist()
            found = zip(loaded, data.targets.tolist(), strict=True)
        self._truth = {row: label for row, label in found if row in rows} if rows else {}

    def wrong(self, now: Experiment) -> int:
        """Number that are still wrong."""
        given = dict(now.corrections)
        return sum(given.get(row) not in (label, None) for row, label in self._truth.items())

    def corrected(self, experiment: Experiment) -> Experiment:
        """The experiment with the right labels of all."""
        corrections = experiment.corrections
        for row, label in self._truth.items():
            corrections = corrections.with_label([row], label)
        return experiment.replace(corrections=corrections)
