"""Numbers as people write them: "1,100.50", "1.100,50", "1 200,5", "12 %", "$1,200", "€ 3,50", "($2.00)".

A cell alone can be ambiguous ("1,234" is 1234 or 1.234), so that each is read in both conventions, and a column keeps
those in which all of its cells are numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

Convention = Literal["point", "comma"]
CONVENTIONS: Final[tuple[Convention, ...]] = ("point", "comma")
"""The decimal separator; the other sign, spaces or apostrophes group the digits before it by thousands."""

_MAX_LETTERS = 60
_SPACES = r" \u00a0\u2009\u202f"
_SYMBOLS = "$€£¥₹₩₽₺₴₪₫฿₦₱¢"
_CODES = (
    "AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PHP|PLN|RON|RUB|SEK|SGD|THB|TRY|"
    "UAH|USD|ZAR"
)
UNIT: Final = rf"(?:(?:US|CA|AU|NZ|HK|R)?[{_SYMBOLS}]|R\$|(?:{_CODES})\b|kr\.?|Fr\.|zł|Kč|Ft)"
CELL: Final = (
    rf"(?P<sign>[-+−]?)[{_SPACES}]*(?P<before>UNIT)?[{_SPACES}]*(?P<inner>[-+−]?)"
    rf"(?P<body>[.,]?\d(?:[\d.,'’{_SPACES}]*\d)?\.?)(?P<power>[eE][-+]?\d{{1,4}})?"
    rf"(?:[{_SPACES}]*(?P<after>[%‰]|UNIT))?"
)
ACCOUNTING: Final = (
    rf"(?P<before>UNIT)?[{_SPACES}]*\([{_SPACES}]*(?P<inside>[^()+−-]+?)[{_SPACES}]*\)"
    rf"(?:[{_SPACES}]*(?P<after>[%‰]|UNIT))?"
)
"""A negative number in brackets, as in accounts; its currency, which is UNIT, inside or outside of them."""
DIGITS: Final[dict[Convention, str]] = {
    "point": (
        rf"(?P<whole>[1-9]\d{{0,2}}(?P<group>[,'’{_SPACES}])\d{{3}}(?:(?P=group)\d{{3}})*|[1-9]\d?(?:,\d\d)+,\d{{3}}|\d*)"
        r"(?:\.(?P<decimals>\d*))?"
    ),
    "comma": (
        rf"(?P<whole>[1-9]\d{{0,2}}(?P<group>[.'’{_SPACES}])\d{{3}}(?:(?P=group)\d{{3}})*|\d*)"
        r"(?:,(?P<decimals>\d*))?"
    ),
}
_POINT_GROUPS = r"\s*[-+]?[1-9]\d{0,2}(?:\.\d{3})+\s*"
_GROUPS = str.maketrans("", "", ",.'’ \u00a0\u2009\u202f")


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A cell in both conventions, None where it is no number in one; `unit` is "%", "$", ..., or ""."""

    point: float | None
    comma: float | None
    unit: str = ""

    @property
    def ambiguous(self) -> bool:
        """Whether the conventions read different numbers."""
        return self.point is not None and self.comma is not None and self.point != self.comma


def read_number(cell: str, conventions: Collection[Convention] = CONVENTIONS) -> WrittenNumber | None:
    """The number in a cell without white space around it; None if there is none in any of `conventions`."""
    if len(cell) > _MAX_LETTERS:
        return None
    if (negative := _compiled(ACCOUNTING).fullmatch(cell)) is not None:
        cell = f"-{negative['before'] or ''}{negative['inside']}{negative['after'] or ''}"
    found = _compiled(CELL).fullmatch(cell)
    if found is None or (found["sign"] and found["inner"]) or (found["before"] and found["after"]):
        return None
    signs = found["sign"] + found["inner"]
    sign, power = ("-" if signs in ("-", "−") else ""), found["power"] or ""
    body = found["body"]
    point = _value(body, "point", sign, power) if "point" in conventions else None
    comma = _value(body, "comma", sign, power) if "comma" in conventions else None
    if point is None and comma is None:
        return None
    return WrittenNumber(point, comma, found["before"] or found["after"] or "")


def point_groups(cells: Iterable[str]) -> dict[str, float] | None:
    """Values of cells that Python reads, if points group thousands in them; None if one has another point."""
    values: dict[str, float] = {}
    groups = _compiled(_POINT_GROUPS)
    for cell in cells:
        if "." in cell:
            if groups.fullmatch(cell) is None:
                return None
            values[cell] = float(cell.replace(".", ""))
        else:
            values[cell] = float(cell)
    return values


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of this module: all of them take 1 % of the start to compile, which reads no table."""
    return re.compile(pattern.replace("UNIT", UNIT))


def _value(body: str, convention: Convention, sign: str, power: str) -> float | None:
    parts = _compiled(DIGITS[convention]).fullmatch(body)
    if parts is None:
        return None
    whole, decimals = parts["whole"].translate(_GROUPS), parts["decimals"] or ""
    return float(f"{sign}{whole}.{decimals}{power}") if whole or decimals else None
