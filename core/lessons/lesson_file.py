"""A lesson's file: front matter between two lines "+++" (TOML: the logic), and Markdown below (the words).

The words stand in one section for each step, "## id: Title", so that a translation is a file with other sections. Files
come from anywhere: they hold no code, name nothing outside of their folder, and are limited in size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any, Final, NoReturn

from ..experiment.experiment import Experiment
from ..experiment.presets import preset_named
from ..experiment.project_file import TrainerState, load_project
from ..experiment.short_text import experiment_from_text
from ..io import strict_toml
from ..io.budget import check_ordinary, reading
from ..io.sentence import one_line, short_sentence
from .conditions import Condition, parse_condition
from .language import lesson_of
from .lesson import SPEEDS, Lesson, Stage, Step, with_changes
from .measuring import MEASURES, measure_of, request_of
from .shipped import MAX_BYTES

KINDS: Final = ("do", "predict", "goal", "look", "ask", "note")
QUESTIONS: Final = ("single", "several", "number", "order")
TEACHER: Final = ("prior knowledge", "misconceptions", "ask", "extension")
_MAY_SAY: Final = ("aim", "print")
"""Parts of the teacher's page that a lesson need not have."""
PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp")
MAX_PICTURE_BYTES: Final = 2_000_000
MAX_STEPS: Final = 40
MAX_CHOICES: Final = 8
MAX_EPOCHS: Final = 10_000
MAX_SEEDS: Final = 64
_MAX_ENTRIES: Final = 40
_MAX_LETTERS: Final = 200
_HINTS: Final = ("hint 1", "hint 2", "hint 3")
_FENCE: Final = "+++"
_ID: Final = "[a-z0-9]+(-[a-z0-9]+)*"
_NAME: Final = r"[a-z][a-z_0-9]*(\.[a-z_0-9]+)*"
_SECTION: Final = re.compile(r"##\s+([a-z0-9-]+)\s*(?::\s*(.+))?")
_PICTURE: Final = re.compile(r"!\[[^\[\]]*\]\([ \t]*+<?([^()<>\s]*+)[^()]*\)")
_NESTED: Final = re.compile(r"[={,\[]")
_STEP: Final = re.compile(r"\s*\[\[\s*step\s*\]\]")
_KEY: Final = re.compile(r"\s*(?:\[+\s*(?:step\.)?)?[\"']?(?P<key>[\w-]+)[\"']?\s*[\].=]")
_LINE: Final = re.compile(r" line (\d+)")
_MAX_DOTS: Final = 20
"""In a key: `tomllib` takes a minute for one of 90,000 parts."""
_ERRORS: Final = (ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError)


class LessonError(ValueError):
    """The file is no lesson: sentences that name the file and the line, each of `faults` in one of its own."""

    @property
    def faults(self) -> tuple[str, ...]:
        """All that were found; a step, and what stands before the steps, tells its first."""
        return tuple(str(self).splitlines())


def read_lesson(path: Path) -> Lesson:
    """The lesson in a file. Raises `LessonError`, and `OSError` where the file cannot be read."""
    return _Reader(path, _text(path)).lesson()


def read_words(path: Path) -> tuple[dict[str, Words], tuple[str, ...]]:
    """The sections of a lesson, or of a file of words alone, and what is wrong with them. Raises as `read_lesson`."""
    reader = _Reader(path, _text(path))
    return reader.words(), tuple(reader.faults)


def _text(path: Path) -> str:
    size = check_ordinary(path)
    if size > MAX_BYTES:
        raise LessonError(short_sentence(f"{path.name} must be at most {MAX_BYTES:,} bytes, got {size:,}"))
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        sentence = f"{path.name} must be a text in UTF-8, got the byte {byte:#x}"
        raise LessonError(short_sentence(sentence)) from None


@dataclass
class Words:
    """A section of a lesson."""

    title: str = ""
    line: int = 0
    parts: dict[str, str] = field(default_factory=dict)
    """The text below each heading "### part"; "" is the text above them."""

    @property
    def text(self) -> str:
        return self.parts.get("", "")


