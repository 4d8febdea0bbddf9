"""Values that optuna suggests, from the scores of those before."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Any

import optuna

from .axes import BoundAxis


class Suggestions:
    """`ask` for values, one for each axis, and `tell` their score, in the same order."""

    def __init__(self, axes: Sequence[BoundAxis], seed: int) -> None:
        self._axes = axes
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.TPESampler(seed=seed)
        self._study = optuna.create_study(sampler=sampler, direction="maximize")
        self._asked: deque[Any] = deque()

    def ask(self) -> tuple[Any, ...]:
        """Values that promise a good score."""
        trial = self._study.ask()
        self._asked.append(trial)
        return tuple(_suggested(trial, str(place), axis) for place, axis in enumerate(self._axes))

    def tell(self, score: float) -> None:
        """The score of the first values that have none; higher is better, minus infinity for a failure."""
        trial = self._asked.popleft()
        if math.isfinite(score):
            self._study.tell(trial, score)
        else:
            self._study.tell(trial, state=optuna.trial.TrialState.FAIL)


def _suggested(trial: Any, name: str, axis: BoundAxis) -> Any:
    if axis.has_range:
        # Shares, not values, so that rounding and logarithms are the axis's own.
        return axis.at(trial.suggest_float(name, 0.0, 1.0))
    values = axis.points()
    if axis.axis.has_order:
        return values[trial.suggest_int(name, 0, len(values) - 1)]
    return values[trial.suggest_categorical(name, range(len(values)))]
