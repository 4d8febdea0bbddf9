"""Training beside another process that keeps a core busy: the number of threads that it chooses, beside one thread."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from statistics import median

from core.nn.blas_threads import available_cores, limit_blas_threads
from tests.benchmarks.busy_core import busy_core
from tests.benchmarks.measuring import in_turn, load, machine, ratios, spread
from tests.benchmarks.registry import benchmark, table
from tests.benchmarks.rivals import Case, Epochs, ours
from tests.benchmarks.speed import CASES

_NETWORKS = ("784-160-10 Adam", "784-512-512-10 Adam")
LEAST = 0.9


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each")
    parser.add_argument(
        "--seconds",
        type=float,
        default=3.0,
        help="how long each takes, about; a trial of threads takes 0.1 s",
    )


@benchmark(
    "busy", "training of MNIST's networks beside a busy process, as it chooses and with one thread", _options
)
def run(options: Namespace) -> bool:
    """See the module."""
    if available_cores() < 2:
        print("One core is all that there is")
        return True
    rows, kept = [], True
    for case in (case for case, _, _ in CASES if case.name in _NETWORKS):
        quiet = _speed(case, options)
        with busy_core():
            found = _speed(case, options)
        rows.append((case.name, spread(quiet), spread(found), f"at least {LEAST}"))
        kept = kept and median(found) >= LEAST
    print(f"{machine()}; load {load()}")
    print(table(("speed of its choice over one thread", "alone", "beside a busy process", "wanted"), rows))
    return kept


def _speed(case: Case, options: Namespace) -> list[float]:
    """How fast the training is as it chooses, relative to one thread, per round; by the wall."""
    epochs = max(1, round(options.seconds / _seconds(case)))
    chosen, single = ours(case, epochs), _on_one_thread(ours(case, epochs))
    found = in_turn({"one": single, "chosen": chosen}, options.rounds)
    return ratios([each.wall for each in found["one"]], [each.wall for each in found["chosen"]])


def _on_one_thread(train: Epochs) -> Callable[[], object]:
    def call() -> None:
        with limit_blas_threads():
            train()

    return call


def _seconds(case: Case) -> float:
    """Of an epoch on one thread."""
    return in_turn({"": _on_one_thread(ours(case, 1))}, 3)[""][-1].wall
