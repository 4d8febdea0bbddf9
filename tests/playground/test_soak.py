"""A short soak: random mouse and keys while it trains. `make soak` goes on for ten minutes."""

from __future__ import annotations

import logging
import math
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, qWarning
from pytestqt.qtbot import QtBot

from playground import app as application
from playground.window.main_window import MainWindow
from tests.soak.faults import Faults
from tests.soak.files import SampleFiles
from tests.soak.memory import Measurement, grown_classes, growth_mb, late_packages, threads_of_python
from tests.soak.soak import Soak

MOVES = 200


@pytest.fixture
def _as_in_the_application() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(application.SWITCH_INTERVAL_SECONDS)
    yield
    sys.setswitchinterval(before)


@pytest.mark.slow(reason="22 s")
@pytest.mark.usefixtures("_as_in_the_application")
def test_a_soak_ends_as_it_began(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    threads, faults = threads_of_python(), Faults()
    # They are made when they are first shown, of 520 widgets, and stay.
    assert window.panels.late_microscope.view is not window.panels.late_mistakes.view
    for name in ("page_race", "page_seeds", "page_sweep", "page_runs", "page_build", "probes"):
        window.actions_by_name[name].trigger()
    soak = Soak(window, SampleFiles(tmp_path / "files", large=False), faults, look_seconds=math.inf)
    with faults.collecting():
        soak.run(moves=MOVES)
    record, (first, last) = soak.record, soak.record.measurements
    assert faults.texts == []
    assert record.snapshots > 10
    # No bound on memory: what is imported meanwhile is most of it. `make soak` has one.
    # The number depends on what is open; a leak of one per move would add hundreds.
    assert last.widgets < first.widgets + 100
    window.session.close()
    assert not window.session._thread.isRunning()
    qtbot.waitUntil(lambda: threads_of_python() <= threads | {threading.current_thread()})


def measured(seconds: float, memory_mb: float, modules: tuple[str, ...] = (), **classes: int) -> Measurement:
    return Measurement(seconds, 0, memory_mb, 0, 0, 0, 0, 0, frozenset(modules), Counter(classes))


def test_growth_counts_from_the_end_of_the_first_five_minutes_and_ignores_what_is_gone_again() -> None:
    memory = {0: 200, 299: 300, 301: 310, 400: 310, 450: 310, 500: 390, 550: 335, 600: 335, 650: 320}
    found = [measured(*each) for each in memory.items()]
    assert growth_mb(found) == 25
    assert growth_mb(found[:2]) == 0
    assert growth_mb([measured(0, 200), measured(60, 300), measured(90, 350), measured(120, 340)]) == 0


def test_classes_that_grew_are_named_with_the_number_that_stayed() -> None:
    found = [
        measured(0, 0, A=1),
        measured(300, 0, A=2, B=5),
        measured(500, 0, A=9, B=5),
        measured(600, 0, A=4),
    ]
    assert grown_classes(found) == [("A", 2)]


def test_packages_that_were_imported_late_are_named_with_their_modules() -> None:
    found = [
        measured(0, 0),
        measured(300, 0, ("a", "b.x")),
        measured(600, 0, ("a", "b.x", "b.y", "c", "c.z")),
    ]
    assert late_packages(found) == [("c", 2), ("b", 1)]


def test_what_python_qt_and_the_log_complain_of_are_faults(qapp: QObject) -> None:
    faults = Faults(lambda: "a move")
    with faults.collecting():
        warnings.warn("a warning", RuntimeWarning, stacklevel=1)
        qWarning("a message")
        qWarning("This plugin does not support raise()")
        logging.getLogger("some").error("an error")
        logging.getLogger("some").warning("only a remark")
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        sys.excepthook(ValueError, ValueError("uncaught"), None)
    kinds = ("RuntimeWarning: a warning", "Qt: a message", "an error", "Traceback", "ValueError: uncaught")
    assert [text.startswith(kind) for text, kind in zip(faults.texts, kinds, strict=True)] == [True] * 5
    assert all(text.endswith("after a move") for text in faults.texts)
