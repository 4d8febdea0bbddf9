"""What belongs to the current run is admitted, whatever overtakes what; a thread that ended does not begin again."""

from __future__ import annotations

import ast

import numpy as np
import pytest
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from pytestqt.qtbot import QtBot

from playground.training.worker_thread import Arrivals, Worker, WorkerThread, guarded
from tests.sources import trees

pytestmark = pytest.mark.environment

ERRORS = {
    "KeyError: 'loss'": KeyError("loss"),
    "Singular matrix": np.linalg.LinAlgError("Singular matrix"),
    "it takes more memory than there is": MemoryError(),
    "AssertionError": AssertionError(),
}


class Failing(Worker):
    """Raises `error` where it is called, and where its timer calls it."""

    title = "The work"
    failed = Signal(str)

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._work)

    def fail(self, sentence: str) -> None:
        self.failed.emit(sentence)

    @Slot()
    def begin(self) -> None:
        self._timer.start(0)
        raise self._error

    @guarded
    def _work(self) -> None:
        raise self._error


def test_results_come_after_the_data_of_their_run() -> None:
    arrivals: Arrivals[str] = Arrivals()
    assert arrivals.begin(1) is None
    assert arrivals.admits(1, "first")
    assert not arrivals.admits(2, "early")
    assert arrivals.begin(2) == "early"
    assert arrivals.admits(2, "later")
    assert not arrivals.admits(1, "of the run before")


def test_an_early_result_waits_for_its_run_while_others_begin() -> None:
    """Found as a window that stayed empty after three documents had been opened at once."""
    arrivals: Arrivals[str] = Arrivals()
    arrivals.begin(1)
    assert not arrivals.admits(4, "of the fourth run")
    assert arrivals.begin(2) is None
    assert arrivals.begin(3) is None
    assert arrivals.begin(4) == "of the fourth run"


def test_a_result_of_a_run_that_was_left_is_dropped() -> None:
    arrivals: Arrivals[str] = Arrivals()
    assert not arrivals.admits(2, "of the second run")
    assert arrivals.begin(3) is None
    assert arrivals.begin(4) is None


def test_a_thread_that_has_ended_does_not_begin_again(qtbot: QtBot) -> None:
    """Its worker is deleted; a thread that still runs when the window is deleted ends the program."""
    owner = QObject()
    thread = WorkerThread("test", Failing(ValueError()), owner)
    thread.begin()
    assert thread.isRunning()
    thread.end()
    thread.begin()
    running = thread.isRunning()
    thread.end()
    assert not running


@pytest.mark.parametrize(("reason", "error"), ERRORS.items(), ids=ERRORS.keys())
def test_whatever_a_worker_raises_ends_as_a_sentence(qtbot: QtBot, reason: str, error: Exception) -> None:
    owner, worker, told = QObject(), Failing(error), list[str]()
    thread = WorkerThread("test", worker, owner)
    thread.connect_queued([(worker.failed, told.append)])
    worker.failed.connect(told.append)
    thread.begin()
    thread.call(worker.begin)
    qtbot.waitUntil(lambda: len(told) >= 2)
    thread.end()
    assert set(told) == {f"The work stopped: {reason}"}


def test_every_method_that_a_workers_own_signals_call_is_guarded() -> None:
    """Qt prints what a slot raises, and goes on: the window would wait for ever."""
    bare, seen = [], 0
    for module, tree in trees(r"class \w*Worker\b", "playground"):
        for scope in ast.walk(tree):
            if not isinstance(scope, ast.ClassDef) or not scope.name.endswith("Worker"):
                continue
            methods = {each.name: each for each in scope.body if isinstance(each, ast.FunctionDef)}
            for call in ast.walk(scope):
                if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith(".connect"):
                    continue
                name = ast.unparse(call.args[0]).removeprefix("self.")
                if name in methods:
                    seen += 1
                    decorators = map(ast.unparse, methods[name].decorator_list)
                    bare += [] if "guarded" in decorators else [f"{module}: {scope.name}.{name}"]
    assert seen >= 8
    assert bare == []