def choices_in(words: Words) -> tuple[str, ...]:
    """The answers that a section lists."""
    lines = map(str.strip, words.parts.get("answers", "").splitlines())
    return tuple(line[1:].strip() for line in lines if line[:1] in "-*" and line[1:2].isspace())


def pictures_in(text: str) -> list[str]:
    """The names of the pictures in a text."""
    return _PICTURE.findall(text)


class _Reader:
    """Reads one file; every fault names its line."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()
        self._words: dict[str, Words] = {"": Words()}
        self._body = 0
        self.faults: list[str] = []

    def words(self) -> dict[str, Words]:
        """The sections; in a file of words a front matter is a fault."""
        if self._lines and self._lines[0].strip() == _FENCE:
            self._front_matter()
            if lesson_of(self._path) is not None:
                self.faults.append(
                    f"{self._path.name} line 1: words must stand without a front matter, got one"
                )
        self._read_sections()
        return self._words

    def lesson(self) -> Lesson:
        table = _Table(self, self._front_matter(), "The lesson", None)
        self._read_sections()
        if self.faults:
            raise LessonError("\n".join(self.faults))
        start, checkpoint = None, None
        with self.told():
            start, checkpoint = self._start(table)
        found: dict[str, Any] = {}
        for name, read in {
            "id": lambda: table.text("id", _ID),
            "version": lambda: table.whole("version", 1, 9999, 1),
            "language": lambda: table.text("language", "[a-z]{2}", "en"),
            "minutes": lambda: table.whole("minutes", 1, 240),
            "needs": lambda: table.texts("needs", _ID),
            "any_order": lambda: table.flag("any_order"),
            "show": lambda: table.texts("show", _NAME),
            "only_shown": lambda: table.flag("only_shown"),
            "steps": lambda: self._steps(table, start),
            "teacher": self._teacher,
            "pictures": self._pictures,
        }.items():
            with self.told():
                found[name] = read()
        with self.told():
            table.end()
        title, text = self._words[""].title, self._words[""].text
        if not title:
            self.tell(self._body, 'the words must begin with a title, "# Why hidden layers?", got none')
        if "steps" in found and not self.faults:
            known = {"", "teacher", *(step.id for step in found["steps"])}
            for name, words in self._words.items():
                if name not in known:
                    self.tell(words.line, f"a section must be of a step or the teacher, got {name!r}")
        if self.faults or start is None:
            lines = sorted(self.faults, key=lambda each: int(_LINE.match(each, len(self._path.name))[1]))  # type: ignore[index]
            raise LessonError("\n".join(lines))
        return Lesson(path=self._path, title=title, text=text, start=start, checkpoint=checkpoint, **found)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Go on after a fault, which is told with the others at the end."""
        try:
            yield
        except LessonError as error:
            self.faults.append(str(error))

    def fail(self, line: int, sentence: str) -> NoReturn:
        """Raise the sentence about a line, counted from 1."""
        where = f"{self._path.name} line {max(1, line)}"
        raise LessonError(short_sentence(one_line(f"{where}: {sentence}"))) from None

    def tell(self, line: int, sentence: str) -> None:
        """As `fail`, and go on."""
        with self.told():
            self.fail(line, sentence)

    def line_of(self, key: str, step: int | None) -> int:
        """The line of a key of the front matter, or of a step; the nearest one above where it is not found."""
        at = -1 if step is None else step
        return self._lines_of.get((at, key)) or self._lines_of.get((at, ""), 1)

    @cached_property
    def _lines_of(self) -> dict[tuple[int, str], int]:
        """The first line of each step (-1 before them) and key; the key "" is the step's own."""
        step, found = -1, dict[tuple[int, str], int]()
        for number, line in enumerate(self._lines[: self._body], 1):
            if _STEP.match(line):
                step += 1
                found[step, ""] = number
            if key := _KEY.match(line):
                found.setdefault((step, key["key"]), number)
        return found

    def _front_matter(self) -> dict[str, Any]:
        lines = self._lines
        if not lines or lines[0].strip() != _FENCE:
            self.fail(1, f'a lesson must begin with a line "{_FENCE}", got {lines[0] if lines else ""!r}')
        end = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), None)
        if end is None:
            self.fail(len(lines), f'the front matter must end with a line "{_FENCE}", got none')
        self._body = end + 1
        for place, written in enumerate(lines[1:end], 2):
            if any(part.count(".") > _MAX_DOTS for part in _NESTED.split(written)):
                self.fail(place, f"a key must have at most {_MAX_DOTS} dots, got {written.strip()!r}")
        try:
            return strict_toml.load("\n".join(lines[1:end]) + "\n")
        except ValueError as error:
            line = getattr(error, "line", 0)
            self.fail(line + 1 if line else end, f"the front matter must be TOML: {error}")

    def _read_sections(self) -> None:
        words, part, is_code = self._words[""], "", False
        for number, line in enumerate(self._lines[self._body :], self._body + 1):
            is_code ^= line.startswith("```")
            if is_code or not line.startswith("#"):
                words.parts[part] = f"{words.parts.get(part, '')}{line}\n"
            elif line.startswith("### "):
                part = line[4:].strip().lower()
                if part in words.parts:
                    self.tell(number, f"a part of a section must stand once, got {part!r} again")
                words.parts[part] = ""
            elif line.startswith("## "):
                found = _SECTION.fullmatch(line.strip())
                part, name = "", found[1] if found is not None else line
                if found is None or name in self._words:
                    self.tell(number, f'a section must be a step, once: "## its-id: Its title", got {line!r}')
                words = Words((found and found[2]) or "", number)
                if found is not None:
                    self._words.setdefault(name, words)
            elif line.startswith("# ") and words is self._words[""] and not words.title:
                words.title, words.line = line[2:].strip(), number
            else:
                self.tell(number, f'a heading must be "# Title" once, "## step" or "### part", got {line!r}')
        for words in self._words.values():
            words.parts = {name: text.strip() for name, text in words.parts.items()}

    def _start(self, table: _Table) -> tuple[Experiment, TrainerState | None]:
        given, checkpoint = table.table("start"), None
        begins = [name for name in ("preset", "text", "file") if name in given]
        if len(begins) > 1:
            table.fail("start", f"it must begin with one of preset, text and file, got {', '.join(begins)}")
        try:
            experiment = Experiment()
            if "preset" in given:
                experiment = preset_named(str(given.pop("preset")))
            elif "text" in given:
                experiment = experiment_from_text(str(given.pop("text")))
            elif "file" in given:
                path = inside(self._path, given.pop("file"), (".nnplay", ".json"))
                with reading(path):
                    experiment, checkpoint = load_project(path)
            if given:
                experiment, checkpoint = with_changes(experiment, given), None
        except _ERRORS as error:
            table.fail("start", _reason(error))
        except OSError as error:
            table.fail("start", f"its file cannot be read: {error.strerror or error}")
        dataset = experiment.dataset
        if str(getattr(dataset, "path", "")) and getattr(dataset, "embedded", None) is None:
            table.fail("start", "it must not name a file of data; save the project with its data")
        return experiment, checkpoint

    def _steps(self, table: _Table, start: Experiment | None) -> tuple[Step, ...]:
        rule = f"1 to {MAX_STEPS} steps, each below [[step]]"
        given = table.take("step", rule, lambda value: _is_list(value) and 1 <= len(value) <= MAX_STEPS)
        steps: list[Step] = []
        for place, data in enumerate(given):
            with self.told():
                inner = _Table(self, data, f"Step {place + 1}", place)
                steps.append(self._step(inner, start, {"teacher", *(step.id for step in steps)}))
        return tuple(steps)

    def _step(self, table: _Table, start: Experiment | None, taken: set[str]) -> Step:
        id_ = table.text("id", _ID)
        if id_ in taken:
            table.fail("id", f"it must be another than of the teacher and other steps, got {id_!r}")
        kind = table.choice("kind", KINDS)
        words = self._words.get(id_, Words())
        if not words.title or not words.text:
            table.fail("id", f'the words must have a section "## {id_}: Title" with a text, got none')
        unknown = words.parts.keys() - {"", "answers", "explanation", *_HINTS}
        if unknown:
            rule = "its parts must be answers, hint 1 to 3 and explanation"
            self.fail(words.line, f"{rule}, got {min(unknown)!r}")
        choices = choices_in(words)
        asks = kind in ("predict", "ask")
        if choices and not asks:
            table.fail("kind", "a step with answers must be of the kind predict or ask")
        step = Step(
            id=id_,
            kind=kind,
            title=words.title,
            text=words.text,
            line=self.line_of("id", table.step),
            until=table.each("until", table.texts("until"), parse_condition),
            setup=table.table("setup") if "setup" in table else None,
            key=self._key(table),
            ring=table.text("ring", _NAME, ""),
            speed=table.choice("speed", ("", *SPEEDS), ""),
            hints=tuple(words.parts[name] for name in _HINTS if name in words.parts),
            explanation=words.parts.get("explanation", ""),
            marks=table.whole("marks", 0, 100, 1),
            **_question(table, kind, choices) if asks else {},
        )
        try:
            if start is not None:
                with_changes(start, step.setup or {})
        except _ERRORS as error:
            table.fail("setup", _reason(error))
        if kind in ("do", "goal", "look", "predict") and not step.until:
            table.fail("until", f"a step of the kind {kind} must have conditions, got none")
        if kind in ("ask", "note") and (step.until or step.key):
            rule = f"a step of the kind {kind} must have no conditions and no key"
            table.fail("until" if step.until else "key", rule)
        table.end()
        return step

    def _key(self, table: _Table) -> tuple[Stage, ...]:
        given = table.take("key", default=[])
        stages = given if _is_list(given) else [given]
        if len(stages) > _MAX_ENTRIES or not all(isinstance(stage, dict) for stage in stages):
            table.fail("key", f"it must be a table, or at most {_MAX_ENTRIES} of them, got {given!r}")
        return tuple(_stage(_Table(self, stage, "The key", table.step, "key")) for stage in stages)

    def _teacher(self) -> dict[str, str]:
        words = self._words.get("teacher", Words(line=len(self._lines)))
        for name in TEACHER:
            if not words.parts.get(name):
                rule = f'the section "## teacher" must have a part "### {name}"'
                self.fail(words.line, f"{rule}, got none")
        return {name: words.parts[name] for name in (*_MAY_SAY, *TEACHER) if words.parts.get(name)}

    def _pictures(self) -> tuple[Path, ...]:
        found: dict[Path, None] = {}
        for number, line in enumerate(self._lines[self._body :], self._body + 1):
            for name in pictures_in(line):
                try:
                    path = inside(self._path, name, PICTURES)
                    if check_ordinary(path) > MAX_PICTURE_BYTES:
                        rule = f"a picture must be at most {MAX_PICTURE_BYTES:,} bytes"
                        raise ValueError(f"{rule}, got {name!r}")
                except OSError:
                    self.fail(number, f"a picture must be there, got {name!r}")
                except ValueError as error:
                    self.fail(number, str(error))
                found[path] = None
        return tuple(found)


