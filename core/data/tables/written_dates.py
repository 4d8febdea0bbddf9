"""Dates as people write them, as days since 1970.

In columns without other evidence "03.04.2024" and "03-04-2024" have the day first, "03/04/2024" the month.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Final, Literal

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
