"""A table with a column of categories."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.data.datasets import TableFile
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.experiment.experiment import Experiment
from tests.core.inspect.started import IRIS

_TABLE = "colour,size,kind\n" + "".join(
    f"{('red', 'green', 'blue')[number % 3]},{number % 7},{'a' if number % 3 == 0 or number % 7 > 4 else 'b'}\n"
    for number in range(90)
)


def coloured(folder: Path) -> Experiment:
    """Three colours and a size, of two kinds."""
    path = folder / "table.csv"
    path.write_text(_TABLE)
    dataset = TableFile.of(read_table(path), TableSchema(("colour", "size"), "kind"))
    return replace(IRIS, dataset=dataset)
