"""Cost of a snapshot: the boundary with all neuron maps, relative to a matrix product of the same size."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from core.data.datasets import Circle
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense
from tests.benchmarks.registry import benchmark, table

# (units, grid, maximum in milliseconds)
CASES = (((8, 8, 8), 100, 3.0), ((8, 8, 8), 200, None), ((8,) * 6, 100, 5.0), ((32,) * 6, 100, None))


@benchmark("pictures", "the boundary with the maps of all neurons")
def run(options: Namespace) -> bool:
    rows, good = [], True
    with threadpool_limits(1, user_api="blas"):
        for units, grid, most in CASES:
            layers = tuple(Dense(count, "tanh") for count in units)
            experiment = Experiment(dataset=Circle(), layers=layers)
            prepared = prepare(experiment)
            taker = SnapshotTaker(make_trainer(experiment, prepared), prepared, 1, experiment)
            request = SnapshotRequest(grid=grid)
            picture = _milliseconds(lambda taker=taker, request=request: taker.take(request, running=True))
            points = np.ones((grid * grid, units[0]), np.float32)
            kernel = np.ones((units[0], units[0]), np.float32)
            product = _milliseconds(lambda points=points, kernel=kernel: points @ kernel) * (len(units) - 1)
            good = good and (most is None or picture < most)
            name = "-".join(map(str, (2, *units, 1)))
            rows.append([name, f"{grid} × {grid}", f"{picture:.2f}", f"{product:.2f}", most or "—"])
    print(table(("", "grid", "picture ms", "products alone ms", "most ms"), rows))
    return good


def _milliseconds(call: Callable[[], object], repeats: int = 30) -> float:
    """The minimum of several runs, since the machine may be busy."""
    call()
    times = []
    for _ in range(repeats):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return 1000 * min(times)
