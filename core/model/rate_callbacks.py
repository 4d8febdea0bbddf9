"""Callbacks in Keras's names that change the learning rate, end on NaN, or are made of functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..train.train_step import DivergedError
from .callbacks import HOOKS, Callback, Monitor, TrainableModel
from .check_inputs import number


class ReduceLROnPlateau(Callback):
    """Multiply the learning rate by `factor` when `monitor` has not improved by `min_delta` for `patience` epochs.

    After that, `cooldown` epochs do not count. The rate stays at least `min_lr`. `mode` is "min", "max" or "auto".
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        if not 0.0 < number("factor", factor, "ReduceLROnPlateau") < 1.0:
            raise ValueError(f"ReduceLROnPlateau: factor must be between 0 and 1, got {factor!r}")
        self._monitor = Monitor("ReduceLROnPlateau", monitor, min_delta, mode)
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
        self._waited = self._resting = 0

    def on_train_begin(self, model: TrainableModel) -> None:
        self._monitor.reset()
        self._waited = self._resting = 0

    def on_epoch_end(self, model: TrainableModel, epoch: int, logs: Mapping[str, float]) -> None:
        if self._monitor.waits(logs, self.params):
            return
        if self._resting:
            self._resting -= 1
            self._waited = 0
        if self._monitor.improved(logs):
            self._waited = 0
        elif not self._resting:
            self._waited += 1
            if self._waited >= self.patience and model.learning_rate > self.min_lr:
                model.learning_rate = max(model.learning_rate * self.factor, self.min_lr)
                self._resting, self._waited = self.cooldown, 0
                if self.verbose:
                    model.report(f"epoch {epoch}: the learning rate is reduced to {model.learning_rate:g}")


class LearningRateScheduler(Callback):
    """Set the learning rate before every epoch to `schedule(epoch)` or `schedule(epoch, rate)`; epochs count from 0."""

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        if not callable(schedule):
            raise ValueError(
                f"LearningRateScheduler: schedule must be a function of the epoch, got {schedule!r}"
            )
        self.schedule, self.verbose = schedule, verbose
        self._takes_rate = len(inspect.signature(schedule).parameters) > 1

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        given = (epoch, self.model.learning_rate) if self._takes_rate else (epoch,)
        rate = self.schedule(*given)
        if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not rate >= 0.0:
            raise ValueError(
                f"LearningRateScheduler: schedule must return a number of at least 0, got {rate!r}"
            )
        self.model.learning_rate = float(rate)
        if self.verbose:
            self.model.report(f"epoch {epoch + 1}: the learning rate is {rate:g}")


class TerminateOnNaN(Callback):
    """End training when the loss or a weight is not finite, with the weights of the last good epoch.

    Its text is kept as `reason`. With `raise_error` it is a `RuntimeError`; after one for the loss no callback's
    `on_train_end` is called, as in Keras.
    """

    def __init__(self, raise_error: bool = False) -> None:
        self.raise_error, self.reason = raise_error, ""
        self._good: list[NDArray[Any]] = []

    def on_train_begin(self, model: TrainableModel) -> None:
        self.reason = ""
        self._good = model.get_weights()

    def on_epoch_end(self, model: TrainableModel, epoch: int, logs: Mapping[str, float]) -> bool:
        weights = model.get_weights()
        # The last step may have diverged although the epoch's mean loss is finite.
        if not all(np.isfinite(array).all() for array in weights):
            return self._stop(model, "the weights are no longer numbers", None)
        self._good = weights
        return False

    def on_divergence(self, model: TrainableModel, error: DivergedError) -> bool:
        return self._stop(model, str(error), error)

    def _stop(self, model: TrainableModel, reason: str, error: DivergedError | None) -> bool:
        self.reason = reason
        model.set_weights(self._good)
        if self.raise_error:
            raise RuntimeError(f"NaN or Inf loss encountered: {reason}") from error
        return True


StopOnNaN = TerminateOnNaN
"""Its name in earlier pickles."""


class LambdaCallback(Callback):
    """Functions as a callback: of (epoch, logs), (batch, logs) or (logs), as in Keras; indices count from 0."""

    def __init__(self, **functions: Callable[..., Any] | None) -> None:
        for name, function in functions.items():
            if name not in HOOKS:
                raise ValueError(f"LambdaCallback: there is no {name!r}; choose from {', '.join(HOOKS)}")
            if function is not None:
                setattr(self, name, function)
