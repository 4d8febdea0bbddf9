"""Cost of the results panel for a picture: curves of short and long histories, with the cursor, with a spike."""

from __future__ import annotations

import dataclasses
import sys
from argparse import ArgumentParser, Namespace
from time import process_time

import numpy as np
from PySide6.QtWidgets import QApplication

from core.inspect.snapshot import Snapshot
from core.train.history import History
from playground.views.results import ResultsPanel
from playground.views.theme.theme import ThemeSource
from tests.benchmarks.registry import benchmark, table
from tests.playground.fakes import fake_prepared, fake_snapshot, points_experiment

ROWS = (100, 2_000, 40_000)
MAX_MS = 6.0
"""For a picture with its painting, at 40,000 rows."""
_SIZE = (350, 380)


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--pictures", type=int, default=200, help="pictures measured for each history")


@benchmark("curves", "the results panel's cost for a picture, by the length of the history", _options)
def run(options: Namespace) -> bool:
    """See the module."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    panel = ResultsPanel(ThemeSource(None, "light", parent=app))
    panel.resize(*_SIZE)
    panel.show()
    panel.show_data(fake_prepared(points_experiment()))
    rows, longest = [], 0.0
    for count in ROWS:
        for name, spike, cursor in (
            ("", False, False),
            ("with a spike", True, False),
            ("with the cursor", False, True),
        ):
            longest = max(longest, spent := _milliseconds(app, panel, options.pictures, count, spike, cursor))
            rows.append([f"{count:,} rows {name}".rstrip(), f"{spent:.2f}"])
    panel.close()
    print(table(("", "CPU ms a picture"), rows))
    print(f"longest {longest:.2f} ms (bound {MAX_MS} ms)")
    return longest < MAX_MS


def _milliseconds(
    app: QApplication, panel: ResultsPanel, pictures: int, rows: int, spike: bool, cursor: bool
) -> float:
    """CPU time of one picture, of a history that grows by a row for each."""
    whole = _history(rows + pictures, spike)
    snapshot = fake_snapshot(points_experiment())
    panel.clear()
    moments = [_until(snapshot, whole, rows + number) for number in range(pictures)]
    panel.show_snapshot(moments[0])
    if cursor:
        panel.curves.canvas._point_at(rows // 2)
    app.processEvents()
    start = process_time()
    for moment in moments:
        panel.show_snapshot(moment)
        app.processEvents()
    return 1000 * (process_time() - start) / pictures


def _until(snapshot: Snapshot, whole: History, rows: int) -> Snapshot:
    columns = {item.name: getattr(whole, item.name)[:rows] for item in dataclasses.fields(History)}
    return dataclasses.replace(snapshot, epoch=rows - 1, history=History(**columns))


def _history(rows: int, spike: bool) -> History:
    rng = np.random.default_rng(1)
    epoch = np.arange(float(rows))
    train = 0.7 * np.exp(-epoch / (rows / 5)) + 0.05 * rng.random(rows)
    if spike:
        train[rows // 2] = 30.0
    rest = np.full(rows, 0.01)
    return History(epoch, train, train + 0.05, 1 - train, 1 - train, rest, rest, 0 * rest, train, rest, rest)
