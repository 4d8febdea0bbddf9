"""Soak test: random use of the window while training, with memory, widgets and threads monitored."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import random
import sys
import tempfile
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from core.data.datasets import DATASETS
from core.experiment.adapt import with_dataset
from core.experiment.problems import find_problems
from core.nn import LAYERS, Layer
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS
from core.optim.regularizers import REGULARIZERS
from playground import app as application
from playground.gui_thread_gc import GuiThreadGC
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import close_window, deliver_deletions, make_window
from tests.benchmarks.registry import benchmark, table

__all__ = ["Soak", "Watch", "resident_mb"]

# Maximum growth of a longer soak after its first minute.
MAX_GROWTH_MB = 40.0


def resident_mb() -> float:
    """Resident memory of the process in MB; NaN if the system does not report it.

    Memory cached by the C library is released first, if possible.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return float("nan")
    return pages * 4096 / 1e6


@dataclass
class Watch:
    """Measurements during a soak."""

    seconds: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    widgets: list[int] = field(default_factory=list)
    objects: list[int] = field(default_factory=list)
    actions: int = 0
    epochs: int = 0

    def grown_mb(self, warm: float = 0.4) -> float:
        """Growth in MB after the warm-up, between the medians of its first and last thirds."""
        values = np.array(self.memory_mb[round(warm * len(self.memory_mb)) :])
        third = max(1, len(values) // 3)
        return float(np.median(values[-third:]) - np.median(values[:third]))


class Soak:
    """Performs random actions in `window`, seeded by `seed`. Errors of slots are collected in `errors`."""

    def __init__(self, window: MainWindow, seed: int = 0) -> None:
        self.window = window
        self.watch = Watch()
        self._random = random.Random(seed)
        self._deck: list[Callable[[], None]] = []
        self._datasets = [kind() for kind in DATASETS if kind().missing_download() is None]
        self._epoch = 0
        window.session.snapshot_taken.connect(self._count)

    def warm_up(self) -> None:
        """Train on every dataset once, to fill one-time caches."""
        document = self.window.document
        self.window.session.play()
        for dataset in self._datasets:
            document.change("Data", with_dataset(document.experiment, dataset))
            _live(250)

    def run(self, seconds: float, every_ms: int = 60) -> Watch:
        """Act for `seconds`, and measure memory about forty times."""
        start = perf_counter()
        look = start
        while (now := perf_counter()) - start < seconds:
            self._act()
            _live(every_ms)
            if now >= look:
                look = now + seconds / 40
                self._look(now - start)
        self._settle()
        self._look(perf_counter() - start)
        return self.watch

    def _act(self) -> None:
        if not self._deck:
            # Every action once before any twice; datasets and edits more often.
            self._deck = [
                *(self._dialogs + self._panels + self._runs),
                *[self._dataset] * 6,
                *[self._edit] * 12,
                *[self._setting] * 6,
                *[self._undo] * 4,
            ]
            self._random.shuffle(self._deck)
        self._deck.pop()()
        self.watch.actions += 1
        session = self.window.session
        if session.state in (TrainingState.IDLE, TrainingState.PAUSED, TrainingState.FAILED):
            session.play()

    @property
    def _dialogs(self) -> list[Callable[[], None]]:
        actions = self.window.actions_by_name
        names = [name for name in actions if name.startswith("export_")]
        names += ["shortcuts", "about", "commands", "preferences", "welcome"]
        names += ["microscope", "mistakes", "run_until"]
        fields = self.window.training_bar.fields
        popups = [getattr(fields, name) for name in ("_open_optimizer", "_open_loss", "_open_regularizer")]
        menus = [menu for menu in self.window.findChildren(QMenu) if menu.title()]
        return [
            *(lambda name=name: self._open(actions[name].trigger) for name in names),
            *(lambda popup=popup: self._open(popup) for popup in popups),
            *(lambda menu=menu: self._popup(menu) for menu in menus),
            self._toast,
        ]

    @property
    def _panels(self) -> list[Callable[[], None]]:
        actions = self.window.actions_by_name
        docks = [dock.toggleViewAction().trigger for dock in self.window.docks]
        tabs = [
            lambda page=page: self.window.results.tabs.setCurrentIndex(page) for page in (0, 1, 2, 3, 4, 0)
        ]
        names = (
            "theme",
            "theme",
            "move_panels",
            "move_panels",
            "restore_panels",
            "restore_panels",
            "paint",
            "paint",
        )
        return [*docks, *docks, *tabs, *(actions[name].trigger for name in names), self._resize]

    @property
    def _runs(self) -> list[Callable[[], None]]:
        actions = self.window.actions_by_name
        names = ("play", "step_batch", "step_epoch", "reset", "reset_new_seed")
        return [*(actions[name].trigger for name in names), self._speed, self._hover]

    def _open(self, trigger: Callable[[], object]) -> None:
        trigger()
        _live(80)
        for widget in QApplication.topLevelWidgets():
            if widget.isVisible() and widget is not self.window:
                if isinstance(widget, QDialog):
                    widget.reject()
                else:
                    widget.close()
        deliver_deletions()

    def _popup(self, menu: QMenu) -> None:
        self._open(lambda: menu.popup(self.window.mapToGlobal(self.window.rect().center())))

    def _toast(self) -> None:
        self.window.show_message("A sentence for some seconds")

    def _resize(self) -> None:
        self.window.resize(self._random.choice((1280, 1440, 1600)), self._random.choice((720, 900, 1000)))

    def _speed(self) -> None:
        self.window.session.set_speed(self._random.choice(("epoch_10", "max", "max")))

    def _hover(self) -> None:
        self.window.canvas.neuron_hovered.emit((0, 0))
        _live(60)
        self.window.canvas.neuron_hovered.emit(None)

    def _dataset(self) -> None:
        document = self.window.document
        dataset = self._random.choice(self._datasets)
        document.change("Data", with_dataset(document.experiment, dataset))

    def _edit(self) -> None:
        document = self.window.document
        layers = document.experiment.layers
        kind = self._random.choice([kind for kind in LAYERS if kind.on_palette])
        at = self._random.randint(0, len(layers))
        choice = self._random.random()
        if choice < 0.5 and len(layers) < 7:
            document.insert_layer(at, self._layer(kind))
        elif choice < 0.8 and layers:
            document.remove_layer(min(at, len(layers) - 1))
        elif layers:
            document.move_layer(min(at, len(layers) - 1), self._random.randrange(len(layers)))
        problems = find_problems(document.experiment)
        if problems and problems[0].fixes and self._random.random() < 0.8:
            fix = problems[0].fixes[0]
            document.change(fix.text, fix.experiment)
        elif problems:
            document.undo_stack.undo()

    def _layer(self, kind: type[Layer]) -> Layer:
        names = {item.name for item in kind.settings()}
        return kind(units=self._random.randint(1, 12)) if "units" in names else kind()

    def _setting(self) -> None:
        document = self.window.document
        name = self._random.choice(("optimizer", "regularizer", "batch_size", "loss"))
        value: object
        if name == "batch_size":
            value = self._random.choice((8, 32, 128))
        else:
            kinds = {"optimizer": OPTIMIZERS, "regularizer": REGULARIZERS, "loss": LOSSES}[name]
            value = self._random.choice(list(kinds))()
        changed = document.experiment.with_training(**{name: value})
        if not find_problems(changed):
            document.change(f"Change {name}", changed)

    def _undo(self) -> None:
        stack = self.window.document.undo_stack
        (stack.undo if self._random.random() < 0.6 else stack.redo)()

    def _count(self, snapshot: object) -> None:
        self.watch.epochs += 1

    def _settle(self) -> None:
        """Close what is open and deliver all deletions."""
        for _ in range(5):
            _live(50)
            deliver_deletions()

    def _look(self, seconds: float) -> None:
        if self.window.document.experiment.dataset.kind == "mnist":
            return  # its 60 MB are intended, and released with the next data
        deliver_deletions()
        gc.collect()
        watch = self.watch
        watch.seconds.append(seconds)
        watch.memory_mb.append(resident_mb())
        watch.widgets.append(len(QApplication.allWidgets()))
        watch.objects.append(len(self.window.findChildren(QWidget)))


def _live(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--minutes", type=float, default=3.0, help="how long (default 3)")
    parser.add_argument("--seed", type=int, default=0, help="decides what is done")


@benchmark("soak", "minutes of everything at random: no crash, no growth", _options, by_default=False)
def run(options: Namespace) -> bool:
    """See the module."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    sys.setswitchinterval(application.SWITCH_INTERVAL_SECONDS)
    errors: list[str] = []
    sys.excepthook = lambda kind, error, trace: errors.append(f"{kind.__name__}: {error}")
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(app, Path(folder) / "preferences.json")
        window.session.start()
        collector = GuiThreadGC(window)
        soak = Soak(window, options.seed)
        soak.warm_up()
        watch = soak.run(60 * options.minutes)
        collector.stop()
        close_window(window)
    rows = [
        (f"{seconds:.0f} s", f"{memory:.0f}", widgets)
        for seconds, memory, widgets in zip(watch.seconds, watch.memory_mb, watch.widgets, strict=True)
    ]
    print(table(("", "MB", "widgets"), rows[:: max(1, len(rows) // 12)]))
    threads = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    print(f"{watch.actions} actions, {watch.epochs:,} pictures; grown by {watch.grown_mb():.1f} MB once warm")
    print(f"errors: {errors or 'none'}; threads left: {threads or 'none'}")
    return watch.grown_mb() < MAX_GROWTH_MB and not errors
