"""100 mutated files per reader: each opens or raises a short sentence, in less than two seconds and 300 MB."""

from __future__ import annotations

import random
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import pytest

from tests.fuzz import mutations
from tests.fuzz.cases import run_case, run_cases
from tests.fuzz.mutations import LONG_NUMBERS, mutate_text
from tests.fuzz.targets import ALL, TARGETS
from tests.optional_packages import needs

COUNT = 100
READERS = [pytest.param(each.name, marks=needs(each.needs) if each.needs else ()) for each in ALL]


@pytest.mark.parametrize("name", READERS)
def test_mutated_files_are_opened_or_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    cases = list(run_cases(TARGETS[name], COUNT, tmp_path))
    assert [f"{case.seed}: {case.fault}" for case in cases if case.fault] == []
    # Mutations that change no file, or break every file, would test nothing.
    opened = sum(case.opened for case in cases)
    assert 0 < opened < len(cases)


@pytest.mark.parametrize("name", READERS)
def test_numbers_out_of_bounds_are_refused_with_a_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Infinite ones, those of 5,000 digits, and true: a lesson of such minutes raised an error of Python."""
    for pool in ("_TEXTS", "_MARKS", "_XML"):
        monkeypatch.setattr(mutations, pool, LONG_NUMBERS)
    monkeypatch.setattr(mutations, "_VALUES", (True, 10**30, 10**400, 1e308, *LONG_NUMBERS))
    cases = run_cases(TARGETS[name], COUNT // 10, tmp_path, first=10**6)
    assert [f"{case.seed}: {case.fault}" for case in cases if case.fault] == []


@pytest.mark.parametrize("name", READERS)
def test_the_files_to_start_from_are_opened(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    for seed in target.seeds():
        case = run_case(target, seed, tmp_path)
        assert case.opened, case
        assert not case.fault


@pytest.mark.parametrize("name", READERS)
def test_the_same_seed_makes_the_same_file(name: str) -> None:
    target = TARGETS[name]
    seed = target.seeds()[0]
    assert target.mutate(random.Random(5), seed) == target.mutate(random.Random(5), seed)


def test_every_target_is_called_as_its_file() -> None:
    for path in (Path(__file__).parent / "targets").glob("[!_]*.py"):
        target = import_module(f"tests.fuzz.targets.{path.stem}").TARGET
        assert target.name == path.stem
        assert (target.name in TARGETS) == target.available


RUNS = (
    "![](x",
    "![",
    "- a ",
    " ",
    "\n",
    "a.",
    "a=",
    "[",
    "{",
    "(",
    '"',
    "'",
    "\\",
    ",",
    ";",
    ":",
    "#",
    "0",
    "1e",
    "\t",
    "<",
    "a-",
)
"""What readers of texts may be slow on where it stands in a long row."""
SHORT, LONG = 20_000, 40_000


def _slowest(name: str, folder: Path, size: int, runs: Iterable[str] = RUNS) -> dict[str, float]:
    """CPU seconds for a file of each run: in a valid one, and alone."""
    target = TARGETS[name]
    begin = min(target.seeds(), key=len)
    found = {}
    for run in runs:
        row = (run.encode() * size)[:size]
        half = begin.find(b"\n") + 1
        for content in (begin[:half] + row + b"\n" + begin[half:], row):
            case = run_case(target, content, folder)
            assert not case.fault, (run, case.fault)
            found[run] = max(case.seconds, found.get(run, 0.0))
    return found


@pytest.mark.parametrize("name", [each.name for each in ALL if each.mutate is mutate_text])
def test_a_text_that_is_twice_as_long_takes_twice_as_long(name: str, tmp_path: Path) -> None:
    """A lesson of 10 KB froze the window for a minute, by patterns of cubic time."""
    short, long = (_slowest(name, tmp_path, size) for size in (SHORT, LONG))
    slow = [run for run, seconds in long.items() if seconds > max(0.1, 3 * short[run])]
    # Once more: collecting the garbage of other tests took 120 ms of one reading.
    again = _slowest(name, tmp_path, LONG, slow)
    assert {run: (short[run], again[run]) for run in slow if again[run] > max(0.1, 3 * short[run])} == {}
