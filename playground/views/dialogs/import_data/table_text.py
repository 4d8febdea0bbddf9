"""Summary lines of the table import."""

from __future__ import annotations

from core.data.datasets import SeriesFile
from core.data.tables.table import Column, ColumnFormat, Table
from core.data.tables.table_schema import TableSchema
from core.data.tables.written_numbers import read_number
from core.io.number_text import count_text


def details_of(table: Table) -> str:
    """The file's contents: "178 rows · 14 columns · 3 values missing"."""
    missing = sum(column.missing for column in table.columns)
    parts = [count_text(table.rows, "row"), count_text(len(table.columns), "column")]
    if missing:
        parts.append(f"{count_text(missing, 'value')} missing")
    if table.comments:
        parts.append(f"{count_text(table.comments, 'comment line')} left out")
    return " · ".join(parts)


def reading_of(column: Column) -> str:
    """Format of a column: "number · 1.234,5 · €", "number · 1,234 is 1234", "days since 2024-01-31"."""
    parts = [column.type if column.type != "number" or not column.unit.startswith("days") else column.unit]
    if column.format is not None and column.type == "number":
        parts += _number_parts(column, column.format)
    return " · ".join(parts)


def doubt_about(column: Column) -> str:
    """A sentence on a column whose numbers could be others; "" if there is no doubt."""
    found = read_number(column.ambiguous)
    if found is None:
        return ""
    return f"{column.ambiguous} could be {found.point:.15g} or {found.comma:.15g}: its menu chooses how it is read."


def _number_parts(column: Column, format_: ColumnFormat) -> list[str]:
    if format_.kind == "days":
        return {"dmy": ["d/m/y"], "mdy": ["m/d/y"]}.get(format_.order or "", [])
    found = read_number(column.ambiguous)
    if found is not None:
        value = found.comma if format_.kind == "comma" else found.point
        shown = [f"{column.ambiguous} is {value:.15g}"]
    else:
        shown = ["1.234,5"] if format_.kind == "comma" else []
    return [*shown, column.unit] if column.unit else shown


def series_summary(table: Table, series: SeriesFile) -> str:
    """The chosen data: "200 rows · 176 windows of 24 · 1 column · 1 ahead, in the order of time"."""
    windows = count_text(series.load(0).samples, "window")
    columns = count_text(len(series.names), "column")
    rows = count_text(table.rows, "row")
    return f"{rows} · {windows} of {series.window} · {columns} · {series.horizon} ahead, in the order of time"


def summary_of(table: Table, choice: TableSchema) -> str:
    """The chosen data: "1,599 rows · 11 features · 6 classes"; the schema must be valid."""
    info, used = choice.info(table), int(choice.rows(table).sum())
    image = len(info.shape) == 3
    rows = count_text(used, "image" if image else "row")
    if used < table.rows:
        rows = f"{used:,} of {count_text(table.rows, 'image' if image else 'row')}"
    if gaps := choice.gaps(table):
        rows += f", {count_text(gaps, 'value')} filled in"
    if image:
        inputs = " × ".join(map(str, info.shape))
    else:
        inputs = count_text(len(choice.features), "feature")
        if info.shape[0] != len(choice.features):
            inputs += f" as {count_text(info.shape[0], 'input')}"
    prediction = {"classes": count_text(info.outputs, "class"), "none": "nothing to predict"}.get(
        info.labels, "a value to predict"
    )
    return f"{rows} · {inputs} · {prediction}"
