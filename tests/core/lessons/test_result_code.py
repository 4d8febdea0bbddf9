"""Result codes: made, read again, and refused where a letter is wrong, the lesson another or the password not that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.io.resources import resource
from core.lessons.language import lessons_in
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
    key_of,
    parted,
    read_code,
)
from core.lessons.shipped import shipped_lessons
from tests.core.lessons.lesson_files import small

DONE = (
    StepResult(True, hints=0, shown=True),
    StepResult(True, 0, False, sure=2, hints=0, shown=False),
    StepResult(),
    StepResult(True, tries=2, hints=0, shown=False),
)
MARK = 0xABCDE
FORMER = (
    "GAHW-G01Z-ZZZ6-AZZ2-ZQQY-XFXV-DQ2", "Z3MM-001Z-ZZZ1-GZZN-0A0J-2X31-T3M", "KCWM-G01Z-ZZZ6-ZZMA-4SH7-85E1-87",
    "KVFG-G01Z-ZZZH-FZ4N-CCF2-HJQ9-DQ", "MATP-001Z-ZZZ4-ZZS2-RQKK-WSS2-DS", "RN8F-G01Z-ZZZZ-PZZR-AYHF-D7Q5-88X",
    "PKMN-001Z-ZZZ6-ZZWS-BJBN-SQ64-44", "GBBM-001Z-ZZZ9-X5ZZ-63ZH-C0FF-GG9J", "GGG8-G01Z-ZZZ6-3ZZY-X6VV-93KX-XWA",
    "WG0E-G01Z-ZZZ3-FZZF-1Q0T-524P-HBR", "W4J2-001Z-ZZZ1-JQZZ-1SEW-JN28-PVJE", "XP3M-G01Z-ZZZ3-ZZN0-E6Y0-BBXQ-ND",
)  # fmt: skip
"""Codes of the shipped lessons by 1.0.0: all right, all that may be."""


def test_a_code_says_what_was_done(tmp_path: Path) -> None:
    lesson = replace(small(tmp_path), version=9999)
    code = code_of(lesson, DONE, MARK)
    result = read_code(code, [lesson])
    assert (result.lesson, result.version, result.mark, result.steps) == (lesson, 9999, MARK, DONE)
    assert result.signed is False
    assert answers_text(result) == "guess: few, wrong, very sure; which: right, 2 tries"
    assert list(counts(result).values()) == [3, 4, 0, 1, 0, 1, 0, 1]
    assert code.startswith("00")


@pytest.mark.parametrize("path", lessons_in(resource("lessons")), ids=lambda path: path.stem)
def test_codes_of_shipped_lessons_are_short_and_have_no_letters_that_look_alike(path: Path) -> None:
    lesson = read_lesson(path)
    full = tuple(_full(step) for step in lesson.steps)
    code = code_of(lesson, full, 2**MARK_BITS - 1, "secret")
    assert len(code) <= MAX_LETTERS
    assert code.startswith(path.stem[:2])
    assert not set(code) & set("ILOU")
    assert read_code(code, [lesson], "secret").steps == full


def _full(step: Step) -> StepResult:
    hints = min(3, len(step.hints))
    if step.kind == "predict":
        last = len(step.choices) - 1 if step.choices else 100
        return StepResult(True, last, True, sure=2, hints=hints, shown=True)
    asked = step.kind == "ask"
    return StepResult(True, tries=7 if asked else 0, hints=hints, shown=not asked)


@pytest.mark.parametrize("code", FORMER)
def test_codes_of_1_0_0_are_read_and_say_nothing_of_help(code: str) -> None:
    lessons = [read_lesson(path) for path in shipped_lessons()]
    result = read_code(code, lessons, "secret")
    assert (result.signed, result.mark) == (True, 2**MARK_BITS - 1)
    assert result.lesson is lessons[FORMER.index(code)]
    plain = [replace(_full(step), sure=None, hints=None, shown=None) for step in result.lesson.steps]
    assert list(result.steps) == plain
    assert counts(result)["hints"] is None
    assert parted(f"Ada {code}", lessons) == ("Ada", code)


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


def _disguises(code: str) -> list[str]:
    plain = code.replace("-", "")
    alike = code.replace("0", "O").replace("1", "l")
    return [
        f"Ada Lovelace {code}", f"Ada Lovelace: {plain.lower()}", f"{code}, Ada Lovelace", f"Ada Lovelace\t{alike}",
        f'"Ada Lovelace";"{code.replace("-", "–")}"', f"Ada Lovelace | {code.replace('-', ' ')}",
        f"Ada Lovelace – {plain[:5]}-{plain[5:11]} {plain[11:]}.", f"  {alike.lower()}   Ada Lovelace",
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(len(shipped_lessons())))
def test_a_code_is_found_however_it_was_copied(number: int) -> None:
    lessons = [read_lesson(path) for path in shipped_lessons()]
    lesson = lessons[number]
    for mark in range(5):
        code = code_of(lesson, [_full(step) for step in lesson.steps], mark * 99_991, "secret" * (mark % 2))
        for line in _disguises(code):
            assert parted(line, lessons) == ("Ada Lovelace", code), line


@pytest.mark.parametrize(
    ("line", "name", "code"),
    [
        ("Ada Lovelace 7F4K-92QX-M3", "Ada Lovelace", "7F4K-92QX-M3"),
        ("Jean-Luc: 7F4K-92QX-M3 ", "Jean-Luc", "7F4K-92QX-M3"),
        ("Anna-Lena Groß;\t7f4k–92qx–m3", "Anna-Lena Groß", "7f4k-92qx-m3"),
        ("Ada", "Ada", ""),
        ("=1+1, 7F4K-92QX-M3", "=1+1", "7F4K-92QX-M3"),
    ],
)
def test_what_looks_like_a_code_with_a_slip_is_found_behind_the_name(line: str, name: str, code: str) -> None:
    assert parted(line) == (name, code)


def test_a_password_is_the_same_with_blanks_around_it_and_either_form_of_an_accent() -> None:
    assert key_of("größe 7 ") == key_of("gro\u0308ße 7")
