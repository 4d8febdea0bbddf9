"""Train a network in steps and epochs, with evaluation in between and live configuration."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.compiled import codes
from core.compiled.program import why_not
from core.compiled.readiness import is_installed, loaded
from core.data.augmentation import Augmenter
from core.data.batches import Batches, Samples
from core.data.target_encoding import TargetEncoding
from core.nn.compute_cost import forward_flops
from core.nn.network import Network
from core.optim import OptimizerState
from core.optim.schedules import Scheduler
from core.spec.arrays import Array
from core.train.compiled_training import CompiledTraining, EpochRows
from core.train.evaluation import MAX_EVALUATED, Evaluator, References
from core.train.history import Evaluation, HistoryLog
from core.train.train_step import DivergedError, TrainStep
from core.train.training_config import ENGINES, TrainingConfig

__all__ = ["DivergedError", "Samples", "Trainer"]

# Of one call of the kernel: short enough to be stopped, and long beside the 20 us of Python around it.
_CHUNK_SECONDS: Final = 0.004
# What `run_for` leaves of its time: a call for it would be mostly Python, which waits for a window that draws.
_REST_SECONDS: Final = 0.001
_LARGEST_ORDERS: Final = 1_000_000


class Trainer:
    """Trains `network` on `train` and, with `evaluate`, evaluates it on `test` at the end of every epoch.

    `epoch` counts finished epochs, `step_in_epoch` batches of the current one. Long epochs are also evaluated in
    between, on a few samples, corrected by the last evaluation of all (see `Reference`). All randomness follows from
    `seed`. A full-batch optimizer makes one step per epoch. `config.augmentation` changes training images only. Pass
    `record_initial=False` to restore weights and history first; call `start_history()` afterwards.
    """

    def __init__(
        self,
        network: Network,
        train: Samples,
        test: Samples | None = None,
        *,
        encoding: TargetEncoding,
        config: TrainingConfig,
        seed: int = 0,
        shuffle: bool = True,
        evaluate: bool = True,
        record_initial: bool = True,
    ) -> None:
        self.network = network
        self.train, self.test = train, test
        self.encoding = encoding
        self.epoch = 0
        self.epoch_loss = math.nan
        self.epoch_ended: Callable[[], None] | None = None
        """Called at the end of an epoch, after its evaluation; it must not change the training.

        The compiled engine calls it at the end of several epochs, if they take less than 4 ms together.
        """
        self.single_epochs = 0
        """In so many first epochs of the training, the compiled engine also calls it at the end of each."""
        self.engines: set[str] = set()
        """The engines that have trained the weights."""
        self._auto_engine = "auto"
        self._engine_changes = False
        self._kernel: Any = None
        self._bound: CompiledTraining | None = None
        self._why_not = "NumPy is chosen."
        self._evaluate_epochs = evaluate
        self.batches = Batches(
            train.inputs, train.weighted_targets, config.batch_size, seed=seed, shuffle=shuffle
        )
        self.augmentation_rng = np.random.default_rng([seed, 3])
        self._augmenter: Augmenter | None = None
        self._input_range: tuple[float, float] | None = None
        self.train_step = TrainStep(network, encoding, self._position, config, self._weights_of(config))
        self._train_on_batch = self.train_step.train_on_batch
        self._most_threads = 1
        self._take_engine()
        self.epoch_sum = (0.0, 0)
        """Sum of the losses of the samples seen in this epoch, and their number."""
        self.recorded_sum = (0.0, 0)
        """What `epoch_sum` was at the last row of the history within this epoch."""
        self.evaluated_epoch = 0.0
        """The moment of the latest evaluations, in epochs."""
        self.evaluator = Evaluator(self.train_step.evaluation_pass, train, test)
        self._evaluates_within = evaluate and self.evaluator.schedule.times > 0
        if evaluate and record_initial:
            self.start_history()

    @property
    def config(self) -> TrainingConfig:
        """The current settings; `configure` changes them."""
        return self.train_step.config

    @property
    def optimizer_state(self) -> OptimizerState:
        return self.train_step.optimizer_state

    @property
    def class_weights(self) -> Array | None:
        """Per-class loss weights, shape (classes,); None means equal weights."""
        return self.train_step.class_weights

    @property
    def scheduler(self) -> Scheduler:
        return self.train_step.scheduler

    @property
    def log(self) -> HistoryLog:
        """The history of the run."""
        return self.evaluator.log

    @property
    def train_evaluation(self) -> Evaluation:
        return self.evaluator.train_evaluation

    @property
    def test_evaluation(self) -> Evaluation:
        return self.evaluator.test_evaluation

    @property
    def test_predictions(self) -> NDArray[Any] | None:
        """Class numbers (n,) or encoded values (n, outputs) of the test evaluation's samples; None before it."""
        return self.evaluator.predictions

    @property
    def step_in_epoch(self) -> int:
        return 0 if self.config.optimizer.full_batch else self.batches.step

    @property
    def steps_per_epoch(self) -> int:
        return 1 if self.config.optimizer.full_batch else self.batches.steps

    @property
    def steps_left(self) -> int:
        """Steps left in this epoch; 0 if only its evaluation is left."""
        if self.config.optimizer.full_batch:
            return 0 if self.is_evaluating else 1
        return self.batches.left

    @property
    def fractional_epoch(self) -> float:
        """Finished epochs plus the fraction of the current one."""
        return self.epoch + self.batches.position / max(1, len(self.train))

    @property
    def has_trained(self) -> bool:
        """Whether the weights have been updated since initialization."""
        return self.epoch > 0 or self.batches.position > 0 or self.is_evaluating

    @property
    def learning_rate(self) -> float:
        """Learning rate of the last step, including the schedule."""
        return self.optimizer_state.rate

    def configure(self, config: TrainingConfig) -> None:
        """Continue training with another config, without a reset.

        Another *kind* of optimizer starts with an empty state, another kind of schedule from its beginning.
        """
        before = self.config
        self.finish_evaluation()
        self.train_step.configure(config, self.epoch)
        if config.class_weights != before.class_weights:
            self.set_class_weights(self._weights_of(config))
        if config.loss != before.loss:
            # Values of different losses cannot be averaged or compared.
            self._start_sums()
            self.evaluator.references = ()
        if config.augmentation != before.augmentation:
            self._augmenter = None
        self.batches.batch_size = config.batch_size
        if config.engine != before.engine:
            self._change_engine()
        self._choose_calls()

    def allow_threads(self, most: int) -> None:
        """Let steps use up to `most` BLAS threads while that is faster; results are those of one thread.

        Outside of steps the caller limits BLAS to one thread (`limit_blas_threads`).
        """
        self._most_threads = most
        self._choose_calls()

    def prefer_engine(self, engine: str) -> None:
        """Set what the setting "auto" stands for, and use a kernel that was loaded since; see `TrainingConfig.engine`.

        Engines change at the end of an epoch, at once at the start of one: another engine rounds differently.
        """
        if engine not in ENGINES:
            raise ValueError(f"Trainer: engine must be one of {', '.join(ENGINES)}, got {engine!r}")
        self._auto_engine = engine
        self._change_engine()

    @property
    def engine(self) -> str:
        """The engine that makes the steps: "numpy" or "compiled"."""
        return "numpy" if self._why_not else "compiled"

    @property
    def why_not_compiled(self) -> str:
        """A sentence that says why numpy trains; "" if the compiled engine does."""
        return self._why_not

    def renew_engine(self) -> None:
        """Choose the engine's calls again, after a state was restored."""
        self._choose_calls()

    @property
    def _chosen_engine(self) -> str:
        return self._auto_engine if self.config.engine == "auto" else self.config.engine

    def _change_engine(self) -> None:
        self._engine_changes = True
        if self.batches.position == 0 and not self.is_evaluating:
            self._take_engine()
        elif self._kernel is None:
            self._why_not = self._reason_against_compiled()

    def _take_engine(self) -> None:
        self._engine_changes = False
        self._kernel = None if self._chosen_engine == "numpy" else loaded()
        self._choose_calls()

    def set_class_weights(self, weights: Array | None) -> None:
        """Set loss weights (classes,), None for equal; evaluations ignore them. `ValueError` for regression."""
        if weights is not None and not self.encoding.classes:
            raise ValueError("Trainer: class weights need classes, but there are values to predict")
        self.finish_evaluation()
        self._start_sums()
        self.train_step.set_class_weights(weights)
        self._choose_calls()

    def reset_optimizer(self) -> None:
        """Clear the optimizer's state and return to the start of this epoch, after a divergence."""
        self.evaluator.cancel()
        self.train_step.reset_optimizer()
        self._start_sums()
        self.batches.start_epoch()
        self._choose_calls()

    def set_data(self, train: Samples, test: Samples | None = None) -> None:
        """Continue with other samples, from the start of an epoch."""
        self.train, self.test = train, test
        self.evaluator.set_data(train, test)
        self._evaluates_within = self._evaluate_epochs and self.evaluator.schedule.times > 0
        self.batches.set_data(train.inputs, train.weighted_targets)
        self._start_sums()
        self._augmenter = self._input_range = None
        self._choose_calls()

    def step(self) -> float:
        """Train on one batch and return its loss; evaluate and record at the end of an epoch.

        Raises `DivergedError` if the loss, or weights at an evaluation, are not finite; the log ends before.
        """
        with np.errstate(all="ignore"):  # an overflow shows in the loss and is reported once
            self._finish_evaluation()
            value = self._advance()
            self._finish_evaluation()
            return value

    def train_on_batch(self, samples: Samples) -> float:
        """Train on `samples` as one batch, within the epoch; returns their loss. Raises as `step` does."""
        with np.errstate(all="ignore"):
            if self.config.optimizer.full_batch:
                value = self.train_step.minimize(samples)
            else:
                value = self._train_on_batch(samples.inputs, samples.weighted_targets)
            self.train_step.check_weights()
            return value

    def _step(self) -> float:
        batches = self.batches
        if batches.finished:
            # The last batch of the epoch diverged before the epoch ended.
            batches.start_epoch()
            self._start_sums()
        inputs, targets = batches.next()
        if self._augmenter is not None:
            inputs = self._augmenter.apply(inputs, self.augmentation_rng)
        value = self._train_on_batch(inputs, targets)
        total, seen = self.epoch_sum
        count = len(inputs)
        self.epoch_sum = (total + value * count, seen + count)
        if batches.finished:
            self._evaluate_epoch()
        elif self._evaluates_within:
            self._evaluate_within_epoch(count)
        return value

    def _full_step(self) -> float:
        """One step on all samples, which is a whole epoch."""
        samples = self.train
        if self._augmenter is not None:
            inputs = self._augmenter.apply_to_all(samples.inputs, self.augmentation_rng)
            samples = replace(samples, inputs=inputs)
        value = self.train_step.minimize(samples)
        self._start_sums()
        self.epoch_sum = (value * len(self.train), len(self.train))
        self._evaluate_epoch()
        return value

    def _choose_calls(self) -> None:
        """Decide once what a step needs, so that unused parts cost nothing."""
        if self._augmenter is None and self.config.augmentation.active:
            self._augmenter = self._make_augmenter()
        batch = min(self.batches.batch_size, len(self.train))
        self.train_step.allow_threads(batch, self._most_threads)
        self._advance = self._full_step if self.config.optimizer.full_batch else self._step
        self._bound, self._why_not = None, self._reason_against_compiled()
        if not self._why_not:
            self._advance = self._compiled_step
            flops = forward_flops(self.network) * self.batches.batch_size
            self._step_seconds = 1e-6 + 3e-9 * flops

    @property
    def _compiled(self) -> CompiledTraining | None:
        """Bound when it is needed, because several settings may change before."""
        if self._bound is None and not self._why_not:
            judged = MAX_EVALUATED if self._evaluate_epochs else 0
            self._bound = CompiledTraining(
                self._kernel, self.train_step.task, self.train, self.test, self.class_weights, judged
            )
        return self._bound

    def _reason_against_compiled(self) -> str:
        if self._kernel is None:
            if self._engine_changes:
                return "The engine changes at the end of this epoch."
            if self._chosen_engine == "numpy":
                return "NumPy is chosen."
            return "The compiled engine is not loaded yet." if is_installed() else "numba is not installed."
        if self._augmenter is not None:
            return "The compiled engine does not change images at random."
        return why_not(self.train_step.task)

    def _make_augmenter(self) -> Augmenter | None:
        """None if the samples are not images."""
        inputs = self.train.inputs
        if inputs.ndim != 4 or not len(inputs):
            return None
        if self._input_range is None:
            # Cached: scanning many images at every slider event would be slow.
            self._input_range = float(inputs.min()), float(inputs.max())
        height, width, channels = inputs.shape[1:]
        return Augmenter(self.config.augmentation, (height, width, channels), *self._input_range)

    def _weights_of(self, config: TrainingConfig) -> Array | None:
        return config.class_weights.weights(self.train.labels, self.encoding.classes)

    def _position(self) -> tuple[int, int, int]:
        return self.epoch, self.batches.step, self.steps_per_epoch

    def run_epoch(self) -> float:
        """Train to the end of this epoch and return the mean loss of its batches."""
        epoch = self.epoch
        with np.errstate(all="ignore"):
            self._finish_evaluation()
            while self.epoch == epoch:
                if self._why_not:
                    self._advance()
                else:
                    self._compiled_chunk(max(1, self.batches.left))
                if self.evaluator.pending:
                    self._finish_evaluation()
        return self.epoch_loss

    def run_epochs(self, count: int) -> Iterator[tuple[float, float]]:
        """Train `count` epochs and yield the loss and the last learning rate of each.

        The compiled engine may be some epochs ahead. Raises as `step` does, after the epochs before.
        """
        done = 0
        while done < count:
            if self._compiled is None or not self._has_short_epochs:
                yield self.run_epoch(), self.learning_rate
                done += 1
                continue
            steps = self._steps_within(10.0 * _CHUNK_SECONDS)
            epochs = min(count - done, self._epochs_at_once(steps))
            found = self._timed_epochs(epochs)
            for row in found.rows[: found.done]:
                yield float(row[codes.EPOCH_LOSS]), float(row[codes.EPOCH_RATE])
            done += found.done
            self._check(found)

    def run_for(self, seconds: float, steps: int | None = None) -> None:
        """Train for `seconds` or `steps`, at least one step or one chunk of an evaluation.

        An evaluation may be left pending (`is_evaluating`); the next call continues it, with 0 `steps` only it.
        """
        end, evaluator = perf_counter() + seconds, self.evaluator
        with np.errstate(all="ignore"):
            if evaluator.pending and (not self._evaluate_until(end) or steps == 0):
                return
            if self._compiled is not None:
                self._run_compiled(end, steps)
                return
            self._advance()
            while perf_counter() < end and (steps is None or (steps := steps - 1) > 0):
                if evaluator.pending and not self._evaluate_until(end):
                    return
                self._advance()

    @property
    def is_evaluating(self) -> bool:
        """Whether an evaluation is pending; an epoch ends only after it."""
        return bool(self.evaluator.pending)

    def finish_evaluation(self) -> None:
        """Finish a pending evaluation; call it before reading or changing the trainer's state."""
        with np.errstate(all="ignore"), suppress(DivergedError):
            self._finish_evaluation()

    def evaluate(self, samples: Samples) -> Evaluation:
        """Loss and accuracy (R² for regression) on `samples`, without dropout."""
        with np.errstate(all="ignore"):
            return self.train_step.evaluation_pass(samples).evaluation()

    def _evaluate_epoch(self) -> None:
        """Evaluate at the end of an epoch and end it, now or in the next `run_for`."""
        self.train_step.check_weights()
        total, seen = self.epoch_sum
        self.epoch_loss = total / seen
        if not self._evaluate_epochs or (self.epoch + 1) % self.log.stride:
            self._end_epoch()
            return
        self.evaluator.begin()
        if self.evaluator.is_short:
            self._finish_evaluation()

    def _evaluate_within_epoch(self, count: int) -> None:
        """Evaluate after a batch of `count` samples, if due."""
        position = self.batches.position
        if self.evaluator.schedule.is_due(position - count, position):
            self.train_step.check_weights()
            self.evaluator.begin_within_epoch(self.fractional_epoch)

    def _evaluate_until(self, end: float) -> bool:
        """Continue the evaluation until `end`, at least one chunk; returns whether it is done."""
        done = self.evaluator.run_until(end)
        if done:
            self._finish_evaluation()
        return done

    def _finish_evaluation(self) -> None:
        if not self.evaluator.pending:
            return
        self.evaluator.finish()
        if self.batches.finished or self.config.optimizer.full_batch:
            self._record(self.epoch + 1.0, self._mean_since_last_row())
            self._end_epoch()
        else:
            self._record(self.fractional_epoch, self._mean_since_last_row())

    def _mean_since_last_row(self) -> float:
        """Mean loss of the batches since the last row of the history: a mean over the epoch would lag, and restart."""
        total, seen = self.epoch_sum
        before, counted = self.recorded_sum
        self.recorded_sum = self.epoch_sum
        return (total - before) / (seen - counted)

    def _start_sums(self) -> None:
        self.epoch_sum = self.recorded_sum = (0.0, 0)

    def _end_epoch(self) -> None:
        self.epoch += 1
        self.batches.start_epoch()
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        """What follows the end of an epoch."""
        self._start_sums()
        self.engines.add(self.engine)
        if self.scheduler.uses_loss:
            self.scheduler.end_epoch(self._watched_loss())
        if self._engine_changes:
            self._take_engine()
        if self.epoch_ended is not None:
            self.epoch_ended()

    def _run_compiled(self, end: float, steps: int | None) -> None:
        """As `run_for`, with several steps or epochs at once."""
        while self._compiled is not None:
            allowed = self._steps_within(end - perf_counter())
            done = self._compiled_chunk(allowed if steps is None else min(allowed, steps))
            if steps is not None and (steps := steps - done) <= 0:
                return
            if perf_counter() >= end - _REST_SECONDS or (
                self.is_evaluating and not self._evaluate_until(end)
            ):
                return

    def _compiled_step(self) -> float:
        assert self._compiled is not None
        compiled = self._compiled
        self._compiled_steps(1)
        return compiled.last_loss

    def _compiled_chunk(self, steps: int) -> int:
        """Train whole epochs, or else steps of one, for at most `steps` steps; returns how many were made."""
        start, left = perf_counter(), self.batches.left
        if self._has_short_epochs and 0 < left <= steps:
            self._check(self._timed_epochs(self._epochs_at_once(steps)))
            return left + (self._last_epochs - 1) * self.steps_per_epoch
        count = max(1, min(steps, left, self._steps_to_evaluation()))
        self._compiled_steps(count)
        self._measure(perf_counter() - start, count)
        return count

    @property
    def _has_short_epochs(self) -> bool:
        """Whether the kernel can do whole epochs, with their evaluations."""
        assert self._compiled is not None
        return self._compiled.evaluates and not self._evaluates_within

    def _steps_within(self, seconds: float) -> int:
        return max(1, int(min(seconds, 10.0 * _CHUNK_SECONDS) / self._step_seconds))

    def _measure(self, seconds: float, steps: int) -> None:
        self._step_seconds = max(1e-7, 0.5 * (self._step_seconds + seconds / steps))

    def _epochs_at_once(self, steps: int) -> int:
        """Epochs, this one included, that take at most `steps` steps and need nothing in between; at least 1."""
        room = self.log.room * self.log.stride if self._evaluate_epochs else steps
        most = min(room, _LARGEST_ORDERS // len(self.train))
        if self.scheduler.uses_loss or self._engine_changes or self.epoch < self.single_epochs:
            most = 1
        return max(1, min(most, 1 + (steps - self.batches.left) // self.steps_per_epoch))

    def _steps_to_evaluation(self) -> int:
        """Steps until an evaluation within the epoch is due."""
        if not self._evaluates_within:
            return self.batches.left
        position = self.batches.position
        due = self.evaluator.schedule.next_due(position)
        return -(-(due - position) // self.batches.batch_size)

    def _compiled_steps(self, count: int) -> None:
        """At most `count` steps of this epoch, and what follows the last one."""
        compiled, batches = self._compiled, self.batches
        assert compiled is not None
        if batches.finished:
            # The last batch of the epoch diverged before the epoch ended.
            batches.start_epoch()
            self._start_sums()
        before = batches.position
        tried = compiled.steps(batches.order, before, self.epoch, self.epoch_sum, count)
        batches.move_to(compiled.position, batches.step + tried)
        self.epoch_sum = compiled.epoch_sum
        if not math.isfinite(compiled.last_loss):
            raise self.train_step.diverged()
        if not batches.finished:
            if self._evaluates_within:
                self._evaluate_within_epoch(batches.position - before)
        elif compiled.evaluates:
            self._check(self._compiled_epochs(1))
        else:
            self._evaluate_epoch()

    def _timed_epochs(self, count: int) -> EpochRows:
        start, steps = perf_counter(), self.batches.left + (count - 1) * self.steps_per_epoch
        found = self._compiled_epochs(count)
        self._last_epochs = found.done
        self._measure(perf_counter() - start, max(1, steps))
        return found

    def _compiled_epochs(self, count: int) -> EpochRows:
        """The rest of this epoch and all of `count` - 1 more, with their evaluations and rows of the history."""
        compiled, batches = self._compiled, self.batches
        assert compiled is not None
        orders = batches.upcoming(count)
        found = compiled.epochs(orders, batches.position, self.epoch, self.epoch_sum, self.log.stride)
        for row in found.rows[: found.done].tolist():
            self.epoch += 1
            self.epoch_loss = row[codes.EPOCH_LOSS]
            self.epoch_sum = (self.epoch_loss * len(self.train), len(self.train))
            if self._evaluate_epochs and self.epoch % self.log.stride == 0:
                train = Evaluation(math.nan, row[codes.TRAIN_SCORE])
                test = Evaluation(row[codes.TEST_LOSS], row[codes.TEST_SCORE])
                references = self.evaluator.refer(train, test)
                self.evaluator.keep(train, test, found.predictions, references)
                mean = self._mean_since_last_row()
                self._record_evaluation(float(self.epoch), row[codes.EPOCH_RATE], row[codes.NORM], mean)
            self.recorded_sum = (0.0, 0)
        batches.end_epochs(found.done)
        if found.done:
            self._begin_epoch()
        if found.ended != codes.DONE:
            position = compiled.position
            batches.move_to(position, -(-position // batches.batch_size))
            self.epoch_sum = compiled.epoch_sum
        return found

    def _check(self, found: EpochRows) -> None:
        """Raise `DivergedError` if the epochs ended too early."""
        if found.ended == codes.WEIGHTS_DIVERGED:
            raise self.train_step.diverged("the weights are no longer finite numbers")
        if found.ended != codes.DONE:
            raise self.train_step.diverged()

    @property
    def evaluates(self) -> bool:
        """Whether epochs end with an evaluation."""
        return self._evaluate_epochs

    def is_evaluation_due(self, before: int, position: int) -> bool:
        """Whether to evaluate within the epoch, after a batch from `before` to `position` samples."""
        return self._evaluates_within and self.evaluator.schedule.is_due(before, position)

    def follow(
        self, position: int, step: int, epoch_sum: tuple[float, int], updates: int, rate: float
    ) -> None:
        """Continue behind `position` samples and `step` batches of this epoch, which were trained elsewhere.

        `updates` counts all steps of the optimizer; `rate` is the learning rate of the last one.
        """
        self.batches.move_to(position, step)
        self.epoch_sum = epoch_sum
        self.optimizer_state.step, self.optimizer_state.rate = updates, rate

    def take_evaluation(
        self,
        train: Evaluation,
        test: Evaluation,
        predictions: NDArray[Any],
        norm: float,
        references: References | None,
    ) -> None:
        """Record an evaluation that was made elsewhere at this moment; `norm` is that of the gradients.

        Without `references` it is of the few samples that are evaluated within an epoch. Raises `DivergedError` if it
        is not finite. `end_epoch` must follow at the end of an epoch.
        """
        if references is None:
            self.evaluator.keep_few(train, test, predictions)
        else:
            self.evaluator.keep(train, test, predictions, references)
        epoch = self.epoch + 1.0 if self.batches.finished else self.fractional_epoch
        self._record_evaluation(epoch, self.learning_rate, norm, self._mean_since_last_row())

    def end_epoch(self) -> None:
        """End an epoch that was trained elsewhere."""
        total, seen = self.epoch_sum
        self.epoch_loss = total / seen
        self._end_epoch()

    def _watched_loss(self) -> float:
        """The loss that `ReduceOnPlateau` monitors: on the test set if there is one."""
        if self.test is None or not len(self.test):
            return self.epoch_loss
        if not self._evaluate_epochs or self.epoch % self.log.stride:
            # This epoch was not evaluated.
            with np.errstate(all="ignore"):
                self.evaluator.evaluate_test()
            self.evaluated_epoch = float(self.epoch)
        return self.test_evaluation.loss

    def start_history(self) -> None:
        """Record an evaluation as the first row of the history, where there is none; else evaluate a restored state.

        A state without curves, as of a model's file, has been trained: its row is of its epoch, not of the beginning.
        """
        if not len(self.log):
            self.evaluate_now()
            self._record(self.fractional_epoch, None)
        elif self.evaluator.predictions is None:
            self._evaluate_restored()

    def _evaluate_restored(self) -> None:
        """Predict the test samples, as files do not; the loss of training stays the mean over batches."""
        evaluator = self.evaluator
        before, references = evaluator.train_evaluation, evaluator.references
        self.evaluate_now()
        evaluator.train_evaluation = before
        if references:
            # Training goes on as it would have.
            evaluator.references = references

    def evaluate_now(self) -> None:
        """Evaluate the current network without recording it."""
        self.evaluator.begin()
        with np.errstate(all="ignore"):
            self.evaluator.finish()
        self.evaluated_epoch = self.fractional_epoch

    def _record(self, epoch: float, train_loss: float | None) -> None:
        """Record the evaluation; `train_loss` is the mean since the last row, None before the first step."""
        rate, norm = math.nan, math.nan
        if train_loss is not None:
            rate, norm = self.learning_rate, float(np.linalg.norm(self.network.gradients))
        self._record_evaluation(epoch, rate, norm, train_loss)

    def _record_evaluation(
        self, epoch: float, rate: float, norm: float, train_loss: float | None = None
    ) -> None:
        self.evaluated_epoch = epoch
        if not self.evaluator.record(epoch, train_loss, rate, norm):
            raise self.train_step.diverged()
