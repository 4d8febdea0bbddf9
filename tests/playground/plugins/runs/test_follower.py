"""A sweep of the window on an encrypted cluster goes on when the window is closed, and is followed later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.runs.store import Store
from core.runs.trial import TrialResult
from core.sweep import cluster as module
from core.sweep.compute_target import ComputeTarget
from core.sweep.journal import Journal, JournalError
from core.sweep.plan import Plan
from core.sweep.processes import InTurn
from core.sweep.sweep_run import SweepRun
from playground.plugins.runs.follower import DutyCycle, Follower, SweepTraining
from playground.plugins.runs.left_sweeps import left_sweep, place_of
from tests.core.sweep.dask_machines import Machines, certificate
from tests.core.sweep.small_sweeps import numbers, small_sweep
from tests.optional_packages import needs
from tests.playground.training.test_worker_thread import ERRORS

PATIENCE_MS = 120_000
SWEEP = small_sweep(rates=30, epochs=1)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ComputeTarget]:
    files = certificate(tmp_path)
    if files is None:
        pytest.skip("needs openssl")
    monkeypatch.setattr(module, "_WAIT_SECONDS", 60.0)
    machines = Machines(1, files)
    yield ComputeTarget(scheduler=machines.address, tls=files)
    machines.close()


@pytest.mark.foreign
@needs("distributed")
def test_a_closed_window_loses_nothing(
    place: ComputeTarget, tmp_path: Path, qtbot: QtBot, request: pytest.FixtureRequest
) -> None:
    store = Store(tmp_path / "runs.sqlite")
    found: list[TrialResult] = []
    told: list[str] = []

    def session() -> SweepTraining:
        made = SweepTraining(lambda sweep, result: b"", store.path)
        request.addfinalizer(made.close)
        made.failed.connect(told.append)
        made.run_ended.connect(found.append)
        return made

    first = session()
    first.start(Plan("sweep", sweep=SWEEP, target=place))
    qtbot.waitUntil(lambda: len(found) >= 10 or bool(told), timeout=PATIENCE_MS)
    first.close()
    taken = len(found)
    assert (told, 10 <= taken < 60) == ([], True)
    second = session()
    with qtbot.waitSignal(second.started, timeout=PATIENCE_MS) as started:
        second.reopen(left_sweep(store))
    sweep, known = started.args[0]
    assert sweep == SWEEP
    assert second.kept is not None
    assert (second.place, place_of(second.kept), second.kept.state) == (place, place, "paused")
    # Those that came while it closed are in the journal.
    assert {result.key for result in found} <= {result.key for result in known}
    with qtbot.waitSignal(second.running_changed, timeout=PATIENCE_MS, check_params_cb=lambda runs: not runs):
        second.go_on()
    second.close()
    everything = {result.key: numbers(result) for result in (*known, *found[taken:])}
    with Journal() as journal:
        local = {result.key: numbers(result) for result in SweepRun(SWEEP, InTurn(), journal).run()}
    assert told == []
    assert everything == local


class Work:
    """A clock of the time that a thread has used, and its rests."""

    def __init__(self) -> None:
        self.used = 5.0
        self.rests: list[float] = []

    def clock(self) -> float:
        return self.used


@pytest.mark.parametrize(
    ("share", "seconds", "rest"), [(1 / 3, 0.01, 0.02), (0.5, 0.03, 0.03), (1 / 3, 0.2, 0.1), (1.0, 0.2, 0.0)]
)
def test_a_thread_rests_for_the_other_share_of_its_time_up_to_a_tenth_of_a_second(
    share: float, seconds: float, rest: float
) -> None:
    work = Work()
    duty = DutyCycle(share, work.clock, work.rests.append)
    for _ in range(2):
        work.used += seconds
        duty.rest()
    assert work.rests == pytest.approx([rest, rest])


def test_the_end_of_a_sweep_ends_the_reading_of_its_trials() -> None:
    follower = Follower(lambda sweep, result: b"", Path())
    follower._report(None)
    follower.ask("cancelled")
    with pytest.raises(JournalError):
        follower._report(None)
    follower.forget()
    follower._report(None)


@pytest.mark.parametrize(("reason", "error"), ERRORS.items(), ids=ERRORS.keys())
@pytest.mark.parametrize("step", ["prepared_for", "add"])
def test_whatever_following_raises_ends_as_a_sentence(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, step: str, reason: str, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    told: list[str] = []
    training = SweepTraining(lambda sweep, result: b"", tmp_path / "runs.sqlite")
    training.failed.connect(told.append)
    monkeypatch.setattr(Journal, step, fail)
    monkeypatch.setattr(ComputeTarget, "executor", lambda *_, **__: InTurn())
    try:
        training.start(Plan("sweep", sweep=SWEEP))
        qtbot.waitUntil(lambda: bool(told) and not training.running, timeout=PATIENCE_MS)
    finally:
        training.close()
    assert told == [f"The sweep stopped: {reason}"]
