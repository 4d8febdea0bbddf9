"""Compare two work trees in one run, in alternation: the cost of a change as ratios of this tree to the other.

Each tree is measured by its own `gui.measure` and `startup` in its own processes, with this environment: modules may
have moved between the two.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.measuring import load, machine, ratios, spread
from tests.benchmarks.registry import benchmark, table

HERE = Path(__file__).resolve().parent.parent.parent
MAX_COST = 0.05

# First check which tree is imported: measuring the wrong one would be useless.
_HEAD = """
import json, sys, tempfile
from pathlib import Path
from time import perf_counter, process_time, thread_time
from tests.benchmarks import gui
import core, playground
for module in (gui, core, playground):
    assert Path.cwd() in Path(module.__file__).resolve().parents, f"{module.__name__} is not of this tree"
seconds = float(sys.argv[1]) + 1e-4  # which no other wait lasts
experiment = gui.experiment_2_8_8_8_1()
"""
_STEPS = """
from threadpoolctl import threadpool_limits
trainer = gui.make_trainer(experiment, gui.prepare(experiment))
def done():
    return trainer.epoch * trainer.steps_per_epoch + trainer.step_in_epoch
with threadpool_limits(1, user_api="blas"):
    trainer.run_for(0.2)
    before, wall, cpu = done(), perf_counter(), process_time()
    trainer.run_for(seconds)
    wall, cpu, steps = perf_counter() - wall, process_time() - cpu, done() - before
print(json.dumps({"us a step, CPU": 1e6 * cpu / steps, "us a step, wall": 1e6 * wall / steps}))
"""
_WINDOW = """
from PySide6.QtWidgets import QApplication
from playground import app as application
app = QApplication(sys.argv[:1])
sys.setswitchinterval(application.SWITCH_INTERVAL_SECONDS)
gui.headless_rate = lambda *arguments: 1.0  # measured on its own
live, used = gui.wait, {}
def wait(duration):
    before, before_here = process_time(), thread_time()
    live(duration)
    if duration == seconds:
        used["all"], used["here"] = process_time() - before, thread_time() - before_here
gui.wait = wait
with tempfile.TemporaryDirectory() as folder:
    found = gui.measure(app, Path(folder), seconds, experiment)
pictures, steps = found.pictures_per_second * seconds, found.steps_per_second * seconds
print(json.dumps({
    "window: GUI thread ms a picture, CPU": 1e3 * used["here"] / pictures,
    "window: other threads us a step, CPU": 1e6 * (used["all"] - used["here"]) / steps,
    "window: us a step": 1e6 / found.steps_per_second,
    "window: ms a picture": 1e3 / found.pictures_per_second,
    "window: late p99 ms": found.late(99),
    "window: ms a drag frame": 1e3 / found.drag_frames_per_second,
}))
"""
_START = "from tests.benchmarks import startup; print(startup._CODE)"

Found = dict[str, float]


class Bound(NamedTuple):
    """At most 5 % more, or less than `fine_below` in the figure's own unit: always, or only on an idle machine."""

    always: bool = False
    fine_below: float = 0.0


# CPU time depends least on other load. Lateness below 6 ms is invisible.
BOUNDS = {
    "us a step, CPU": Bound(always=True),
    "start: CPU s": Bound(always=True),
    "window: GUI thread ms a picture, CPU": Bound(always=True),
    "window: other threads us a step, CPU": Bound(always=True),
    "window: late p99 ms": Bound(fine_below=6.0),
}
_IDLE = 1.0
"""Load below which wall time counts too."""


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("tree", type=Path, metavar="OTHER_TREE", help="another work tree of this project")
    parser.add_argument("--rounds", type=int, default=9, help="how often each tree is measured")
    parser.add_argument(
        "--seconds", type=float, default=2.0, help="how long one measurement of each thing lasts"
    )
    parser.add_argument("--only", choices=("steps", "start", "window"), help="only this")


@benchmark(
    "compare", "this work tree beside another: steps, pictures, lateness, start", _options, by_default=False
)
def run(options: Namespace) -> bool:
    """See the module."""
    other = options.tree.resolve()
    if not (other / "tests" / "benchmarks" / "gui.py").exists():
        print(f"OTHER_TREE: it must be a work tree of this project, got {options.tree}")
        return False
    measurements: dict[str, Callable[[Path], Found]] = {
        "steps": lambda tree: _measured(tree, _HEAD + _STEPS, options.seconds),
        "start": _started,
        "window": lambda tree: _measured(tree, _HEAD + _WINDOW, options.seconds),
    }
    before = load()
    print(f"{machine()}; load before {before}")
    idle = before is not None and before < _IDLE
    rows, good = [], True
    for name, measure in measurements.items():
        if options.only in (None, name):
            mine, others = _alternate(measure, HERE, other, options.rounds)
            for figure in mine[0]:
                both = [item[figure] for item in mine], [item[figure] for item in others]
                row, within = _row(figure, *both, idle=idle)
                rows.append(row)
                good = good and within
            print(f"  {name} done, load {load()}", flush=True)
    print(f"\nless is better; medians of {options.rounds} (lowest … highest), the trees taking turns")
    print(table(("", "this tree", "other tree", "this / other", f"within {MAX_COST:.0%}"), rows))
    return good


def _alternate(
    measure: Callable[[Path], Found], mine: Path, other: Path, rounds: int
) -> tuple[list[Found], list[Found]]:
    """Run each tree once per round, in alternating order; the first round fills caches and is dropped."""
    found: dict[Path, list[Found]] = {mine: [], other: []}
    for number in range(rounds + 1):
        for tree in (mine, other) if number % 2 == 0 else (other, mine):
            result = measure(tree)
            if number > 0:
                found[tree].append(result)
    return found[mine], found[other]


def _row(name: str, mine: list[float], others: list[float], *, idle: bool) -> tuple[list[str], bool]:
    bound, found = BOUNDS.get(name, Bound()), ratios(mine, others)
    within = median(found) <= 1.0 + MAX_COST or median(mine) < bound.fine_below
    decides = bound.always or idle
    verdict = ("yes" if within else "NO") if decides else "busy"
    return [name, spread(mine), spread(others), spread(found, 3), verdict], within or not decides


def _environment(tree: Path, folder: str) -> dict[str, str]:
    homes = {f"XDG_{name}_HOME": folder for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    screen = {} if "DISPLAY" in os.environ else {"QT_QPA_PLATFORM": "offscreen"}
    return {**screen, **os.environ, **homes, "PYTHONPATH": str(tree)}


def _python(tree: Path, folder: str, code: str, *arguments: str) -> str:
    """Output of Python running `code` in a tree; raises `RuntimeError` with its stderr."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=tree,
        env=_environment(tree, folder),
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{tree.name}: {done.stderr}")
    return done.stdout


def _measured(tree: Path, code: str, seconds: float) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        found: Found = json.loads(_python(tree, folder, code, str(seconds)).splitlines()[-1])
    return found


def _started(tree: Path) -> Found:
    """Time from the command to the painted window and the first snapshot, and CPU time including exit."""
    with tempfile.TemporaryDirectory() as folder:
        code = _python(tree, folder, _START)
        before, start = _children_cpu(), time.time()
        lines = _python(tree, folder, code).splitlines()
        cpu = _children_cpu() - before
    moments = {line.split()[0]: float(line.split()[1]) - start for line in lines}
    return {
        "start: CPU s": cpu,
        "start: painted s": moments["painted"],
        "start: first picture s": moments["picture"],
    }


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
