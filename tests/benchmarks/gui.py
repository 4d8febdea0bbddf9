"""How smooth the window stays while a small network trains at full speed, and what the window costs the training."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication
from threadpoolctl import threadpool_limits

from core.datasets import Circle
from core.experiment import Experiment
from core.layers import Dense
from core.preparation import make_trainer, prepare
from core.snapshot import Snapshot
from playground import app as application
from playground.garbage import GuiCollector
from playground.training.state import TrainingState
from playground.window import MainWindow
from tests.benchmarks.open_window import opened_window
from tests.benchmarks.registry import benchmark, table

FRAME_MS = 16
MOST_LATE_MS = 8.0
MOST_LOST = 0.20


def experiment_2_8_8_8_1() -> Experiment:
    """TF Playground's usual network with three hidden layers of eight."""
    return Experiment(name="2-8-8-8-1", dataset=Circle(), layers=tuple(Dense(8, "tanh") for _ in range(3)))


class Lateness(QObject):
    """A timer of the GUI thread that notes by how many milliseconds each of its calls comes too late."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.late_ms: list[float] = []
        self._due = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._note)

    def start(self) -> None:
        self.late_ms.clear()
        self._due = perf_counter() + FRAME_MS / 1000
        self._timer.start(FRAME_MS)

    def stop(self) -> None:
        self._timer.stop()

    def _note(self) -> None:
        now = perf_counter()
        self.late_ms.append(max(0.0, (now - self._due) * 1000))
        # Each call is measured against the one before: a single late one does not make all others late.
        self._due = now + FRAME_MS / 1000


@dataclass
class Figures:
    """What one run gave."""

    steps_per_second: float
    headless_steps_per_second: float
    pictures_per_second: float
    late_ms: np.ndarray = field(repr=False)

    @property
    def lost(self) -> float:
        return 1.0 - self.steps_per_second / self.headless_steps_per_second

    def late(self, percent: float) -> float:
        return float(np.percentile(self.late_ms, percent))


def headless_rate(experiment: Experiment, seconds: float) -> float:
    """Steps a second of the same trainer with nothing beside it."""
    trainer = make_trainer(experiment, prepare(experiment))
    with threadpool_limits(limits=1, user_api="blas"):
        trainer.run_for(0.2)
        before, start = _steps(trainer.epoch, trainer.step_in_epoch, trainer.steps_per_epoch), perf_counter()
        trainer.run_for(seconds)
        end = perf_counter()
    return (_steps(trainer.epoch, trainer.step_in_epoch, trainer.steps_per_epoch) - before) / (end - start)


def _steps(epoch: int, step: int, per_epoch: int) -> int:
    return epoch * per_epoch + step


class Camera(QObject):
    """Counts the pictures that the window gets, and the steps between the first and the last."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.pictures: list[tuple[float, int]] = []
        window.session.snapshot_taken.connect(self._note)

    def _note(self, snapshot: Snapshot) -> None:
        done = _steps(snapshot.epoch, snapshot.step, snapshot.steps_per_epoch)
        self.pictures.append((perf_counter(), done))


def wait(seconds: float) -> None:
    """Let the window live for so long."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def measure(app: QApplication, folder: Path, seconds: float, experiment: Experiment) -> Figures:
    """Train without a window, then in one, for `seconds` each."""
    before = headless_rate(experiment, seconds / 2)
    with opened_window(app, folder / "settings.ini", experiment) as window:
        camera, lateness = Camera(window), Lateness(window)
        collector = GuiCollector(window)
        while window.side.data.gallery.waiting:
            wait(0.1)
        wait(1.0)  # first paints
        window.actions_by_name["play"].trigger()
        while window.session.state is not TrainingState.RUNNING:
            wait(0.05)
        wait(0.5)
        camera.pictures.clear()
        lateness.start()
        wait(seconds)
        lateness.stop()
        (start, first), (end, last) = camera.pictures[0], camera.pictures[-1]
        pictures = len(camera.pictures)
        collector.stop()
    after = headless_rate(experiment, seconds / 2)
    return Figures(
        (last - first) / (end - start),
        (before + after) / 2,
        (pictures - 1) / (end - start),
        np.array(lateness.late_ms),
    )


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each run measures")
    parser.add_argument(
        "--runs",
        type=int,
        default=5,
        help="how often; the median counts, for the machine is never quite still",
    )


@benchmark(
    "gui", "smoothness of the window while 2-8-8-8-1 trains at full speed, and the share it costs", _options
)
def run(options: Namespace) -> bool:
    """See the module."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    sys.setswitchinterval(application.SWITCH_INTERVAL_SECONDS)
    runs: list[Figures] = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.runs):
            runs.append(measure(app, Path(folder), options.seconds, experiment_2_8_8_8_1()))
    rows = [
        (
            f"run {number}",
            f"{item.late(50):.2f}",
            f"{item.late(99):.2f}",
            f"{item.late(100):.2f}",
            f"{item.pictures_per_second:.0f}",
            f"{item.steps_per_second:,.0f}",
            f"{item.headless_steps_per_second:,.0f}",
            f"{item.lost:.1%}",
        )
        for number, item in enumerate(runs, 1)
    ]
    head = ("", "late p50 ms", "p99 ms", "max ms", "pictures/s", "steps/s", "without window", "lost")
    print(
        f"platform {app.platformName()}, {sys.version.split()[0]}, switch interval {sys.getswitchinterval() * 1000} ms"
    )
    print(table(head, rows))
    late = float(np.median([item.late(99) for item in runs]))
    lost = float(np.median([item.lost for item in runs]))
    print(f"median: p99 {late:.2f} ms (bound {MOST_LATE_MS} ms), lost {lost:.1%} (bound {MOST_LOST:.0%})")
    return late < MOST_LATE_MS and lost < MOST_LOST
