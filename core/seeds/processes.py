"""Train seeds in processes of their own, part by part, for networks that cannot be stacked."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from time import perf_counter
from typing import Any, Final

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.io.parent_watch import end_with_parent
from core.nn.blas_threads import limit_blas_threads
from core.train.train_step import DivergedError
from core.train.trainer import Trainer

# Of a part of a training: long beside the copies of its state, and short enough for curves that grow.
_PART_SECONDS: Final = 2.0


@dataclass(frozen=True, eq=False)
class _Part:
    state: TrainerState
    seconds: float
    fault: str = ""


class ProcessSeeds:
    """Trains `trainers`, by seed, of one experiment up to epoch `epochs`, in turn by `count` processes."""

    def __init__(
        self, experiment: Experiment, trainers: Mapping[int, Trainer], epochs: int, count: int
    ) -> None:
        self._experiment, self._trainers, self._epochs = experiment, trainers, epochs
        self.faults: dict[int, str] = {}
        self._frozen = getattr(sys, "frozen", False)
        self._pool: Any = _pool(min(count, len(trainers)), self._frozen)
        self._running: dict[Future[_Part], int] = {}
        self._part_epochs = 1

    def run_for(self, seconds: float) -> None:
        """Take what comes back within `seconds`, and give the processes more to do. Raises what ended a process."""
        end = perf_counter() + seconds
        for seed in self._trainers:
            if seed not in self._running.values():
                self._submit(seed)
        while self._running:
            done, _ = wait(self._running, max(0.0, end - perf_counter()), FIRST_COMPLETED)
            for future in done:
                seed = self._running.pop(future)
                self._take(seed, future.result())
                self._submit(seed)
            if perf_counter() >= end:
                return

    def write_back(self) -> None:
        """Nothing: the trainers are as they last came back."""

    def close(self) -> None:
        """End the processes; what they have not given back is lost."""
        if self._frozen:
            self._pool.shutdown(wait=True, cancel_futures=True)
        else:
            self._pool.shutdown(wait=True, kill_workers=True)
        self._running.clear()

    def _submit(self, seed: int) -> None:
        trainer = self._trainers[seed]
        if seed in self.faults or trainer.epoch >= self._epochs:
            return
        target = min(self._epochs, trainer.epoch + self._part_epochs)
        experiment = self._experiment.replace(seed=seed)
        state = TrainerState.of(trainer)
        self._running[self._pool.submit(_train_part, experiment, state, target, os.getpid())] = seed

    def _take(self, seed: int, part: _Part) -> None:
        trainer = self._trainers[seed]
        before = trainer.epoch
        part.state.restore(trainer)
        if part.fault:
            self.faults[seed] = part.fault
        epoch_seconds = part.seconds / max(1, trainer.epoch - before)
        self._part_epochs = max(1, int(_PART_SECONDS / max(epoch_seconds, 1e-3)))


def _pool(count: int, frozen: bool) -> Any:
    """Processes that import what they need; joblib's can be ended at once, but not started from a frozen program."""
    if frozen:
        return ProcessPoolExecutor(count, get_context("spawn"))
    from joblib.externals.loky import ProcessPoolExecutor as LokyExecutor

    return LokyExecutor(count)


@lru_cache(maxsize=1)
def _prepared(experiment: Experiment) -> PreparedData:
    return prepare(experiment)


def _train_part(experiment: Experiment, state: TrainerState, target: int, parent: int) -> _Part:
    """Train from `state` to the end of epoch `target`; runs in a process of the pool, while `parent` does."""
    end_with_parent(parent)
    start = perf_counter()
    with limit_blas_threads():
        # The data do not depend on this seed.
        trainer = make_trainer(experiment, _prepared(experiment.replace(seed=0)), record_initial=False)
        state.restore(trainer)
        fault = ""
        try:
            while trainer.epoch < target:
                trainer.run_epoch()
        except DivergedError as error:
            fault = str(error)
    return _Part(TrainerState.of(trainer), perf_counter() - start, fault)
