"""Engine, which makes the steps of a training, and the choice among those of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from ..compiled.program import TrainingSetup, why_not, why_slower
from ..compiled.readiness import is_installed, loaded
from .training_config import ENGINES

if TYPE_CHECKING:
    from .training import Training


class Engine(Protocol):
    """Takes batches from `Training.batches`, updates the weights, and tells the training what it did.

    After its last batch of an epoch it calls `Training.evaluate_epoch`, or `Training.take_epoch` with an evaluation of
    its own; within one, `Training.evaluate_within_epoch`. An evaluation may then be pending.
    """

    rest_seconds: float
    """Time before the end of a slice that is not worth another call of `advance`."""

    def step(self) -> float:
        """Train on one batch; returns its loss. Raises `DivergedError` where it is not finite."""
        ...

    def advance(self, end: float, steps: int | None) -> int:
        """Train until about `end` of `perf_counter()`, at most `steps` steps, at least one; returns how many."""
        ...

    def epochs(self, count: int) -> Iterator[tuple[float, float]]:
        """Train up to `count` epochs in one piece, and yield the mean loss and the last rate of each.

        None where an epoch has to be trained by `advance`.
        """
        ...


class NumpyEngine:
    """Numpy's `Engine` of a training; a full-batch optimizer makes one step per epoch."""

    rest_seconds = 0.0

    def __init__(self, training: Training) -> None:
        self._training = training
        self._batches, self._maker = training.batches, training.maker
        self._train_on_batch = training.train_step.train_on_batch
        self._count = training.train_step.objective.bound.count
        self._set_rate = None if training.scheduler.schedule.constant else training.train_step.set_rate
        self._evaluates_within = training.evaluates_within_epoch
        self.step = self._full_step if training.config.optimizer.full_batch else self._batch_step

    def advance(self, end: float, steps: int | None) -> int:
        """See `Engine`; a step is short enough to look at the clock after each."""
        self.step()
        return 1

    def epochs(self, count: int) -> Iterator[tuple[float, float]]:
        """See `Engine`; none, since an epoch may need evaluations in between."""
        yield from ()

    def _batch_step(self) -> float:
        training, batches = self._training, self._batches
        if batches.finished:
            training.restart_epoch()
        batch = batches.next()
        count = len(batch[0])
        if self._maker is not None:
            batch = self._maker.make(batch, training.epoch, batches.position - count)
        if self._set_rate is not None:
            self._set_rate(training.epoch, batches.step - 1, batches.steps)
        value = self._train_on_batch(*batch)
        total, seen = training.epoch_sum
        counted = self._count(batch[1])
        training.epoch_sum = (total + value * counted, seen + counted)
        if batches.finished:
            training.evaluate_epoch()
        elif self._evaluates_within:
            training.evaluate_within_epoch(count)
        return value

    def _full_step(self) -> float:
        """One step on all samples, which is a whole epoch."""
        training, samples = self._training, self._training.train
        if self._maker is not None:
            samples = self._maker.make_all(samples, training.epoch)
        if self._set_rate is not None:
            self._set_rate(training.epoch, 0, 1)
        value = training.train_step.minimize(samples)
        training.restart_sums((value * len(samples), len(samples)))
        training.evaluate_epoch()
        return value


class EngineChoice:
    """The engine that trains, and why not the compiled one.

    Engines change at the end of an epoch, at once at the start of one: another engine rounds differently.
    """

    def __init__(self, setting: str) -> None:
        self._setting, self._auto = setting, "auto"
        self.is_waiting = False
        """Whether the engine is to change at the end of the epoch."""
        self.kernel: Any = None
        self.why_not_compiled = "NumPy is chosen."
        """A sentence that says why numpy trains; "" if the compiled engine does."""
        self.take()

    def configure(self, setting: str) -> bool:
        """Take another value of the setting `engine`; returns whether it is another one."""
        differs = setting != self._setting
        self._setting = setting
        return differs

    def prefer(self, engine: str) -> None:
        """Set what the setting "auto" stands for."""
        if engine not in ENGINES:
            raise ValueError(f"Trainer: engine must be one of {', '.join(ENGINES)}, got {engine!r}")
        self._auto = engine

    def change(self, at_start: bool) -> None:
        """Take the chosen engine now, at the start of an epoch, or at its end."""
        self.is_waiting = True
        if at_start:
            self.take()

    def take(self) -> None:
        """Use the chosen engine from now on."""
        self.is_waiting = False
        self.kernel = None if self._chosen == "numpy" else loaded()

    def decide(self, setup: TrainingSetup, makes_batches: bool) -> None:
        """Find out whether the compiled engine can train `setup`."""
        self.why_not_compiled = self._reason(setup, makes_batches)

    @property
    def _chosen(self) -> str:
        return self._auto if self._setting == "auto" else self._setting

    def _reason(self, setup: TrainingSetup, makes_batches: bool) -> str:
        if self.kernel is None:
            if self.is_waiting:
                return "The engine changes at the end of this epoch."
            if self._chosen == "numpy":
                return "NumPy is chosen."
            return "The compiled engine is not loaded yet." if is_installed() else "numba is not installed."
        if makes_batches:
            return "The compiled engine does not draw batches at random."
        return why_not(setup) or (why_slower(setup) if self._chosen == "auto" else "")
