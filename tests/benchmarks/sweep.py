"""A sweep of 200 trials: two processes beside one, each with the same numbers; and the window while one runs."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from unittest.mock import patch

import numpy as np
from PySide6.QtWidgets import QApplication

from core.experiment.presets import preset_named
from core.sweep.axes import ListAxis, LogAxis
from core.sweep.journal import Journal
from core.sweep.processes import Executor, InTurn, Processes
from core.sweep.sweep import Sweep
from core.sweep.sweep_run import SweepRun
from playground import app as application
from playground.plugins.runs.sweep_controller import SweepController
from playground.startup.gui_thread_gc import GuiThreadGC
from playground.training.state import TrainingState
from tests.benchmarks.gui import Lateness, wait, whole_pictures
from tests.benchmarks.measuring import load, machine
from tests.benchmarks.open_window import opened_window
from tests.benchmarks.registry import benchmark, judged, table

RATIO = 1.7
MIN_PICTURES = 30.0
MAX_LATE_MS = 16.0


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
    parser.add_argument(
        "--seconds", type=float, default=6.0, help="how long the window is watched on each page"
    )


@benchmark("sweep", "200 trials of spirals: seconds of two processes beside one", _options)
def run(options: Namespace) -> bool:
    """See the module."""
    sweep, processes = _sweep(options.epochs), Processes(2)
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
    is_fast = alone / both >= RATIO and found == wanted
    return _judge_window(options.seconds) and is_fast


def _judge_window(seconds: float) -> bool:
    """Whether the window stays smooth while a sweep takes all other cores."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    sys.setswitchinterval(application.SWITCH_INTERVAL_SECONDS)
    with TemporaryDirectory() as folder, patch.dict(os.environ, {"XDG_STATE_HOME": folder}):
        pictures, late, late_there, trials = _watch(app, Path(folder), seconds)
    return judged(
        f"the window while a sweep runs; load {load()}",
        [
            (
                "page Build: whole pictures/s",
                f"{pictures:.0f}",
                f"{MIN_PICTURES:g}",
                pictures >= MIN_PICTURES,
            ),
            (
                "page Build: late, 99th percentile",
                f"{late:.1f} ms",
                f"{MAX_LATE_MS:g} ms",
                late < MAX_LATE_MS,
            ),
            (
                "page Sweep: late, 99th percentile",
                f"{late_there:.1f} ms",
                f"{MAX_LATE_MS:g} ms",
                late_there < MAX_LATE_MS,
            ),
            ("page Sweep: trials/s", f"{trials:.1f}", "some", trials > 0),
        ],
    )


def _watch(app: QApplication, folder: Path, seconds: float) -> tuple[float, float, float, float]:
    """Pictures a second and lateness while the document trains; lateness and trials a second on the page."""
    with opened_window(app, folder / "preferences.json", preset_named("spirals")) as window:
        collector = GuiThreadGC(window)
        while window.side.data.gallery.loading:
            wait(0.1)
        controller = window.plugins["runs"].page.part("sweep")
        assert isinstance(controller, SweepController)
        controller.draft.change("All", _sweep(epochs=40, seeds=50))
        controller.run()
        while not controller.results:
            wait(0.1)
        window.actions_by_name["play"].trigger()
        while window.session.state is not TrainingState.RUNNING:
            wait(0.05)
        wait(1.0)
        parts, lateness = whole_pictures(window), Lateness(window)
        lateness.start()
        wait(seconds)
        lateness.stop()
        pictures = min(len(part.moments) for part in parts) / seconds
        window.actions_by_name["play"].trigger()
        window.plugins["runs"].show_set("sweep")
        wait(1.0)
        there, before = Lateness(window), len(controller.results)
        there.start()
        wait(seconds)
        there.stop()
        trials = (len(controller.results) - before) / seconds
        collector.stop()
    late = (float(np.percentile(each.late_ms, 99)) for each in (lateness, there))
    return pictures, *late, trials
