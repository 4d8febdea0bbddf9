"""A user's table as a dataset: file, columns, and treatment of missing values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any, ClassVar

from ...spec import SettingError, setting
from ..dataset import DATASETS, Data, DataError, Dataset, DatasetInfo
from ..recent import Recent
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
    def of(cls, table: Table, choice: TableSchema) -> TableFile:
        """The dataset of a table and a schema; `TableError` if they have a fault."""
        fault = choice.fault(table)
        if fault:
            raise TableError(fault)
        info = choice.info(table)
        dataset = cls(
            table.path,
            table.sha256,
            choice.target,
            "\n".join(choice.features),
            choice.task,
            choice.missing,
            info.shape,
            info.outputs,
            table.header,
            table.comments is not None,
            table.formats.text,
            table.sheet,
        )
        dataset.remember(table)
        return dataset

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
        table = self.in_memory
        if table is None or len(self.shape) == 3:
            return ()
        return tuple(column.name for column in table.columns if column.usable and column.name != self.target)

    @property
    def learned_columns(self) -> tuple[str, ...]:
        return self.choice.features

    def with_columns(self, names: Sequence[str]) -> Dataset:
        made = TableFile.of(self.table(), replace(self.choice, features=tuple(names)))
        return made.replace(path=self.path, embedded=self.embedded)

    @property
    def known_rows(self) -> int:
        table = self.in_memory
        return 0 if table is None else int(self.choice.rows(table).sum())

    def info(self) -> DatasetInfo:
        return DatasetInfo(self.shape, self.choice.labels, self.outputs)

    def same_samples(self, other: Dataset) -> bool:
        return isinstance(other, TableFile) and self == other.replace(path=self.path, embedded=self.embedded)

    def load(self, seed: int) -> Data:
        """The whole table, whatever the seed. `TableError` when the file is missing, unreadable or changed."""
        data = self.choice.data(self.table())
        if (data.shape, data.outputs) != (self.shape, self.outputs):
            raise TableError(f"{self.file_name} does not hold what the experiment says; open it again")
        return data

    @property
    def in_memory(self) -> Table | None:
        """The table if it need not be read."""
        # Never under the file's digest: an embedded table only claims to be of that file.
        return self.embedded if self.embedded is not None else super().in_memory

    def table(self) -> Table:
        """The table, read if it is not in memory. `TableError` when the file is missing, unreadable or changed."""
        found: Table = self.content()
        return found

    @property
    def _choices(self) -> tuple[object, ...]:
        return (self.header, self.comments, self.columns, self.sheet)

    def _read(self, path: Path) -> Table:
        return read_table(path, None, self.header, self.formats, self.comments, self.sheet)


forget_tables = TableFile.forget
