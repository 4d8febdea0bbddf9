"""Rows of the clipboard, as spreadsheets and text files have them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from playground.views.dialogs.predict.answers_model import MAX_ROWS

_MARKS = ("\t", ";", ",")
_SHOWN = 5


@dataclass(frozen=True)
class PastedRows:
    """`cells` in the order of the table's columns if they came with names (`named`), else from the current cell on.

    `note` says in a sentence what was left out or is missing.
    """

    cells: list[list[str]]
    named: bool = False
    note: str = ""


def read_pasted(text: str, names: Sequence[str]) -> PastedRows:
    """The cells in a text; a first row that has any of the columns' names is one of names."""
    rows = [row for row in _rows(text, len(names)) if any(cell.strip() for cell in row)]
    left_out = (
        f"Only the first {MAX_ROWS:,} of {len(rows):,} rows were pasted" if len(rows) > MAX_ROWS else ""
    )
    first = [cell.strip() for cell in rows[0]] if rows else []
    if not set(first) & set(names):
        return PastedRows([[cell.strip() for cell in row] for row in rows[:MAX_ROWS]], note=left_out)
    places = [first.index(name) if name in first else None for name in names]
    cells = [
        [row[place].strip() if place is not None and place < len(row) else "" for place in places]
        for row in rows[1 : MAX_ROWS + 1]
    ]
    missing = [name for name in names if name not in first]
    unused = [name for name in first if name and name not in names]
    notes = [left_out] if left_out else []
    notes += [f"The pasted rows lack {_listed(missing)}"] if missing else []
    notes += [f"Not used: {_listed(unused)}"] if unused else []
    return PastedRows(cells, named=True, note="; ".join(notes))


def _rows(text: str, columns: int) -> list[list[str]]:
    """Split by the first mark that gives more than one cell; a single column is not split at its decimal commas."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    mark = next((mark for mark in _MARKS if mark in text), "\t")
    if columns == 1 and mark == ",":
        mark = "\t"
    try:
        return list(csv.reader(io.StringIO(text), delimiter=mark))
    except csv.Error:
        return [line.split(mark) for line in text.split("\n")]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
