"""Frame rates of the window while a network trains at full speed, and the window's cost for the training."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from threadpoolctl import threadpool_limits

from core.data.datasets import Circle
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.snapshot import Snapshot
from core.nn import Dense
from playground.startup.gui_thread_gc import GuiThreadGC
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import as_the_application, opened_window
from tests.benchmarks.registry import benchmark, judged, table

FRAME_MS = 16
MOUSE_MS = 8
MAX_LATE_MS = 8.0
MAX_LOST = 0.35
MIN_PICTURES, MIN_LARGE_PICTURES, MIN_DRAG_FRAMES = 60, 30, 50
"""Per second, for whole snapshots: boundary, maps of all neurons, and curves."""


def experiment_2_8_8_8_1() -> Experiment:
    """TF Playground's usual network, with three hidden layers of eight."""
    return Experiment(name="2-8-8-8-1", dataset=Circle(), layers=tuple(Dense(8, "tanh") for _ in range(3)))


def experiment_6_of_32() -> Experiment:
    """Six hidden layers of 32."""
    return Experiment(name="6 × 32", dataset=Circle(), layers=tuple(Dense(32, "tanh") for _ in range(6)))


class Lateness(QObject):
    """A GUI thread timer that records how many milliseconds late each call is."""

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
        # Relative to the previous call: one late call does not make all others late.
        self._due = now + FRAME_MS / 1000


@dataclass
class Figures:
    """Results of one run."""

    steps_per_second: float
    headless_steps_per_second: float
    pictures_per_second: float
    drag_frames_per_second: float
    late_ms: np.ndarray = field(repr=False)

    @property
    def lost(self) -> float:
        return 1.0 - self.steps_per_second / self.headless_steps_per_second

    def late(self, percent: float) -> float:
        return float(np.percentile(self.late_ms, percent))


def headless_rate(experiment: Experiment, seconds: float) -> float:
    """Steps per second of the same trainer alone."""
    trainer = make_trainer(experiment, prepare(experiment))
    with threadpool_limits(limits=1, user_api="blas"):
        trainer.run_for(0.2)
        before, start = _steps(trainer.epoch, trainer.step_in_epoch, trainer.steps_per_epoch), perf_counter()
        trainer.run_for(seconds)
        end = perf_counter()
    return (_steps(trainer.epoch, trainer.step_in_epoch, trainer.steps_per_epoch) - before) / (end - start)


def _steps(epoch: int, step: int, per_epoch: int) -> int:
    return epoch * per_epoch + step


class Pace(QObject):
    """Counts the steps between the first and the last snapshot delivered."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.moments: list[tuple[float, int]] = []
        window.session.snapshot_taken.connect(self._note)

    @property
    def steps_per_second(self) -> float:
        (start, first), (end, last) = self.moments[0], self.moments[-1]
        return (last - first) / (end - start)

    def _note(self, snapshot: Snapshot) -> None:
        done = _steps(snapshot.epoch, snapshot.step, snapshot.steps_per_epoch)
        self.moments.append((perf_counter(), done))


class Frames(QObject):
    """Times of a widget's paint events."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.moments: list[float] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.moments.append(perf_counter())
        return False

    def lowest_rate(self, seconds: float = 0.5) -> float:
        """Frame rate in the slowest interval of this length."""
        moments = np.array(self.moments)
        starts = moments[moments <= moments[-1] - seconds]
        counts = np.searchsorted(moments, starts + seconds) - np.arange(len(starts))
        return float(counts.min(initial=len(moments)) / seconds)


def whole_pictures(window: MainWindow) -> list[Frames]:
    """The frames of all views that draw a snapshot."""
    parts = (
        window.panels.output.plot,
        window.panels.canvas.scene.field,
        window.panels.results.curves.canvas.viewport(),
    )
    return [Frames(part) for part in parts]


