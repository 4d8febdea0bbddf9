"""A lesson: a file of front matter between two lines "+++" (TOML: the logic), and Markdown below (the words).

The words stand in one section for each step, "## id: Title", so that a translation is a file with other sections. Files
come from anywhere: they hold no code, name nothing outside of their folder, and are limited in size.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final, NoReturn

from core.data.datasets import DATASETS
from core.data.label_corrections import LabelCorrections
from core.experiment.adapt import with_dataset
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.experiment.project_file import TrainerState, load_project
from core.experiment.short_text import experiment_from_text
from core.io.budget import reading
from core.io.ordinary_file import check_ordinary
from core.io.sentence import one_line, short_sentence
from core.lessons.conditions import MEASURES, Condition, parse_condition
from core.sweep.setting_paths import setting_at, with_value

SUFFIX: Final = ".md"
KINDS: Final = ("do", "predict", "goal", "look", "ask", "note")
QUESTIONS: Final = ("single", "several", "number", "order")
TEACHER: Final = ("prior knowledge", "misconceptions", "ask", "extension")
PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp")
MAX_BYTES: Final = 200_000
MAX_PICTURE_BYTES: Final = 2_000_000
MAX_STEPS: Final = 40
MAX_CHOICES: Final = 8
MAX_HINTS: Final = 3
MAX_EPOCHS: Final = 10_000
_MAX_ENTRIES: Final = 40
_FENCE: Final = "+++"
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME: Final = re.compile(r"[a-z][a-z_0-9]*(\.[a-z_0-9]+)*")
_SECTION: Final = re.compile(r"##\s+([a-z0-9-]+)\s*(?::\s*(.+))?")
_PICTURE: Final = re.compile(r"!\[[^\]]*\]\(\s*<?([^)>\s]*)[^)]*\)")
_ITEM: Final = re.compile(r"[-*]\s+(.+)")
_AT_LINE: Final = re.compile(r"\s*\(at line (\d+), column \d+\)")
_ERRORS: Final = (ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError)


class LessonError(ValueError):
    """Why a file is no lesson: a sentence that names the file and the line."""


@dataclass(frozen=True)
class Stage:
    """One act of a key: settings to change, weights to type, labels to correct, epochs to train at most.

    `weights` are (layer, parameter, place, value).
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    epochs: int | None = None
    weights: tuple[tuple[int, str, tuple[int, ...], float], ...] = ()
    correct_labels: bool = False


@dataclass(frozen=True)
class Step:
    """One step.

    - `until`: all must hold for a step of the kinds do, goal and look, and before what was guessed is compared.
    - `setup`: what is changed of the lesson's start when the step begins, from first weights; None leaves all as it is.
    - `choices`, `right`: of a question, by index; of a number, `right` is its lowest and highest right value.
    - `measure`: what a prediction is about, as in conditions; `ranges` are what its choices stand for.
    - `key`: what solves it. `ring`: the control, command or setting that it means.
    - `line`: where it begins in the file.
    """

    id: str
    kind: str
    title: str
    text: str
    line: int
    until: tuple[Condition, ...] = ()
    setup: Mapping[str, Any] | None = None
    key: tuple[Stage, ...] = ()
    ring: str = ""
    question: str = ""
    choices: tuple[str, ...] = ()
    right: tuple[float, ...] = ()
    measure: str = ""
    ranges: tuple[tuple[float, float], ...] = ()
    hints: tuple[str, ...] = ()
    explanation: str = ""

    @property
    def is_share(self) -> bool:
        """Whether a prediction is about an accuracy, which people guess in percent."""
        return self.measure.endswith((" accuracy", " gap"))

    def shown(self, measured: float) -> float:
        """What was measured, in the unit of the guesses."""
        return 100 * measured if self.is_share else measured

    def is_right(self, answer: Iterable[float]) -> bool:
        """Whether an answer is right: indices of choices in any order, or in the right one; or a number."""
        given = tuple(answer)
        if self.question == "number":
            return len(given) == 1 and self.right[0] <= given[0] <= self.right[1]
        if self.question == "order":
            return given == self.right
        return set(given) == set(self.right)

    def outcome(self, measured: float) -> tuple[float, ...]:
        """What would have been the right prediction once `measured` is known: the choice, or the number."""
        shown = self.shown(measured)
        if not self.ranges:
            return self.right if self.choices else (shown,)
        fitting = [place for place, (low, high) in enumerate(self.ranges) if low <= shown <= high]
        nearest = min(
            range(len(self.ranges)), key=lambda at: min(abs(shown - end) for end in self.ranges[at])
        )
        return (fitting[0] if fitting else nearest,)


