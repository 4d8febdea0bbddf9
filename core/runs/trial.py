"""A trial of a sweep, of many seeds or of a race, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from ..experiment.experiment import Experiment
from ..experiment.project_file import TrainerState
from ..io.number_text import place_text
from ..spec import SettingError
from ..spec.arrays import Array
from ..train.history import History
from ..train.trainer import Trainer
from .setting_paths import with_value

Status = Literal["done", "diverged", "failed"]
_MAX_MOMENTS: Final = 1_000
METRICS: Final = ("train_loss", "test_loss", "train_score", "test_score")
COUNTED: Final = ("mean_loss", "train_samples", "test_samples")

Key = tuple[int, int]
"""Number and rung."""


@dataclass(frozen=True)
class Trial:
    """One training: the values of all axes, by path, and a seed.

    - `point`: the number of its values; trials with the same values and other seeds share it.
    - `rung`: 0, or how many times successive halving has let it train on; `epochs` is then the sum of all.
    """

    number: int
    point: int
    seed: int
    epochs: int
    settings: tuple[tuple[str, Any], ...] = ()
    rung: int = 0

    @property
    def key(self) -> Key:
        return self.number, self.rung

    @property
    def shown_number(self) -> int:
        """Its number as tables and views write it, counted from 1."""
        return self.number + 1

    def experiment(self, of: Experiment) -> Experiment:
        """The experiment with this trial's settings. Raises `SettingError`."""
        # Short paths first: an optimizer before its learning rate, the depth before the layers.
        for path, value in sorted(self.settings, key=lambda item: (item[0] != "layers", item[0].count("."))):
            of = with_value(of, path, value)
        return of.replace(seed=self.seed, name=of.name)


@dataclass(frozen=True)
class Measures:
    """What was measured of a training. Losses and scores are NaN where not; a score is accuracy or R², 1 is best.

    - `sentence`: why it failed, diverged, or stopped early.
    - `distance`: the mean one of samples made of noise to the data, and of those back; NaN for other tasks.
    - `place`: how far it is, as people read it; "" where only `epochs` are known.
    - `opened`: what the sealed test told, and when; "" where it is sealed or there is none.
    - `mean_loss`: of the batches, in training mode; `train_samples`, `test_samples`: numbers of samples that losses and
      scores are of, NaN where that is unknown.
    """

    trial: Trial
    status: Status
    sentence: str = ""
    epochs: float = 0.0
    seconds: float = 0.0
    parameters: int = 0
    train_loss: float = math.nan
    test_loss: float = math.nan
    train_score: float = math.nan
    test_score: float = math.nan
    # As most have none: NaN is not equal to itself.
    distance: float = field(default=math.nan, compare=False)
    mean_loss: float = math.nan
    train_samples: float = math.nan
    test_samples: float = math.nan
    place: str = ""
    opened: str = ""

    @property
    def key(self) -> Key:
        return self.trial.key

    @property
    def place_text(self) -> str:
        """How far it is, as people read it; the finished epochs where it is not known within one."""
        return self.place or place_text(int(self.epochs))

    @property
    def metrics(self) -> dict[str, float]:
        """Losses and scores by name."""
        return {name: getattr(self, name) for name in METRICS}

    @property
    def final_loss(self) -> float:
        """The test loss, or the training loss without test samples."""
        return self.train_loss if math.isnan(self.test_loss) else self.test_loss

    @property
    def final_score(self) -> float:
        """The test score, or the training score without test samples."""
        return self.train_score if math.isnan(self.test_score) else self.test_score

    def score(self, objective: str) -> float:
        """Value of a `Sweep.objective`: higher is better, minus infinity worst."""
        if self.status != "done":
            return -math.inf
        values = {
            "test_accuracy": self.final_score,
            "test_loss": -self.final_loss,
            "train_loss": -self.train_loss,
            "distance": -self.distance,
        }
        if objective not in values:
            raise SettingError(f"Sweep: there is no goal called {objective!r}")
        value = values[objective]
        return -math.inf if math.isnan(value) else value

    def rank(self, objective: str) -> tuple[float, float]:
        """Higher for better ones: the score, and of equal scores, such as accuracies of 100 %, the lower test loss."""
        return self.score(objective), self.score("test_loss")


@dataclass(frozen=True, eq=False)
class TrialResult(Measures):
    """What a training hands over.

    - `curve` (moments, 5): epoch, training loss, test loss, training score, test score, at most 1,000 rows.
    - `boundary` (rows, columns, outputs): predictions over the plane, as in a snapshot, for a thumbnail; None for
      images, which have `confusion` (classes, classes) instead. Both are None where the trial has failed.
    - `lines`: texts that it writes, for a thumbnail of what has neither.
    - `project`: the trained weights as the content of a project file; b"" if there are none to keep.
    - `state`: the same as a state, where it was trained in this process and not packed.
    """

    curve: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 5), np.float32), repr=False)
    boundary: Array | None = field(default=None, repr=False)
    confusion: NDArray[np.int64] | None = field(default=None, repr=False)
    project: bytes = field(default=b"", repr=False)
    state: TrainerState | None = field(default=None, repr=False)
    lines: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, trial: Trial, trainer: Trainer, seconds: float, status: Status, sentence: str, **more: Any
    ) -> Self:
        """Record of a trainer's progress; `more` are further fields."""
        return cls(
            trial, status, sentence, **{"epochs": trainer.epoch, "seconds": seconds} | more,
            parameters=trainer.network.parameter_count, **trainer.figures.columns,
        )  # fmt: skip

    @classmethod
    def of_state(
        cls, state: TrainerState, seed: int, seconds: float, fault: str | bool = "", *, number: int = 0,
        status: Status | None = None,
    ) -> Self:  # fmt: skip
        """Training up to a state; `fault` says why, or whether, it diverged, where there is no other `status`."""
        return cls(
            Trial(number, number, seed, state.epoch),
            status or ("diverged" if fault else "done"),
            fault if isinstance(fault, str) else "",
            state.epoch,
            seconds,
            sum(array.size for array in state.weights.values()),
            **state.figures.columns,
            place=state.place_text,
            curve=curve_of(state.history),
            state=state,
        )


def curve_of(history: History, most: int = _MAX_MOMENTS) -> NDArray[np.float32]:
    """The `curve` of a history."""
    losses, scores = (history.drawn_loss, history.test_loss), (history.train_accuracy, history.test_accuracy)
    return history_curve((history.epoch, *losses, *scores), most)


def history_curve(columns: Sequence[Array], most: int = _MAX_MOMENTS) -> NDArray[np.float32]:
    """The columns of a `curve` in single precision, at most `most` moments and the last."""
    stride, moments = 1, len(columns[0])
    while moments > stride * most:
        stride *= 2
    # Every n-th row and the last, so that two runs thinned alike share their epochs.
    places = np.arange(0, moments, stride)
    if moments and places[-1] != moments - 1:
        places = np.append(places, moments - 1)
    with np.errstate(over="ignore"):  # a diverged loss
        return np.stack([column[places] for column in columns], axis=1).astype(np.float32)
