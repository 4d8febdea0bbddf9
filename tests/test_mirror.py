"""Every module of more than 60 lines is tested by a file of its name, in the folder that mirrors its own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.mirror import ELSEWHERE
from tests.test_architecture import PACKAGES, ROOT, SOURCES, imports_of

LONG = 60
TESTS = ROOT / "tests"
ALL = {
    **SOURCES,
    **{
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for path in TESTS.rglob("*.py")
    },
}
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("core", "playground")
    for path in (ROOT / folder).rglob("*.py")
    if path.stem != "__init__" and len(path.read_text(encoding="utf-8").splitlines()) > LONG
)


def own_files(module: str) -> list[Path]:
    """The test files of a module's name, alone or behind its folder's name."""
    path = Path(module)
    stem, room = path.stem, path.parent.name
    names = (f"test_{stem}.py", f"test_{room}_{stem}.py")
    return [file for name in names if (file := TESTS / path.parent / name).is_file()]


@cache
def imported(module: str) -> frozenset[str]:
    """The modules of ours that a module names. `core/__init__.py` runs with all of them and imports the whole engine,
    so it counts only where it is named."""
    return frozenset({item.target for item in imports_of(module, ALL, PACKAGES)} & ALL.keys())


def _above(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def reached(file: str) -> set[str]:
    """All that is imported when a test file is run, with the conftests above it and the program that it starts."""
    start = f"tests/{file}".replace("/", ".")
    todo = [start, *(f"{folder}.conftest" for folder in _above(start) if f"{folder}.conftest" in ALL)]
    if '"-m", "playground"' in ALL[start]:
        todo.append("playground.__main__")
    seen: set[str] = set()
    while todo:
        module = todo.pop()
        if module not in seen:
            seen.add(module)
            todo.extend(imported(module) - seen)
    return seen


def test_the_modules_were_found() -> None:
    assert len(MODULES) > 200
    assert own_files("core/nn/dense.py") == [TESTS / "core/nn/test_dense.py"]
    assert own_files("playground/views/draw/panel.py") == [TESTS / "playground/views/draw/test_draw_panel.py"]


def test_every_long_module_has_its_test_file_or_a_row() -> None:
    assert [module for module in MODULES if not own_files(module) and module not in ELSEWHERE] == []


def test_no_row_is_stale() -> None:
    assert [module for module in ELSEWHERE if module not in MODULES or own_files(module)] == []


@pytest.mark.parametrize("module", ELSEWHERE)
def test_the_tests_of_a_row_exist_and_reach_the_module(module: str) -> None:
    name = module.removesuffix(".py").replace("/", ".")
    assert ELSEWHERE[module].files
    for file in ELSEWHERE[module].files:
        assert (TESTS / f"{file}.py").is_file(), file
        assert name in reached(file), f"{file} does not import {name}"


@pytest.mark.parametrize("module", [module for module in MODULES if own_files(module)])
def test_a_test_file_reaches_the_module_of_its_name(module: str) -> None:
    name = module.removesuffix(".py").replace("/", ".")
    files = [file.relative_to(TESTS).with_suffix("").as_posix() for file in own_files(module)]
    assert [file for file in files if name not in reached(file)] == []


def test_a_file_that_imports_nothing_of_a_module_does_not_reach_it() -> None:
    assert "playground.window.main_window" not in reached("core/nn/test_dense")