class _Table:
    """A table of the front matter whose entries are taken one by one; what is left at the end is unknown."""

    def __init__(self, reader: _Reader, data: Any, subject: str, step: int | None, key: str = "") -> None:
        self._reader, self._subject, self.step, self._key = reader, subject, step, key
        if not isinstance(data, dict):
            self.fail(key or "step", f"it must be a table, got {data!r}")
        self._data = dict(data)

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def fail(self, key: str, sentence: str) -> NoReturn:
        line = self._reader.line_of(self._key or key, self.step)
        self._reader.fail(line, f"{self._subject}: {key}: {sentence}")

    def take(
        self,
        key: str,
        rule: str = "given",
        fits: Callable[[Any], bool] = lambda value: True,
        default: Any = None,
    ) -> Any:
        """An entry that fits its rule, or the default; without one it must be given."""
        if key not in self._data:
            if default is None:
                self.fail(key, f"it must be {rule}, got nothing")
            return default
        value = self._data.pop(key)
        if not fits(value):
            self.fail(key, f"it must be {rule}, got {value!r}")
        return value

    def each(self, key: str, values: Iterable[Any], made: Callable[[Any], Any]) -> tuple[Any, ...]:
        """Parser of each value of an entry."""
        try:
            return tuple(map(made, values))
        except ValueError as error:
            self.fail(key, str(error))

    def end(self) -> None:
        for key in self._data:
            with self._reader.told():
                self.fail(key, "there is no such entry")

    def rest(self) -> dict[str, Any]:
        """The entries that are left, settings by path; a table in one is settings below it."""
        if len(self._data) > _MAX_ENTRIES:
            self.fail("key", f"it must have at most {_MAX_ENTRIES} entries, got {len(self._data)}")
        return _flat(self._data)

    def text(self, key: str, pattern: str, default: str | None = None) -> str:
        return str(self.take(key, f"a text of the form {pattern}", _text_of(pattern), default))

    def texts(self, key: str, pattern: str = "") -> tuple[str, ...]:
        def fits(value: Any) -> bool:
            return _is_list(value) and all(map(_text_of(pattern), value))

        return tuple(self.take(key, f"a list of at most {_MAX_ENTRIES} texts", fits, []))

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        return str(
            self.take(key, f"one of {', '.join(filter(None, choices))}", choices.__contains__, default)
        )

    def flag(self, key: str) -> bool:
        return bool(self.take(key, "true or false", lambda value: type(value) is bool, False))

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        rule = f"a whole number from {low} to {high}"
        return int(self.take(key, rule, lambda value: type(value) is int and low <= value <= high, default))

    def table(self, key: str) -> dict[str, Any]:
        return _flat(self.take(key, f"a table of at most {_MAX_ENTRIES} entries", _is_table, {}))


