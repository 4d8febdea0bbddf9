"""Time from the command to the first painted window."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from time import time

from tests.benchmarks.registry import benchmark, table

MAX_SECONDS = 3.0

# Only the event loop is another: what is imported before `app.run` would be imported with the garbage collector on.
_CODE = """
import sys
from time import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

def run(*_, inherited=QApplication.exec):
    window = next(each for each in QApplication.topLevelWidgets() if hasattr(each, "session"))
    window.session.snapshot_taken.connect(lambda snapshot: told(window, "picture"))
    # A timer comes after the paint events that wait already.
    QTimer.singleShot(0, window, lambda: told(window, "painted"))
    return inherited()

def told(window, what):
    print(what, time(), flush=True)
    if what == "picture":
        QTimer.singleShot(0, window, window.close)

QApplication.exec = run
from playground.cli import main
sys.exit(main([]))
"""


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=5, help="how often")


@benchmark(
    "startup",
    "time from the command to the painted window, and to the first picture of the network",
    _options,
)
def run(options: Namespace) -> bool:
    """See the module."""
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            f"XDG_{name}_HOME": folder for name in ("CACHE", "CONFIG", "DATA", "STATE")
        }
        # As on a user's machine, compiled modules are kept; the first run, which compiles them, does not count.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for number in range(1 + options.runs):
            start = time()
            done = subprocess.run(
                [sys.executable, "-c", _CODE], env=environment, capture_output=True, text=True, timeout=300
            )
            if done.returncode != 0:
                print(done.stderr)
                return False
            if number > 0:
                found.append(
                    {line.split()[0]: float(line.split()[1]) - start for line in done.stdout.splitlines()}
                )
    rows = [
        (f"run {i}", f"{item['painted']:.2f}", f"{item['picture']:.2f}") for i, item in enumerate(found, 1)
    ]
    print(table(("", "painted s", "first picture s"), rows))
    return min(item["painted"] for item in found) < MAX_SECONDS
