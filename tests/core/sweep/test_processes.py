"""Processes of this computer: the numbers of one process, deaths and cancelling."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.sweep import processes
from core.sweep.executor import InTurn
from core.sweep.journal import Journal
from core.sweep.place import SweepPlace
from core.sweep.processes import LokyProcesses, SpawnedProcesses, jobs_beside_window, local_processes
from core.sweep.run_trial import Budget, Task, run_trial
from core.sweep.sweep_run import SweepRun
from core.sweep.trial import TrialResult
from tests.core.sweep.small_sweeps import numbers, small_sweep

SWEEP = small_sweep(rates=3)
MADE = [LokyProcesses, SpawnedProcesses]
PATIENCE_SECONDS = 20


@pytest.fixture(scope="module")
def alone() -> dict[object, object]:
    """The numbers of one process."""
    with Journal() as journal:
        run = SweepRun(SWEEP, InTurn(), journal)
        return {result.key: numbers(result) for result in run.run()}


@pytest.mark.parametrize("make", MADE)
def test_two_processes_give_the_numbers_of_one_and_can_be_cancelled_at_once(
    make: Callable[[int], LokyProcesses], alone: dict[object, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a minimal system: without psutil, joblib needs pgrep to end a process.
    monkeypatch.setenv("PATH", "")
    executor = make(2)
    try:
        with Journal() as journal:
            run = SweepRun(SWEEP, executor, journal)
            assert {result.key: numbers(result) for result in run.run()} == alone
            assert run.progress().running == ()
        short, *_ = next(SWEEP.rounds())
        budget = Budget(seconds=2 * PATIENCE_SECONDS)
        tasks = [
            Task(replace(short, epochs=epochs), SWEEP.experiment, budget) for epochs in (2, 10**7, 10**7)
        ]
        results = executor.run(tasks)
        assert next(results).status == "done"
        executor.cancel()
        assert list(results) == []
    finally:
        executor.close()


def test_to_close_waits_for_no_trial() -> None:
    short, *_ = next(SWEEP.rounds())
    budget = Budget(seconds=2 * PATIENCE_SECONDS)
    executor = SpawnedProcesses(1)
    tasks = [Task(replace(short, epochs=epochs), SWEEP.experiment, budget) for epochs in (2, 10**7, 10**7)]
    results = executor.run(tasks)
    assert next(results).status == "done"
    closing = threading.Thread(target=executor.close, daemon=True)
    closing.start()
    closing.join(PATIENCE_SECONDS)
    assert not closing.is_alive(), "it waits"


def _dying(task: Task, parent: int) -> TrialResult:
    """Trial 3 ends every process; trial 5 the first one that tries."""
    number, mark = task.trial.number, Path(os.environ["SWEEP_MARK"])
    if number == 3 or (number == 5 and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return run_trial(task)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
@pytest.mark.parametrize("make", MADE)
def test_a_process_that_dies_costs_its_own_trial_alone(
    make: Callable[[int], LokyProcesses],
    alone: dict[object, object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SWEEP_MARK", str(tmp_path / "mark"))
    monkeypatch.setattr(processes, "_work", _dying)
    executor = make(2)
    try:
        with Journal() as journal:
            run = SweepRun(SWEEP, executor, journal)
            found = {result.key: result for result in run.run()}
    finally:
        executor.close()
    failed = found.pop((3, 0))
    assert (failed.status, failed.sentence) == ("failed", processes._DIED)
    assert {key: numbers(result) for key, result in found.items()} == {
        key: value for key, value in alone.items() if key != (3, 0)
    }


def test_a_trial_in_the_programs_own_process_watches_no_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    watched: list[int] = []
    monkeypatch.setattr(processes, "end_with_parent", watched.append)
    monkeypatch.setattr(processes.signal, "signal", lambda *_: None)
    monkeypatch.setattr(processes, "run_trial", lambda task: None)
    for parent in (os.getpid(), 0):
        processes._work(Task(next(SWEEP.rounds())[0], SWEEP.experiment), parent)
    assert watched == [0]


def test_one_core_is_left_for_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, jobs in ((1, 1), (2, 1), (8, 7)):
        monkeypatch.setattr(processes, "available_cores", lambda cores=cores: cores)
        assert jobs_beside_window() == jobs


def test_a_bundle_and_a_single_job_have_spawned_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(local_processes(1), SpawnedProcesses)
    assert isinstance(local_processes(3), LokyProcesses)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert isinstance(local_processes(3), SpawnedProcesses)
    # As `numpynet sweep` and the window choose.
    assert isinstance(SweepPlace(3).executor("a", compiled=False), SpawnedProcesses)
    assert isinstance(SweepPlace(1).executor("a", compiled=False), InTurn)
    assert isinstance(SweepPlace(1).executor("a", compiled=False, in_process=False), SpawnedProcesses)


@pytest.mark.parametrize("make", MADE)
def test_a_process_that_starts_after_the_cancellation_ends_as_well(
    make: Callable[[int], LokyProcesses], monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = make(2)
    kill, kills = executor._kill, itertools.count()
    # As if the first one had come before there was a process.
    monkeypatch.setattr(executor, "_kill", lambda: kill() if next(kills) else None)
    try:
        with Journal() as journal:
            run = SweepRun(small_sweep(epochs=10_000_000), executor, journal)
            threading.Timer(0.1, run.cancel).start()
            assert list(run.run()) == []
    finally:
        executor.close()
    assert run.progress().state == "cancelled"
