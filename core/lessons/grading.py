"""What pupils of a class have done: a row for each line with a name and a result code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ..io.budget import check_ordinary
from ..io.csv_rows import csv_text
from .lesson import Lesson
from .result_code import CodeError, answers_text, counts, parted, read_code

COLUMNS: Final = (
    "line", "name", "lesson", "version", "steps_done", "steps", "guesses_right", "guesses", "right_at_once",
    "questions", "hints", "shown", "answers", "signed", "notes", "fault",
)  # fmt: skip
MAX_BYTES: Final = 5_000_000
"""Of a text of codes, which has some 50 in a line."""


def table_text(rows: Iterable[Mapping[str, Any]] = ()) -> str:
    """A CSV table of rows, under its heads."""
    return csv_text([COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in rows)])


def text_of_codes(file: Path) -> str:
    """A text in UTF-8, UTF-16 or Windows-1252. Raises `OSError`, and `ValueError` for others and long ones."""
    if check_ordinary(file) > MAX_BYTES:
        raise ValueError(f"{file} must be at most {MAX_BYTES:,} bytes")
    data = file.read_bytes()
    # Notepad still writes UTF-16 for "Unicode", and Excel the Windows code page for "Text".
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise ValueError(f"{file} must be a text in UTF-8, UTF-16 or Windows-1252")


def graded(
    text: str, lessons: Sequence[Lesson], password: str = "", report: Callable[[float], object] | None = None
) -> Iterator[dict[str, Any]]:
    """A row by `COLUMNS` for each line of a text that is not blank; what cannot be read has a "fault".

    `report` gets the share that is done, from 0 to 1.

    >>> next(graded("Ada", [], ""))
    {'line': 'line 1', 'name': 'Ada', 'fault': 'there is no result code in the line'}
    """
    seen: dict[object, tuple[int, str]] = {}
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if report is not None:
            report(number / len(lines))
        name, code = parted(line, lessons)
        row: dict[str, Any] = {"line": f"line {number}", "name": name}
        if not code:
            yield row | {"fault": "there is no result code in the line"}
            continue
        row |= graded_code(code, lessons, password)
        before, _ = seen.setdefault(code, (number, name))
        if before != number:
            row["fault"] = f"the code is that of line {before} once more"
        elif mark := row.pop("mark", None):
            # A pupil who goes on has another code with the same mark; others have it by chance in one class of 2,500.
            before, owner = seen.setdefault((row["lesson"], mark), (number, name))
            if owner != name:
                row["fault"] = f"the code is of the same pupil as that of line {before}"
        yield row


def graded_code(code: str, lessons: Sequence[Lesson], password: str = "") -> dict[str, Any]:
    """What a code says, by `COLUMNS`, and its "mark"; or a "fault"."""
    try:
        result = read_code(code, lessons, password)
    except CodeError as error:
        return {"fault": str(error)}
    signed = {True: "yes", False: "no", None: "not checked"}[result.signed]
    row = {"lesson": result.lesson.id, "version": result.version, "mark": result.mark, **counts(result)}
    row |= {"answers": answers_text(result), "signed": signed}
    if password and not result.signed:
        row["fault"] = "the code is not signed with this class password"
    return row
