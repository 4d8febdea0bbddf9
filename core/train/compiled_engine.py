"""The compiled engine of a training: steps and whole epochs in one call of machine code each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ..compiled import codes
from ..compiled.program import Program, TrainingSetup
from ..data.batches import BatchMaker, Samples
from ..nn.dropout_stream import DropoutStream
from ..nn.network import forward_flops
from ..spec.arrays import Array
from .evaluation import MAX_EVALUATED
from .figures import Figure
from .step_threads import ThreadGain

if TYPE_CHECKING:
    from .training import Training

# Of one call of the kernel: short enough to be stopped, and long beside the 20 us of Python around it.
_CHUNK_SECONDS: Final = 0.004
_LARGEST_ORDERS: Final = 1_000_000
# Multiplications of an evaluation that may run in one piece, about 4 ms; numpy evaluates more in chunks.
_MAX_EVALUATED: Final = 30_000_000


@dataclass(frozen=True, eq=False)
class EpochRows:
    """Whole epochs: `done` have ended, and `ended` is one of the codes' reasons why no more."""

    done: int
    ended: int
    rows: NDArray[np.float64]
    predictions: NDArray[Any]
    """Of the last evaluation: class indices (test samples,), or values (test samples, outputs)."""


class CompiledEngine:
    """The compiled `Engine` of a training, by a loaded kernel; it is bound to the settings at its first step."""

    # A call for what is left of a slice would be mostly Python, which waits for a window that draws.
    rest_seconds = 0.001

    def __init__(self, training: Training, kernel: Any, threads: int) -> None:
        self._training, self._kernel, self._threads = training, kernel, threads
        flops = forward_flops(training.network) * training.batches.batch_size
        self._step_seconds = 1e-6 + 3e-9 * flops
        self._last_epochs = 0

    @cached_property
    def _compiled(self) -> _BoundKernel:
        training = self._training
        evaluated = MAX_EVALUATED if training.evaluates else 0
        return _BoundKernel(
            self._kernel,
            training.setup,
            training.train,
            training.test,
            training.class_weights,
            evaluated,
            self._threads,
        )

    def step(self) -> float:
        self._steps(1)
        return self._compiled.last_loss

    def advance(self, end: float, steps: int | None) -> int:
        """See `Engine`; whole epochs, or else steps of one."""
        start, left = perf_counter(), self._training.batches.left
        allowed = self._steps_within(end - start)
        if steps is not None:
            # Whether a second core gains is tried call by call.
            is_one_call = end == math.inf and self._compiled.second_core is None
            allowed = steps if is_one_call else min(allowed, steps)
        if self._has_short_epochs and 0 < left <= allowed:
            self._check(self._timed_epochs(self._epochs_at_once(allowed)))
            return left + (self._last_epochs - 1) * self._training.steps_per_epoch
        count = max(1, min(allowed, left, self._steps_to_evaluation()))
        self._steps(count)
        self._measure(perf_counter() - start, count)
        return count

    def epochs(self, count: int) -> Iterator[tuple[float, float]]:
        """See `Engine`; training may be some epochs ahead of what is yielded."""
        most = self._steps_within(math.inf)
        tries = self._compiled.second_core is not None and self._training.steps_per_epoch > most
        if tries or not self._has_short_epochs:
            return
        found = self._timed_epochs(min(count, self._epochs_at_once(most)))
        for row in found.rows[: found.done]:
            yield float(row[codes.EPOCH_LOSS]), float(row[codes.EPOCH_RATE])
        self._check(found)

    @property
    def _has_short_epochs(self) -> bool:
        """Whether the kernel can do whole epochs, with their evaluations."""
        return self._compiled.evaluates and not self._training.evaluates_within_epoch

    def _steps_within(self, seconds: float) -> int:
        return max(1, int(min(seconds, 10.0 * _CHUNK_SECONDS) / self._step_seconds))

    def _measure(self, seconds: float, steps: int) -> None:
        self._step_seconds = max(1e-7, 0.5 * (self._step_seconds + seconds / steps))

    def _epochs_at_once(self, steps: int) -> int:
        """Epochs, this one included, that take at most `steps` steps and need nothing in between; at least 1."""
        training = self._training
        if training.ends_single_epoch:
            return 1
        room = training.log.room * training.log.stride if training.evaluates else steps
        most = min(room, _LARGEST_ORDERS // len(training.train))
        return max(1, min(most, 1 + (steps - training.batches.left) // training.steps_per_epoch))

    def _steps_to_evaluation(self) -> int:
        """Steps until an evaluation within the epoch is due."""
        batches = self._training.batches
        if not self._training.evaluates_within_epoch:
            return batches.left
        due = self._training.evaluator.schedule.next_due(batches.position)
        return -(-(due - batches.position) // batches.batch_size)

    def _steps(self, count: int) -> None:
        """At most `count` steps of this epoch, and what follows the last one."""
        training, batches, compiled = self._training, self._training.batches, self._compiled
        if batches.finished:
            training.restart_epoch()
        before = batches.position
        if training.maker is not None:
            self._draw(training.maker, count)
        tried = compiled.steps(batches.order, before, training.epoch, training.epoch_sum, count)
        batches.move_to(compiled.position, batches.step + tried)
        training.epoch_sum = compiled.epoch_sum
        if not math.isfinite(compiled.last_loss):
            raise training.train_step.diverged()
        if not batches.finished:
            if training.evaluates_within_epoch:
                training.evaluate_within_epoch(batches.position - before)
        elif compiled.evaluates:
            self._check(self._epochs(1))
        else:
            training.evaluate_epoch()

    def _draw(self, maker: BatchMaker, count: int) -> None:
        """Put the next batches, drawn as numpy's engine does, where the kernel reads their samples."""
        training, batches, compiled = self._training, self._training.batches, self._compiled
        source, targets, _ = training.train.batch
        rest, size = batches.order[batches.position :], batches.batch_size
        for start in range(0, min(count * size, len(rest)), size):
            rows = rest[start : start + size]
            made = maker.make((source[rows], targets[rows], None), training.epoch, batches.position + start)
            compiled.inputs[rows], compiled.targets[rows] = made[:2]

    def _timed_epochs(self, count: int) -> EpochRows:
        training, start = self._training, perf_counter()
        steps = training.batches.left + (count - 1) * training.steps_per_epoch
        found = self._epochs(count)
        self._last_epochs = found.done
        self._measure(perf_counter() - start, max(1, steps))
        return found

    def _epochs(self, count: int) -> EpochRows:
        """The rest of this epoch and all of `count` - 1 more, with their evaluations and rows of the history."""
        training, batches, compiled = self._training, self._training.batches, self._compiled
        updates, left = training.optimizer_state.step, batches.left
        found = compiled.epochs(
            batches.upcoming(count), batches.position, training.epoch, training.epoch_sum, training.log.stride
        )
        trained, tested = compiled.evaluated
        counted = training.evaluator.counts[0]
        for row in found.rows[: found.done].tolist():
            updates, left = updates + left, training.steps_per_epoch
            training.take_epoch(
                row[codes.EPOCH_LOSS],
                Figure(row[codes.TRAIN_LOSS], row[codes.TRAIN_SCORE], samples=trained, of=counted),
                Figure(row[codes.TEST_LOSS], row[codes.TEST_SCORE], samples=tested, of=tested),
                found.predictions if tested else None,
                updates,
                row[codes.EPOCH_RATE],
                row[codes.NORM],
            )
        batches.end_epochs(found.done)
        if found.done:
            training.begin_epoch()
        if found.ended != codes.DONE:
            batches.move_to(compiled.position, -(-compiled.position // batches.batch_size))
            training.epoch_sum = compiled.epoch_sum
        return found

    def _check(self, found: EpochRows) -> None:
        """Raise `DivergedError` if the epochs ended too early."""
        if found.ended == codes.WEIGHTS_DIVERGED:
            raise self._training.train_step.diverged("the weights are no longer finite numbers")
        if found.ended != codes.DONE:
            raise self._training.train_step.diverged()


class SecondCore:
    """Calls the kernel with the help of a second core while that gains; the numbers are those of one.

    Help that has not begun is not waited for: beside a busy process the first core does all parts of a step.
    """

    def __init__(
        self, kernel: Callable[..., tuple[int, int]], clock: Callable[[], float] = perf_counter
    ) -> None:
        self._kernel, self._clock, self._gain = kernel, clock, ThreadGain(clock)
        self._alone = 0.0
        self._pool = ThreadPoolExecutor(1, "second core")

    def run(self, *given: Any) -> tuple[int, int]:
        """`kernel.run`, measured: a pair is two calls, of which the first has no help."""
        counters = given[5]
        is_first = not self._alone and self._gain.needs_pair()
        helps = not is_first and (self._alone > 0.0 or self._gain.in_use)
        before, start = int(counters[codes.UPDATES]), self._clock()
        found = self._helped(given) if helps else self._kernel(*given)
        seconds = (self._clock() - start) / max(1, int(counters[codes.UPDATES]) - before)
        if is_first:
            self._alone = seconds
        elif self._alone:
            self._gain.take_pair(self._alone, seconds)
            self._alone = 0.0
        elif helps:
            self._gain.take(seconds)
        return found

    def _helped(self, given: tuple[Any, ...]) -> tuple[int, int]:
        turns = given[0].turns
        turns[codes.ENDED] = 0
        helper = self._pool.submit(self._kernel, *given[:-1], -1)
        try:
            return self._kernel(*given)
        finally:
            turns[codes.ENDED] = 1
            if not helper.cancel():
                helper.result()


class _BoundKernel:
    """The kernel on a network's own arrays.

    `evaluated` training samples and all test samples are evaluated at the end of an epoch; 0 leaves it to numpy.
    """

    def __init__(
        self,
        kernel: Any,
        setup: TrainingSetup,
        train: Samples,
        test: Samples | None,
        class_weights: Array | None,
        evaluated: int,
        threads: int,
    ) -> None:
        self._kernel, self._setup = kernel, setup
        self._program = Program(setup)
        weights = train.weights
        if class_weights is not None:
            of_classes = class_weights[setup.encoding.decode(train.targets)]
            weights = of_classes if weights is None else weights * of_classes
        self.inputs, self.targets = train.inputs, train.targets
        """What the kernel reads; of batches that are drawn arrays of its own."""
        if train.source is not None:
            self.inputs, self.targets = (
                np.array(train.inputs, np.float32),
                np.array(train.targets, np.float32),
            )
        self._train = self._program.data(self.inputs, self.targets, weights, train.labels, evaluated)
        rest = train.head(0) if test is None else test
        self._test = self._program.data(rest.inputs, rest.targets, None, rest.labels, len(rest))
        self._counters = np.zeros(codes.COUNTERS, np.int64)
        self._sums = np.zeros(codes.SUMS)
        self.second_core = SecondCore(kernel.run) if threads > 1 and self._program.has_parts else None
        self.evaluated = (min(evaluated, len(train)), len(rest)) if evaluated else (0, 0)
        """Numbers of samples of both splits that are evaluated at the end of an epoch."""
        flops = forward_flops(setup.network) * sum(self.evaluated)
        self.evaluates = flops <= _MAX_EVALUATED and not setup.encoding.tokens and train.weights is None
        """Whether the end of an epoch is short enough for one piece; numpy evaluates tokens and weighted samples."""
        most = max(1, *self.evaluated)
        self._predicted = np.zeros(most if setup.encoding.classes else 0, np.int64)
        self._values = np.zeros((0 if setup.encoding.classes else most, setup.encoding.outputs), np.float32)

    @property
    def last_loss(self) -> float:
        """Loss of the last step."""
        return float(self._sums[codes.LAST])

    @property
    def position(self) -> int:
        """Samples taken of the epoch."""
        return int(self._counters[codes.POSITION])

    @property
    def epoch_sum(self) -> tuple[float, int]:
        """Sum of the losses of the epoch's samples, and their number."""
        return float(self._sums[codes.TOTAL]), int(self._sums[codes.SEEN])

    def steps(
        self, order: NDArray[np.int64], position: int, epoch: int, epoch_sum: tuple[float, int], count: int
    ) -> int:
        """At most `count` steps of an epoch that goes through samples in `order`; returns how many were tried."""
        rows = np.empty((1, codes.ROW))
        return self._run(order[None], position, epoch, epoch_sum, 1, rows, count)[0]

    def epochs(
        self, orders: NDArray[np.int64], position: int, epoch: int, epoch_sum: tuple[float, int], stride: int
    ) -> EpochRows:
        """Epochs in `orders`, (epochs, samples), the first from `position` on; each `stride`-th is evaluated."""
        rows = np.full((len(orders), codes.ROW), np.nan)
        done, ended = self._run(orders, position, epoch, epoch_sum, stride, rows, 0)
        found = self._predicted if self._setup.encoding.classes else self._values
        # A copy: other threads show it while training goes on.
        return EpochRows(done, ended, rows, found[: self.evaluated[1]].copy())

    def _run(
        self,
        orders: NDArray[np.int64],
        position: int,
        epoch: int,
        epoch_sum: tuple[float, int],
        stride: int,
        rows: NDArray[np.float64],
        limit: int,
    ) -> tuple[int, int]:
        self._enter(position, epoch_sum)
        run = self._kernel.run if self.second_core is None else self.second_core.run
        done, ended = run(
            self._program.memory, self._program.tables, self._train, self._test, orders, self._counters, self._sums,
            rows, self._predicted, self._values, epoch, stride, *self.evaluated, limit,
        )  # fmt: skip
        self._leave()
        return done, ended

    def _enter(self, position: int, epoch_sum: tuple[float, int]) -> None:
        self._program.refresh()
        counters, sums = self._counters, self._sums
        counters[codes.POSITION] = position
        counters[codes.UPDATES] = self._setup.optimizer_state.step
        sums[codes.TOTAL], sums[codes.SEEN] = epoch_sum
        if isinstance(stream := self._setup.network.dropout, DropoutStream):
            counters[codes.BLOCK] = stream.block

    def _leave(self) -> None:
        self._setup.optimizer_state.step = int(self._counters[codes.UPDATES])
        self._setup.optimizer_state.rate = float(self._sums[codes.USED_RATE])
        if isinstance(stream := self._setup.network.dropout, DropoutStream):
            stream.block = int(self._counters[codes.BLOCK])
