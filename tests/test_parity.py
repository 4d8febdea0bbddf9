"""The table of features names tests that exist and run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.parity import TABLE, Row
from tests.promises import PROMISES

HERE = Path(__file__).parent


@cache
def functions_in(file: str) -> dict[str, bool]:
    """All test functions of a file, and whether each is always skipped."""
    found = ast.parse((HERE / f"{file}.py").read_text(encoding="utf-8")).body
    tests = [item for item in found if isinstance(item, ast.FunctionDef) and item.name.startswith("test_")]
    return {test.name: any(map(_skips, test.decorator_list)) for test in tests}


def _skips(decorator: ast.expr) -> bool:
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(named, ast.Attribute) and named.attr in {"skip", "xfail"}


def wrong(row: Row) -> Iterator[str]:
    """A sentence for each test of a row that is not there or never runs, or for want of any."""
    if not row.tests:
        yield f"Nothing shows that one can {row.can}"
    for node in row.tests:
        file, _, name = node.partition("::")
        if not (HERE / f"{file}.py").is_file():
            yield f"There is no {file}.py"
        elif name not in functions_in(file):
            yield f"{file} has no {name}"
        elif functions_in(file)[name]:
            yield f"{node} is skipped"


def test_every_row_is_shown_by_tests_that_run() -> None:
    rows = [*(row for group in TABLE.values() for row in group), *PROMISES]
    assert [text for row in rows for text in wrong(row)] == []


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


def test_a_row_whose_tests_are_missing_is_told() -> None:
    assert list(wrong(Row("sing", ()))) == ["Nothing shows that one can sing"]
    assert list(wrong(Row("sing", ("test_no::test_it", "test_parity::test_no")))) == [
        "There is no test_no.py",
        "test_parity has no test_no",
    ]
