"""What a picture costs the GUI thread, view by view: snapshots of a training are shown again, and painted."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from time import thread_time

import numpy as np
from PySide6.QtWidgets import QApplication

from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from playground.startup.gui_thread_gc import GuiThreadGC
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.benchmarks.gui import experiment_2_8_8_8_1, experiment_6_of_32, wait
from tests.benchmarks.measuring import load as machine_load
from tests.benchmarks.open_window import as_the_application, opened_window
from tests.benchmarks.registry import benchmark, judged, table

MAX_MS = 2.5
_VIEWS = ("output", "canvas", "results")
"""Those that change with every picture; the others are in the row of all."""


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--pictures", type=int, default=150, help="how many snapshots are shown")


@benchmark("painting", "CPU time of a picture on the GUI thread, view by view", _options)
def run(options: Namespace) -> bool:
    """See the module. CPU time holds on a busy machine too, but for what others take of its caches."""
    app = as_the_application()
    found = {
        item.name: _measure(app, item, options.pictures)
        for item in (experiment_2_8_8_8_1(), experiment_6_of_32())
    }
    rows = [
        (f"{name}, {view}", *(f"{value:.2f}" for value in values))
        for name, views in found.items()
        for view, values in views.items()
    ]
    print(f"platform {app.platformName()}, load {machine_load()}")
    print(table(("ms of CPU", "show", "paint", "both, median", "quickest fifth"), rows))
    most = found[experiment_2_8_8_8_1().name]["all views"][3]
    return judged(
        "2-8-8-8-1", [("a picture, quickest fifth", f"{most:.2f} ms", f"{MAX_MS:g} ms", most < MAX_MS)]
    )


def _measure(app: QApplication, experiment: Experiment, pictures: int) -> dict[str, tuple[float, ...]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        opened_window(app, Path(folder) / "preferences.json", experiment) as window,
    ):
        collector, snapshots = GuiThreadGC(window), _trained(window, pictures)
        parts = {name: (getattr(window.panels, name),) for name in _VIEWS}
        parts["all views"] = window.snapshot_router._scheduler.all
        found = {name: _shown(window, snapshots, views) for name, views in parts.items()}
        collector.stop()
    return found


def _trained(window: MainWindow, pictures: int) -> list[Snapshot]:
    """Snapshots of a training at full speed, which has ended."""
    snapshots: list[Snapshot] = []
    wait(1.0)  # first paints
    window.actions_by_name["play"].trigger()
    wait(1.0)
    window.session.snapshot_taken.connect(snapshots.append)
    while len(snapshots) < pictures:
        wait(0.1)
    window.session.snapshot_taken.disconnect(snapshots.append)
    window.session.pause()
    while window.session.state is not TrainingState.PAUSED:
        wait(0.05)
    wait(0.5)
    return snapshots[:pictures]


def _shown(window: MainWindow, snapshots: list[Snapshot], views: Sequence[object]) -> tuple[float, ...]:
    """Milliseconds of CPU per picture: of showing, of painting, of both, and of both in the quickest fifth."""
    times = []
    for _ in range(2):  # the first time only to warm up
        times.clear()
        for snapshot in snapshots:
            start = thread_time()
            for view in views:
                view.show_snapshot(snapshot)  # type: ignore[attr-defined]
            shown = thread_time()
            window.snapshot_router._paint_now()
            times.append((shown - start, thread_time() - shown))
    spent = 1e3 * np.array(times)
    both = spent.sum(axis=1)
    return (*np.median(spent, axis=0).tolist(), float(np.median(both)), float(np.percentile(both, 20)))
