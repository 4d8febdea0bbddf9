"""Every module of more than 60 lines is tested by a file of its name, in the folder that mirrors its own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tests.mirror import ELSEWHERE
from tests.test_architecture import PACKAGES, PLUGINS, ROOT, SOURCES, imports_of

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
            # Its folders are found by looking, and their controllers by name.
            todo.extend(PLUGINS if module == "playground.plugins" else ())
            todo.extend([f"{module}.controller"] if module in PLUGINS else ())
    return seen


def test_the_modules_were_found() -> None:
    assert len(MODULES) > 200
    assert own_files("core/nn/dense.py") == [TESTS / "core/nn/test_dense.py"]
    assert own_files("playground/plugins/draw/panel.py") == [
        TESTS / "playground/plugins/draw/test_draw_panel.py"
    ]


def test_every_long_module_has_its_test_file_or_a_row() -> None:
    assert [module for module in MODULES if not own_files(module) and module not in ELSEWHERE] == []


def test_no_row_is_stale() -> None:
    assert [module for module in ELSEWHERE if module not in MODULES or own_files(module)] == []


def unreached(module: str, files: Iterable[str]) -> list[str]:
    """A sentence for each of these test files that is not there or does not import the module."""
    name = module.removesuffix(".py").replace("/", ".")
    there = {file: (TESTS / f"{file}.py").is_file() for file in files}
    return [
        f"{file} does not import {name}" if there[file] else f"{file} is not there"
        for file in there
        if not there[file] or name not in reached(file)
    ]


def test_the_tests_of_a_row_exist_and_reach_the_module() -> None:
    assert [module for module, row in ELSEWHERE.items() if not row.files] == []
    assert [text for module, row in ELSEWHERE.items() for text in unreached(module, row.files)] == []


def test_a_test_file_reaches_the_module_of_its_name() -> None:
    assert [
        text
        for module in MODULES
        for text in unreached(
            module, [file.relative_to(TESTS).with_suffix("").as_posix() for file in own_files(module)]
        )
    ] == []


def test_a_file_that_is_missing_or_imports_nothing_of_the_module_is_told() -> None:
    files = ["playground/conftest", "core/nn/test_no", "core/nn/test_dense"]
    assert unreached("playground/window/main_window.py", files) == [
        "core/nn/test_no is not there",
        "core/nn/test_dense does not import playground.window.main_window",
    ]
