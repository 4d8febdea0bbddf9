"""The table of features names tests that exist and run."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.parity import TABLE, Row
from tests.promises import PROMISES

HERE = Path(__file__).parent
ROWS = [pytest.param(row, id=f"{group}: {row.can}") for group, rows in TABLE.items() for row in rows]
ROWS += [pytest.param(row, id=f"promise: {row.can}") for row in PROMISES]


@cache
def functions_in(file: str) -> dict[str, bool]:
    """All test functions of a file, and whether each is always skipped."""
    path = HERE / f"{file}.py"
    assert path.is_file(), f"There is no {path.name}"
    found = ast.parse(path.read_text(encoding="utf-8")).body
    tests = [item for item in found if isinstance(item, ast.FunctionDef) and item.name.startswith("test_")]
    return {test.name: any(map(_skips, test.decorator_list)) for test in tests}


def _skips(decorator: ast.expr) -> bool:
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(named, ast.Attribute) and named.attr in {"skip", "xfail"}


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_shown_by_tests_that_run(row: Row) -> None:
    assert row.tests, f"Nothing shows that one can {row.can}"
    for node in row.tests:
        file, _, name = node.partition("::")
        assert name in functions_in(file), f"{file} has no {name}"
        assert not functions_in(file)[name], f"{node} is skipped"


def test_no_row_stands_twice_in_a_group_and_no_test_twice_in_a_row() -> None:
    for group, rows in TABLE.items():
        sentences = [row.can for row in rows]
        assert len(set(sentences)) == len(sentences), group
        for row in rows:
            assert len(set(row.tests)) == len(row.tests), row.can


def test_a_skipped_test_would_be_noticed() -> None:
    marks = ("skip", "skip(reason='')", "slow")
    source = "\n".join(f"@pytest.mark.{mark}\ndef test_it(): ..." for mark in marks)
    functions = [item for item in ast.parse(source).body if isinstance(item, ast.FunctionDef)]
    assert [any(map(_skips, item.decorator_list)) for item in functions] == [True, True, False]
