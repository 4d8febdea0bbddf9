"""Short walks of the real window, whose findings are none; `make walk` goes on for ten minutes."""

from __future__ import annotations

import logging
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, qWarning
from PySide6.QtWidgets import QApplication

from playground import app as application
from tests.walk.actions import ACTIONS, Action
from tests.walk.faults import Faults
from tests.walk.memory import growth_mb
from tests.walk.room import Room
from tests.walk.walk import Walks

SECONDS = 15.0
KNOWN: tuple[str, ...] = ()
"""Patterns of findings that wait to be fixed."""


@pytest.fixture
def _as_in_the_application() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(application.SWITCH_INTERVAL_SECONDS)
    yield
    sys.setswitchinterval(before)


@pytest.mark.slow(reason="90 s")
@pytest.mark.usefixtures("_as_in_the_application")
@pytest.mark.parametrize("seed", range(1, 7))
def test_a_walk_finds_nothing(qapp: QApplication, tmp_path: Path, seed: int) -> None:
    walks = Walks(Room(tmp_path), known=KNOWN)
    with walks.room.open():
        found = walks.walk(seed, SECONDS)
        if found is not None:
            short = walks.shortest(found, 2 * SECONDS)
            pytest.fail(f"{short.sentence}\n{short.steps}", pytrace=False)
    assert walks.steps


def test_a_walk_finds_what_does_not_hold_and_its_shortest_steps(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walks = Walks(Room(tmp_path), only=("idle",), presets=("spirals",))
    with walks.room.open():
        # One that says it did something, and did not.
        steps = [("spirals", 0), ("step a batch", 0), ("to page 4", 0), ("theme", 0)]
        monkeypatch.setattr(walks.room, "command", lambda name: None)
        said, taken = walks.again_from(steps)
        assert said == "idle: theme changes nothing that can be seen"
        assert taken == steps


def test_a_key_of_the_page_that_is_shown_may_change_nothing(qapp: QApplication, tmp_path: Path) -> None:
    walks = Walks(Room(tmp_path), only=("idle",))
    with walks.room.open():
        said, _ = walks.again_from([("sums", 0), ("to page 7", 22), ("to page 7", 61)])
        assert said == ""


def test_texts_are_looked_at_when_they_are_laid_out(qapp: QApplication, tmp_path: Path) -> None:
    """As they are painted: "Saved just now" has the room of "Not saved yet" until then."""
    walks = Walks(Room(tmp_path), only=("texts",))
    with walks.room.open():
        walks.room.begin("spirals")
        status = walks.room.window.status
        saved = Action("file", "saved", lambda room, at: status.show_file(tmp_path, False, time.time()))
        walks.looker().step(saved, 0.0)
        assert status.file.text() == "Saved just now"


def test_there_are_more_than_eighty_actions() -> None:
    assert len(ACTIONS) > 80


def test_growth_counts_from_the_end_of_the_first_five_minutes_and_ignores_what_is_gone_again() -> None:
    memory = {0: 200, 299: 300, 301: 310, 400: 310, 450: 310, 500: 390, 550: 335, 600: 335, 650: 320}
    found = [(float(seconds), float(mb)) for seconds, mb in memory.items()]
    assert growth_mb(found) == 25
    assert growth_mb(found[:2]) == 0
    assert growth_mb([(0, 200), (60, 300), (90, 350), (120, 340)]) == 0
    assert growth_mb([]) == 0


def test_what_python_qt_and_the_log_complain_of_are_faults(qapp: QObject) -> None:
    faults = Faults()
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
