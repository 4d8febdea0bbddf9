"""Result codes: made, read again, and refused where a letter is wrong, the lesson another or the password not that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.io.resources import resource
from core.lessons.lesson import Lesson, Step
from core.lessons.lesson_file import read_lesson
from core.lessons.result_code import (
    MARK_BITS,
    MAX_LETTERS,
    CodeError,
    StepResult,
    answers_text,
    code_of,
    counts,
    parted,
    read_code,
)
from tests.core.lessons.lesson_files import small

DONE = (StepResult(True), StepResult(True, 0, False), StepResult(), StepResult(True, tries=2))
MARK = 0xABCDE


def test_a_code_says_what_was_done(tmp_path: Path) -> None:
    lesson = replace(small(tmp_path), version=9999)
    code = code_of(lesson, DONE, MARK)
    result = read_code(code, [lesson])
    assert (result.lesson, result.version, result.mark, result.steps) == (lesson, 9999, MARK, DONE)
    assert result.signed is False
    assert answers_text(result) == "guess: few, wrong; which: right, 2 tries"
    assert list(counts(result).values()) == [3, 4, 0, 1, 0, 1]


@pytest.mark.parametrize("path", sorted(resource("lessons").glob("*.md")), ids=lambda path: path.stem)
def test_codes_of_shipped_lessons_are_short_and_have_no_letters_that_look_alike(path: Path) -> None:
    lesson = read_lesson(path)
    full = tuple(_full(step) for step in lesson.steps)
    code = code_of(lesson, full, 2**MARK_BITS - 1, "secret")
    assert len(code) <= 45
    assert not set(code) & set("ILOU")
    assert read_code(code, [lesson], "secret").steps == full


def _full(step: Step) -> StepResult:
    if step.kind == "predict":
        return StepResult(True, len(step.choices) - 1 if step.choices else 100, True)
    return StepResult(True, tries=7 if step.kind == "ask" else 0)


def test_the_longest_lesson_has_at_most_60_letters_and_says_less(tmp_path: Path) -> None:
    lesson = small(tmp_path)
    guess, which = lesson.steps[1], lesson.steps[3]
    long = replace(lesson, steps=tuple(replace(guess, id=f"g{n}", choices=("a",) * 8) for n in range(40)))
    code = code_of(long, (StepResult(True, 7, True),) * 40, MARK, "secret")
    assert len(code) <= MAX_LETTERS
    assert read_code(code, [long]).steps == (StepResult(True, None, True),) * 40
    asked = replace(
        lesson, steps=(*(replace(guess, id=f"g{n}", choices=("a",) * 8) for n in range(39)), which)
    )
    result = read_code(code_of(asked, (*(StepResult(),) * 39, StepResult(True, tries=3)), MARK), [asked])
    assert answers_text(result) == "which: right"


def test_letters_that_look_alike_are_read_as_what_they_are(tmp_path: Path) -> None:
    lesson = small(tmp_path)
    code = next(code for mark in range(2000) if "0" in (code := code_of(lesson, DONE, mark)) and "1" in code)
    for copied in (
        code.lower(),
        code.replace("0", "O").replace("1", "l"),
        code.replace("-", "–"),
        f" {code}\t",
    ):
        assert read_code(copied, [lesson]).steps == DONE


def test_every_wrong_letter_and_every_two_that_changed_places_are_found(tmp_path: Path) -> None:
    lesson = small(tmp_path)
    code = code_of(lesson, DONE, MARK, "secret").replace("-", "")
    wrong = {code[:at] + ("7" if code[at] != "7" else "3") + code[at + 1 :] for at in range(len(code))}
    wrong |= {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(len(code) - 1)}
    wrong |= {code[:-1], code[1:], f"{code}0"}
    for each in wrong - {code}:
        with pytest.raises(CodeError, match="not copied whole, or a letter of it is wrong"):
            read_code(each, [lesson])


@pytest.mark.parametrize("text", ["", "----", "7F4K-92QX", "U" * 20, "7" * 61, "ÄÖ-Ü", "0" * 60])
def test_what_is_no_code_is_a_sentence(text: str) -> None:
    with pytest.raises(CodeError):
        read_code(text, [])


def _codes_lesson(lesson: Lesson) -> str:
    return code_of(lesson, DONE, MARK)


def test_a_code_of_another_lesson_or_of_other_steps_is_told(tmp_path: Path) -> None:
    lesson = small(tmp_path)
    others = [
        replace(lesson, id="other"),
        replace(
            lesson, steps=(*lesson.steps[:3], replace(lesson.steps[3], choices=("this", "that", "both")))
        ),
    ]
    for other in others:
        with pytest.raises(CodeError, match="a lesson that is not here, or whose steps were changed"):
            read_code(_codes_lesson(other), [lesson])
    # Other words are the same lesson: a translation reads the codes of the first.
    assert read_code(_codes_lesson(replace(lesson, title="Eine Lektion")), [lesson]).steps == DONE


def test_a_signature_is_that_of_the_class_alone(tmp_path: Path) -> None:
    lesson = small(tmp_path)
    signed, plain = code_of(lesson, DONE, MARK, "größer"), code_of(lesson, DONE, MARK)
    assert read_code(signed, [lesson], "größer").signed is True
    assert read_code(signed, [lesson], "kleiner").signed is False
    assert read_code(signed, [lesson]).signed is None
    assert read_code(plain, [lesson], "größer").signed is False


@pytest.mark.parametrize(
    ("line", "name", "code"),
    [
        ("Ada Lovelace 7F4K-92QX-M3", "Ada Lovelace", "7F4K-92QX-M3"),
        ("Jean-Luc: 7F4K-92QX-M3 ", "Jean-Luc", "7F4K-92QX-M3"),
        ("Anna-Lena Groß;\t7f4k–92qx–m3", "Anna-Lena Groß", "7f4k-92qx-m3"),
        ('"O\'Neill","7F4K-92QX-M3"', "\"O'Neill", "7F4K-92QX-M3"),
        ("7F4K-92QX-M3", "", "7F4K-92QX-M3"),
        ("Ada", "Ada", ""),
        ("=1+1, 7F4K-92QX-M3", "=1+1", "7F4K-92QX-M3"),
    ],
)
def test_a_name_stands_before_the_code(line: str, name: str, code: str) -> None:
    assert parted(line) == (name, code)
