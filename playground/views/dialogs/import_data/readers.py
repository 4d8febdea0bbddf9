"""Background reads of the import dialogs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.data.images.read_folder import ImageChoice, ImageSet, guess_choice, read_folder
from core.data.tables.read_table import Table, read_table
from core.data.tables.table_schema import tasks_of
from playground.model.background_job import Report

__all__ = ["ReadImages", "load_images", "load_table"]


@dataclass(frozen=True, eq=False)
class ReadImages:
    """The images read, and whether grey ones are dark on bright paper."""

    images: ImageSet
    invert: bool


def load_images(folder: Path, choice: ImageChoice, invert: bool | None, report: Report) -> ReadImages:
    """Read a folder of images; if `invert` is None, guess it and the color mode first."""
    report(0.0)
    if invert is None:
        choice, invert = guess_choice(folder, choice)
    return ReadImages(read_folder(folder, choice, report), invert)


def load_table(path: Path, header: bool | None, report: Report) -> Table:
    """Read a table; see `read_table` for `header`."""
    share = 0.0

    def remember(done: float) -> None:
        nonlocal share
        share = done
        report(done)

    table = read_table(path, remember, header)
    # Fill the columns' caches here, off the GUI thread.
    for column in table.columns:
        tasks_of(column)
        report(share)
    return table
