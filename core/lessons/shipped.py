"""The lessons that come with the program, in their order, and what menus show of lessons."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from ..io.budget import check_ordinary
from ..io.resources import resource
from .language import ENGLISH, lessons_in, words_file

SUFFIX: Final = ".md"
MAX_BYTES: Final = 200_000


@cache
def shipped_lessons() -> tuple[Path, ...]:
    """Their files."""
    return tuple(lessons_in(resource("lessons")))


def place_of(path: Path) -> tuple[int, int]:
    """The number of a shipped lesson and how many there are; (0, 0) for others."""
    shipped = shipped_lessons()
    return (shipped.index(path) + 1, len(shipped)) if path in shipped else (0, 0)


@cache
def shipped_titles(language: str = ENGLISH) -> tuple[str, ...]:
    """Their titles in a language. The menus need no more, and reading all of them takes too long at the start."""
    return tuple(title_of(path, language) for path in shipped_lessons())


def title_of(path: Path, language: str = ENGLISH) -> str:
    """The title of a lesson, of which no more is read; the name of a file that has none."""
    for file in (words_file(path, language), path):
        try:
            text = file.read_text(encoding="utf-8-sig") if check_ordinary(file) <= MAX_BYTES else ""
        except (OSError, ValueError):
            continue
        words = text.rpartition("\n+++\n")[2].splitlines()
        if title := next((line[2:].strip() for line in words if line.startswith("# ")), ""):
            return title
    return path.stem
