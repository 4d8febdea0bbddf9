"""A training application killed, terminated or hung up at any moment: what the next start recovers.

`--kills N` repeats it N times per signal; 25 make a hundred in all.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from core.experiment.project_file import load_project
from playground.model.autosave_store import AutosaveStore
from tests.playground.autosaving_program import digest_of

pytestmark = [
    pytest.mark.slow(reason="3 s"),
    pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals"),
]

INTERVAL = 0.3
# Beside other processes a thread may wait for seconds before it writes.
SLACK = 5.0
PATIENCE = 120


class Program:
    """A process that prints its training progress, and its autosave folder."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.autosaves = folder / "state" / "numpynet-playground" / "autosave"
        xdg = {
            f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "STATE")
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.playground.autosaving_program", str(INTERVAL), *arguments],
            env=os.environ | xdg | {"QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[list[str]] = []
        self._queue: Queue[list[str] | None] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._queue.put(line.split())
        self._queue.put(None)

    def wait_for(self, word: str, count: int) -> None:
        """Read lines until `count` more begin with `word`."""
        while count:
            line = self._queue.get(timeout=PATIENCE)
            assert line is not None, self.process.stderr.read() if self.process.stderr else ""
            self.lines.append(line)
            count -= line[0] == word

    def end(self, number: signal.Signals) -> int:
        """Send a signal and read the remaining output; returns the exit code as a shell does."""
        self.process.send_signal(number)
        while (line := self._queue.get(timeout=PATIENCE)) is not None:
            self.lines.append(line)
        code = self.process.wait(PATIENCE)
        return 128 - code if code < 0 else code

    def lines_of(self, word: str) -> list[list[str]]:
        return [line[1:] for line in self.lines if line[0] == word]


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    started = Program(tmp_path)
    yield started
    started.process.kill()
    started.process.communicate()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "turn" in metafunc.fixturenames:
        metafunc.parametrize("turn", range(metafunc.config.getoption("--kills")))


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"])
def test_what_an_ended_program_leaves_misses_one_interval_at_most_and_predicts_the_same(
    program: Program, name: str, turn: int, record_property: Callable[[str, object], None]
) -> None:
    number = getattr(signal, name)
    moment = random.Random(f"{name} {turn}")
    program.wait_for("kept", moment.randrange(1, 4))
    program.wait_for("shown", moment.randrange(1, 25))
    assert program.end(number) == 128 + number
    (left,) = AutosaveStore(program.autosaves).claim_left()
    experiment, state = load_project(left.file)
    assert state is not None
    assert left.note is not None
    assert left.note.epoch == state.place_text
    place = (state.epoch, state.numbers["step"])
    # It predicts the same as the checkpoint did.
    copies = {(int(epoch), int(step)): digest for epoch, step, digest in program.lines_of("copied")}
    assert digest_of(experiment, state) == copies[place]
    shown = [((int(epoch), int(step)), float(moment)) for epoch, step, moment in program.lines_of("shown")]
    if number != signal.SIGKILL:
        assert place >= shown[-1][0]
    else:
        missing = shown[-1][1] - max(moment for reached, moment in shown if reached <= place)
        record_property("missing_seconds", missing)
        assert missing <= INTERVAL + SLACK
    # Nothing else remains: no lock, no partial file.
    left.lock.unlock()
    assert [path.name for path in program.autosaves.iterdir()] == [left.file.name]


def test_two_programs_keep_each_its_own_and_neither_sees_the_others(tmp_path: Path) -> None:
    programs = [Program(tmp_path) for _ in range(2)]
    try:
        for each in programs:
            each.wait_for("kept", 1)
        store = AutosaveStore(programs[0].autosaves)
        assert store.claim_left() == []
        for each in programs:
            each.end(signal.SIGKILL)
        left = store.claim_left()
        assert len(left) == 2
        # Claimed autosaves are not offered by another process.
        assert AutosaveStore(store.folder).claim_left() == []
        for each in left:
            store.discard(each)
        assert list(store.folder.iterdir()) == []
    finally:
        for each in programs:
            each.process.kill()
            each.process.communicate()
