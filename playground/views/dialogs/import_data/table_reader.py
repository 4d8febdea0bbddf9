"""Reads a table in the background."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.data.tables.read_table import Table, read_table
from core.data.tables.table_schema import tasks_of
from playground.views.dialogs.import_data.background_reader import BackgroundReader

__all__ = ["TableLoader"]


class TableLoader(BackgroundReader):
    """`loaded` brings a Table."""

    def load(self, path: Path, header: bool | None = None) -> None:
        """Start to read; see `read_table` for `header`."""
        self.begin(path.name, partial(_read, path, header))


def _read(path: Path, header: bool | None, report: Callable[[float], None]) -> Table:
    share = 0.0

    def remember(done: float) -> None:
        nonlocal share
        share = done
        report(done)

    table = read_table(path, remember, header)
    # What the dialog asks of every column is worked out here, and remembered by the columns.
    for column in table.columns:
        tasks_of(column)
        report(share)
    return table
