"""Result codes: lines whose letters change, with names before them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.lessons.lesson import Lesson
from core.lessons.lesson_file import read_lesson
from core.lessons.result_code import CodeError, StepResult, answers_text, code_of, counts, parted, read_code
from core.lessons.shipped import shipped_lessons
from tests.fuzz.mutations import mutate_text
from tests.fuzz.target import Target


@cache
def _lessons() -> tuple[Lesson, ...]:
    return tuple(map(read_lesson, shipped_lessons()))


def _seeds() -> list[bytes]:
    did = StepResult(True, 1, True, 1)
    return [
        f"Ada {code_of(each, [did] * len(each.steps), place, 'x' * (place % 2))}".encode()
        for place, each in enumerate(_lessons())
    ]


def _read(path: Path) -> None:
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        result = read_code(parted(line)[1], _lessons(), "x")
        answers_text(result)
        counts(result)


TARGET = Target("result_code", ".txt", _seeds, mutate_text, _read, (CodeError,), share=0.5)
