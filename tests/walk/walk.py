"""Walks: steps are drawn at random, kept as data, and made as few as show the same finding.

Not by hypothesis: its first example is always the simplest, which are 25 times the first action of a table.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.walk import oracles
from tests.walk.actions import ACTIONS, TABLES
from tests.walk.memory import settled_mb, threads_of_python
from tests.walk.room import Absent, Room

Step = tuple[str, int]
"""An action's name, and where in percent; the first is the preset that a walk begins with."""

PRESETS = {
    "spirals": 4, "moons": 2, "xor": 2, "iris": 2, "hills": 2, "wine": 2, "from_scratch": 2, "moons_from_noise": 2,
    "digits": 2, "mnist_cnn": 1, "names": 1, "sunspots": 2, "grokking": 1, "repeat": 1, "sums": 1,
    "digits_through_two_numbers": 1,
}  # fmt: skip
"""Where walks begin, and how often."""
_STEPS = 25
_ENDING_SECONDS = 60.0


@dataclass
class Found:
    """A finding, the steps that lead to it, and the seconds until then."""

    sentence: str
    steps: list[Step]
    seconds: float


@dataclass
class Walks:
    """Walks in one room until the time is up or something is found."""

    room: Room
    only: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    """Patterns of findings that count no more."""
    presets: tuple[str, ...] = tuple(PRESETS)
    among: tuple[str, ...] = ()
    """The names of the actions that are taken; all by default."""
    steps: Counter[str] = field(default_factory=Counter)
    absent: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    """How often each known finding was met."""
    walks: int = 0
    measures: bool = False
    """Whether memory is measured between walks."""
    memory: list[tuple[float, float]] = field(default_factory=list)

    def walk(self, number: int, seconds: float) -> Found | None:
        """Walks from a seed for so long; what was found first, or None."""
        chance, begin = random.Random(number), time.perf_counter()
        end = begin + seconds
        chosen = [
            ([row for row in table if not self.among or row.name in self.among], often)
            for table, often in TABLES
        ]
        tables, weights = zip(*(row for row in chosen if row[0]), strict=True)
        while time.perf_counter() < end:
            looker, taken, threads = self.looker(), list[Step](), threads_of_python()
            self.walks += 1
            try:
                preset = chance.choices(self.presets, [PRESETS[each] for each in self.presets])[0]
                self._try(looker, (preset, 0), taken)
                while len(taken) < _STEPS and time.perf_counter() < end:
                    table = chance.choices(tables, weights)[0]
                    self._try(looker, (chance.choice(table).name, chance.randrange(100)), taken)
                self.room.end()
                self._look_between(threads, time.perf_counter() - begin)
            except AssertionError as error:
                return Found(str(error), list(taken), time.perf_counter() - begin)
        return None

    def _look_between(self, before: set[threading.Thread], seconds: float) -> None:
        """At what a closed window leaves: threads, and memory."""
        for thread in threads_of_python() - before:
            thread.join(_ENDING_SECONDS)
            if thread.is_alive():
                self.report(f"left: the thread {thread.name} outlives its window")
        if self.measures:
            self.memory.append((seconds, settled_mb()))

    def _try(self, looker: oracles.Oracles, step: Step, taken: list[Step]) -> None:
        """Take a step, unless it cannot be taken now; raise what is found and not known."""
        name, percent = step
        room = self.room
        room.clock += 10.0
        taken.append(step)
        try:
            if len(taken) == 1:
                room.faults.texts = []
                room.timed("begin", lambda: room.begin(name))
                looker.begin()
            else:
                looker.step(ACTIONS[name], percent / 100)
                self.steps[name] += 1
        except Absent as error:
            taken.pop()
            self.absent[f"{name}: {error}"] += 1
        except AssertionError as error:
            self.report(str(error))

    def looker(self) -> oracles.Oracles:
        return oracles.Oracles(self.room, self.report, self.only)

    def report(self, sentence: str) -> None:
        """Raise an AssertionError, unless the finding is known, or of a kind that does not count."""
        if self.only and sentence.partition(":")[0] not in self.only:
            return
        pattern = next((each for each in self.known if re.search(each, sentence)), None)
        if pattern is None:
            raise AssertionError(sentence)
        self.again[pattern] += 1

    def again_from(self, steps: Sequence[Step]) -> tuple[str, list[Step]]:
        """What the steps lead to: a finding, or "", and the steps until then."""
        looker, taken = self.looker(), list[Step]()
        try:
            for step in steps:
                self._try(looker, step, taken)
        except AssertionError as error:
            return str(error), taken
        return "", taken

    def shortest(self, found: Found, seconds: float) -> Found:
        """Leave steps out while a finding of the same kind stays, halves first, for so long at most.

        Each try costs a window, and hypothesis cannot be told to shrink for half a minute and not for five.
        """
        kind = found.sentence.partition(":")[0]
        steps, said, end = found.steps, found.sentence, time.perf_counter() + seconds
        size = max(1, len(steps) // 2)
        while size and time.perf_counter() < end:
            at = 1  # The first makes the window.
            while at < len(steps) and time.perf_counter() < end:
                fewer = steps[:at] + steps[at + size :]
                sentence, taken = self.again_from(fewer)
                if sentence.partition(":")[0] == kind:
                    steps, said = taken, sentence
                else:
                    at += size
            size //= 2
        return Found(said, list(steps), found.seconds)
