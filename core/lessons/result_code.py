"""A result code: what a pupil has done in a lesson, as at most 60 letters to paste anywhere, which check themselves.

Letters are Crockford's base 32, without I, L, O and U; I and L are read as 1, O as 0. A code has the lesson, its
version, a number by which two pupils differ, a digit for each step, a signature where there is a password, and a
checksum. It is no exam: whoever reads this file can make one.
"""

from __future__ import annotations

import hmac
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .lesson import Lesson, Step

MAX_LETTERS: Final = 60
MARK_BITS: Final = 20
PASSWORD: Final = "NUMPYNET_CLASS_PASSWORD"
"""The environment variable of the class's password, where codes are made and where they are read."""
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {letter: value for value, letter in enumerate(_LETTERS)} | {"I": 1, "L": 1, "O": 0}
_GROUP: Final = 4
_CHECK, _SIGNATURE = 4, 8
"""Letters of the checksum and of the signature: one slip in a million passes, one guess in a million million."""
_LESSON_BITS, _VERSION_BITS = 20, 14
_HEAD: Final = 11
"""Letters of lesson, version, mark, and whether it is signed."""
_MOST: Final = (MAX_LETTERS + 1) * _GROUP // (_GROUP + 1) - _HEAD - _SIGNATURE - _CHECK
"""Letters for the steps: groups are parted by a hyphen."""
_TRIES: Final = 7
_SHARES: Final = 101
_DASHES: Final = str.maketrans("‐‑‒–—−", "------")
_CODE: Final = re.compile(r"(?<![0-9A-Za-z-])[0-9A-Za-z]{4}(?:-[0-9A-Za-z]{1,4})+(?![0-9A-Za-z-])")
_BETWEEN: Final = re.compile(r"[\s,;:.\"']+")


class CodeError(ValueError):
    """The text is no result code: a sentence says why."""


@dataclass(frozen=True)
class StepResult:
    """Result of a step.

    - `answer`: what a prediction said, a choice by index or a percentage; None where the code has no room for it.
    - `right`: whether a prediction came true. `tries`: of a question, up to `_TRIES`.
    """

    done: bool = False
    answer: int | None = None
    right: bool = False
    tries: int = 0


@dataclass(frozen=True)
class Result:
    """A code as it was read. `signed`: whether by the password; None if there was none to compare with."""

    lesson: Lesson
    version: int
    mark: int
    steps: tuple[StepResult, ...]
    signed: bool | None


def code_of(lesson: Lesson, steps: Sequence[StepResult], mark: int, password: str = "") -> str:
    """The code of what was done in each step of a lesson; `mark` has `MARK_BITS`."""
    bases = _bases(lesson)
    number = 0
    for step, base, result in zip(lesson.steps, bases, steps, strict=True):
        number = number * base + _digit(step, base, result)
    head = bool(password) << _LESSON_BITS | _lesson_number(lesson)
    head = (head << _VERSION_BITS | lesson.version) << MARK_BITS | mark
    text = _letters(head, _HEAD) + _letters(number, _width(bases))
    text += _digest(text, _SIGNATURE, password) if password else ""
    text += _digest(text, _CHECK)
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def read_code(text: str, lessons: Iterable[Lesson], password: str = "") -> Result:
    """The result in a code. Raises `CodeError`."""
    letters = "".join(text.upper().split()).translate(_DASHES).replace("-", "")
    if not letters or not _VALUES.keys() >= set(letters) or len(letters) > MAX_LETTERS:
        raise CodeError(
            f"a result code has at most {MAX_LETTERS} letters and digits, without U, got {text!r}"
        )
    letters = "".join(_LETTERS[_VALUES[letter]] for letter in letters)
    body = letters[:-_CHECK]
    if len(body) <= _HEAD or letters[-_CHECK:] != _digest(body, _CHECK):
        raise CodeError("the code was not copied whole, or a letter of it is wrong")
    head = _number(body[:_HEAD])
    is_signed = bool(head >> (_LESSON_BITS + _VERSION_BITS + MARK_BITS))
    known = head >> (_VERSION_BITS + MARK_BITS) & (1 << _LESSON_BITS) - 1
    lesson = next((each for each in lessons if _lesson_number(each) == known), None)
    if lesson is None:
        raise CodeError("the code is of a lesson that is not here, or whose steps were changed since")
    bases = _bases(lesson)
    end = _HEAD + _width(bases)
    number = _number(body[_HEAD:end])
    digits = []
    for base in reversed(bases):
        number, digit = divmod(number, base)
        digits.append(digit)
    if number or len(body) != end + _SIGNATURE * is_signed:
        raise CodeError("the code does not fit the steps of its lesson")
    signed = (
        body[end:] == _digest(body[:end], _SIGNATURE, password) if password else None if is_signed else False
    )
    version, mark = head >> MARK_BITS & (1 << _VERSION_BITS) - 1, head & (1 << MARK_BITS) - 1
    return Result(lesson, version, mark, tuple(map(_result, lesson.steps, bases, reversed(digits))), signed)


