"""Members that were told are there after the program is killed; leases of the dead are free at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.runs.holder import me
from core.runs.store import Store
from core.sweep.journal import begin_sweep
from tests.core.sweep.small_sweeps import small_sweep

WRITER = """
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from core.runs.store import Store
from core.sweep.run_trial import Task, run_trial
from core.runs.trial import Trial
from tests.core.sweep.small_sweeps import TINY
store, number = Store(Path(sys.argv[1])), int(sys.argv[2])
made = run_trial(Task(Trial(0, 0, 5, 2, (("layers.dense.units", 2),)), TINY))
assert store.hold(number)
for trial in count(int(sys.argv[3])):
    store.add(number, TINY, replace(made, trial=replace(made.trial, number=trial)))
    print(trial, flush=True)
"""


class Writer:
    """A process that adds members to a set, and says each that is kept."""

    def __init__(self, path: Path, set_id: int, first: int) -> None:
        command = [sys.executable, "-c", WRITER, str(path), str(set_id), str(first)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.told: list[int] = []

    def _next(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def kill(self, after: int) -> None:
        """Kill it in the middle of whatever it does, when it has told so many."""
        while len(self.told) < after:
            self.told.append(self._next())
        self.process.send_signal(signal.SIGKILL)
        rest, _ = self.process.communicate()
        # A line that was cut told nothing.
        self.told += [int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]


def killed(path: Path, times: int) -> None:
    with closing(Store(path)) as store:
        sets = [begin_sweep(store, f"Sweep {number}", small_sweep()) for number in range(2)]
        told: dict[int, list[int]] = {number: [] for number in sets}
        for turn in range(times):
            writers = {number: Writer(path, number, 10_000 * turn) for number in sets}
            writers[sets[0]].told.append(writers[sets[0]]._next())
            assert not store.hold(sets[0]), "it is held by a process that lives"
            for number, writer in writers.items():
                writer.kill(3 + 7 * turn % 11)
                told[number] += writer.told
        assert store.damage == ""
        for number in sets:
            assert set(told[number]) <= {key for key, _ in store.results(number)}
            assert all(store.project(number, (trial, 0)) for trial in told[number])
            start = time.perf_counter()
            assert store.hold(number), "the dead hold nothing"
            assert time.perf_counter() - start < 5.0
            assert [each.holder for each in store.sets() if each.id == number] == [me()]


pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills by a signal")


def test_a_kill_loses_no_member_that_was_told(tmp_path: Path) -> None:
    killed(tmp_path / "runs.sqlite", 2)


@pytest.mark.slow
def test_twenty_kills_lose_no_member_that_was_told(tmp_path: Path) -> None:
    killed(tmp_path / "runs.sqlite", 20)
