"""The page of runs with ten thousand rows: how long it takes to open and to filter; two writers and their waits."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path
from time import perf_counter

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
WORDS = ("dense 4", "run 99", "adam zebra", "7", "")

_WRITER = """
import sys, time
from pathlib import Path
from tests.playground.model.runs.made_runs import POINTS, finished
from playground.model.runs.run_store import RunStore
store, first, longest = RunStore(Path(sys.argv[1])), int(sys.argv[2]), 0.0
runs = [finished(POINTS.replace(seed=seed), epochs=1) for seed in range(first, first + 100)]
for run in runs:
    kept = store.record(run)
    assert kept is not None
    start = time.perf_counter()
    store.set_text(kept.id, note="seen")
    longest = max(longest, time.perf_counter() - start)
print(longest)
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


def _filter_seconds(page: RunController, app: QApplication, words: str) -> float:
    start = perf_counter()
    page.board.search.setText(words)
    app.processEvents()
    return perf_counter() - start


def _longest_wait(path: Path) -> tuple[float, int]:
    """The longest write of two programs at once, and how many runs there are afterwards."""
    programs = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(path), first], stdout=subprocess.PIPE, text=True)
        for first in ("0", "1000")
    ]
    longest = max(float(program.communicate()[0]) for program in programs)
    connection = open_database(path)
    count = int(connection.execute("SELECT count(*) FROM runs WHERE note='seen'").fetchone()[0])
    connection.close()
    return longest, count


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
            filtered = [_filter_seconds(page, app, words) for _ in range(3) for words in WORDS]
        longest, count = _longest_wait(folder / "two.sqlite")
    print(f"{machine()}; load {load()}; {options.runs:,} runs in 40 groups")
    rows = [
        ("open, ms", f"{1e3 * opened:.0f}", f"{1e3 * OPEN_SECONDS:.0f}"),
        ("filter, ms", spread([1e3 * value for value in filtered], 0), f"{1e3 * FILTER_SECONDS:.0f}"),
        ("longest wait of two writers, ms", f"{1e3 * longest:.0f}", f"{1e3 * WAIT_SECONDS:.0f}"),
        ("runs of 200 that are there", str(count), "200"),
    ]
    print(table(("", "measured", "at most"), rows))
    return (
        opened <= OPEN_SECONDS
        and max(filtered) <= FILTER_SECONDS
        and longest <= WAIT_SECONDS
        and count == 200
    )
