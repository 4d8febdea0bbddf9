"""Train one experiment from many seeds at once, by the fastest way that its network allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from types import TracebackType
from typing import Final, Literal, Self

from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, make_trainer, prepare
from ..experiment.project_file import TrainerState
from ..io.sentence import error_sentence
from ..nn.blas_threads import available_cores, limit_blas_threads
from ..runs.trial import Status, Trial, TrialResult
from ..train.train_step import DivergedError

MIN_SEEDS: Final = 2
MAX_SEEDS: Final = 64
_SLICE_SECONDS: Final = 0.1

Way = Literal["compiled", "threads", "in_turn"]
WAYS: Final[Mapping[Way, str]] = {
    "compiled": "by the compiled engine",
    "threads": "on threads",
    "in_turn": "one after the other",
}
"""Ways to train seeds, in words; those that are compiled are on threads, too."""


class SeedTraining:
    """Trainers of `experiment`, one for each of `seeds`, up to epoch `epochs`; close it, or use it by `with`.

    Every seed ends as if trained alone: its own initial weights, order of batches, dropout and noise. The data and
    their split are the same for all. `cores` limits threads; `engine` is what the experiment's setting
    "auto" stands for. `run_for` trains; between its calls trainers may be read after `write_back`.
    `so_far`: see `Plan`; so seeds may be at different moments.

    Threads are our own, not numba's `prange`: its layer `workqueue` aborts the process when two threads use it at
    once, as a window and its worker do. What a trainer does is the same on any thread.

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
        self.seconds = 0.0
        for number, (state, seconds) in (so_far or {}).items():
            state.restore(self.trainers[self.seeds[number]])
            self.seconds += seconds
        for trainer in self.trainers.values():
            trainer.prefer_engine(engine)
        self.why_not_compiled = next(iter(self.trainers.values())).why_not_compiled
        self._threads = min(self._cores, len(self.seeds))
        rest: Way = "threads" if self._threads > 1 else "in_turn"
        self.way: Way = rest if self.why_not_compiled else "compiled"
        self._pool = ThreadPoolExecutor(self._threads, "seeds") if self._threads > 1 else None
        self.faults: dict[int, str] = {}
        """The reasons why seeds train no further, by seed."""
        self._statuses: dict[int, Status] = dict.fromkeys(self.seeds, "done")

    @property
    def finished_epochs(self) -> int:
        """The sum over all seeds of finished epochs; those that diverged count as if they had finished."""
        return sum(self.epochs if seed in self.faults else each.epoch for seed, each in self.trainers.items())

    @property
    def is_done(self) -> bool:
        return self.finished_epochs >= self.epochs * len(self.seeds)

    def run_for(self, seconds: float) -> None:
        """Train for about `seconds`, each at least one step; nothing if all is done.

        BLAS is limited to one thread meanwhile: the seeds share the cores.
        """
        start = perf_counter()
        running = [
            seed
            for seed, trainer in self.trainers.items()
            if seed not in self.faults and trainer.epoch < self.epochs
        ]
        share = seconds * self._threads / max(1, len(running))
        with limit_blas_threads():
            list(
                (map if self._pool is None else self._pool.map)(lambda seed: self._run(seed, share), running)
            )
        self.seconds += perf_counter() - start

    def _run(self, seed: int, seconds: float) -> None:
        """Train for `seconds`, or note why it cannot go on."""
        trainer = self.trainers[seed]
        left = trainer.steps_left + (self.epochs - trainer.epoch - 1) * trainer.steps_per_epoch
        try:
            trainer.run_for(seconds, left)
        except Exception as error:
            # Whatever it is, the other seeds go on.
            self.faults[seed] = error_sentence(error)
            self._statuses[seed] = "diverged" if isinstance(error, DivergedError) else "failed"

    def write_back(self) -> None:
        """Finish pending evaluations of the trainers."""
        for trainer in self.trainers.values():
            trainer.finish_evaluation()

    def reached(self) -> tuple[TrialResult, ...]:
        """Results of the seeds when last written back, in their order; without curves and weights."""
        faults = self.faults
        return tuple(
            TrialResult.of(
                Trial(number, 0, seed, self.epochs), trainer, self.seconds / len(self.seeds),
                self._statuses[seed], faults.get(seed, ""),
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
                number=number, status=self._statuses[seed],
            )
            for number, (seed, trainer) in enumerate(self.trainers.items())
            if seeds is None or seed in seeds
        )  # fmt: skip

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


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
