"""A sweep of the window on an encrypted cluster goes on when the window is closed, and is followed later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.runs.trial import TrialResult
from core.sweep import cluster as module
from core.sweep.compute_target import ComputeTarget
from core.sweep.journal import Journal
from core.sweep.processes import InTurn
from core.sweep.sweep_run import SweepRun
from playground.model.sweep_store import SweepStore
from playground.training.sweep import DutyCycle, SweepSession
from tests.core.sweep.dask_machines import Machines, certificate
from tests.core.sweep.small_sweeps import numbers, small_sweep
from tests.optional_packages import needs

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
    store = SweepStore(tmp_path / "sweeps")
    found: list[TrialResult] = []
    told: list[str] = []

    def session() -> SweepSession:
        made = SweepSession(store=store)
        request.addfinalizer(made.close)
        made.failed.connect(told.append)
        made.result_taken.connect(found.append)
        return made

    first = session()
    first.start(SWEEP, place, None)
    qtbot.waitUntil(lambda: len(found) >= 10 or bool(told), timeout=PATIENCE_MS)
    first.close()
    taken = len(found)
    assert (told, 10 <= taken < 60) == ([], True)
    second = session()
    with qtbot.waitSignal(second.opened, timeout=PATIENCE_MS) as opened:
        second.reopen()
    sweep, known = opened.args
    assert sweep == SWEEP
    assert second.kept is not None
    assert (second.kept.place, second.kept.is_finished) == (place, False)
    # Those that came while it closed are in the journal.
    assert {result.key for result in found} <= {result.key for result in known}
    with qtbot.waitSignal(second.running_changed, timeout=PATIENCE_MS, check_params_cb=lambda runs: not runs):
        second.go_on(None)
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
