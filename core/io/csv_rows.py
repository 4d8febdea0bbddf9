"""Write CSV with a line for each row, whose texts a spreadsheet shows, and takes for no formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any, Final, TextIO

_FORMULA: Final = ("=", "+", "-", "@", "\t")
"""First characters of a formula; a quote in front makes it a text."""
_LINE_END: Final = re.compile(r"\r\n|[\r\n]")


def write_rows(file: TextIO, rows: Iterable[Iterable[Any]]) -> None:
    """Write rows of texts and numbers, a line each: where a text has an end of a line, "⏎" stands."""
    csv.writer(file, lineterminator="\n").writerows(map(_plain, row) for row in rows)


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """The rows as a text."""
    file = io.StringIO()
    write_rows(file, rows)
    return file.getvalue()


def _plain(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    is_formula = cell.startswith(_FORMULA) and not _is_number(cell)
    return _LINE_END.sub("⏎", f"'{cell}" if is_formula else cell)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
