"""A user's table as a dataset: file, columns, and treatment of missing values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ...spec import SettingError, setting
from ...spec.arrays import Indices
from ..dataset import DATASETS, Data, DataError, Dataset, DatasetInfo
from ..recent import Recent
from ..seal import Seal
from ..tables.read_table import read_table
from ..tables.table import ColumnFormats, Table, TableError
from ..tables.table_schema import TableSchema, TableTask
from .file_dataset import FileDataset


@DATASETS.register()
class TableFile(FileDataset):
    """Columns of a file. Create with `TableFile.of`, since `shape` and `outputs` repeat what the file holds."""

    kind = "table_file"
    title = "Your table"
    summary = "A table from a file of yours"
    family: ClassVar[str] = "table"
    kept: ClassVar[Recent[Any, Table]] = Recent(2)
    error: ClassVar[type[DataError]] = TableError

    target: str = setting("", "Target", "The column to predict.")
    features: str = setting("", "Features", "The columns to learn from, one in a line.")
    task: TableTask = setting(
        "classification",
        "Task",
        "Predict a class, a value or nothing.",
        choices=("classification", "regression", "none"),
    )
    missing: str = setting(
        "drop",
        "Missing values",
        "Leave out rows that lack a value, or fill in the column's mean or most frequent category, or its mean "
        "or a category of their own.",
        choices=("drop", "fill", "category"),
    )
    shape: tuple[int, ...] = setting((1,), "Shape", "The shape of one sample.")
    outputs: int = setting(2, "Outputs", "The number of classes, or of values.", low=1, high=1_000)
    header: bool = setting(True, "Header", "Whether the file has the columns' names.")
    comments: bool = setting(
        False, "Comments", help='Whether lines that begin with "#" are none of the rows.'
    )
    columns: str = setting(
        "", "Columns", "How each column is read: its name, a tab, and the format, one in a line."
    )
    sheet: str = setting("", "Sheet", "The sheet of an Excel file; the active one, if it is empty.")
    told: ClassVar[tuple[str, ...]] = ("shape", "outputs")
    embedded: Table | None = field(default=None, repr=False)
    """The columns used, of the project that holds them; the file is not read then."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.shape) < 1 or len(self.shape) == 2:
            raise SettingError(
                f"{self.title}: shape must be (features,) or that of an image, got {self.shape}"
            )
        if self.task == "classification" and self.outputs < 2:
            raise SettingError(f"{self.title}: outputs must be at least 2 classes, got {self.outputs}")
        ColumnFormats.parse(self.columns)

    @classmethod
    def of(cls, table: Table, choice: TableSchema, seal: Seal | None = None) -> TableFile:
        """The dataset of a table and a schema; `TableError` if they have a fault. What is sealed is not looked at."""
        dataset = cls(
            table.path,
            table.sha256,
            choice.target,
            "\n".join(choice.features),
            choice.task,
            choice.missing,
            header=table.header,
            comments=table.comments is not None,
            columns=table.formats.text,
            sheet=table.sheet,
            seal=seal,
        )
        dataset.remember(table)
        return dataset.replace(**dataset._told(dataset.content()))

    @property
    def choice(self) -> TableSchema:
        """The schema."""
        return TableSchema(
            tuple(self.features.split("\n")) if self.features else (), self.target, self.task, self.missing
        )

    @property
    def formats(self) -> ColumnFormats:
        """Reading rules of the columns; files of first versions have none, and are read as by these."""
        return ColumnFormats.parse(self.columns)

    @property
    def offered_columns(self) -> tuple[str, ...]:
        """See `Dataset.offered_columns`; empty until the file is read."""
        table = self.seen_in_memory
        if table is None or len(self.shape) == 3:
            return ()
        return tuple(column.name for column in table.columns if column.usable and column.name != self.target)

    @property
    def learned_columns(self) -> tuple[str, ...]:
        return self.choice.features

    def with_columns(self, names: Sequence[str]) -> Dataset:
        made = self.replace(features="\n".join(names))
        return made.replace(**made._told(self.content()))

    @property
    def known_rows(self) -> int:
        table = self.seen_in_memory
        return 0 if table is None else int(self.choice.rows(table).sum())

    def info(self) -> DatasetInfo:
        return DatasetInfo(self.shape, self.choice.labels, self.outputs)

    def same_samples(self, other: Dataset) -> bool:
        return isinstance(other, TableFile) and self == other.replace(path=self.path, embedded=self.embedded)

    @property
    def in_memory(self) -> Table | None:
        """The table if it need not be read."""
        # Never under the file's digest: an embedded table only claims to be of that file.
        return self.embedded if self.embedded is not None else super().in_memory

    @property
    def _choices(self) -> tuple[object, ...]:
        return (self.header, self.comments, self.columns, self.sheet)

    def _rows(self, whole: Table) -> tuple[int, int | None]:
        return whole.rows, None

    def _part(self, whole: Table, rows: Indices) -> Table:
        return whole.part(rows)

    def _data(self, content: Table, seen: Data | None = None) -> Data:
        return self.choice.data(content, seen)

    def _told(self, content: Table) -> dict[str, Any]:
        if fault := self.choice.fault(content):
            raise TableError(fault)
        info = self.choice.info(content)
        return {"shape": info.shape, "outputs": info.outputs}

    def _loaded_rows(self, whole: Table, rows: Indices, data: Data) -> Indices:
        return np.searchsorted(np.flatnonzero(self.choice.rows(whole)), data.rows)  # type: ignore[arg-type]

    def _read(self, path: Path) -> Table:
        return read_table(path, None, self.header, self.formats, self.comments, self.sheet)


forget_tables = TableFile.forget
