"""Scaling of a step's cost with layers, units, samples and classes, as slopes on log-log axes.

A slope of 1 is linear cost, 0 constant cost.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from core.nn.blas_threads import limit_blas_threads
from tests.benchmarks.measuring import in_turn, load, machine, spread
from tests.benchmarks.registry import benchmark, table
from tests.benchmarks.rivals import Case, ours

HEAD = ("", "sizes", "µs a step", "slope", "µs for each more")
NOTE = (
    "CPU time of numpy's engine with Adam; the slope of its logarithm over that of the size, as the median of all "
    "rounds with the lowest and the highest; at the end what one more of them costs over the whole range."
)
_STEPS = 60


def _network(units: Sequence[int], classes: int = 1, samples: int = 640, batch: int = 32) -> Case:
    return Case("", (2,), tuple(units), classes, samples, batch, "adam", "tanh")


@dataclass(frozen=True)
class Growth:
    """A quantity, its values, and the network for each value."""

    name: str
    sizes: tuple[int, ...]
    case: Callable[[int], Case]


GROWTHS = (
    Growth("layers of 8", (1, 2, 4, 8, 16, 32), lambda size: _network([8] * size)),
    Growth("units in three layers", (8, 32, 128, 512), lambda size: _network([size] * 3)),
    Growth(
        "samples in all, 2-8-8-8-1", (1_000, 10_000, 100_000), lambda size: _network([8] * 3, samples=size)
    ),
    Growth(
        "samples in a batch, 2-8-8-8-1",
        (8, 32, 128, 512),
        lambda size: _network([8] * 3, samples=10 * size, batch=size),
    ),
    Growth("classes, 2-32-n", (2, 8, 32, 128, 512), lambda size: _network([32], classes=size)),
)


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=9, help="measurements of each size")


@benchmark("growth", "how the cost of a step grows with layers, units, samples and classes", _options)
def run(options: Namespace) -> bool:
    """See the module. There are no bounds."""
    print(f"{machine()}; load {load()}")
    print(table(HEAD, measure(options.rounds)))
    print(NOTE)
    return True


def measure(rounds: int) -> list[list[str]]:
    """The cells under `HEAD`."""
    return [_row(growth, rounds) for growth in GROWTHS]


def _row(growth: Growth, rounds: int) -> list[str]:
    cases = [growth.case(size) for size in growth.sizes]
    epochs = [max(1, _STEPS // case.steps) for case in cases]
    runs = {
        str(size): ours(case, count) for size, case, count in zip(growth.sizes, cases, epochs, strict=True)
    }
    with limit_blas_threads():
        times = in_turn(runs, rounds)
    steps = [case.steps * count for case, count in zip(cases, epochs, strict=True)]
    cost = np.array(
        [
            [1e6 * spent.cpu / count for spent in found]
            for found, count in zip(times.values(), steps, strict=True)
        ]
    )
    slopes = [float(np.polyfit(np.log(growth.sizes), np.log(column), 1)[0]) for column in cost.T]
    middle = [median(row) for row in cost.tolist()]
    each = (middle[-1] - middle[0]) / (growth.sizes[-1] - growth.sizes[0])
    return [
        growth.name,
        " ".join(f"{size:,}" for size in growth.sizes),
        " ".join(f"{value:.0f}" for value in middle),
        spread(slopes),
        f"{each:.3g}",
    ]