@dataclass(frozen=True)
class Lesson:
    """A lesson as it was read. `teacher` has the texts of `TEACHER`; `checkpoint` what the start has learned."""

    path: Path
    id: str
    title: str
    text: str
    version: int
    language: str
    minutes: int
    needs: tuple[str, ...]
    any_order: bool
    start: Experiment
    checkpoint: TrainerState | None
    show: tuple[str, ...]
    steps: tuple[Step, ...]
    teacher: Mapping[str, str]
    pictures: tuple[Path, ...]

    def begin(self, step: Step) -> Experiment | None:
        """What a step begins with, from first weights; None if it goes on with what is there."""
        return None if step.setup is None else with_changes(self.start, step.setup)


def with_changes(experiment: Experiment, changes: Mapping[str, Any]) -> Experiment:
    """The experiment with other values by path, in this order. Raises `ValueError`."""
    for path, value in changes.items():
        if path in ("name", "seed"):
            experiment = experiment.replace(**{path: value})
        elif path == "corrections":
            experiment = experiment.replace(corrections=LabelCorrections.of(value))
        elif path == "dataset":
            experiment = with_dataset(experiment, DATASETS.make(value))
        else:
            experiment = with_value(experiment, path, value)
    return experiment


def wrong_labels(start: Experiment, now: Experiment, truth: Mapping[int, int]) -> int:
    """How many of the labels that a lesson has changed at its start are still wrong; `truth` has the right ones."""
    given = dict(now.corrections)
    return sum(given.get(row, truth[row]) not in (truth[row], None) for row, _ in start.corrections)


def true_labels(start: Experiment) -> dict[int, int]:
    """The right labels of the rows that a lesson has changed; loads the data if there are any."""
    rows = [row for row, _ in start.corrections]
    if not rows:
        return {}
    targets = start.dataset.load(start.data_seed).targets
    return {row: int(targets[row]) for row in rows if row < len(targets)}


def read_lesson(path: Path) -> Lesson:
    """The lesson in a file. Raises `LessonError`, and `OSError` where the file cannot be read."""
    size = check_ordinary(path)
    if size > MAX_BYTES:
        raise LessonError(short_sentence(f"{path.name} must be at most {MAX_BYTES:,} bytes, got {size:,}"))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LessonError(
            short_sentence(
                f"{path.name} must be a text in UTF-8, got the byte {error.object[error.start]:#x}"
            )
        ) from None
    return _Reader(path, text).lesson()


@dataclass
class _Words:
    title: str = ""
    text: str = ""
    line: int = 0
    parts: dict[str, str] = field(default_factory=dict)


