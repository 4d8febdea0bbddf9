"""The lessons that come with the program, in their order."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.io.resources import resource


@cache
def shipped_lessons() -> tuple[Path, ...]:
    """Their files."""
    return tuple(sorted(resource("lessons").glob("*.md")))


@cache
def shipped_titles() -> tuple[str, ...]:
    """Their titles. The menus need no more, and reading all of the twelve takes too long at the start."""
    titles = []
    for path in shipped_lessons():
        words = path.read_text(encoding="utf-8").rpartition("\n+++\n")[2]
        titles.append(next(line[2:].strip() for line in words.splitlines() if line.startswith("# ")))
    return tuple(titles)
