"""The page of runs with ten thousand rows: how long it takes to open and to filter; two writers and their waits."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path
from time import perf_counter

import numpy as np
from PySide6.QtWidgets import QApplication

from playground.commands.run_commands import RunController
from playground.model.runs.database import open_database
from playground.window.main_window import MainWindow
from tests.benchmarks.gui import wait
from tests.benchmarks.measuring import load, machine, spread
from tests.benchmarks.open_window import opened_window
from tests.benchmarks.registry import benchmark, table
from tests.playground.model.runs.made_runs import fill, summary

OPEN_SECONDS = 0.5
FILTER_SECONDS = 2 / 60
WAIT_SECONDS = 0.1
WORDS = ("dense 4", "run 99", "adam zebra", "7", "relu")
"""Typed letter by letter, then cleared: each letter filters."""

_WRITER = """
import sys, time
from pathlib import Path
from playground.model.runs import database
from tests.playground.model.runs.made_runs import POINTS, finished
from playground.model.runs.run_store import RunStore
begin, waits, writes = database._begin, [0.0], [0.0]

def timed(connection):
    start = time.perf_counter()
    begin(connection)
    waits.append(time.perf_counter() - start)

database._begin = timed
store, first = RunStore(Path(sys.argv[1])), int(sys.argv[2])
runs = [finished(POINTS.replace(seed=seed), epochs=1) for seed in range(first, first + 100)]
for run in runs:
    kept = store.record(run)
    assert kept is not None
    start = time.perf_counter()
    store.set_text(kept.id, note="seen")
    writes.append(time.perf_counter() - start)
print(max(waits), max(writes))
"""


def _open_seconds(window: MainWindow, app: QApplication) -> tuple[float, RunController]:
    """From the key until the rows are painted."""
    start = perf_counter()
    window.pages.show("runs")
    page = window.pages.page("runs")
    assert isinstance(page, RunController)
    while page.board.table.run_model.shown == 0:
        app.processEvents()
    page.board.table.viewport().repaint()
    return perf_counter() - start, page


def _filter_seconds(page: RunController, app: QApplication) -> list[float]:
    """From each letter until the rows are painted."""
    found = []
    for word in WORDS:
        for text in (*(word[:count] for count in range(1, len(word) + 1)), ""):
            start = perf_counter()
            page.board.search.setText(text)
            app.processEvents()
            found.append(perf_counter() - start)
    return found


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


def _answer(good: bool) -> str:
    return "yes" if good else "NO"


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
    quick = float(np.percentile(filtered, 95))
    good = (
        opened <= OPEN_SECONDS,
        quick <= FILTER_SECONDS,
        waited <= WAIT_SECONDS,
        count == 200,
    )
    rows = [
        ("open, ms", f"{1e3 * opened:.0f}", f"{1e3 * OPEN_SECONDS:.0f}", _answer(good[0])),
        (
            f"filter, 95 % of {len(filtered)} letters within, ms",
            f"{1e3 * quick:.0f}",
            f"{1e3 * FILTER_SECONDS:.0f}",
            _answer(good[1]),
        ),
        ("all letters, ms", spread([1e3 * value for value in filtered], 0), "", ""),
        (
            "longest wait of two writers, ms",
            f"{1e3 * waited:.0f}",
            f"{1e3 * WAIT_SECONDS:.0f}",
            _answer(good[2]),
        ),
        ("longest write, ms", f"{1e3 * written:.0f}", "", ""),
        ("runs of 200 that are there", str(count), "200", _answer(good[3])),
    ]
    print(table(("", "measured", "bound", "within"), rows))
    return all(good)
