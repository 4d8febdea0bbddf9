"""Processes of this computer: the numbers of one process, deaths and cancelling."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.io import worker_pool
from core.runs.trial import TrialResult
from core.sweep import processes as module
from core.sweep.compute_target import ComputeTarget
from core.sweep.journal import Journal
from core.sweep.processes import InTurn, Processes, jobs_beside_window
from core.sweep.run_trial import Budget, Task, run_trial
from core.sweep.sweep_run import SweepRun
from tests.core.sweep.small_sweeps import numbers, small_sweep

pytestmark = pytest.mark.environment

SWEEP = small_sweep(rates=3)
PATIENCE_SECONDS = 20


@pytest.fixture(params=[False, True], ids=["loky", "spawned"])
def processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    """Two processes, as from a source tree and as in a bundle."""
    monkeypatch.setattr(worker_pool, "_is_frozen", lambda: request.param)
    made = Processes(2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def alone() -> dict[object, object]:
    """The numbers of one process."""
    with Journal() as journal:
        run = SweepRun(SWEEP, InTurn(), journal)
        return {result.key: numbers(result) for result in run.run()}


def _tasks() -> list[Task]:
    """A short trial and two long ones."""
    short, *_ = next(SWEEP.rounds())
    budget = Budget(seconds=2 * PATIENCE_SECONDS)
    return [Task(replace(short, epochs=epochs), SWEEP.experiment, budget) for epochs in (2, 10**7, 10**7)]


def test_two_processes_give_the_numbers_of_one_and_can_be_cancelled_at_once(
    processes: Processes, alone: dict[object, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a minimal system: without psutil, joblib needs pgrep to end a process.
    monkeypatch.setenv("PATH", "")
    with Journal() as journal:
        run = SweepRun(SWEEP, processes, journal)
        assert {result.key: numbers(result) for result in run.run()} == alone
        assert run.progress().running == ()
    results = processes.run(_tasks())
    assert next(results).status == "done"
    processes.cancel()
    assert list(results) == []


def test_to_close_waits_for_no_trial(processes: Processes) -> None:
    results = processes.run(_tasks())
    assert next(results).status == "done"
    closing = threading.Thread(target=processes.close, daemon=True)
    closing.start()
    closing.join(PATIENCE_SECONDS)
    assert not closing.is_alive(), "it waits"


def test_a_machine_without_semaphores_trains_in_this_process(
    alone: dict[object, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(count: int) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(module, "WorkerPool", refuse)
    with Journal() as journal:
        found = {result.key: numbers(result) for result in SweepRun(SWEEP, Processes(2), journal).run()}
    assert found == alone


def _dying(task: Task) -> TrialResult:
    """Trial 3 ends every process; trial 5 the first one that tries."""
    number, mark = task.trial.number, Path(os.environ["SWEEP_MARK"])
    if number == 3 or (number == 5 and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return run_trial(task)


@pytest.mark.slow(reason="6 s")
@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
def test_a_process_that_dies_costs_its_own_trial_alone(
    processes: Processes, alone: dict[object, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWEEP_MARK", str(tmp_path / "mark"))
    monkeypatch.setattr(module, "run_trial", _dying)
    with Journal() as journal:
        found = {result.key: result for result in SweepRun(SWEEP, processes, journal).run()}
    failed = found.pop((3, 0))
    assert (failed.status, failed.sentence) == ("failed", module._DIED)
    assert {key: numbers(result) for key, result in found.items()} == {
        key: value for key, value in alone.items() if key != (3, 0)
    }


def test_one_core_is_left_for_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, jobs in ((1, 1), (2, 1), (8, 7)):
        monkeypatch.setattr(module, "available_cores", lambda cores=cores: cores)
        assert jobs_beside_window() == jobs


def test_a_single_job_runs_in_this_process_unless_a_window_does() -> None:
    assert isinstance(ComputeTarget(3).executor("a", compiled=False), Processes)
    assert isinstance(ComputeTarget(1).executor("a", compiled=False), InTurn)
    assert isinstance(ComputeTarget(1).executor("a", compiled=False, in_process=False), Processes)


def test_a_process_that_starts_after_the_cancellation_ends_as_well(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill, kills = processes._kill, itertools.count()
    # As if the first one had come before there was a process.
    monkeypatch.setattr(processes, "_kill", lambda: kill() if next(kills) else None)
    with Journal() as journal:
        run = SweepRun(small_sweep(epochs=10_000_000), processes, journal)
        threading.Timer(0.1, run.cancel).start()
        assert list(run.run()) == []
    assert run.progress().state == "cancelled"
