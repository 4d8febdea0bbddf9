"""Train a network in steps and epochs, with evaluation in between and live configuration."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from time import perf_counter
from typing import Any

import numpy as np

from ..data.batches import Samples
from ..data.target_encoding import TargetEncoding
from ..nn.interventions import Intervention
from ..nn.network import Network
from ..spec.arrays import Array
from .compiled_engine import CompiledEngine
from .engine import Engine, EngineChoice, NumpyEngine
from .tasks import Task
from .training import Training
from .training_config import TrainingConfig


class Trainer(Training):
    """Trains `network` on `train` and, with `evaluate`, evaluates it on `test` at the end of every epoch.

    `epoch` counts finished epochs, `step_in_epoch` batches of the current one. An `Engine` makes the steps. Long epochs
    are also evaluated in between, on a few samples, corrected by the last evaluation of all (see `Reference`). All
    randomness follows from `seed`. A full-batch optimizer makes one step per epoch. `config.augmentation` changes
    training images only. Without a `task` it is the usual one of the encoded labels. Pass `record_initial=False` to
    restore weights and history first; call `start_history()` afterwards.
    """

    def __init__(
        self,
        network: Network,
        train: Samples,
        test: Samples | None = None,
        *,
        encoding: TargetEncoding,
        config: TrainingConfig,
        task: Task | None = None,
        seed: int = 0,
        shuffle: bool = True,
        evaluate: bool = True,
        record_initial: bool = True,
    ) -> None:
        super().__init__(network, train, test, task, encoding, config, seed, shuffle, evaluate)
        self.epoch_ended: Callable[[], None] | None = None
        """Called at the end of an epoch, after its evaluation; it must not change the training.

        The compiled engine calls it at the end of several epochs, if they take less than 4 ms together.
        """
        self.single_epochs = 0
        """Number of initial epochs after each of which it is called, even when compiled."""
        self.engines: set[str] = set()
        """The engines that have trained the weights."""
        self._most_threads = 1
        self._choice = EngineChoice(config.engine)
        self.renew_engine()
        if evaluate and record_initial:
            self.start_history()

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
            self.restart_sums()
            self.evaluator.references = ()
            self.edits += 1
        if config.augmentation != before.augmentation:
            self.maker = None
        self.batches.batch_size = config.batch_size
        if self._choice.configure(config.engine):
            self._choice.change(self._is_at_start)
        self.renew_engine()

    def set_weight(self, layer: int, name: str, place: tuple[int, ...], value: float) -> None:
        """Set one weight of parameter `name` by hand."""
        self.finish_evaluation()
        self.network.weights[layer][name][place] = value
        self.has_own_weights = True
        self.edits += 1

    def intervene(self, interventions: Iterable[Intervention]) -> None:
        """Replace all interventions on the network."""
        self.finish_evaluation()
        self.network.intervene(interventions)
        self.edits += 1

    def allow_threads(self, most: int) -> None:
        """Let steps use up to `most` threads, BLAS's or two of the compiled engine's, while that is faster.

        Results are those of one thread. Outside of steps the caller limits BLAS to one (`limit_blas_threads`).
        """
        self._most_threads = most
        self.renew_engine()

    def prefer_engine(self, engine: str) -> None:
        """Set what the setting "auto" stands for, and use a kernel that was loaded since; see `TrainingConfig.engine`.

        Engines change at the end of an epoch, at once at the start of one: another engine rounds differently.
        """
        self._choice.prefer(engine)
        self._choice.change(self._is_at_start)
        self.renew_engine()

    @property
    def engine(self) -> str:
        """The engine that makes the steps: "numpy" or "compiled"."""
        return "numpy" if self.why_not_compiled else "compiled"

    @property
    def why_not_compiled(self) -> str:
        """A sentence that says why numpy trains; "" if the compiled engine does."""
        return self._choice.why_not_compiled

    def renew_engine(self) -> None:
        """Decide what steps need, after settings changed or a state was restored, so that unused parts cost nothing."""
        if self.maker is None:
            self.maker = self._make_maker()
        self.train_step.allow_threads(min(self.batches.batch_size, len(self.train)), self._most_threads)
        self._choice.decide(self.setup, self.maker is not None and not self.encoding.tokens)
        compiled, threads = not self._choice.why_not_compiled, self._most_threads
        self._engine: Engine = (
            CompiledEngine(self, self._choice.kernel, threads) if compiled else NumpyEngine(self)
        )

    @property
    def _is_at_start(self) -> bool:
        """Whether the epoch has not begun."""
        return self.batches.position == 0 and not self.is_evaluating

    @property
    def ends_single_epoch(self) -> bool:
        return super().ends_single_epoch or self._choice.is_waiting or self.epoch < self.single_epochs

    def begin_epoch(self) -> None:
        self.engines.add(self.engine)
        super().begin_epoch()
        if self._choice.is_waiting:
            self._choice.take()
            self.renew_engine()
        if self.epoch_ended is not None:
            self.epoch_ended()

    def set_class_weights(self, weights: Array | None) -> None:
        """Set loss weights (classes,), None for equal; evaluations ignore them. `ValueError` without classes."""
        if weights is not None and not self.task.classifies:
            raise ValueError("Trainer: class weights need classes, but there are values to predict")
        self.finish_evaluation()
        self.restart_sums()
        self.train_step.set_class_weights(weights)
        self.renew_engine()

    def reset_optimizer(self) -> None:
        """Clear the optimizer's state and return to the start of this epoch, after a divergence."""
        self.evaluator.cancel()
        self.train_step.reset_optimizer()
        self.restart_sums()
        self.batches.start_epoch()
        self.renew_engine()

    @property
    def numbers(self) -> dict[str, Any]:
        """What `resume` goes on with beside weights and the optimizer's slots, JSON-ready."""
        return {
            "epoch": self.epoch,
            "step": self.batches.step,
            "position": self.batches.position,
            "updates": self.optimizer_state.step,
            "optimizer": self.config.optimizer.kind,
            "optimizer_memory": self.optimizer_state.state_dict(),
            "schedule": self.scheduler.state_dict(),
            "order_state": self.batches.epoch_state,
            **self.network.noise_state,
        }

    def resume(self, numbers: Mapping[str, Any], slots: Mapping[str, Array]) -> None:
        """Go on as the trainer did that had these `numbers`, and slots of its optimizer.

        Raises `ValueError`, `KeyError` or `TypeError` where they do not fit.
        """
        if numbers["optimizer"] == self.config.optimizer.kind:
            self.optimizer_state.step = int(numbers["updates"])
            for name, slot in self.optimizer_state.slots.items():
                slot[...] = slots[name]
            self.optimizer_state.load_state_dict(numbers.get("optimizer_memory", {}))
        if "schedule" in numbers:
            self.scheduler.load_state_dict(numbers["schedule"])
        self.batches.resume(numbers["order_state"], int(numbers["position"]), int(numbers["step"]))
        self.network.noise_state = numbers
        self.epoch = int(numbers["epoch"])

    def set_data(self, train: Samples, test: Samples | None = None) -> None:
        """Continue with other samples, from the start of an epoch."""
        self.train, self.test = train, test
        self.edits += 1
        self.evaluator.set_data(train, test)
        self.evaluates_within_epoch = self.evaluates and self.evaluator.schedule.times > 0
        self.batches.set_data(*train.batch)
        self.restart_sums()
        self.maker = self._input_range = None
        self.renew_engine()

    def step(self) -> float:
        """Train on one batch and return its loss; evaluate and record at the end of an epoch.

        Raises `DivergedError` if the loss, or weights at an evaluation, are not finite; the log ends before.
        """
        return self._step(self._engine)

    def step_with_numpy(self) -> float:
        """`step` by numpy's engine, also where the compiled one trains; another engine rounds differently."""
        self.engines.add("numpy")
        return self._step(NumpyEngine(self))

    def _step(self, engine: Engine) -> float:
        with np.errstate(all="ignore"):  # an overflow shows in the loss and is reported once
            self._finish_evaluation()
            value = engine.step()
            self._finish_evaluation()
            return value

    def train_on_batch(self, samples: Samples) -> float:
        """Train on `samples` as one batch, within the epoch; returns their loss. Raises as `step` does."""
        with np.errstate(all="ignore"):
            self.train_step.set_rate(self.epoch, max(0, self.batches.step - 1), self.steps_per_epoch)
            if self.config.optimizer.full_batch:
                value = self.train_step.minimize(samples)
            else:
                value = self.train_step.train_on_batch(samples.inputs, samples.targets, samples.weights)
            self.train_step.check_weights()
            return value

    def run_epoch(self) -> float:
        """Train to the end of this epoch and return the mean loss of its batches."""
        epoch = self.epoch
        with np.errstate(all="ignore"):
            self._finish_evaluation()
            while self.epoch == epoch:
                self._engine.advance(math.inf, max(1, self.batches.left))
                self._finish_evaluation()
        return self.epoch_loss

    def run_epochs(self, count: int) -> Iterator[tuple[float, float]]:
        """Train `count` epochs and yield the loss and the last learning rate of each.

        The compiled engine may be some epochs ahead. Raises as `step` does, after the epochs before.
        """
        done = 0
        while done < count:
            before = done
            for found in self._engine.epochs(count - done):
                done += 1
                yield found
            if done == before:
                done += 1
                yield self.run_epoch(), self.learning_rate

    def run_for(self, seconds: float, steps: int | None = None) -> None:
        """Train for `seconds` or `steps`, at least one step or one chunk of an evaluation.

        An evaluation may be left pending (`is_evaluating`); the next call continues it, with 0 `steps` only it.
        """
        end, evaluator = perf_counter() + seconds, self.evaluator
        with np.errstate(all="ignore"):
            if evaluator.pending and (not self._evaluate_until(end) or steps == 0):
                return
            while True:
                done = self._engine.advance(end, steps)
                if steps is not None and (steps := steps - done) <= 0:
                    return
                if perf_counter() >= end - self._engine.rest_seconds:
                    return
                if evaluator.pending and not self._evaluate_until(end):
                    return

    def _evaluate_until(self, end: float) -> bool:
        """Continue the evaluation until `end`, at least one chunk; returns whether it is done."""
        done = self.evaluator.run_until(end)
        if done:
            self._finish_evaluation()
        return done


class RestEvaluation:
    """Passes over all training and test samples, chunk by chunk; drop it when the weights change before it is finished.

    It makes the figures of `Training.measure`, and is due where a trainer `lacks_figures`: within an epoch training
    evaluates some of the samples, some batches ago, and not at all what is changed by hand. The history gets no row,
    and training goes on as it would have. 8,000 and 2,000 images of digits take 30 ms (Dense) to 190 ms (CNN).
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer, self._place = trainer, trainer.place
        self._passes = trainer.evaluator.passes()

    @property
    def is_short(self) -> bool:
        """Whether every pass has a single chunk, so that there is nowhere to pause."""
        return all(one.is_short for one in self._passes)

    @property
    def finished(self) -> bool:
        return all(one.finished for one in self._passes)

    def advance(self) -> None:
        """Evaluate the next chunk."""
        with np.errstate(all="ignore"):
            next(one for one in self._passes if not one.finished).advance()

    def result(self) -> bool:
        """Make it the trainer's latest figures, of what is not evaluated yet, too. Returns that it is there."""
        with np.errstate(all="ignore"):
            self._trainer.evaluator.keep_passes(self._place, self._passes)
        return True
