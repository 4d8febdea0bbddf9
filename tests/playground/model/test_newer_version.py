"""The question for a newer version: one address, numbers compared as numbers, bad answers refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from playground.model.newer_version import ADDRESS, newer_version


def answer(folder: Path, found: Any) -> str:
    path = folder / "answer.json"
    path.write_text(found if isinstance(found, str) else json.dumps(found), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize(
    ("published", "current", "newer"),
    [("1.10.0", "1.9.3", "1.10.0"), ("1.9.3", "1.9.3", ""), ("0.9", "1.0.0", ""), ("2.0", "1.9", "2.0")],
)
def test_versions_are_compared_as_numbers(published: str, current: str, newer: str, tmp_path: Path) -> None:
    address = answer(tmp_path, {"info": {"version": published}, "releases": {}})
    assert newer_version(address, current) == newer


@pytest.mark.parametrize(
    "found", [[], {}, {"info": 3}, {"info": {"version": "<b>9</b>"}}, {"info": {"version": 9}}, "not JSON"]
)
def test_an_answer_without_a_version_is_refused(found: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        newer_version(answer(tmp_path, found), "1.0")


def test_no_answer_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        newer_version((tmp_path / "nothing.json").as_uri(), "1.0")
    assert ADDRESS.startswith("https://pypi.org/")
