"""GUI-thread time of a change of the theme, beside the way in which Qt sets a stylesheet."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path
from statistics import median
from time import thread_time
from unittest.mock import patch

from PySide6.QtWidgets import QApplication

from playground.training.state import TrainingState
from playground.views.theme import theme as theme_module
from playground.window.main_window import MainWindow
from tests.benchmarks.gui import wait
from tests.benchmarks.measuring import load, machine, ratios, spread
from tests.benchmarks.open_window import opened_window
from tests.benchmarks.registry import benchmark, table

MAX_SECONDS = 0.15
"""A longer pause of the window is seen."""
MAX_OF_QTS_OWN = 0.6


def toggle_seconds(app: QApplication, window: MainWindow) -> float:
    """CPU time of this thread from the toggle until everything is painted again."""
    before = thread_time()
    window.themes.toggle()
    app.processEvents()
    return thread_time() - before


def toggle_seconds_of_qt(app: QApplication, window: MainWindow) -> float:
    """The same with `QApplication.setStyleSheet` alone."""
    with patch.object(theme_module, "_replace_stylesheet", QApplication.setStyleSheet):
        return toggle_seconds(app, window)


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=15, help="how often each way is measured, in turn")


@benchmark("theme", "CPU time of the GUI thread for a change between light and dark", _options)
def run(options: Namespace) -> bool:
    """See the module."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    with (
        tempfile.TemporaryDirectory() as folder,
        opened_window(app, Path(folder) / "preferences.json") as window,
    ):
        while window.session.state is not TrainingState.IDLE or window.side.data.gallery.loading:
            wait(0.1)
        first = toggle_seconds(app, window)
        ours: list[float] = []
        qts: list[float] = []
        for number in range(options.rounds):
            ways = [(ours, toggle_seconds), (qts, toggle_seconds_of_qt)]
            # In alternating order, so that both go to the light and to the dark theme.
            for found, measure in ways if number % 2 == 0 else reversed(ways):
                found.append(measure(app, window))
        widgets = len(app.allWidgets())
    share = ratios(ours, qts)
    print(f"{machine()}; load {load()}; {widgets} widgets")
    rows = [
        ("first, ms", f"{1e3 * first:.0f}"),
        ("ms", spread([1e3 * value for value in ours], 0)),
        ("with Qt's own setStyleSheet, ms", spread([1e3 * value for value in qts], 0)),
        ("of Qt's own", spread(share)),
    ]
    print(table(("change of the theme, CPU", f"median of {options.rounds}"), rows))
    return median(ours) < MAX_SECONDS and median(share) < MAX_OF_QTS_OWN
