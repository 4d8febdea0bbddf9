"""A sweep of 200 trials: two processes beside one, each with the same numbers."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from time import perf_counter

from core.experiment.presets import preset_named
from core.sweep.axes import ListAxis, LogAxis
from core.sweep.executor import Executor, InTurn
from core.sweep.journal import Journal
from core.sweep.processes import LokyProcesses
from core.sweep.sweep import Sweep
from core.sweep.sweep_run import SweepRun
from tests.benchmarks.measuring import load, machine
from tests.benchmarks.registry import benchmark, table

RATIO = 1.7


def _sweep(epochs: int, seeds: int = 5) -> Sweep:
    axes = (
        LogAxis("optimizer.learning_rate", low=0.001, high=0.1, count=10),
        ListAxis("layers.dense.units", values=(2, 4, 6, 8)),
    )
    spirals = preset_named("spirals").with_training(engine="numpy")
    return Sweep(axes=axes, experiment=spirals, seeds=seeds, epochs=epochs)


def _seconds(sweep: Sweep, executor: Executor) -> tuple[float, dict[object, object]]:
    """How long the sweep takes, and the test loss of every trial."""
    with Journal() as journal:
        start = perf_counter()
        found: dict[object, object] = {
            result.key: result.test_loss for result in SweepRun(sweep, executor, journal).run()
        }
        return perf_counter() - start, found


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--epochs", type=int, default=20, help="of every trial")


@benchmark("sweep", "200 trials of spirals: seconds of two processes beside one", _options)
def run(options: Namespace) -> bool:
    """See the module."""
    sweep, processes = _sweep(options.epochs), LokyProcesses(2)
    try:
        start, _ = _seconds(_sweep(1, seeds=1), processes)
        alone, wanted = _seconds(sweep, InTurn())
        both, found = _seconds(sweep, processes)
    finally:
        processes.close()
    print(f"{machine()}; load {load()}; {len(found)} trials of {options.epochs} epochs")
    rows = [
        ("one process, s", f"{alone:.1f}", ""),
        ("two processes, s", f"{both:.1f}", ""),
        ("times as fast", f"{alone / both:.2f}", f"at least {RATIO}"),
        ("start of the processes, with 40 short trials, s", f"{start:.1f}", ""),
        ("equal test losses", str(sum(found[key] == wanted[key] for key in wanted)), "200"),
    ]
    print(table(("", "measured", "wanted"), rows))
    return alone / both >= RATIO and found == wanted
