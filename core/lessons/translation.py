"""A lesson in another language: the words of a file beside it, "my-lesson.de.md", in place of its own.

Such a file has the sections below the front matter, and no front matter: what counts stands in the lesson alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from .language import ENGLISH, words_file
from .lesson import Lesson, Step
from .lesson_file import Words, choices_in, pictures_in, read_lesson, read_words

_NONE: Final = Words()


def read_in(path: Path, language: str = ENGLISH) -> Lesson:
    """The lesson in a file, in a language as far as it has words in it. Raises as `read_lesson` does."""
    lesson, file = read_lesson(path), words_file(path, language)
    if language == lesson.language or not file.is_file():
        return lesson
    try:
        words, _ = read_words(file)
    except (OSError, ValueError):  # `translation_faults` says which
        return lesson
    top, given = words[""], words.get("teacher", _NONE).parts
    return replace(
        lesson,
        language=language,
        title=top.title or lesson.title,
        text=top.text or lesson.text,
        steps=tuple(_translated(step, words.get(step.id, _NONE)) for step in lesson.steps),
        teacher={name: given.get(name) or text for name, text in lesson.teacher.items()},
    )


def _translated(step: Step, words: Words) -> Step:
    choices = choices_in(words)
    return replace(
        step,
        title=words.title or step.title,
        text=words.text or step.text,
        choices=choices if len(choices) == len(step.choices) else step.choices,
        hints=tuple(words.parts.get(f"hint {at}") or own for at, own in enumerate(step.hints, 1)),
        explanation=step.explanation and (words.parts.get("explanation") or step.explanation),
    )


def translation_faults(lesson: Path, file: Path) -> Iterator[str]:
    """A sentence for each difference of a file of words from its lesson. Raises `OSError` and `LessonError`."""
    (own, _), (words, faults) = read_words(lesson), read_words(file)
    yield from faults
    for name in dict.fromkeys((*words, *own)):
        where = f"{file.name} line {max(1, words.get(name, _NONE).line)}: {f'section {name}' if name else 'the lesson'}"
        if name not in words:
            yield f"{where} must be there as in {lesson.name}, got none"
        elif name not in own:
            yield f"{where} must be a step of {lesson.name} or the teacher, got {name!r}"
        else:
            yield from (f"{where} {each}" for each in _differences(own[name], words[name]))


def _differences(own: Words, words: Words) -> Iterator[str]:
    if bool(own.title) != bool(words.title):
        yield f"must have {'a' if own.title else 'no'} title, got {words.title!r}"
    slots, given = ({name for name, text in each.parts.items() if text} for each in (own, words))
    for name in sorted(slots ^ given):
        slot = f'"### {name}"' if name else "text"
        yield f"must have a {slot}, got none" if name in slots else f"must have no {slot}, got one"
    wanted, found = len(choices_in(own)), len(choices_in(words))
    if wanted != found and "answers" in slots & given:
        yield f"must list {wanted} answers, got {found}"
    shown, here = (
        sorted(name for text in each.parts.values() for name in pictures_in(text)) for each in (own, words)
    )
    if shown != here:
        yield f"must show the pictures {', '.join(shown) or 'none'}, got {', '.join(here) or 'none'}"