def _stage(table: _Table) -> Stage:
    epochs = table.whole("epochs", 0, MAX_EPOCHS, -1)
    weights = table.each("weights", table.take("weights", "a list", _is_list, []), _weight)
    correct, acts = table.flag("correct_labels"), table.each("acts", table.texts("acts"), _act)
    mute = table.each("mute", table.take("mute", "a list", _is_list, []), _head) if "mute" in table else None
    looks = table.each(
        "looks", [table.take("looks", "a table", _is_table)] if "looks" in table else [], request_of
    )
    opens, seeds = table.flag("open_test"), table.whole("seeds", 0, MAX_SEEDS, 0)
    changes = table.rest()
    return Stage(
        changes,
        None if epochs < 0 else epochs,
        weights,
        correct,
        acts,
        mute,
        next(iter(looks), None),
        opens,
        seeds,
    )


def _act(given: Any) -> Condition:
    found = parse_condition(given)
    if not found.is_act:
        raise ValueError(
            f'an act must be such as "export was used" or "a neuron was looked at", got {given!r}'
        )
    return found


def _head(given: Any) -> tuple[int, int]:
    if (
        not _is_list(given)
        or len(given) != 2
        or not all(type(each) is int and 0 <= each < 10**3 for each in given)
    ):
        raise ValueError(f"a head must be [layer, head], both from 0 on, got {given!r}")
    return given[0], given[1]


