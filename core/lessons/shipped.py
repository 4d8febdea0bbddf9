"""The lessons that come with the program, in their order, and what menus show of lessons."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from ..io.ordinary_file import check_ordinary
from ..io.resources import resource

SUFFIX: Final = ".md"
MAX_BYTES: Final = 200_000


@cache
def shipped_lessons() -> tuple[Path, ...]:
    """Their files."""
    return tuple(sorted(resource("lessons").glob("*.md")))


def place_of(path: Path) -> tuple[int, int]:
    """The number of a shipped lesson and how many there are; (0, 0) for others."""
    shipped = shipped_lessons()
    return (shipped.index(path) + 1, len(shipped)) if path in shipped else (0, 0)


@cache
def shipped_titles() -> tuple[str, ...]:
    """Their titles. The menus need no more, and reading all of them takes too long at the start."""
    return tuple(map(title_of, shipped_lessons()))


def title_of(path: Path) -> str:
    """The title of a lesson, of which no more is read; the name of a file that has none."""
    try:
        text = path.read_text(encoding="utf-8-sig") if check_ordinary(path) <= MAX_BYTES else ""
    except (OSError, ValueError):
        text = ""
    words = text.rpartition("\n+++\n")[2].splitlines()
    return next((line[2:].strip() for line in words if line.startswith("# ")), path.stem)
