"""Train one experiment from many seeds at once, by the fastest way that its network allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import lru_cache
from time import perf_counter
from types import TracebackType
from typing import Final, Literal, Protocol, Self

from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, make_trainer, prepare
from ..experiment.project_file import TrainerState
from ..io.sentence import error_sentence
from ..io.worker_pool import WorkerPool
from ..nn.blas_threads import available_cores, limit_blas_threads
from ..nn.network import forward_flops
from ..runs.trial import Status, Trial, TrialResult
from ..train.stacked.training import StackedTraining, why_not_stacked
from ..train.train_step import DivergedError
from ..train.trainer import Trainer

# Of a part of a training: long beside the copies of its state, and short enough for curves that grow.
_PART_SECONDS: Final = 2.0


class ProcessSeeds:
    """Trains `trainers`, by seed, of one experiment up to epoch `epochs`, in turn by `count` processes."""

    def __init__(
        self, experiment: Experiment, trainers: Mapping[int, Trainer], epochs: int, count: int
    ) -> None:
        self._experiment, self._trainers, self._epochs = experiment, trainers, epochs
        self.faults: dict[int, str] = {}
        self.failed: set[int] = set()
        self._pool = WorkerPool(min(count, len(trainers)))
        self._running: dict[Future[TrialResult], int] = {}
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
        self._pool.close()
        self._running.clear()

    def _submit(self, seed: int) -> None:
        trainer = self._trainers[seed]
        if seed in self.faults or trainer.epoch >= self._epochs:
            return
        target = min(self._epochs, trainer.epoch + self._part_epochs)
        experiment = self._experiment.replace(seed=seed)
        state = TrainerState.of(trainer)
        self._running[self._pool.submit(_train_part, experiment, state, target)] = seed

    def _take(self, seed: int, part: TrialResult) -> None:
        trainer = self._trainers[seed]
        before = trainer.epoch
        assert part.state is not None
        part.state.restore(trainer)
        if part.sentence:
            self.faults[seed] = part.sentence
        if part.status == "failed":
            self.failed.add(seed)
        epoch_seconds = part.seconds / max(1, trainer.epoch - before)
        self._part_epochs = max(1, int(_PART_SECONDS / max(epoch_seconds, 1e-3)))


@lru_cache(maxsize=1)
def _prepared(experiment: Experiment) -> PreparedData:
    return prepare(experiment)


def _train_part(experiment: Experiment, state: TrainerState, target: int) -> TrialResult:
    """Train from `state` to the end of epoch `target`; runs in a process of the pool."""
    start = perf_counter()
    with limit_blas_threads():
        # The data do not depend on this seed.
        trainer = make_trainer(experiment, _prepared(experiment.replace(seed=0)), record_initial=False)
        state.restore(trainer)
        fault, failed = "", False
        try:
            while trainer.epoch < target:
                trainer.run_epoch()
        except Exception as error:
            fault, failed = error_sentence(error), not isinstance(error, DivergedError)
    part = TrialResult.of_state(TrainerState.of(trainer), experiment.seed, perf_counter() - start, fault)
    return replace(part, status="failed") if failed else part


class SequentialSeeds:
    """Trains `trainers`, by seed, up to epoch `epochs` on `threads` threads.

    Threads of our own, not numba's `prange`: its layer `workqueue` aborts the process when two threads use it at once,
    as a window and its worker do. What a trainer does is the same on any thread.
    """

    def __init__(self, trainers: Mapping[int, Trainer], epochs: int, threads: int) -> None:
        self._trainers, self._epochs = trainers, epochs
        self._threads = min(threads, len(trainers))
        self._pool = ThreadPoolExecutor(self._threads, "seeds") if self._threads > 1 else None
        self.faults: dict[int, str] = {}
        self.failed: set[int] = set()

    def run_for(self, seconds: float) -> None:
        """Train all for `seconds` together, each at least one step."""
        seeds = [
            seed
            for seed, trainer in self._trainers.items()
            if seed not in self.faults and trainer.epoch < self._epochs
        ]
        share = seconds * self._threads / max(1, len(seeds))
        if self._pool is None:
            for seed in seeds:
                self._run(seed, share)
        else:
            list(self._pool.map(lambda seed: self._run(seed, share), seeds))

    def write_back(self) -> None:
        """Finish pending evaluations."""
        for trainer in self._trainers.values():
            trainer.finish_evaluation()

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def _run(self, seed: int, seconds: float) -> None:
        """Train for `seconds`, or note why it cannot go on."""
        trainer = self._trainers[seed]
        left = trainer.steps_left + (self._epochs - trainer.epoch - 1) * trainer.steps_per_epoch
        try:
            trainer.run_for(seconds, left)
        except Exception as error:
            # Whatever it is, the other seeds go on.
            self.faults[seed] = error_sentence(error)
            if not isinstance(error, DivergedError):
                self.failed.add(seed)


MIN_SEEDS: Final = 2
MAX_SEEDS: Final = 64
_SLICE_SECONDS: Final = 0.1
# Processes take seconds to start.
_SECONDS_FOR_PROCESSES: Final = 10.0
# Weights. Eight networks with 1,249 weights are 2.5 times as fast stacked as in turn, with 17,281 1.26 times, with
# 104,938 not at all: then every core does more.
_LARGE: Final = 16_384
_STEP_SECONDS: Final = 40e-6
_FLOP_SECONDS: Final = 1e-10

Way = Literal["compiled", "stacked", "processes", "in turn"]
"""Ways to train seeds: compiled on threads, stacked in numpy, in processes, one after the other."""


class _Runner(Protocol):
    @property
    def faults(self) -> dict[int, str]: ...
    @property
    def failed(self) -> Collection[int]: ...
    def run_for(self, seconds: float) -> None: ...
    def write_back(self) -> None: ...
    def close(self) -> None: ...


class SeedTraining:
    """Trainers of `experiment`, one for each of `seeds`, up to epoch `epochs`; close it, or use it by `with`.

    Every seed ends as if trained alone: its own initial weights, order of batches, dropout and noise. The data and
    their split are the same for all. `cores` limits threads and processes; `engine` is what the experiment's setting
    "auto" stands for. `run_for` trains; between its calls trainers may be read after `write_back`.

    Raises `ValueError` for seeds that are not 1 to 64 different ones, `LayerError` and `DataError`.
    """

    def __init__(
        self,
        experiment: Experiment,
        seeds: Sequence[int],
        epochs: int,
        *,
        data: PreparedData | None = None,
        engine: str = "auto",
        cores: int | None = None,
    ) -> None:
        self.experiment, self.seeds, self.epochs = experiment, tuple(seeds), epochs
        _check(self.seeds, epochs)
        self.data = prepare(experiment) if data is None else data
        self._cores = available_cores() if cores is None else max(1, cores)
        with limit_blas_threads():
            self.trainers = {
                seed: make_trainer(experiment.replace(seed=seed), self.data) for seed in self.seeds
            }
        self.why_not_compiled, self.why_not_stacked = "", ""
        self.seconds = 0.0
        self.way, self._runner = self._choose(engine)

    @property
    def faults(self) -> dict[int, str]:
        """The reasons why seeds train no further, by seed."""
        return dict(self._runner.faults)

    def _status(self, seed: int) -> Status:
        if seed in self._runner.failed:
            return "failed"
        return "diverged" if seed in self._runner.faults else "done"

    @property
    def finished_epochs(self) -> int:
        """The sum over all seeds of finished epochs; those that diverged count as if they had finished."""
        faults = self._runner.faults
        return sum(self.epochs if s in faults else trainer.epoch for s, trainer in self.trainers.items())

    @property
    def is_done(self) -> bool:
        return self.finished_epochs >= self.epochs * len(self.seeds)

    def run_for(self, seconds: float) -> None:
        """Train for about `seconds`, at least one step; nothing if all is done.

        BLAS is limited to one thread meanwhile: the seeds share the cores. Raises `OSError` or `RuntimeError` where
        a process has died.
        """
        start = perf_counter()
        with limit_blas_threads():
            self._runner.run_for(seconds)
        self.seconds += perf_counter() - start

    def write_back(self) -> None:
        """Bring weights, optimizer states and evaluations of the trainers up to date."""
        self._runner.write_back()

    def reached(self) -> tuple[TrialResult, ...]:
        """Results of the seeds when last written back, in their order; without curves and weights."""
        faults = self.faults
        return tuple(
            TrialResult.of(
                Trial(number, 0, seed, self.epochs), trainer, self.seconds / len(self.seeds),
                self._status(seed), faults.get(seed, ""),
            )
            for number, (seed, trainer) in enumerate(self.trainers.items())
        )  # fmt: skip

    def results(self, seeds: Collection[int] | None = None) -> tuple[TrialResult, ...]:
        """The results so far of some or all seeds, in their order, each with its share of the time."""
        self.write_back()
        share, faults = self.seconds / len(self.seeds), self.faults
        return tuple(
            replace(
                TrialResult.of_state(
                    TrainerState.of(trainer, self.data.pipeline),
                    seed,
                    share,
                    faults.get(seed, ""),
                    number=number,
                ),
                status=self._status(seed),
            )
            for number, (seed, trainer) in enumerate(self.trainers.items())
            if seeds is None or seed in seeds
        )

    def close(self) -> None:
        """End threads and processes."""
        self._runner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _choose(self, engine: str) -> tuple[Way, _Runner]:
        for trainer in self.trainers.values():
            trainer.prefer_engine(engine)
        first = next(iter(self.trainers.values()))
        self.why_not_compiled = first.why_not_compiled
        if first.engine == "compiled":
            return "compiled", SequentialSeeds(self.trainers, self.epochs, self._cores)
        self.why_not_stacked = why_not_stacked(first, len(self.seeds))
        several = self._cores > 1 and len(self.seeds) > 1
        pays = several and self._estimated_seconds(first) > _SECONDS_FOR_PROCESSES
        large = first.network.parameters.size > _LARGE
        if not self.why_not_stacked and not (pays and large):
            return "stacked", _Stacked(self.trainers, self.epochs)
        if pays:
            return "processes", ProcessSeeds(self.experiment, self.trainers, self.epochs, self._cores)
        return "in turn", SequentialSeeds(self.trainers, self.epochs, 1)

    def _estimated_seconds(self, trainer: Trainer) -> float:
        """Of all seeds one after the other; within a factor of three for the presets."""
        products = len(trainer.train) * forward_flops(trainer.network)
        epoch = trainer.steps_per_epoch * _STEP_SECONDS + products * _FLOP_SECONDS
        return epoch * self.epochs * len(self.seeds)


class _Stacked:
    """A `StackedTraining` by seed."""

    failed: frozenset[int] = frozenset()

    def __init__(self, trainers: dict[int, Trainer], epochs: int) -> None:
        self._seeds = {trainer: seed for seed, trainer in trainers.items()}
        self._epochs = epochs
        self._training = StackedTraining(list(trainers.values()))

    @property
    def faults(self) -> dict[int, str]:
        return {self._seeds[trainer]: fault for trainer, fault in self._training.faults.items()}

    def run_for(self, seconds: float) -> None:
        self._training.run_for(seconds, self._epochs)

    def write_back(self) -> None:
        self._training.write_back()

    def close(self) -> None:
        return


def train_seeds(
    experiment: Experiment,
    seeds: Sequence[int],
    epochs: int,
    *,
    data: PreparedData | None = None,
    engine: str = "auto",
    cores: int | None = None,
    report: Callable[[SeedTraining], None] | None = None,
) -> tuple[TrialResult, ...]:
    """Train `experiment` from every seed for `epochs`; see `SeedTraining`.

    `report` is called about ten times a second; an exception that it raises ends the training.
    """
    with SeedTraining(experiment, seeds, epochs, data=data, engine=engine, cores=cores) as training:
        while not training.is_done:
            training.run_for(_SLICE_SECONDS)
            if report is not None:
                report(training)
        return training.results()


def _check(seeds: tuple[int, ...], epochs: int) -> None:
    if not 1 <= len(seeds) <= MAX_SEEDS:
        raise ValueError(f"Seeds: there must be 1 to {MAX_SEEDS}, got {len(seeds)}")
    if len(set(seeds)) < len(seeds):
        twice = next(seed for seed in seeds if seeds.count(seed) > 1)
        raise ValueError(f"Seeds: each must occur once, got {twice} more than once")
    if epochs < 1:
        raise ValueError(f"Seeds: epochs must be at least 1, got {epochs}")
