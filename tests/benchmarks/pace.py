"""Whether training can be watched: epochs and pictures a second at the speed of the first start, of MNIST and Names."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path
from time import perf_counter

from PySide6.QtWidgets import QApplication

from core.experiment.experiment import Experiment
from core.experiment.presets import first_preset, preset_named
from core.experiment.templates import TEMPLATES, with_template
from playground import app as application
from playground.model.training_speed import DEFAULT_SPEED, find_speed
from playground.startup.gui_thread_gc import GuiThreadGC
from playground.training.state import TrainingState
from tests.benchmarks.gui import Pace, wait
from tests.benchmarks.open_window import opened_window
from tests.benchmarks.registry import benchmark, judged

MIN_PICTURES = 20.0
MAX_OFF = 0.1
"""Of the epochs a second that the speed promises."""


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each training is watched")


@benchmark(
    "pace", "epochs and pictures a second at the speed of the first start, of MNIST and Names", _options
)
def run(options: Namespace) -> bool:
    """See the module."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    sys.setswitchinterval(application.SWITCH_INTERVAL_SECONDS)
    cnn = next(template for template in TEMPLATES if template.title == "Small CNN")
    digits = preset_named("mnist")
    points, *images = (
        _watch(app, experiment, options.seconds)
        for experiment in (first_preset(), digits, with_template(digits, cnn), preset_named("names"))
    )
    names = (first_preset().name, "MNIST", f"MNIST, {cnn.title}", "Names")
    wanted = find_speed(DEFAULT_SPEED).per_second
    off = abs(points[0] / wanted - 1.0)
    rows = [(f"{names[0]}, epochs/s", f"{points[0]:.1f}", f"{wanted:g} ± {MAX_OFF:.0%}", off < MAX_OFF)]
    for name, (_, pictures) in zip(names, (points, *images), strict=True):
        kept = pictures >= MIN_PICTURES
        rows.append((f"{name}, pictures/s", f"{pictures:.1f}", f"{MIN_PICTURES:g}", kept))
    return judged("", rows)


def _watch(app: QApplication, experiment: Experiment, seconds: float) -> tuple[float, float]:
    """Epochs and pictures a second in the window."""
    with (
        tempfile.TemporaryDirectory() as folder,
        opened_window(app, Path(folder) / "preferences.json", experiment) as window,
    ):
        collector = GuiThreadGC(window)
        window.preferences.speed = DEFAULT_SPEED
        while window.session.state is TrainingState.LOADING or window.side.data.gallery.loading:
            wait(0.1)
        wait(1.0)
        pace = Pace(window)
        window.actions_by_name["play"].trigger()
        while window.session.state is not TrainingState.RUNNING:
            wait(0.02)
        wait(1.0)
        pace.moments.clear()
        start = perf_counter()
        wait(seconds)
        spent, pictures = perf_counter() - start, len(pace.moments)
        steps, per_epoch = pace.steps_per_second, window.snapshot_router.snapshot
        collector.stop()
        assert per_epoch is not None
    return steps / per_epoch.steps_per_epoch, pictures / spent
