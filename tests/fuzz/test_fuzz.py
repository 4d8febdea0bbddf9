"""300 mutated files per reader: each opens or raises a short sentence, in less than two seconds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz.cases import run_case, run_cases
from tests.fuzz.targets import TARGETS

COUNT = 300


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_files_are_opened_or_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    cases = list(run_cases(TARGETS[name], COUNT, tmp_path))
    assert [f"{case.seed}: {case.fault}" for case in cases if case.fault] == []
    # Mutations that change no file, or break every file, would test nothing.
    opened = sum(case.opened for case in cases)
    assert 0 < opened < COUNT


@pytest.mark.parametrize("name", TARGETS)
def test_the_files_to_start_from_are_opened(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    for seed in target.seeds():
        case = run_case(target, seed, tmp_path)
        assert case.opened, case
        assert not case.fault


@pytest.mark.parametrize("name", TARGETS)
def test_the_same_seed_makes_the_same_file(name: str) -> None:
    target = TARGETS[name]
    seed = target.seeds()[0]
    one, two = (target.mutate(random.Random(5), seed) for _ in range(2))
    if name not in ("project", "model", "npz", "excel"):  # zip entries contain the time of day
        assert one == two
