"""Summary lines of the table import."""

from __future__ import annotations

from core.data.tables.table import Table
from core.data.tables.table_schema import TableSchema
from playground.views.widgets.number_format import count_text

__all__ = ["details_of", "summary_of"]


def details_of(table: Table) -> str:
    """The file's contents: "178 rows · 14 columns · 3 values missing"."""
    missing = sum(column.missing for column in table.columns)
    parts = [count_text(table.rows, "row"), count_text(len(table.columns), "column")]
    if missing:
        parts.append(f"{count_text(missing, 'value')} missing")
    return " · ".join(parts)


def summary_of(table: Table, choice: TableSchema) -> str:
    """The chosen data: "1,599 rows · 11 features · 6 classes"; the schema must be valid."""
    info, used = choice.info(table), int(choice.rows(table).sum())
    image = len(info.shape) == 3
    rows = count_text(used, "image" if image else "row")
    if used < table.rows:
        rows = f"{used:,} of {count_text(table.rows, 'image' if image else 'row')}"
    if image:
        inputs = " × ".join(map(str, info.shape))
    else:
        inputs = count_text(len(choice.features), "feature")
        if info.shape[0] != len(choice.features):
            inputs += f" as {count_text(info.shape[0], 'input')}"
    answer = count_text(info.outputs, "class") if info.task == "classification" else "a value to predict"
    return f"{rows} · {inputs} · {answer}"
