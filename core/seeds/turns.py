"""Train seeds in turn, or on threads: the compiled engine holds no lock, so that they share the cores."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from core.train.train_step import DivergedError
from core.train.trainer import Trainer


class SeedsInTurn:
    """Trains `trainers`, by seed, up to epoch `epochs` on `threads` threads.

    Threads of our own, not numba's `prange`: its layer `workqueue` aborts the process when two threads use it at once,
    as a window and its worker do. What a trainer does is the same on any thread.
    """

    def __init__(self, trainers: Mapping[int, Trainer], epochs: int, threads: int) -> None:
        self._trainers, self._epochs = trainers, epochs
        self._threads = min(threads, len(trainers))
        self._pool = ThreadPoolExecutor(self._threads, "seeds") if self._threads > 1 else None
        self.faults: dict[int, str] = {}

    def run_for(self, seconds: float) -> None:
        """Train all for `seconds` together, each at least one step."""
        seeds = [
            seed
            for seed, trainer in self._trainers.items()
            if seed not in self.faults and trainer.epoch < self._epochs
        ]
        share = seconds * self._threads / max(1, len(seeds))
        if self._pool is None:
            found = [self._run(self._trainers[seed], share) for seed in seeds]
        else:
            found = list(self._pool.map(lambda seed: self._run(self._trainers[seed], share), seeds))
        self.faults |= {seed: fault for seed, fault in zip(seeds, found, strict=True) if fault}

    def write_back(self) -> None:
        """Finish pending evaluations."""
        for trainer in self._trainers.values():
            trainer.finish_evaluation()

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def _run(self, trainer: Trainer, seconds: float) -> str:
        """Train for `seconds`, and return why it cannot go on."""
        left = trainer.steps_left + (self._epochs - trainer.epoch - 1) * trainer.steps_per_epoch
        try:
            trainer.run_for(seconds, left)
        except DivergedError as error:
            return str(error)
        return ""
