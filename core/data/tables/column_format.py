"""Rules by which cells of a column become numbers or categories: found or chosen, written as text.

An experiment stores the formats of its table, so that the same file gives the same numbers again, and new rows are read
as the rows that the network learned from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from core.data.tables.written_dates import ORDERS, DateOrder
from core.spec import SettingError

MAX_CATEGORIES = 50
"""A column with more distinct texts is free text."""

FormatKind = Literal["point", "comma", "category", "days", "date", "text"]
_MAX_LETTERS = 4_000_000


@dataclass(frozen=True)
class ColumnFormat:
    """The format of one column.

    - "point": numbers with a decimal point, such as 1,234.5; "comma": with a decimal comma, such as 1.234,5. Both may
      group thousands, and may have a percent sign or a currency.
    - "category": texts, each a category, even if they are numbers.
    - "days": dates as days since `origin`, the first date if None, in `order`, found by evidence if None.
    - "date" and "text": what a network cannot use.
    """

    kind: FormatKind
    order: DateOrder | None = None
    origin: date | None = None

    @property
    def text(self) -> str:
        """The format as `parse` reads it: "comma", or "days dmy 2024-01-31"."""
        parts = [self.kind, self.order or "", self.origin.isoformat() if self.origin else ""]
        return " ".join(part for part in parts if part)

    @classmethod
    def parse(cls, text: str) -> ColumnFormat:
        """The format of `text`. Raises `SettingError`."""
        kind, *rest = text.split(" ")
        if kind in get_args(FormatKind) and (not rest or kind == "days"):
            order = next((order for order in ORDERS if rest[:1] == [order]), None)
            if not rest or (order and len(rest) == 1):
                return cls(kind, order)  # type: ignore[arg-type]
            if order and len(rest) == 2:
                try:
                    return cls("days", order, date.fromisoformat(rest[1]))
                except ValueError:
                    pass
        raise SettingError(
            f"The format of a column must be point, comma, category, date, text or days, got {text!r}"
        )


@dataclass(frozen=True)
class ColumnFormats:
    """The formats chosen for some columns of a file; those of the others are found by evidence.

    `plain` reads the others as the first versions of this program did: numbers without groups, percent signs or
    currencies, with the decimal comma of the whole file.
    """

    by_name: Mapping[str, ColumnFormat] = field(default_factory=dict)
    plain: bool = False
    new_rows: bool = False
    """Whether rows are read for a model: with any number of unknown texts, and decimals by what the file says."""

    def __hash__(self) -> int:
        return hash(self.text)

    def get(self, name: str) -> ColumnFormat | None:
        """The format of the column called `name`; None to find it by evidence."""
        return self.by_name.get(name)

    @property
    def text(self) -> str:
        """A line for each column: its name, a tab, its format."""
        return "\n".join(f"{name}\t{format_.text}" for name, format_ in self.by_name.items())

    @classmethod
    def parse(cls, text: str) -> ColumnFormats:
        """The inverse of `text`; no text, as in old files, is `plain`. Raises `SettingError`."""
        if len(text) > _MAX_LETTERS:
            raise SettingError(f"The formats of columns must have at most {_MAX_LETTERS:,} letters, got more")
        return cls(dict(_named_formats(text.split("\n"))), plain=False) if text else cls(plain=True)


def _named_formats(lines: Iterable[str]) -> Iterable[tuple[str, ColumnFormat]]:
    for line in lines:
        name, tab, format_ = line.rpartition("\t")
        if not tab:
            raise SettingError(f"The format of a column must follow its name and a tab, got {line!r}")
        yield name, ColumnFormat.parse(format_)