class _Reader:
    """Reads one file; every fault names its line."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()
        self._words: dict[str, _Words] = {"": _Words()}
        self._body = 0

    def lesson(self) -> Lesson:
        head = self._front_matter()
        self._read_sections()
        table = _Table(self, head, "The lesson", None)
        id_ = table.text("id", pattern=_ID)
        any_order = table.flag("any_order")
        minutes = table.whole("minutes", 1, 240)
        start, checkpoint = self._start(table)
        steps = self._steps(table, start)
        lesson = Lesson(
            path=self._path,
            id=id_,
            title=self._words[""].title,
            text=self._words[""].text,
            version=table.whole("version", 1, 9999, 1),
            language=table.text("language", "en", pattern=re.compile("[a-z]{2}")),
            minutes=minutes,
            needs=table.texts("needs", pattern=_ID),
            any_order=any_order,
            start=start,
            checkpoint=checkpoint,
            show=table.texts("show", pattern=_NAME),
            steps=steps,
            teacher=self._teacher(),
            pictures=self._pictures(),
        )
        table.end()
        if not lesson.title:
            self.fail(self._body, 'the words must begin with a title, "# Why hidden layers?", got none')
        known = {"", "teacher", *(step.id for step in steps)}
        for name, words in self._words.items():
            if name not in known:
                self.fail(words.line, f"a section must be of a step or the teacher, got {name!r}")
        return lesson

    def fail(self, line: int, sentence: str) -> NoReturn:
        """Raise the sentence about a line, counted from 1."""
        where = f"{self._path.name} line {max(1, line)}"
        raise LessonError(short_sentence(one_line(f"{where}: {sentence}"))) from None

    def line_of(self, key: str, step: int | None) -> int:
        """The line of a key of the front matter, or of a step; the nearest one above where it is not found."""
        seen = -1
        best = 1
        for number, line in enumerate(self._lines[: self._body], 1):
            if re.match(r"\s*\[\[\s*step\s*\]\]", line):
                seen += 1
                best = number if seen == step else best
            inside = seen == (-1 if step is None else step)
            if inside and re.match(rf"\s*(\[+\s*(step\.)?)?[\"']?{re.escape(key)}[\"']?\s*[\].=]", line):
                return number
        return best

    def _front_matter(self) -> dict[str, Any]:
        lines = self._lines
        if not lines or lines[0].strip() != _FENCE:
            self.fail(1, f'a lesson must begin with a line "{_FENCE}", got {lines[0] if lines else ""!r}')
        end = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), None)
        if end is None:
            self.fail(len(lines), f'the front matter must end with a line "{_FENCE}", got none')
        self._body = end + 1
        try:
            return tomllib.loads("\n".join(lines[1:end]) + "\n")
        except RecursionError:
            self.fail(1, "the front matter must be nested less deeply")
        except ValueError as error:
            found = _AT_LINE.search(str(error))
            line = int(found[1]) + 1 if found else end
            self.fail(line, f"the front matter must be TOML: {_AT_LINE.sub('', str(error))}")

    def _read_sections(self) -> None:
        words, part, is_code = self._words[""], "", False
        kept: list[str] = []

        def close() -> None:
            text = "\n".join(kept).strip()
            kept.clear()
            if part:
                words.parts[part] = text
            else:
                words.text = text

        for number, line in enumerate(self._lines[self._body :], self._body + 1):
            is_code ^= line.startswith("```")
            if is_code or not line.startswith("#"):
                kept.append(line)
            elif line.startswith("### "):
                close()
                part = line[4:].strip().lower()
                if part in words.parts:
                    self.fail(number, f"a part of a section must stand once, got {part!r} again")
                words.parts[part] = ""
            elif line.startswith("## "):
                close()
                found = _SECTION.fullmatch(line.strip())
                if found is None or found[1] in self._words:
                    self.fail(number, f'a section must be a step, once: "## its-id: Its title", got {line!r}')
                part = ""
                words = self._words[found[1]] = _Words(found[2] or "", line=number)
            elif line.startswith("# ") and words is self._words[""] and not words.title:
                words.title, words.line = line[2:].strip(), number
            else:
                self.fail(number, f'a heading must be "# Title" once, "## step" or "### part", got {line!r}')
        close()

    def _start(self, table: _Table) -> tuple[Experiment, TrainerState | None]:
        given = dict(table.table("start"))
        checkpoint: TrainerState | None = None
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

    def _steps(self, table: _Table, start: Experiment) -> tuple[Step, ...]:
        given = table.take("step", [])
        if not isinstance(given, list) or not 1 <= len(given) <= MAX_STEPS:
            got = len(given) if isinstance(given, list) else repr(given)
            table.fail("step", f"it must have 1 to {MAX_STEPS} steps, each below [[step]], got {got}")
        steps: list[Step] = []
        for place, data in enumerate(given):
            inner = _Table(self, data, f"Step {place + 1}", place)
            steps.append(self._step(inner, start, {"teacher", *(step.id for step in steps)}))
        return tuple(steps)

    def _step(self, table: _Table, start: Experiment, taken: set[str]) -> Step:
        id_ = table.text("id", pattern=_ID)
        if id_ in taken:
            table.fail("id", f"it must be another than of the teacher and other steps, got {id_!r}")
        kind = table.choice("kind", KINDS)
        words = self._words.get(id_, _Words())
        if not words.title or not words.text:
            table.fail("id", f'the words must have a section "## {id_}: Title" with a text, got none')
        until = self._conditions(table)
        setup = table.table("setup") if "setup" in table else None
        key = self._key(table)
        try:
            with_changes(start, setup or {})
        except _ERRORS as error:
            table.fail("setup", _reason(error))
        hints = [words.parts[f"hint {n}"] for n in range(1, MAX_HINTS + 1) if f"hint {n}" in words.parts]
        choices = tuple(found[1] for line in words.parts.get("answers", "").splitlines()
                        if (found := _ITEM.fullmatch(line.strip())))  # fmt: skip
        unknown = words.parts.keys() - {"answers", "explanation", *(f"hint {n}" for n in (1, 2, 3))}
        if unknown:
            self.fail(
                words.line, f"its parts must be answers, hint 1 to 3 and explanation, got {min(unknown)!r}"
            )
        question, right, measure, ranges = "", (), "", ()  # type: tuple[str, tuple[float, ...], str, Any]
        if kind in ("predict", "ask"):
            question, right, measure, ranges = self._question(table, kind, choices)
        elif choices:
            table.fail("kind", "a step with answers must be of the kind predict or ask")
        if kind in ("do", "goal", "look", "predict") and not until:
            table.fail("until", f"a step of the kind {kind} must have conditions, got none")
        if kind in ("ask", "note") and (until or key):
            table.fail(
                "until" if until else "key", f"a step of the kind {kind} must have no conditions and no key"
            )
        step = Step(
            id=id_, kind=kind, title=words.title, text=words.text, line=table.line, until=until, setup=setup,
            key=key, ring=table.text("ring", "", pattern=_NAME), question=question, choices=choices, right=right,
            measure=measure, ranges=ranges, hints=tuple(hints), explanation=words.parts.get("explanation", ""),
        )  # fmt: skip
        table.end()
        return step

    def _conditions(self, table: _Table) -> tuple[Condition, ...]:
        found = []
        for text in table.texts("until"):
            try:
                found.append(parse_condition(text))
            except ValueError as error:
                table.fail("until", str(error))
        return tuple(found)

    def _key(self, table: _Table) -> tuple[Stage, ...]:
        given = table.take("key", [])
        stages = given if isinstance(given, list) else [given]
        if len(stages) > _MAX_ENTRIES or not all(isinstance(stage, dict) for stage in stages):
            table.fail("key", f"it must be a table, or at most {_MAX_ENTRIES} of them, got {given!r}")
        found = []
        for stage in stages:
            inner = _Table(self, stage, "The key", table.step, "key")
            epochs = inner.whole("epochs", 0, MAX_EPOCHS, -1)
            weights = tuple(self._weight(table, each) for each in inner.take("weights", []))
            correct = inner.flag("correct_labels")
            found.append(Stage(inner.rest(), None if epochs < 0 else epochs, weights, correct))
        return tuple(found)

    def _weight(self, table: _Table, given: Any) -> tuple[int, str, tuple[int, ...], float]:
        whole = [type(part) is int and 0 <= part < 10**6 for part in given[:1] + given[2:-1]] if isinstance(
            given, list) else []  # fmt: skip
        if len(whole) < 2 or not all(whole) or not isinstance(given[1], str) or not _is_number(given[-1]):
            table.fail("key", f'a weight must be [layer, "kernel", places ..., value], got {given!r}')
        return given[0], given[1], tuple(given[2:-1]), float(given[-1])

    def _question(
        self, table: _Table, kind: str, choices: tuple[str, ...]
    ) -> tuple[str, tuple[float, ...], str, tuple[tuple[float, float], ...]]:
        question = table.choice("answer", QUESTIONS if kind == "ask" else ("single", "number"))
        measure, ranges = "", ()  # type: tuple[str, Any]
        if kind == "predict":
            measure = table.text("measure", "" if question == "single" else None)
            if measure and measure not in MEASURES:
                table.fail("measure", f"it must be one of {', '.join(MEASURES)}, got {measure!r}")
            ranges = tuple(table.numbers("ranges", each, 2) for each in table.take("ranges", []))
        if question == "number":
            if choices:
                table.fail("answer", "a number must have no answers to choose from")
            right = table.numbers("right", table.take("right"), 2)
            if right[0] > right[1]:
                table.fail("right", f"it must be the lowest and the highest right value, got {list(right)}")
            return question, right, measure, ()
        if not 2 <= len(choices) <= MAX_CHOICES:
            table.fail(
                "answer", f'the section must list 2 to {MAX_CHOICES} "### answers", got {len(choices)}'
            )
        if question == "order":
            right = tuple(map(float, range(len(choices))))
        else:
            given = table.take("right")
            numbers = given if isinstance(given, list) else [given]
            if not numbers or not all(type(each) is int and 0 <= each < len(choices) for each in numbers):
                table.fail(
                    "right",
                    f"it must be from 0 to {len(choices) - 1}, the first answer being 0, got {given!r}",
                )
            if question == "single" and len(numbers) > 1:
                table.fail("right", f"one answer must be right, got {given!r}")
            right = tuple(map(float, numbers))
        if bool(ranges) != bool(measure) or (ranges and len(ranges) != len(choices)):
            table.fail(
                "ranges", f"a measure and a range for each of the {len(choices)} answers must go together"
            )
        return question, right, measure, ranges

    def _teacher(self) -> dict[str, str]:
        words = self._words.get("teacher")
        parts = {} if words is None else words.parts
        missing = [name for name in TEACHER if not parts.get(name)]
        if missing:
            line = len(self._lines) if words is None else words.line
            self.fail(line, f'the section "## teacher" must have a part "### {missing[0]}", got none')
        return {name: parts[name] for name in TEACHER}

    def _pictures(self) -> tuple[Path, ...]:
        found: dict[Path, None] = {}
        for number, line in enumerate(self._lines[self._body :], self._body + 1):
            for name in _PICTURE.findall(line):
                try:
                    path = inside(self._path, name, PICTURES)
                    if check_ordinary(path) > MAX_PICTURE_BYTES:
                        raise ValueError(
                            f"a picture must be at most {MAX_PICTURE_BYTES:,} bytes, got {name!r}"
                        )
                except OSError:
                    self.fail(number, f"a picture must be there, got {name!r}")
                except ValueError as error:
                    self.fail(number, str(error))
                found[path] = None
        return tuple(found)


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


class _Table:
    """A table of the front matter whose entries are taken one by one; what is left at the end is unknown."""

    def __init__(self, reader: _Reader, data: Any, subject: str, step: int | None, key: str = "") -> None:
        self._reader, self._subject, self.step, self._key = reader, subject, step, key
        if not isinstance(data, dict):
            self.fail(key or "step", f"it must be a table, got {data!r}")
        self._data = dict(data)

    def __contains__(self, key: str) -> bool:
        return key in self._data

    @property
    def line(self) -> int:
        return self._reader.line_of("id", self.step)

    def fail(self, key: str, sentence: str) -> NoReturn:
        self._reader.fail(
            self._reader.line_of(self._key or key, self.step), f"{self._subject}: {key}: {sentence}"
        )

    def take(self, key: str, default: Any = None) -> Any:
        if key not in self._data and default is None:
            self.fail(key, "it must be given, got nothing")
        return self._data.pop(key, default)

    def end(self) -> None:
        for key in self._data:
            self.fail(key, "there is no such entry")

    def rest(self) -> dict[str, Any]:
        """The entries that are left, settings by path; a table in one is settings below it."""
        if len(self._data) > _MAX_ENTRIES:
            self.fail("key", f"it must have at most {_MAX_ENTRIES} entries, got {len(self._data)}")
        return _flat(self._data)

    def text(self, key: str, default: str | None = None, pattern: re.Pattern[str] | None = None) -> str:
        value = self.take(key, default)
        if (
            not isinstance(value, str)
            or len(value) > 200
            or (value and pattern and not pattern.fullmatch(value))
        ):
            rule = "a text" if pattern is None else f"a text of the form {pattern.pattern}"
            self.fail(key, f"it must be {rule}, got {value!r}")
        return str(value)

    def texts(self, key: str, pattern: re.Pattern[str] | None = None) -> tuple[str, ...]:
        value = self.take(key, [])
        if not isinstance(value, list) or len(value) > _MAX_ENTRIES:
            self.fail(key, f"it must be a list of at most {_MAX_ENTRIES} texts, got {value!r}")
        for each in value:
            if not isinstance(each, str) or (pattern and not pattern.fullmatch(each)):
                self.fail(key, f"it must be a list of texts, got {each!r}")
        return tuple(value)

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.take(key)
        if value not in choices:
            self.fail(key, f"it must be one of {', '.join(choices)}, got {value!r}")
        return str(value)

    def flag(self, key: str) -> bool:
        value = self.take(key, False)
        if not isinstance(value, bool):
            self.fail(key, f"it must be true or false, got {value!r}")
        return bool(value)

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        value = self.take(key, default)
        if type(value) is not int or not (low <= value <= high or value == default):
            self.fail(key, f"it must be a whole number from {low} to {high}, got {value!r}")
        return int(value)

    def numbers(self, key: str, value: Any, count: int) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) != count or not all(map(_is_number, value)):
            self.fail(key, f"it must be {count} numbers, got {value!r}")
        return tuple(map(float, value))

    def table(self, key: str) -> dict[str, Any]:
        value = self.take(key, {})
        if not isinstance(value, dict) or len(value) > _MAX_ENTRIES:
            self.fail(key, f"it must be a table of at most {_MAX_ENTRIES} entries, got {value!r}")
        return _flat(value)


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """`optimizer.learning_rate = 0.1` is a table in a table to TOML; a table with a kind is a value."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, dict) and "kind" not in value:
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= 1e15


def _reason(error: Exception) -> str:
    sentence = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
    return sentence.removeprefix("Sweep: ")


def is_setting(experiment: Experiment, path: str) -> bool:
    """Whether an experiment has a setting at a path."""
    try:
        setting_at(experiment, path)
    except ValueError:
        return False
    return True
