"""The window with the compiled engine at full speed: steps, pictures, what they cost, and how late the GUI is."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from statistics import median

from core.compiled.readiness import is_installed, load
from core.nn.blas_threads import limit_blas_threads
from tests.benchmarks.gui import Figures, experiment_2_8_8_8_1, measure
from tests.benchmarks.measuring import load as machine_load
from tests.benchmarks.open_window import as_the_application
from tests.benchmarks.registry import benchmark, table

# (what, its figure, the bound, whether it is the least)
BOUNDS: tuple[tuple[str, Callable[[Figures], float], float, bool], ...] = (
    ("steps/s", lambda run: run.steps_per_second, 180_000.0, True),
    ("whole pictures/s", lambda run: round(run.pictures_per_second), 60.0, True),
    ("lost to pictures, %", lambda run: 100.0 * run.lost, 18.0, False),
    ("GUI late, p99 ms", lambda run: run.late(99), 6.0, False),
)


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each run measures")
    parser.add_argument("--runs", type=int, default=5, help="how often; the median counts")


@benchmark("window", "the window with the compiled engine, 2-8-8-8-1 at full speed", _options)
def run(options: Namespace) -> bool:
    """See the module."""
    if not is_installed():
        print("numba is not installed")
        return True
    app = as_the_application()
    load()
    limit_blas_threads()
    experiment = experiment_2_8_8_8_1().with_training(engine="compiled")
    with tempfile.TemporaryDirectory() as folder:
        runs = [measure(app, Path(folder), options.seconds, experiment) for _ in range(options.runs)]
    rows, reached = [], True
    for name, figure, bound, least in BOUNDS:
        values = [figure(run) for run in runs]
        ok = median(values) >= bound if least else median(values) <= bound
        reached = reached and ok
        limit = f"{'at least' if least else 'at most'} {bound:,.0f}"
        found = (f"{value:,.1f}" for value in (median(values), min(values), max(values)))
        rows.append((name, *found, limit, "yes" if ok else "NO"))
    print(f"platform {app.platformName()}, load {machine_load()}")
    print(table(("", "median", "lowest", "highest", "wanted", ""), rows))
    return reached