def parted(line: str) -> tuple[str, str]:
    """The name at the beginning of a line and the code at its end; the code is "" if there is none."""
    plain = line.translate(_DASHES).strip()
    found = max(_CODE.finditer(plain), key=re.Match.start, default=None)
    if found is None or _BETWEEN.sub("", plain[found.end() :]):
        return line.strip(), ""
    return plain[: found.start()].strip().rstrip(" ,;:\"'"), found[0]


def answers_text(result: Result) -> str:
    """The answers, for people: "two-units: about 75, wrong; how-many-lines: right, 2 tries"."""
    told = []
    for step, did in zip(result.lesson.steps, result.steps, strict=True):
        if step.kind == "predict" and did.done:
            said = "" if did.answer is None else f"{did.answer} of 100, "
            said = f"{step.choices[did.answer]}, " if step.choices and did.answer is not None else said
            told.append(f"{step.id}: {said}{'right' if did.right else 'wrong'}")
        elif step.kind == "ask" and did.done:
            tries = ("", ", 1 try", *(f", {n} tries" for n in range(2, _TRIES)), f", {_TRIES} tries or more")
            told.append(f"{step.id}: right{tries[did.tries]}")
    return "; ".join(told)


def counts(result: Result) -> dict[str, int]:
    """The counts that a teacher looks at."""
    steps = list(zip(result.lesson.steps, result.steps, strict=True))
    guesses = [did for step, did in steps if step.kind == "predict"]
    questions = [did for step, did in steps if step.kind == "ask"]
    return {
        "steps_done": sum(did.done for did in result.steps),
        "steps": len(steps),
        "guesses_right": sum(did.right for did in guesses),
        "guesses": len(guesses),
        "right_at_once": sum(did.done and did.tries <= 1 for did in questions),
        "questions": len(questions),
    }


def _bases(lesson: Lesson) -> list[int]:
    """Number of digits of each step; without the answers where these would not fit."""
    for fine in (True, False):
        bases = [_base(step, fine) for step in lesson.steps]
        if _width(bases) <= _MOST:
            break
    return bases


def _base(step: Step, fine: bool) -> int:
    if step.kind == "predict":
        answers = (len(step.choices) or (_SHARES if step.is_share else 1)) if fine else 1
        return 1 + 2 * answers
    return 1 + _TRIES if step.kind == "ask" and fine else 2


def _digit(step: Step, base: int, result: StepResult) -> int:
    if not result.done:
        return 0
    if step.kind == "predict":
        most = (base - 1) // 2 - 1
        return 1 + 2 * min(most, max(0, result.answer or 0)) + result.right
    return min(base - 1, max(1, result.tries))


def _result(step: Step, base: int, digit: int) -> StepResult:
    if not digit:
        return StepResult()
    if step.kind == "predict":
        answer, right = divmod(digit - 1, 2)
        return StepResult(True, answer if base > 3 else None, bool(right))
    return StepResult(True, tries=digit if base > 2 else 0)


def _lesson_number(lesson: Lesson) -> int:
    """A number of the lesson and the form of its steps, without which a code means nothing."""
    form = (f"{step.id} {step.kind} {step.question} {len(step.choices)}" for step in lesson.steps)
    return _number(_digest("\n".join((lesson.id, *form)), _LESSON_BITS // 5))


def _digest(text: str, count: int, password: str = "") -> str:
    digest = hmac.digest(password.encode(), text.encode(), "sha256")
    return _letters(int.from_bytes(digest) >> (256 - 5 * count), count)


def _width(bases: Iterable[int]) -> int:
    return -(-(math.prod(bases) - 1).bit_length() // 5)


def _letters(number: int, count: int) -> str:
    return "".join(_LETTERS[number >> 5 * place & 31] for place in reversed(range(count)))


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number << 5 | _VALUES[letter]
    return number
