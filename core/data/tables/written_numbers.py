"""Numbers and dates as people write them: "1,100.50", "1.100,50", "1 200,5", "12 %", "$1,200", "€ 3,50", "($2.00)".

A cell alone can be ambiguous ("1,234" is 1234 or 1.234), so that each is read in both conventions, and a column keeps
those in which all of its cells are numbers. Dates are days since 1970; in columns without other evidence "03.04.2024"
and "03-04-2024" have the day first, "03/04/2024" the month.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
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


DateOrder = Literal["ymd", "dmy", "mdy"]
ORDERS: Final[tuple[DateOrder, ...]] = ("ymd", "dmy", "mdy")

_DATE = re.compile(
    r"(?P<first>\d{4}|\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)(?P<third>\d{4}|\d{1,2})"
    r"(?:[ T](?P<time>\d{1,2}:\d{2}[\w:.,+ -]{0,30}))?"
)
_TIME = re.compile(
    r"(?P<hours>\d{1,2}):(?P<minutes>\d{2})(?::(?P<seconds>\d{2}(?:[.,]\d{1,9})?))?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?(?P<zone>Z|[-+]\d{2}:?\d{2})?"
)
_EPOCH = date(1970, 1, 1).toordinal()
# POSIX's century for years of two digits.
_FIRST_YEAR = 69


def is_date(cell: str) -> bool:
    """Whether a cell is a date in some order, with or without a time."""
    return any(read_days(cell, order) is not None for order in ORDERS)


def read_days(cell: str, order: DateOrder) -> float | None:
    """Days since 1970, with the time of day as a fraction, in UTC where a zone is given; None if it is no date."""
    found = _DATE.fullmatch(cell)
    if found is None or (len(found["first"]) == 4) != (order == "ymd"):
        return None
    parts = dict(zip(order, (found["first"], found["second"], found["third"]), strict=True))
    if len(parts["d"]) > 2 or len(parts["m"]) > 2 or len(parts["y"]) not in (2, 4):
        return None
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 1900 if year >= _FIRST_YEAR else 2000
    share = _share_of_day(found["time"]) if found["time"] else 0.0
    try:
        day = date(year, int(parts["m"]), int(parts["d"])).toordinal()
    except ValueError:
        return None
    return None if share is None else day - _EPOCH + share


def days_of(day: date) -> int:
    """Days since 1970."""
    return day.toordinal() - _EPOCH


def iso_day(days: float) -> date:
    """The day that is `days` since 1970, or the calendar's first."""
    return date.fromordinal(max(1, _EPOCH + math.floor(days)))


def date_text(day: date, order: DateOrder) -> str:
    """A day as `read_days` reads it in an order: 2024-01-31, 31.01.2024 or 01/31/2024."""
    parts = {"y": f"{day.year:04d}", "m": f"{day.month:02d}", "d": f"{day.day:02d}"}
    mark = {"ymd": "-", "dmy": ".", "mdy": "/"}[order]
    return mark.join(parts[letter] for letter in order)


def _share_of_day(text: str) -> float | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hours, minutes = int(found["hours"]), int(found["minutes"])
    seconds = float((found["seconds"] or "0").replace(",", "."))
    if found["half"]:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if found["half"] in "Pp" else 0)
    if hours > 23 or minutes > 59 or seconds >= 60:
        return None
    return (hours * 3600 + minutes * 60 + seconds - _offset_seconds(found["zone"] or "Z")) / 86_400


def _offset_seconds(zone: str) -> float:
    if zone == "Z":
        return 0.0
    digits = zone[1:].replace(":", "")
    seconds = 3600 * int(digits[:2]) + 60 * int(digits[2:])
    return float(-seconds if zone[0] == "-" else seconds)
