"""Commands fail with a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.data.tables.table import Table

_SHOWN_SHEETS = 5


class HeadlessError(Exception):
    """A sentence for the user: why the command failed."""


class StoppedError(Exception):
    """The command ended early at the user's request, after keeping what there was. `signal` is the signal's number."""

    def __init__(self, signal: int) -> None:
        super().__init__(signal)
        self.signal = signal


def check_there(path: Path) -> None:
    """Raise `HeadlessError` unless there is a file or folder."""
    if not path.exists():
        raise HeadlessError(f"There is no file {path}")


@contextmanager
def sentences(action: str = "") -> Iterator[None]:
    """Turn the errors of reading and writing files into `HeadlessError`; `action` says what cannot be done."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise HeadlessError(f"{action}: {reason}" if action else reason) from None
    except ValueError as error:
        raise HeadlessError(f"{error}{_way_out(error)}") from None
    except MemoryError:
        raise HeadlessError(f"{action or 'It'} takes more memory than there is") from None


def sheet_note(path: Path, table: Table | None, chosen: str) -> str:
    """That a workbook has other sheets than the one that was read; "" if it has none, or if that one was chosen."""
    others = "" if table is None or chosen else _others(table.sheets, table.sheet)
    return (
        f"{path.name}: the sheet {table.sheet} was read; --sheet chooses another: {others}"
        if table and others
        else ""
    )


def _others(sheets: Sequence[str], sheet: str) -> str:
    others = [name for name in sheets if name != sheet]
    more = [f"{len(others) - _SHOWN_SHEETS:,} more"] if len(others) > _SHOWN_SHEETS else []
    return ", ".join([*others[:_SHOWN_SHEETS], *more])


def _way_out(error: ValueError) -> str:
    """The option that reads a table in another way, if that may help."""
    from core.data.tables.table import TableError

    if not isinstance(error, TableError):
        return ""
    if error.bare:
        return "; its first row was read as data, --header reads it as names"
    others = _others(error.sheets, error.sheet)
    return f"; --sheet chooses another sheet: {others}" if others else ""