def _weight(given: Any) -> tuple[int, str, tuple[int, ...], float]:
    whole = [*given[:1], *given[2:-1]] if _is_list(given) else []
    if (
        len(whole) < 2
        or not all(type(part) is int and 0 <= part < 10**6 for part in whole)
        or not isinstance(given[1], str)
        or not _is_number(given[-1])
    ):
        raise ValueError(f'a weight must be [layer, "kernel", places ..., value], got {given!r}')
    return given[0], given[1], tuple(given[2:-1]), float(given[-1])


def _question(table: _Table, kind: str, choices: tuple[str, ...]) -> dict[str, Any]:
    """Fields that steps of the kinds predict and ask add to others."""
    question = table.choice("answer", QUESTIONS if kind == "ask" else ("single", "number"))
    measure, ranges = "", ()  # type: tuple[str, tuple[tuple[float, ...], ...]]
    if kind == "predict":
        rule, none = f"one of {', '.join(MEASURES)}", "" if question == "single" else None
        measure = table.take("measure", rule, _is_measure, none)
        ranges = table.each("ranges", table.take("ranges", "a list", _is_list, []), _two_numbers)
    right: tuple[float, ...]
    if question == "number":
        if choices:
            table.fail("answer", "a number must have no answers to choose from")
        right, ranges = table.each("right", [table.take("right")], _two_numbers)[0], ()
    else:
        right = _right_choices(table, question, len(choices))
        if bool(ranges) != bool(measure) or (ranges and len(ranges) != len(choices)):
            rule = f"a measure and a range for each of the {len(choices)} answers must go together"
            table.fail("ranges", rule)
        for below, above in pairwise(sorted(ranges)):
            if below[1] > above[0]:
                table.fail("ranges", f"they must not overlap, got {below} and {above}")
    return {
        "question": question, "choices": choices, "right": right, "measure": measure, "ranges": ranges
    }  # fmt: skip


