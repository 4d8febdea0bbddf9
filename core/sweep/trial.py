"""A trial of a sweep, and what came of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.experiment.experiment import Experiment
from core.spec import SettingError
from core.spec.arrays import Array
from core.sweep.setting_paths import with_value

Status = Literal["done", "diverged", "failed"]
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


@dataclass(frozen=True, eq=False)
class TrialResult:
    """What came of a trial. Losses and scores are NaN where not measured; a score is accuracy or R², 1 is best.

    - `sentence`: why it failed, diverged, or stopped early.
    - `curve` (moments, 5): epoch, training loss, test loss, training score, test score, at most 400 rows.
    - `boundary` (rows, columns, outputs): predictions over the plane, as in a snapshot, for a thumbnail; None for
      images, which have `confusion` (classes, classes) instead. Both are None where the trial has failed.
    - `project`: the trained weights as the content of a project file; b"" if there are none to keep.
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
    curve: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 5), np.float32), repr=False)
    boundary: Array | None = field(default=None, repr=False)
    confusion: NDArray[np.int64] | None = field(default=None, repr=False)
    project: bytes = field(default=b"", repr=False)

    @property
    def key(self) -> Key:
        return self.trial.key

    @property
    def metrics(self) -> dict[str, float]:
        """Losses and scores by name."""
        names = ("train_loss", "test_loss", "train_score", "test_score")
        return {name: getattr(self, name) for name in names}

    def score(self, objective: str) -> float:
        """How good it is by "test_accuracy", "test_loss" or "train_loss": higher is better, minus infinity worst."""
        if self.status != "done":
            return -math.inf
        if objective == "train_loss":
            value = -self.train_loss
        elif objective == "test_loss":
            value = -(self.train_loss if math.isnan(self.test_loss) else self.test_loss)
        elif objective == "test_accuracy":
            value = self.train_score if math.isnan(self.test_score) else self.test_score
        else:
            raise SettingError(f"Sweep: there is no goal called {objective!r}")
        return -math.inf if math.isnan(value) else value

    def rank(self, objective: str) -> tuple[float, float]:
        """Higher for better ones: the score, and of equal scores, such as accuracies of 100 %, the lower test loss."""
        return self.score(objective), self.score("test_loss")
