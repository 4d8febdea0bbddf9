"""The timeline in the window: scrubbing, memory after 100,000 epochs, and what recording costs the training."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop
from PySide6.QtWidgets import QApplication

from core.data.datasets import Circle
from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.model.undo import Revision
from playground.training.requests import RunRequest
from playground.training.run import RunFactory
from playground.training.state import TrainingState
from playground.training.timeline_recorder import TimelineRecorder
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import opened_window
from tests.benchmarks.registry import benchmark, table

_MOMENTS = 500
_SCRUB_MS = 16.0
_PATIENCE_SECONDS = 60.0


def _network() -> Experiment:
    return Experiment(dataset=Circle(), layers=tuple(Dense(8, "tanh") for _ in range(3)))


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--epochs", type=int, default=100_000, help="epochs of the long run")


@benchmark("timeline", "scrubbing, memory of a long run, and the cost of recording", _options)
def run(options: Namespace) -> bool:
    """500 moments of 2-8-8-8-1: 95 in 100 within 16 ms, drawn; a long run stays within the memory limit."""
    scrubbed = _scrub()
    share = float(np.quantile(scrubbed, 0.95))
    seconds, plain, moments, memory, limit = _long_run(options.epochs)
    cost = 100 * (seconds / plain - 1)
    rows = [
        ["scrub, median ms", f"{np.median(scrubbed):.1f}", "—"],
        ["scrub, 95th percentile ms", f"{share:.1f}", f"{_SCRUB_MS:.0f}"],
        ["scrub, largest ms", f"{scrubbed.max():.1f}", "—"],
        [f"moments of {options.epochs:,} epochs", moments, "—"],
        ["their memory, MB", f"{memory / 1e6:.1f}", f"{limit / 1e6:.0f}"],
        ["recording, % of the training's time", f"{cost:.1f}", "—"],
    ]
    print(table(("2-8-8-8-1", "", "most"), rows))
    return share < _SCRUB_MS and memory <= limit


def _scrub() -> np.ndarray:
    """Milliseconds from a request until the moment is painted in the whole window, training paused."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    with TemporaryDirectory() as folder, opened_window(app, Path(folder) / "p.json", _network()) as window:
        session = window.session
        _wait(lambda: session.state is TrainingState.IDLE)
        # All of the first epochs are recorded.
        session.step_epochs(250)
        _wait(lambda: session.state is TrainingState.PAUSED and len(session.past.moments) > 250)
        chosen = np.random.default_rng(0).integers(0, 250, _MOMENTS + 5)
        times = np.array([_look_at(window, int(index)) for index in chosen])
    return 1e3 * times[5:]


def _look_at(window: MainWindow, index: int) -> float:
    """Seconds until the moment is painted; 0 if it is shown already."""
    ends: list[float] = []

    def note(snapshot: object) -> None:
        ends.append(perf_counter())

    past = window.session.past
    # Called after the router's slot, which draws and paints.
    past.snapshot_taken.connect(note)
    before, start = past.moment, perf_counter()
    past.look_at_index(index)
    if past.moment is not before:
        _wait(lambda: ends)
    past.snapshot_taken.disconnect(note)
    return ends[0] - start if ends else 0.0


def _wait(found: Callable[[], object]) -> None:
    end = perf_counter() + _PATIENCE_SECONDS
    while not found():
        if perf_counter() > end:
            raise TimeoutError("The window did not answer")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)


def _long_run(epochs: int) -> tuple[float, float, int, int, int]:
    """Seconds with and without recording, and the number of moments, their bytes and the limit."""
    factory = RunFactory()
    recorder = TimelineRecorder(factory.timeline)
    recorded = factory.make(RunRequest(Revision(_network())), None, on_load=None)
    plain = factory.make(RunRequest(Revision(_network())), None, on_load=None)
    recorder.begin(recorded, None)
    seconds = [0.0, 0.0]
    # In turn, because the machine is shared.
    for goal in range(epochs // 50, epochs + 1, epochs // 50):
        for index, each in enumerate((recorded, plain)):
            start = perf_counter()
            while each.trainer.epoch < goal:
                if each is recorded:
                    recorder.record_when_due()
                each.trainer.run_for(0.008)
            seconds[index] += perf_counter() - start
    store = factory.timeline
    count = len(store.moments(recorded.number))
    found = seconds[0], seconds[1], count, store.memory_bytes, store.memory_limit
    store.clear()
    return found
