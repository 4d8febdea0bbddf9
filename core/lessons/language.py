"""The language of lessons: which one is chosen, the texts around a lesson in it, and how files of words are named."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from ..io import strict_toml
from ..io.resources import resource

ENGLISH: Final = "en"
LANGUAGES: Final = {ENGLISH: "English", "de": "Deutsch", "zh": "简体中文"}
"""Those that the program's own lessons have."""
VARIABLE: Final = "NUMPYNET_LANGUAGE"
_SUFFIX: Final = re.compile(r"\.([a-z]{2})")


def chosen_language(otherwise: str = ENGLISH) -> str:
    """That of the environment, "de" of "de_AT.UTF-8", too; without one, the other."""
    found = re.match(r"([a-z]{2})(?![a-z])", os.environ.get(VARIABLE, "").lower())
    return otherwise if found is None else found[1]


def said(language: str, text: str, **values: object) -> str:
    """A text around a lesson, such as "Hint {number}", in its language; English where that has none."""
    found = _texts(language).get(text, text)
    return found.format(**values) if values else found


@cache
def _texts(language: str) -> Mapping[str, str]:
    file = resource("lessons") / "words" / f"{language}.toml"
    return strict_toml.load(file.read_text(encoding="utf-8")) if file.is_file() else {}


def words_file(lesson: Path, language: str) -> Path:
    """Where the words of a lesson stand in another language, whether it is there or not: "my-lesson.de.md"."""
    return lesson.with_name(f"{lesson.stem}.{language}{lesson.suffix}")


def words_files(lesson: Path) -> list[Path]:
    """All of a lesson that are there."""
    return [each for each in sorted(lesson.parent.glob("*.md")) if lesson_of(each) == lesson]


def lesson_of(words: Path) -> Path | None:
    """The lesson beside a file of words; None for a file that is none."""
    found = _SUFFIX.fullmatch(Path(words.stem).suffix)
    lesson = words.with_name(f"{Path(words.stem).stem}{words.suffix}")
    return lesson if found is not None and lesson.is_file() else None


def language_of(words: Path) -> str:
    """The language in the name of a file of words."""
    return Path(words.stem).suffix[1:]


def lessons_in(folder: Path) -> list[Path]:
    """The lessons of a folder, without the files of words beside them."""
    return [each for each in sorted(folder.glob("*.md")) if lesson_of(each) is None]
