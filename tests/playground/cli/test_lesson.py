"""Lessons on the command line: checked, with a sentence for each fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.cli import main
from tests.core.lessons.lesson_files import written
from tests.playground.command_line import failing


def test_lessons_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = written(tmp_path, name="good.md")
    assert main(["lesson", "check", str(good)]) == 0
    assert capsys.readouterr().out == "good.md: “A small lesson”, 4 steps, is solved by its key\n"


def test_faults_are_listed_and_the_other_lessons_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = written(tmp_path, ("minutes = 5", "minutes = 0"), name="bad.md")
    good = written(tmp_path, ('ring = "play"', 'ring = "plaz"'), name="ring.md")
    assert main(["lesson", "check", str(bad), str(good), str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].startswith(
        "bad.md line 3: The lesson: minutes: it must be a whole number from 1 to 240, got 0"
    )
    assert lines[1].startswith("ring.md line 8: step train: ring must be a control, a command or a setting")
    assert "cannot be read" in lines[2]
    assert err == "numpynet: 3 of 3 lessons have faults\n"


def test_a_file_that_is_missing_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert failing(["lesson", "check", "gone.md"], capsys) == "numpynet: There is no file gone.md"
