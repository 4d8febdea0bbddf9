"""Lessons: front matter and words that change."""

from __future__ import annotations

from functools import cache

from core.io.resources import resource
from core.lessons.language import lessons_in
from core.lessons.lesson_file import read_lesson
from tests.fuzz.mutations import mutate_text
from tests.fuzz.target import Target


@cache
def _seeds() -> list[bytes]:
    return [path.read_bytes() for path in lessons_in(resource("lessons"))]


TARGET = Target("lesson", ".md", _seeds, mutate_text, read_lesson, (ValueError,), share=0.5)