class CardDrag(QObject):
    """Drags the first layer's card with the mouse, and counts the frames of the dragged pixmap."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._card = window.panels.canvas.scene.layer_cards[0]
        self._start = QPointF(self._card.width() / 2, 14)
        self._moves = 0
        self._send(QEvent.Type.MouseButtonPress, self._start)
        self._send(QEvent.Type.MouseMove, self._start + QPointF(40, 20))
        picture = next(label for label in window.findChildren(QLabel) if label.graphicsEffect() is not None)
        self.frames = Frames(picture)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._move)
        self._timer.start(MOUSE_MS)

    def stop(self) -> None:
        """Drop the card at its old place."""
        self._timer.stop()
        self._card.drag.cancel()

    def _move(self) -> None:
        self._moves += 1
        angle = self._moves * 0.03
        self._send(
            QEvent.Type.MouseMove, self._start + QPointF(220 * np.sin(angle), 120 + 100 * np.cos(angle))
        )

    def _send(self, kind: QEvent.Type, at: QPointF) -> None:
        left = Qt.MouseButton.LeftButton
        there = self._card.mapToGlobal(at)
        event = QMouseEvent(kind, at, there, left, left, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.sendEvent(self._card, event)


def wait(seconds: float) -> None:
    """Run the event loop for `seconds`."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def measure(app: QApplication, folder: Path, seconds: float, experiment: Experiment) -> Figures:
    """Train without a window, then in one, for `seconds` each; then drag a card while training."""
    before = headless_rate(experiment, seconds / 2)
    with opened_window(app, folder / "preferences.json", experiment) as window:
        pace, lateness = Pace(window), Lateness(window)
        collector = GuiThreadGC(window)
        while window.side.data.gallery.loading:
            wait(0.1)
        wait(1.0)  # first paints
        window.actions_by_name["play"].trigger()
        while window.session.state is not TrainingState.RUNNING:
            wait(0.05)
        wait(0.5)
        pace.moments.clear()
        parts = whole_pictures(window)
        lateness.start()
        wait(seconds)
        lateness.stop()
        pictures = min(len(part.moments) for part in parts) / seconds
        steps = pace.steps_per_second
        drag = CardDrag(window)
        wait(max(1.0, seconds / 3))
        drag.stop()
        collector.stop()
    after = headless_rate(experiment, seconds / 2)
    late_ms = np.array(lateness.late_ms)
    return Figures(steps, (before + after) / 2, pictures, drag.frames.lowest_rate(), late_ms)


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each run measures")
    parser.add_argument(
        "--runs",
        type=int,
        default=3,
        help="how often; the median counts, for the machine is never quite still",
    )


def _row(name: str, item: Figures) -> tuple[str, ...]:
    return (
        name,
        f"{item.late(50):.2f}",
        f"{item.late(99):.2f}",
        f"{item.late(100):.2f}",
        f"{item.pictures_per_second:.0f}",
        f"{item.drag_frames_per_second:.0f}",
        f"{item.steps_per_second:,.0f}",
        f"{item.headless_steps_per_second:,.0f}",
        f"{item.lost:.1%}",
    )


_HEAD = (
    "",
    "late p50 ms",
    "p99 ms",
    "max ms",
    "whole pictures/s",
    "drag frames/s, lowest",
    "steps/s",
    "without window",
    "lost",
)


@benchmark(
    "gui", "smoothness of the window while it trains at full speed, and the share that it costs", _options
)
def run(options: Namespace) -> bool:
    """See the module."""
    app = as_the_application()
    small, large = experiment_2_8_8_8_1(), experiment_6_of_32()
    with tempfile.TemporaryDirectory() as folder:
        runs, large_runs = (
            [measure(app, Path(folder), options.seconds, experiment) for _ in range(count)]
            for experiment, count in ((small, options.runs), (large, max(1, options.runs // 2)))
        )
    rows = [_row(item.name, run) for item, done in ((small, runs), (large, large_runs)) for run in done]
    print(
        f"platform {app.platformName()}, {sys.version.split()[0]}, switch interval {sys.getswitchinterval() * 1000} ms"
    )
    print(table(_HEAD, rows))
    late = _median([item.late(99) for item in runs])
    lost = _median([item.lost for item in runs])
    pictures = _median([item.pictures_per_second for item in runs])
    drag = _median([item.drag_frames_per_second for item in runs])
    large_pictures = _median([item.pictures_per_second for item in large_runs])
    return judged(
        f"medians of {small.name}",
        [
            ("late, 99th percentile", f"{late:.2f} ms", f"{MAX_LATE_MS:g} ms", late < MAX_LATE_MS),
            ("lost to the window", f"{lost:.1%}", f"{MAX_LOST:.0%}", lost < MAX_LOST),
            ("whole pictures/s", f"{pictures:.0f}", str(MIN_PICTURES), round(pictures) >= MIN_PICTURES),
            ("drag frames/s, lowest", f"{drag:.0f}", str(MIN_DRAG_FRAMES), drag >= MIN_DRAG_FRAMES),
            (
                f"{large.name}: whole pictures/s",
                f"{large_pictures:.0f}",
                str(MIN_LARGE_PICTURES),
                round(large_pictures) >= MIN_LARGE_PICTURES,
            ),
        ],
    )


def _median(values: list[float]) -> float:
    return float(np.median(values))
