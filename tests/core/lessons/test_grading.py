"""Lines with names and result codes become rows; the table of faults is in the tests of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.lessons.grading import COLUMNS, graded, graded_code, table_text, text_of_codes
from core.lessons.lesson_file import read_lesson
from core.lessons.result_code import StepResult, code_of
from tests.core.lessons.lesson_files import written


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_of_codes_is_read_in_its_encoding(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "codes.txt"
    file.write_bytes("Ärger\n".encode(encoding))
    assert text_of_codes(file) == "Ärger\n"
    file.write_bytes(b"\xff\x81x")
    with pytest.raises(ValueError, match=r"codes\.txt must be a text in UTF-8, UTF-16 or Windows-1252$"):
        text_of_codes(file)


def test_each_line_is_a_row_and_progress_is_told(tmp_path: Path) -> None:
    lesson = read_lesson(written(tmp_path))
    code = code_of(lesson, [StepResult(True)] * 4, 9)
    shares: list[float] = []
    rows = list(graded(f"Ada {code}\n\nBob\n", [lesson], report=shares.append))
    assert [(row["line"], row["name"]) for row in rows] == [("line 1", "Ada"), ("line 3", "Bob")]
    assert (rows[0]["steps_done"], rows[0]["signed"]) == (4, "no")
    assert shares == [1 / 3, 1.0]
    assert graded_code(code, [], "")["fault"].startswith("the code is of a lesson that is not here")
    head, first, second = table_text(rows).splitlines()
    assert head == ",".join(COLUMNS)
    assert (first.startswith("line 1,Ada,small,1,4,4,"), second.endswith("in the line")) == (True, True)
