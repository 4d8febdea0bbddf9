"""Runs a reader on mutated files and records the outcomes."""

from __future__ import annotations

import random
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from core.io.sentence import MAX_LETTERS
from tests.fuzz.target import Target

MAX_SECONDS = 2.0
"""CPU time: the machine may be busy."""
MAX_MEMORY = 300_000_000
"""Bytes above what the process had."""

_OF_PYTHON = re.compile(
    "invalid literal for|Exceeds the limit|could not convert|int too large|cannot convert float"
)
"""What Python says of numbers, which is no sentence about a file."""
_CLEAR = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Case:
    """Outcome of reading one file. `fault` is the violation, "" if there is none; `memory` is in bytes."""

    seed: int
    opened: bool
    seconds: float
    memory: int
    fault: str


def run_cases(target: Target, count: int, folder: Path, first: int = 0) -> Iterator[Case]:
    """Run `count` cases, or the target's share of them, with consecutive seeds from `first`."""
    seeds = target.seeds()
    for seed in range(first, first + round(target.share * count)):
        rng = random.Random(f"{target.name} {seed}")
        yield run_case(target, target.mutate(rng, rng.choice(seeds)), folder, seed)


def run_case(target: Target, content: bytes, folder: Path, seed: int = 0) -> Case:
    """Read a file with this content, which is left in the folder if there is a fault."""
    path = folder / f"x{target.suffix}"
    path.write_bytes(content)
    before, begin = peak_memory(reset=True), process_time()
    fault, opened = "", True
    try:
        target.read(path)
    except target.documented as error:
        opened = False
        # A lesson tells all of its faults, each in a line.
        if (
            not str(error)
            or max(map(len, str(error).splitlines())) > MAX_LETTERS
            or _OF_PYTHON.search(str(error))
        ):
            fault = f"no short sentence: {str(error)[:400]!r}"
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"{type(error).__name__}: {str(error)[:200]} ({Path(place.filename).name}:{place.lineno})"
    seconds, memory = process_time() - begin, max(0, peak_memory() - before)
    if not fault and (seconds > MAX_SECONDS or memory > MAX_MEMORY):
        fault = f"took {seconds:.1f} s and {memory // 1_000_000:,} MB"
    if fault:
        path.rename(folder / f"{target.name}_{seed}{target.suffix}")
    return Case(seed, opened, seconds, memory, fault)


def peak_memory(reset: bool = False) -> int:
    """Peak resident memory in bytes since the last reset; 0 if the system does not report it."""
    try:
        if reset:
            _CLEAR.write_text("5")
        found = re.search(r"VmHWM:\s*(\d+)", _STATUS.read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