def _right_choices(table: _Table, question: str, count: int) -> tuple[float, ...]:
    if not 2 <= count <= MAX_CHOICES:
        table.fail("answer", f'the section must list 2 to {MAX_CHOICES} "### answers", got {count}')
    if question == "order":
        return tuple(map(float, range(count)))
    given = table.take("right")
    numbers = given if _is_list(given) else [given]
    if not numbers or not all(type(each) is int and 0 <= each < count for each in numbers):
        table.fail("right", f"it must be from 0 to {count - 1}, the first answer being 0, got {given!r}")
    if question == "single" and len(numbers) > 1:
        table.fail("right", f"one answer must be right, got {given!r}")
    return tuple(map(float, numbers))


def inside(lesson: Path, name: Any, suffixes: tuple[str, ...]) -> Path:
    """The file beside a lesson, or below its folder, that it names. Raises `ValueError` for any other place."""
    if not isinstance(name, str) or not name or "\0" in name or "\\" in name or ":" in name:
        raise ValueError(f"a file must be named by a relative path with /, got {name!r}")
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts or relative.suffix.lower() not in suffixes:
        raise ValueError(
            f"a file must lie in the lesson's folder and end in {', '.join(suffixes)}, got {name!r}"
        )
    folder = lesson.parent.resolve()
    path = folder.joinpath(*relative.parts)
    if not path.resolve().is_relative_to(folder):  # a link to elsewhere
        raise ValueError(f"a file must lie in the lesson's folder, got {name!r}")
    return path


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """`optimizer.learning_rate = 0.1` is a table in a table to TOML; a table with a kind is a value."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, dict) and "kind" not in value:
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def _text_of(pattern: str) -> Callable[[Any], bool]:
    """Whether a value is a text of a form, or any text."""

    def fits(value: Any) -> bool:
        short = isinstance(value, str) and len(value) <= _MAX_LETTERS
        return short and (not pattern or re.fullmatch(pattern, value) is not None)

    return fits


def _is_measure(value: Any) -> bool:
    """Whether it can be measured as a number."""
    found = measure_of(value) if isinstance(value, str) else None
    return value == "" or (found is not None and not found.is_text)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and len(value) <= _MAX_ENTRIES


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= _MAX_ENTRIES


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= 1e15


def _two_numbers(value: Any) -> tuple[float, float]:
    if not _is_list(value) or len(value) != 2 or not all(map(_is_number, value)) or value[0] > value[1]:
        raise ValueError(f"it must be two numbers, the lower one first, got {value!r}")
    return float(value[0]), float(value[1])


def _reason(error: Exception) -> str:
    sentence = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
    return sentence.removeprefix("Sweep: ")
