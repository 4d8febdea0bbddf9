"""The page of runs with ten thousand rows: how long it takes to open and to filter; two writers and their waits.

Where others use the cores, a wall time says little: if it is out of its bound and the CPU time is not, it is "busy".
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from core.runs.schema import open_database
from playground.plugins.runs.board_controller import RunController
from playground.window.main_window import MainWindow
from tests.benchmarks.gui import wait
from tests.benchmarks.measuring import Spent, load, machine, spent
from tests.benchmarks.open_window import opened_window
from tests.benchmarks.registry import benchmark, table
from tests.core.runs.made_runs import fill, summary

OPEN_SECONDS = 0.5
FILTER_SECONDS = 2 / 60
WAIT_SECONDS = 0.1
WORDS = ("dense 4", "run 99", "adam zebra", "7", "relu")
"""Typed letter by letter, then cleared: each letter filters."""

_WRITER = """
import sys, time
from pathlib import Path
from core.runs import schema
from tests.core.runs.made_runs import POINTS, finished
from core.runs.store import Store
begin, waits, writes = database._begin, [0.0], [0.0]

def timed(connection):
    start = time.perf_counter()
    begin(connection)
    waits.append(time.perf_counter() - start)

database._begin = timed
store, first = Store(Path(sys.argv[1])), int(sys.argv[2])
runs = [finished(POINTS.replace(seed=seed), epochs=1) for seed in range(first, first + 100)]
for run in runs:
    kept = store.record(run)
    assert kept is not None
    start = time.perf_counter()
    store.edit([kept.id], note="seen")
    writes.append(time.perf_counter() - start)
print(max(waits), max(writes))
"""


def _open_seconds(window: MainWindow, app: QApplication) -> tuple[Spent, RunController]:
    """From the key until the rows are painted."""
    found: list[RunController] = []

    def open_page() -> None:
        window.pages.show("runs")
        page = window.plugins["runs"].page.board
        assert isinstance(page, RunController)
        found.append(page)
        while page.board.table.run_model.shown == 0:
            # A loop that never waits would keep Python from the thread that reads.
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        page.board.table.viewport().repaint()

    return spent(open_page), found[0]


def _filter_seconds(page: RunController, app: QApplication) -> list[Spent]:
    """From each letter until the rows are painted."""

    def search(text: str) -> None:
        page.board.search.setText(text)
        app.processEvents()

    letters = [(*(word[:count] for count in range(1, len(word) + 1)), "") for word in WORDS]
    return [spent(partial(search, text)) for texts in letters for text in texts]


def _longest_wait(path: Path) -> tuple[float, float, int]:
    """The longest wait and the longest write of two programs at once, and how many runs there are afterwards."""
    programs = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(path), first], stdout=subprocess.PIPE, text=True)
        for first in ("0", "1000")
    ]
    answers = [program.communicate()[0].split() for program in programs]
    waited, written = (max(map(float, column)) for column in zip(*answers, strict=True))
    connection = open_database(path)
    count = int(connection.execute("SELECT count(*) FROM runs WHERE note='seen'").fetchone()[0])
    connection.close()
    return waited, written, count


def _answer(seconds: float, bound: float, cpu: float = 0.0) -> str:
    if seconds <= bound:
        return "yes"
    return "busy" if 0.0 < cpu <= bound and (load() or 0.0) > (os.cpu_count() or 1) else "NO"


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=10_000, help="rows of the table")


@benchmark("runs", "seconds to open and to filter the page of runs, and to write from two programs", _options)
def run(options: Namespace) -> bool:
    """See the module."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        connection = open_database(folder / "runs.sqlite")
        fill(
            connection,
            [
                summary(n, data_key=f"data {n % 40}", data_label=f"Data {n % 40}")
                for n in range(1, options.runs + 1)
            ],
        )
        connection.close()
        with opened_window(app, folder / "preferences.json") as window:
            wait(1.0)
            opened, page = _open_seconds(window, app)
            filtered = _filter_seconds(page, app)
        waited, written, count = _longest_wait(folder / "two.sqlite")
    print(f"{machine()}; load {load()}; {options.runs:,} runs in 40 groups")
    quick, cpu = (
        float(np.percentile([getattr(each, kind) for each in filtered], 95)) for kind in ("wall", "cpu")
    )
    rows = [
        _row("open", opened.wall, OPEN_SECONDS, opened.cpu),
        _row(f"filter, 95 % of {len(filtered)} letters within", quick, FILTER_SECONDS, cpu),
        _row("longest wait of two writers", waited, WAIT_SECONDS),
        ("longest write", f"{1e3 * written:.0f}", "", "", ""),
        ("runs of 200 that are there", str(count), "", "200", "yes" if count == 200 else "NO"),
    ]
    print(table(("ms", "measured", "CPU", "bound", "within"), rows))
    return all(row[-1] != "NO" for row in rows)


def _row(name: str, seconds: float, bound: float, cpu: float = 0.0) -> tuple[str, ...]:
    times = (f"{1e3 * value:.0f}" if value else "" for value in (seconds, cpu, bound))
    return (name, *times, _answer(seconds, bound, cpu))
