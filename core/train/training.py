"""The state of a training and what is recorded of it; engines move it, a `Trainer` lets them."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..compiled.program import TrainingSetup
from ..data.augmentation import Augmenter
from ..data.batches import Batches, BatchMaker, Maker, Samples
from ..data.target_encoding import TargetEncoding
from ..nn.network import Network
from ..optim import OptimizerState
from ..optim.schedules import Scheduler
from ..spec.arrays import Array
from .evaluation import Evaluator
from .figures import Figure, Figures, Place
from .history import HistoryLog
from .opening import Opening
from .tasks import Task, usual_task
from .train_step import DivergedError, TrainStep
from .training_config import TrainingConfig


class Training:
    """The state of a training: epoch and batch, losses, evaluations and history."""

    def __init__(
        self,
        network: Network,
        train: Samples,
        test: Samples | None,
        task: Task | None,
        encoding: TargetEncoding,
        config: TrainingConfig,
        seed: int,
        shuffle: bool,
        evaluate: bool,
    ) -> None:
        self.network = network
        self.train, self.test = train, test
        self.task, self.encoding = task or usual_task(encoding.labels), encoding
        self.epoch = 0
        self.epoch_loss = math.nan
        self.has_own_weights = False
        """Whether a weight was set by hand."""
        self.evaluates = evaluate
        """Whether epochs end with an evaluation."""
        inputs, targets, weights = train.batch
        self.batches = Batches(
            inputs, targets, config.batch_size, weights=weights, seed=seed, shuffle=shuffle
        )
        self._seed = seed
        self.maker: BatchMaker | None = None
        """Maker of each batch; None where batches are the samples themselves."""
        self._input_range: tuple[float, float] | None = None
        self.train_step = TrainStep(network, self.task, encoding, config, self._weights_of(config))
        self.epoch_sum = (0.0, 0)
        """Sum of the losses of the samples seen in this epoch, and their number."""
        self.recorded_sum = (0.0, 0)
        """Value of `epoch_sum` at the last row of the history within this epoch."""
        self.edits = 0
        """See `Place`."""
        self.openings: tuple[Opening, ...] = ()
        """Of sealed tests: what this run and those before it were told."""
        self.opened: Opening | None = None
        """The one of these that is this run's own."""
        self.evaluator = Evaluator(self.train_step.evaluation_pass, train, test)
        self.evaluates_within_epoch = evaluate and self.evaluator.schedule.times > 0

    @property
    def config(self) -> TrainingConfig:
        """The current settings; `configure` changes them."""
        return self.train_step.config

    @property
    def setup(self) -> TrainingSetup:
        """The network and settings, for the compiled engine; a batch is no larger than the data."""
        setup = self.train_step.setup
        samples = len(self.train)
        return replace(setup, batch_size=max(1, min(setup.batch_size, samples)), samples=samples)

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
    def figures(self) -> Figures:
        """The latest figures."""
        return self.evaluator.figures

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
    def place(self) -> Place:
        """Where the training is."""
        return self._place(self.batches.finished or (self.is_evaluating and self.config.optimizer.full_batch))

    def _place(self, ends_epoch: bool) -> Place:
        epoch, steps, updates = self.epoch, self.steps_per_epoch, self.optimizer_state.step
        if ends_epoch:
            return Place(epoch + 1, 0, steps, updates, self.edits, epoch + 1.0)
        return Place(epoch, self.step_in_epoch, steps, updates, self.edits, self.fractional_epoch)

    @property
    def has_trained(self) -> bool:
        """Whether the weights have been updated since initialization, or set by hand."""
        return self.epoch > 0 or self.batches.position > 0 or self.is_evaluating or self.has_own_weights

    @property
    def learning_rate(self) -> float:
        """Learning rate of the last step, including the schedule."""
        return self.optimizer_state.rate

    def _make_maker(self) -> BatchMaker | None:
        makers: list[Maker] = []
        if self.config.augmentation.active and self.train.inputs.ndim == 4 and len(self.train):
            makers.append(self._make_augmenter())
        # What is learned of changed images changes with them.
        makes_batches = self.task.makes_batches and self.train.source is not None
        if makes_batches or (makers and self.task.labels is None):
            makers.append(self.task)
        return BatchMaker(makers, self._seed) if makers else None

    def _make_augmenter(self) -> Augmenter:
        inputs = self.train.inputs
        if self._input_range is None:
            # Cached: scanning many images at every slider event would be slow.
            self._input_range = float(inputs.min()), float(inputs.max())
        height, width, channels = inputs.shape[1:]
        return Augmenter(self.config.augmentation, (height, width, channels), *self._input_range)

    def _weights_of(self, config: TrainingConfig) -> Array | None:
        if self.encoding.tokens:
            return None
        return config.class_weights.weights(self.train.labels, self.encoding.classes)

    @property
    def is_evaluating(self) -> bool:
        """Whether an evaluation is pending; an epoch ends only after it."""
        return bool(self.evaluator.pending)

    def finish_evaluation(self) -> None:
        """Finish a pending evaluation; call it before reading or changing the trainer's state."""
        with np.errstate(all="ignore"), suppress(DivergedError):
            self._finish_evaluation()

    def evaluate(self, samples: Samples, network: Network | None = None) -> Figure:
        """Loss and the task's score on `samples`, without dropout; `network` is a changed copy of the own one."""
        with np.errstate(all="ignore"):
            return self.train_step.evaluation_pass(samples, network).figure()

    def measure(self) -> Figures:
        """The figures of all samples at this moment, measured now unless they are known; the history gets no row."""
        self.finish_evaluation()
        if self.lacks_figures:
            with np.errstate(all="ignore"):
                self.evaluator.keep_passes(self.place, self.evaluator.passes())
        return self.figures

    @property
    def lacks_figures(self) -> bool:
        """Whether the latest figures are of another moment, of other weights, or of some of the samples."""
        figures, counts = self.figures, self.evaluator.counts
        known = figures.train.samples, figures.test.samples
        return (figures.place.moment, known) != (self.place.moment, counts)

    def evaluate_epoch(self) -> None:
        """Evaluate at the end of an epoch and end it, now or in the next `run_for`."""
        self.train_step.check_weights()
        total, seen = self.epoch_sum
        self.epoch_loss = total / seen
        if not self.evaluates or (self.epoch + 1) % self.log.stride:
            self._end_epoch()
            return
        self.evaluator.begin(self._place(ends_epoch=True))
        if self.evaluator.is_short:
            self._finish_evaluation()

    def evaluate_within_epoch(self, count: int) -> None:
        """Evaluate after a batch of `count` samples, if due."""
        position = self.batches.position
        if self.evaluator.schedule.is_due(position - count, position):
            self.train_step.check_weights()
            self.evaluator.begin_within_epoch(self.place)

    def _finish_evaluation(self) -> None:
        if not self.evaluator.pending:
            return
        self.evaluator.finish()
        self._record(self.learning_rate, float(np.linalg.norm(self.network.gradients)))
        if self.batches.finished or self.config.optimizer.full_batch:
            self._end_epoch()

    def _mean_since_last_row(self) -> tuple[float, float]:
        """Mean loss of the batches since the last row of the history, or the epoch's beginning, and where that is.

        A mean over the epoch would lag, and restart. NaN where no batch was trained.
        """
        (total, seen), (before, counted) = self.epoch_sum, self.recorded_sum
        since = max(self.log.last_epoch, math.ceil(self.figures.place.position) - 1.0)
        return ((total - before) / (seen - counted), since) if seen > counted else (math.nan, math.nan)

    def restart_sums(self, epoch_sum: tuple[float, int] = (0.0, 0)) -> None:
        """Start the means over batches anew, of this epoch and since the last row of the history."""
        self.epoch_sum, self.recorded_sum = epoch_sum, (0.0, 0)

    def restart_epoch(self) -> None:
        """Start the epoch again, whose last batch diverged."""
        self.batches.start_epoch()
        self.restart_sums()

    def _end_epoch(self) -> None:
        self.epoch += 1
        self.batches.start_epoch()
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Hook after the end of an epoch."""
        self.restart_sums()
        if self.scheduler.uses_loss:
            self.scheduler.end_epoch(self._watched_loss())

    @property
    def ends_single_epoch(self) -> bool:
        """Whether something is due at the end of this very epoch, so that an engine must not go on by itself."""
        return self.scheduler.uses_loss

    def take_epoch(
        self,
        loss: float,
        train: Figure,
        test: Figure,
        predictions: NDArray[Any] | None,
        updates: int,
        rate: float,
        norm: float,
    ) -> None:
        """End an epoch of mean `loss` that an engine trained and evaluated; `begin_epoch` must follow the last one.

        The figures, of all test samples as well as `predictions`, are not read where the history leaves one out.
        `updates` counts all steps of the optimizer until its end.
        """
        self.epoch += 1
        self.epoch_loss = loss
        self.epoch_sum = (loss * len(self.train), len(self.train))
        if self.evaluates and self.epoch % self.log.stride == 0:
            place = Place(self.epoch, 0, self.steps_per_epoch, updates, self.edits, float(self.epoch))
            self.evaluator.keep(place, train, test, predictions)
            self.evaluator.references = self.evaluator.refer(train, test)
            self._record(rate, norm)
        self.recorded_sum = (0.0, 0)

    def _watched_loss(self) -> float:
        """The loss that `ReduceOnPlateau` monitors: on the test set if there is one."""
        if self.test is None or not len(self.test):
            return self.epoch_loss
        if self.evaluates and self.epoch % self.log.stride == 0:
            return self.figures.test.loss
        # This epoch was not evaluated.
        return self.evaluate(self.test.limited()).loss

    def start_history(self) -> None:
        """Record an evaluation as the first row of the history, where there is none; else evaluate a restored state.

        A state without curves, as of a model's file, has been trained: its row is of its epoch, not of the beginning.
        """
        if not len(self.log):
            self.evaluate_now()
            self._record(math.nan, math.nan)
        elif self.evaluator.predictions is None:
            self._evaluate_restored()

    def _evaluate_restored(self) -> None:
        """Predict the test samples, as files do not; figures that are known stay."""
        evaluator, references = self.evaluator, self.evaluator.references
        tested = self.figures.test.samples
        if self.figures.place.moment != self.place.moment or bool(tested) != bool(evaluator.counts[1]):
            self.evaluate_now()
        elif self.test is not None and tested:
            with np.errstate(all="ignore"):
                found = self.train_step.evaluation_pass(self.test.head(tested), predicts=True)
                evaluator.predictions = found.predictions()
        if references:
            # Training goes on as it would have.
            evaluator.references = references

    def evaluate_now(self) -> None:
        """Evaluate the current network without recording it."""
        self.evaluator.begin(self.place)
        with np.errstate(all="ignore"):
            self.evaluator.finish()

    def _record(self, rate: float, norm: float) -> None:
        """Record the latest figures, with the rate and the norm of the gradients of the last step."""
        mean, since = self._mean_since_last_row()
        self.recorded_sum = self.epoch_sum
        if not self.evaluator.record(mean, since, rate, norm):
            raise self.train_step.diverged()
