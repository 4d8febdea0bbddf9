"""Train one experiment from many seeds at once, by the fastest way that its network allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from types import TracebackType
from typing import Final, Literal, Protocol, Self

from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, make_trainer, prepare
from ..experiment.project_file import TrainerState
from ..io.sentence import error_sentence
from ..nn.blas_threads import available_cores, limit_blas_threads
from ..runs.trial import Status, Trial, TrialResult
from ..train.stacked.training import StackedTraining, why_not_stacked
from ..train.train_step import DivergedError
from ..train.trainer import Trainer


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
# Weights. Eight networks with 1,249 weights are 2.5 times as fast stacked as in turn, with 17,281 1.26 times, with
# 104,938 not at all: then every core does more. On two threads six networks of 149,000 are 1.7 times as fast as in
# turn, of 353 1.4 times.
_LARGE: Final = 16_384

Way = Literal["compiled", "stacked", "threads", "in turn"]
WAYS: Final[Mapping[Way, str]] = {
    "compiled": "by the compiled engine",
    "stacked": "stacked in numpy",
    "threads": "on threads",
    "in turn": "one after the other",
}
"""Ways to train seeds, in words; those that are compiled are on threads, too."""


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
    their split are the same for all. `cores` limits threads; `engine` is what the experiment's setting
    "auto" stands for. `run_for` trains; between its calls trainers may be read after `write_back`.
    `so_far`: see `Plan`; so seeds may be at different moments.

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
        so_far: Mapping[int, tuple[TrainerState, float]] | None = None,
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
        for number, (state, seconds) in (so_far or {}).items():
            state.restore(self.trainers[self.seeds[number]])
            self.seconds += seconds
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

        BLAS is limited to one thread meanwhile: the seeds share the cores.
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
            TrialResult.of_state(
                TrainerState.of(trainer, self.data.pipeline), seed, share, faults.get(seed, ""),
                number=number, status=self._status(seed),
            )
            for number, (seed, trainer) in enumerate(self.trainers.items())
            if seeds is None or seed in seeds
        )  # fmt: skip

    def close(self) -> None:
        """End the threads."""
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
        large = first.network.parameters.size > _LARGE
        moments = {(each.epoch, each.steps_left) for each in self.trainers.values()}
        if not self.why_not_stacked and not (several and large) and len(moments) == 1:
            return "stacked", _Stacked(self.trainers, self.epochs)
        way: Way = "threads" if several else "in turn"
        return way, SequentialSeeds(self.trainers, self.epochs, self._cores)


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
