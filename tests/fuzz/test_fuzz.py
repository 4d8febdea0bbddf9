"""300 mutated files per reader: each opens or raises a short sentence, in less than two seconds and 300 MB."""

from __future__ import annotations

import random
from importlib import import_module
from pathlib import Path

import pytest

from tests.fuzz.cases import run_case, run_cases
from tests.fuzz.targets import ALL, TARGETS
from tests.optional_packages import needs

COUNT = 300
READERS = [pytest.param(each.name, marks=needs(each.needs) if each.needs else ()) for each in ALL]


@pytest.mark.parametrize("name", READERS)
def test_mutated_files_are_opened_or_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    cases = list(run_cases(TARGETS[name], COUNT, tmp_path))
    assert [f"{case.seed}: {case.fault}" for case in cases if case.fault] == []
    # Mutations that change no file, or break every file, would test nothing.
    opened = sum(case.opened for case in cases)
    assert 0 < opened < len(cases)


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
