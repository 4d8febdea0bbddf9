"""A result code: what a pupil has done in a lesson, as at most 60 letters to paste anywhere, which check themselves.

Letters are Crockford's base 32, without I, L, O and U; I and L are read as 1, O as 0. A code begins with the number of
its lesson (00 for one of a teacher's own), and has the form of its steps, its version, a number by which two pupils
differ, what was done in each step and with which help, a signature where there is a password, and a checksum. Codes of
1.0.0, which know of no help, are read, too. It is no exam: whoever reads this file can make one.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from ..io.sentence import one_line
from .lesson import Lesson, Step
from .shipped import place_of

MAX_LETTERS: Final = 60
MARK_BITS: Final = 20
PASSWORD: Final = "NUMPYNET_CLASS_PASSWORD"
"""The environment variable of the class's password, where codes are made and where they are read."""
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {letter: value for value, letter in enumerate(_LETTERS)} | {"I": 1, "L": 1, "O": 0}
_GROUP: Final = 4
_CHECK, _SIGNATURE = 4, 8
"""Letters of the checksum and of the signature: one slip in a million passes, one guess in a million million."""
_LESSON, _HEAD = 5, 7
"""Letters of the lesson, and of whether it is signed, its version and the mark."""
_VERSION_BITS: Final = 14
_MOST: Final = (MAX_LETTERS + 1) * _GROUP // (_GROUP + 1) - _LESSON - _HEAD - _SIGNATURE - _CHECK
"""Letters for the steps: groups are parted by a hyphen."""
_FORMER: Final = 11
"""Letters before the steps in codes of 1.0.0."""
_SALT: Final = b"NumpyNet result code 2"
SURE: Final = ("not", "fairly", "very")
_TRIES: Final = 7
_HINTS: Final = 3
_SHARES: Final = 101
_MAX_LINE: Final = 200
_LEAST: Final = _FORMER + 1 + _CHECK
_MAX_PIECES: Final = MAX_LETTERS // _GROUP + 1
_PIECE: Final = re.compile(r"[0-9A-Za-z]+")
_AROUND: Final = " \t,;:.\"'|/“”„«»‚‘’-"
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
    - `sure`: of a prediction, a place in `SURE`. `hints`: how many were read. `shown`: whether *Show me* did the step.
      None where an older code, or one without room, does not say.
    """

    done: bool = False
    answer: int | None = None
    right: bool = False
    tries: int = 0
    sure: int | None = None
    hints: int | None = None
    shown: bool | None = None


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
    detail, number = _detail(lesson), 0
    for step, result in zip(lesson.steps, steps, strict=True):
        for name, base in _parts(step, detail):
            digit = int(getattr(result, name) or 0) - (name == "tries") if result.done else 0
            number = number * base + min(base - 1, max(0, digit))
    head = (bool(password) << _VERSION_BITS | lesson.version) << MARK_BITS | mark
    text = _lesson_letters(lesson) + _letters(head, _HEAD) + _letters(number, _room(lesson, detail))
    text += _digest(text, _SIGNATURE, key_of(password)) if password else ""
    return _grouped(text + _digest(text, _CHECK, _SALT))


def read_code(text: str, lessons: Iterable[Lesson], password: str = "") -> Result:
    """The result in a code. Raises `CodeError`."""
    letters = _plain(text)
    if not letters or len(letters) > MAX_LETTERS:
        raise CodeError(
            f"a result code has at most {MAX_LETTERS} letters and digits, without U, got {text!r}"
        )
    is_former = _is_whole(letters, b"") and len(letters) > _FORMER + _CHECK
    if not is_former and not _is_whole(letters, _SALT):
        raise CodeError("the code was not copied whole, or a letter of it is wrong")
    lesson = _lesson_of(letters, lessons)
    if lesson is None:
        raise CodeError("the code is of a lesson that is not here, or whose steps were changed since")
    body, detail = letters[:-_CHECK], _detail(lesson)
    begin = _FORMER if is_former else _LESSON + _HEAD
    # What stands before the mark and the version is the lesson in codes of 1.0.0, and has no other place.
    head = _number(body[:begin] if is_former else body[_LESSON:begin])
    is_signed = bool(head >> (20 * is_former + _VERSION_BITS + MARK_BITS))
    bases = (
        _former_bases(lesson)
        if is_former
        else [base for step in lesson.steps for _, base in _parts(step, detail)]
    )
    end = begin + _width(bases)
    number, digits = _number(body[begin:end]), list[int]()
    for base in reversed(bases):
        number, digit = divmod(number, base)
        digits.append(digit)
    if number or len(body) != end + _SIGNATURE * is_signed:
        raise CodeError("the code does not fit the steps of its lesson")
    signed = None if is_signed and not password else False
    if is_signed and password:
        key = password.encode() if is_former else key_of(password)
        signed = hmac.compare_digest(body[end:], _digest(body[:end], _SIGNATURE, key))
    version, mark = head >> MARK_BITS & (1 << _VERSION_BITS) - 1, head & (1 << MARK_BITS) - 1
    if is_former:
        steps = tuple(map(_former_result, lesson.steps, bases, reversed(digits)))
    else:
        steps = tuple(_result(step, detail, digits) for step in lesson.steps)
    return Result(lesson, version, mark, steps, signed)


@cache
def key_of(password: str) -> bytes:
    """The key of a class password: takes 0.3 s and 32 MB once, as it takes whoever guesses passwords for each guess."""
    plain = unicodedata.normalize("NFKC", password).strip()
    return hashlib.scrypt(plain.encode(), salt=_SALT, n=1 << 15, r=8, p=3, maxmem=1 << 26, dklen=32)


def parted(line: str, lessons: Iterable[Lesson] = ()) -> tuple[str, str]:
    """The name in a line and the code, before or behind it, in whatever form it was copied; "" if there is none.

    Letters of a name may seem to belong to the code: one of the `lessons` is taken first. What looks like a code though
    a letter of it is wrong is returned as it stands. What is behind the first 200 letters is not read.
    """
    plain, lessons = one_line(line[:_MAX_LINE].translate(_DASHES)), tuple(lessons)
    pieces, whole = list(_PIECE.finditer(plain)), ("", "")
    for first, begin in enumerate(pieces):
        for end in reversed(pieces[first : first + _MAX_PIECES]):
            letters = _plain(plain[begin.start() : end.end()])
            if not _LEAST <= len(letters) <= MAX_LETTERS or not (
                _is_whole(letters, _SALT) or _is_whole(letters, b"")
            ):
                continue
            around = plain[: begin.start()], plain[end.end() :]
            whole = " ".join(filter(None, (each.strip(_AROUND) for each in around))), _grouped(letters)
            if _lesson_of(letters, lessons) is not None:
                return whole
    if whole[1]:
        return whole
    found = max(_CODE.finditer(plain), key=re.Match.start, default=None)
    if found is None or _BETWEEN.sub("", plain[found.end() :]):
        return plain.strip(), ""
    return plain[: found.start()].strip().rstrip(" ,;:\"'"), found[0]


def answers_text(result: Result) -> str:
    """The answers, for people: "two-units: about 75, wrong, very sure; how-many-lines: right, 2 tries"."""
    told = []
    for step, did in zip(result.lesson.steps, result.steps, strict=True):
        if step.kind == "predict" and did.done:
            said = "" if did.answer is None else f"{did.answer} of 100, "
            said = f"{step.choices[did.answer]}, " if step.choices and did.answer is not None else said
            sure = "" if did.sure is None else f", {SURE[did.sure]} sure"
            told.append(f"{step.id}: {said}{'right' if did.right else 'wrong'}{sure}")
        elif step.kind == "ask" and did.done:
            tries = ("", ", 1 try", *(f", {n} tries" for n in range(2, _TRIES)), f", {_TRIES} tries or more")
            told.append(f"{step.id}: right{tries[did.tries]}")
    return "; ".join(told)


def counts(result: Result) -> dict[str, int | None]:
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
        # None where an older code does not say: in a table nothing then, and not 0.
        "hints": _sum(did.hints for did in result.steps),
        "shown": _sum(did.shown for did in result.steps),
    }


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [each for each in numbers if each is not None]
    return sum(known) if known else None


def _detail(lesson: Lesson) -> int:
    """What a code has room for: 2 for answers and help, 1 for answers, 0 for neither."""
    return next((detail for detail in (2, 1) if _room(lesson, detail) <= _MOST), 0)


def _room(lesson: Lesson, detail: int) -> int:
    """Letters of the steps."""
    return _width(base for step in lesson.steps for _, base in _parts(step, detail))


def _parts(step: Step, detail: int) -> list[tuple[str, int]]:
    """The fields of a `StepResult` that a code has of the step, each with the number of its values."""
    found = [("done", 2)]
    if step.kind == "predict":
        found.append(("right", 2))
        if detail and (count := len(step.choices) or _SHARES * step.is_share):
            found.append(("answer", count))
    elif step.kind == "ask" and detail:
        found.append(("tries", _TRIES))
    if detail == 2:
        found += [("sure", len(SURE))] * (step.kind == "predict")
        found += [("hints", min(_HINTS, len(step.hints)) + 1)] + [("shown", 2)] * (step.kind != "ask")
    return found


def _result(step: Step, detail: int, digits: list[int]) -> StepResult:
    """The result of a step, whose digits are taken from the end of the list."""
    values = {name: digits.pop() for name, _ in _parts(step, detail)}
    if not values["done"]:
        return StepResult()
    if "tries" in values:
        values["tries"] += 1
    shown = bool(values.pop("shown", 0)) if detail == 2 else None
    return StepResult(bool(values.pop("done")), right=bool(values.pop("right", 0)), shown=shown, **values)


def _former_bases(lesson: Lesson) -> list[int]:
    """Number of digits of each step in a code of 1.0.0; without the answers where these would not fit."""
    tries = {"ask": 1 + _TRIES}
    fine = [
        1 + 2 * (len(step.choices) or (_SHARES if step.is_share else 1))
        if step.kind == "predict"
        else tries.get(step.kind, 2)
        for step in lesson.steps
    ]
    fits = _width(fine) <= _MOST + _LESSON + _HEAD - _FORMER
    return fine if fits else [2 + (step.kind == "predict") for step in lesson.steps]


def _former_result(step: Step, base: int, digit: int) -> StepResult:
    if not digit:
        return StepResult()
    if step.kind == "predict":
        answer, right = divmod(digit - 1, 2)
        return StepResult(True, answer if base > 3 else None, bool(right))
    return StepResult(True, tries=digit if base > 2 else 0)


def _lesson_of(letters: str, lessons: Iterable[Lesson]) -> Lesson | None:
    """The lesson that a code is of."""
    if _is_whole(letters, _SALT):
        return next((each for each in lessons if _lesson_letters(each) == letters[:_LESSON]), None)
    known = _number(letters[:_FORMER]) >> (_VERSION_BITS + MARK_BITS) & (1 << 20) - 1
    return next((each for each in lessons if _form(each) == known), None)


def _lesson_letters(lesson: Lesson) -> str:
    """The number of a lesson that comes with the program, else 00, and three letters of its id and form."""
    return f"{place_of(lesson.path)[0]:02}{_letters(_form(lesson) & (1 << 15) - 1, 3)}"


def _form(lesson: Lesson) -> int:
    """A number of the lesson and the form of its steps, without which a code means nothing; 20 bits."""
    form = (f"{step.id} {step.kind} {step.question} {len(step.choices)}" for step in lesson.steps)
    return _number(_digest("\n".join((lesson.id, *form)), 4))


def _plain(text: str) -> str:
    """The letters of a code, however it was copied; "" for what is none."""
    letters = "".join(text.upper().split()).translate(_DASHES).replace("-", "")
    return "".join(_LETTERS[_VALUES[each]] for each in letters) if _VALUES.keys() >= set(letters) else ""


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def _is_whole(letters: str, key: bytes) -> bool:
    """Whether the checksum of a code holds; that of 1.0.0 had no key."""
    return letters[-_CHECK:] == _digest(letters[:-_CHECK], _CHECK, key)


def _digest(text: str, count: int, key: bytes = b"") -> str:
    digest = hmac.digest(key, text.encode(), "sha256")
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
