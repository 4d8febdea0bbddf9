"""A window in which a race, seeds and a sweep train at once, for tests that kill it.

`python training_sets_program.py FOLDER`. It begins them, or goes on with those that an earlier one left, and prints
"SET NUMBER EPOCHS" for each of their runs that is kept, again when it has gone on.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from playground.plugins.runs.controller import run_library
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import as_the_application, make_window
from tests.core.sweep.small_sweeps import TINY, small_sweep


def _begin(window: MainWindow) -> None:
    runs = window.plugins["runs"].page
    for kind in ("race", "seeds", "sweep"):
        runs.show_set(kind)
    race, seeds, sweep = (runs.part(kind) for kind in ("race", "seeds", "sweep"))
    race.page.pace.set_current("0")
    race.page.stop.set_current("0")
    race.page.configured.emit()
    race.toggle()
    seeds.train(3, 100_000)
    sweep.draft.change("Many", small_sweep(rates=60, epochs=30))
    sweep.page.form.place.jobs.set_value(1)
    sweep.run()


def _go_on(window: MainWindow) -> None:
    for each in list(run_library(window).sets.values()):
        window.plugins["runs"].page.show_set(str(each.id))
        window.plugins["runs"].page.train_on(str(each.id), "go_on")


def main(folder: Path) -> None:
    """Until it is killed."""
    app = as_the_application()
    window = make_window(app, folder / "preferences.json", TINY)
    window.pages.show("runs")
    told: dict[tuple[int, int], float] = {}

    def tell() -> None:
        for run in list(run_library(window).rows.values()):
            key = (run.set_id or 0, run.trial.number)
            if run.set_id and told.get(key) != run.epochs:
                told[key] = run.epochs
                sys.stdout.write(f"{run.set_id} {run.trial.number} {run.epochs:g}\n")
        sys.stdout.flush()

    while not run_library(window).loaded:
        QApplication.processEvents()
    tell()
    (_go_on if run_library(window).sets else _begin)(window)
    run_library(window).changed.connect(tell)
    # By itself a window keeps what trains once in a minute.
    often = QTimer(window, interval=300)
    for kind in ("race", "seeds"):
        often.timeout.connect(window.plugins["runs"].page.part(kind).group.keep)
    often.start()
    app.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
