"""Sixteen networks from sixteen seeds: one after the other by numpy, and by the compiled engine."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from statistics import median

from core.compiled.readiness import is_installed, load
from core.data.datasets import Spirals
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.nn import Dense
from core.nn.blas_threads import limit_blas_threads
from core.optim import SGD, Adam
from core.seeds import SeedTraining
from tests.benchmarks.measuring import in_turn, machine, ratios, spread
from tests.benchmarks.measuring import load as load_average
from tests.benchmarks.registry import benchmark, table

_SEEDS = range(16)
_COMPILED = 12.0
HEAD = ("times as fast", "CPU", "wall", "at least")


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--epochs", type=int, default=200, help="epochs of each training")
    parser.add_argument("--rounds", type=int, default=9, help="rounds, of which the medians count")


@benchmark("seeds", "16 seeds at once, against one after the other", _options)
def run(options: Namespace) -> bool:
    """2-8-8-8-1 on 350 points, batch 10, evaluated every epoch, compiled: 12 times as fast."""
    print(machine())
    print(
        f"load {load_average()}, {options.epochs} epochs, medians of {options.rounds} rounds (least … most)"
    )
    rows, kept = measure(options.epochs, options.rounds)
    print(table(HEAD, rows))
    return kept


def measure(epochs: int, rounds: int) -> tuple[list[list[str]], bool]:
    """The cells under `HEAD`, and whether all are within their bounds."""
    if is_installed():
        load()
    rows, kept = [], True
    for optimizer in (SGD(0.03), Adam(0.003)):
        experiment = Experiment(dataset=Spirals(), layers=tuple(Dense(8, "tanh") for _ in range(3)))
        experiment = experiment.with_training(optimizer=optimizer, batch_size=10)
        found = in_turn(_contestants(experiment, epochs), rounds)
        alone = found.pop("one after the other")
        for name, spent in found.items():
            walls = ratios([one.wall for one in alone], [one.wall for one in spent])
            cpus = ratios([one.cpu for one in alone], [one.cpu for one in spent])
            # Threads share the cores, so that the wall counts.
            kept &= median(walls) >= _COMPILED
            rows.append([f"{optimizer.title}, {name}", spread(cpus, 1), spread(walls, 1), f"{_COMPILED:g}"])
    return rows, kept


def _contestants(experiment: Experiment, epochs: int) -> dict[str, Callable[[], object]]:
    data = prepare(experiment)

    def alone() -> None:
        with limit_blas_threads():
            for seed in _SEEDS:
                trainer = make_trainer(experiment.with_training(engine="numpy").replace(seed=seed), data)
                for _ in range(epochs):
                    trainer.run_epoch()

    def together(cores: int | None) -> None:
        chosen = experiment.with_training(engine="compiled")
        with SeedTraining(chosen, _SEEDS, epochs, data=data, cores=cores) as training:
            while not training.is_done:
                training.run_for(0.1)
            training.write_back()

    found: dict[str, Callable[[], object]] = {"one after the other": alone}
    if is_installed():
        found["compiled, on one thread"] = lambda: together(1)
        found["compiled, on all cores"] = lambda: together(None)
    return found
