"""Bind the compiled engine to a trainer's network and samples: steps and epochs in one call each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.compiled import codes
from core.compiled.program import Program, Task
from core.data.batches import Samples
from core.nn.compute_cost import forward_flops
from core.nn.dropout_stream import DropoutStream
from core.spec.arrays import Array

__all__ = ["CompiledTraining", "EpochRows"]

# Multiplications of an evaluation that may run in one piece, about 4 ms; numpy evaluates more in chunks.
_MOST_EVALUATED = 30_000_000


@dataclass(frozen=True, eq=False)
class EpochRows:
    """Whole epochs: `done` have ended, and `ended` is one of the codes' reasons why no more."""

    done: int
    ended: int
    rows: NDArray[np.float64]
    predictions: NDArray[Any]
    """Of the last evaluation: class indices (test samples,), or values (test samples, outputs)."""


class CompiledTraining:
    """`judged` training and test samples are evaluated at the end of an epoch, (0, 0) where that is left to numpy."""

    def __init__(
        self,
        kernel: Any,
        task: Task,
        train: Samples,
        test: Samples | None,
        class_weights: Array | None,
        judged: int,
    ) -> None:
        self._kernel, self._task = kernel, task
        self._program = Program(task)
        weights = train.weights
        if class_weights is not None:
            of_classes = class_weights[task.encoding.decode(train.targets)]
            weights = of_classes if weights is None else weights * of_classes
        self._train = self._program.data(train.inputs, train.targets, weights, train.labels, judged)
        rest = train.head(0) if test is None else test
        self._test = self._program.data(rest.inputs, rest.targets, None, rest.labels, len(rest))
        self._counters = np.zeros(codes.COUNTERS, np.int64)
        self._sums = np.zeros(codes.SUMS)
        self._judged = (min(judged, len(train)), len(rest)) if judged else (0, 0)
        self.evaluates = forward_flops(task.network) * sum(self._judged) <= _MOST_EVALUATED
        """Whether the end of an epoch is short enough for one piece."""
        most = max(1, *self._judged)
        self._predicted = np.zeros(most if task.encoding.classes else 0, np.int64)
        self._answers = np.zeros((0 if task.encoding.classes else most, task.encoding.outputs), np.float32)

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
        found = self._predicted if self._task.encoding.classes else self._answers
        # A copy: other threads show it while training goes on.
        return EpochRows(done, ended, rows, found[: self._judged[1]].copy())

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
        done, ended = self._kernel.run(
            self._program.memory, self._program.tables, self._train, self._test, orders, self._counters, self._sums,
            rows, self._predicted, self._answers, epoch, stride, *self._judged, limit,
        )  # fmt: skip
        self._leave()
        return done, ended

    def _enter(self, position: int, epoch_sum: tuple[float, int]) -> None:
        self._program.refresh()
        counters, sums = self._counters, self._sums
        counters[codes.POSITION] = position
        counters[codes.UPDATES] = self._task.optimizer_state.step
        sums[codes.TOTAL], sums[codes.SEEN] = epoch_sum
        if isinstance(stream := self._task.network.dropout, DropoutStream):
            counters[codes.BLOCK] = stream.block

    def _leave(self) -> None:
        self._task.optimizer_state.step = int(self._counters[codes.UPDATES])
        self._task.optimizer_state.rate = float(self._sums[codes.USED_RATE])
        if isinstance(stream := self._task.network.dropout, DropoutStream):
            stream.block = int(self._counters[codes.BLOCK])
