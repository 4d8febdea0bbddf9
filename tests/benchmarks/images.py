"""Training a convolutional network on digits in the window: accuracy after a minute, or on all of MNIST."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from core.data.downloads.archive_cache import ImageStore
from core.data.downloads.archives import MNIST
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.experiment.templates import TEMPLATES, with_template
from core.inspect.snapshot import Snapshot
from playground import app as application
from playground.startup.gui_thread_gc import GuiThreadGC
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.benchmarks.gui import Frames, Lateness, wait
from tests.benchmarks.open_window import opened_window
from tests.benchmarks.registry import benchmark, table

MAX_LATE_MS = 12.0
MAX_PAUSE_MS = 100.0
MAX_MEGABYTES = 1200.0
WANTED_IN_A_MINUTE, WANTED_OF_ALL, EPOCHS_OF_ALL = 0.975, 0.99, 6


@dataclass
class Figures:
    """Results of one training in the window. `reached` is when the target accuracy was first seen on the test set."""

    accuracy: float
    epochs: int
    seconds: float
    reached: str
    late_ms: np.ndarray = field(repr=False)
    pictures_per_second: float
    pause_ms: float
    megabytes: float


class TrainerState(QObject):
    """Accuracy on the whole test set after every epoch."""

    def __init__(self, window: MainWindow, wanted: float) -> None:
        super().__init__(window)
        self._wanted = wanted
        self._start = perf_counter()
        self.epoch = 0
        self.best = 0.0
        self.reached = "never"
        window.session.snapshot_taken.connect(self._note)

    def _note(self, snapshot: Snapshot) -> None:
        history = snapshot.history
        whole = history.epoch % 1.0 == 0.0
        if snapshot.epoch == self.epoch or not whole.any():
            return
        self.epoch = snapshot.epoch
        accuracies = history.test_accuracy[whole]
        self.best = float(accuracies.max())
        if self.best >= self._wanted and self.reached == "never":
            self.reached = f"epoch {self.epoch}, {perf_counter() - self._start:.0f} s"


def train(
    app: QApplication, experiment: Experiment, wanted: float, *, seconds: float, epochs: int | None = None
) -> Figures:
    """Train for `seconds`, or for that many epochs."""
    with (
        tempfile.TemporaryDirectory() as folder,
        opened_window(app, Path(folder) / "preferences.json", experiment) as window,
    ):
        collector = GuiThreadGC(window)
        while window.session.state is TrainingState.LOADING or window.side.data.gallery.loading:
            wait(0.1)
        wait(1.0)
        progress, lateness = TrainerState(window, wanted), Lateness(window)
        window.actions_by_name["play"].trigger()
        start = perf_counter()
        while window.session.state is not TrainingState.RUNNING:
            wait(0.02)
        frames = Frames(window.panels.canvas.scene.field)
        lateness.start()
        while perf_counter() - start < seconds and (epochs is None or progress.epoch < epochs):
            wait(0.2)
        lateness.stop()
        used = perf_counter() - start
        pause_ms = _pause(window)
        collector.stop()
    return Figures(
        progress.best,
        progress.epoch,
        used,
        progress.reached,
        np.array(lateness.late_ms),
        len(frames.moments) / used,
        pause_ms,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10),
    )


def _pause(window: MainWindow) -> float:
    """The longest of several pauses, from request to rest, in milliseconds."""
    longest = 0.0
    for number in range(10):
        start = perf_counter()
        window.session.pause()
        while window.session.state is TrainingState.RUNNING:
            wait(0.001)
        longest = max(longest, perf_counter() - start)
        window.session.play()
        wait(0.3 + 0.037 * number)
    window.session.pause()
    return longest * 1000


def _report(name: str, figures: Figures, wanted: float) -> bool:
    late = float(np.percentile(figures.late_ms, 99))
    row = (
        name,
        f"{figures.accuracy:.2%}",
        figures.reached,
        figures.epochs,
        f"{figures.seconds:.0f}",
        f"{late:.1f}",
        f"{figures.late_ms.max():.0f}",
        f"{figures.pictures_per_second:.1f}",
        f"{figures.pause_ms:.0f}",
        f"{figures.megabytes:.0f}",
    )
    head = (
        "",
        "best test accuracy",
        f"{wanted:.1%} in",
        "epochs",
        "seconds",
        "late p99 ms",
        "max ms",
        "pictures/s",
        "longest pause ms",
        "peak MB",
    )
    print(table(head, [row]))
    good = figures.accuracy >= wanted and late < MAX_LATE_MS
    return good and figures.pause_ms < MAX_PAUSE_MS and figures.megabytes < MAX_MEGABYTES


def _application() -> QApplication:
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    sys.setswitchinterval(application.SWITCH_INTERVAL_SECONDS)
    return app


@benchmark("images", "the small CNN on the built-in digits, played for a minute in the window")
def run(options: Namespace) -> bool:
    """See the module."""
    template = next(template for template in TEMPLATES if template.title == "Small CNN")
    experiment = with_template(preset_named("mnist"), template)
    figures = train(_application(), experiment, WANTED_IN_A_MINUTE, seconds=60.0)
    return _report(template.title, figures, WANTED_IN_A_MINUTE)


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="the folder with MNIST's four .gz files")


@benchmark("all-images", "a CNN on the whole MNIST, six epochs in the window", _options, by_default=False)
def run_all(options: Namespace) -> bool:
    """See the module."""
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache  # keep the user's copy, if there is one
        ImageStore(MNIST).take(options.data.glob("*.gz"))
        experiment = preset_named("mnist_70k_cnn")
        figures = train(_application(), experiment, WANTED_OF_ALL, seconds=3600.0, epochs=EPOCHS_OF_ALL)
    return _report(experiment.name, figures, WANTED_OF_ALL)
