"""Progress of a pupil in a lesson: kept in a file of its own for each lesson file, written at every step."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
import secrets
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from platformdirs import user_data_path

from core.io import strict_json
from core.io.atomic_write import atomic_write
from core.io.budget import check_ordinary
from core.lessons.lesson import Lesson, Step
from core.lessons.result_code import MARK_BITS, PASSWORD, SURE, StepResult, code_of, key_of
from core.lessons.worksheet import Run
from playground.model.guess import Guess
from playground.model.project_lock import file_stamp

log = logging.getLogger(__name__)

MAX_NOTE: Final = 2_000
MAX_RUNS: Final = 12
"""Of a lesson, the last ones: a table on paper has no more rows."""
_MAX_BYTES: Final = 500_000
_VERSION: Final = 1
_LARGEST: Final = 1e300
_TWICE: Final = "The lesson was also done in another window: what was done there is kept, too"


def lessons_folder() -> Path:
    """The user's folder for what was done in lessons."""
    return user_data_path("numpynet-playground", appauthor=False) / "lessons"


@dataclass
class StepProgress:
    """Progress of a pupil in one step.

    `measured` is what came of it, in the unit of the step's measure; `shown` whether *Show me* did it.
    """

    done: bool = False
    answer: tuple[float, ...] | None = None
    sure: str = SURE[1]
    tries: int = 0
    measured: float | None = None
    hints: int = 0
    shown: bool = False
    note: str = ""

    @classmethod
    def from_json(cls, data: Any) -> StepProgress:
        """The inverse of `asdict`. Raises `ValueError` for what no step can have."""
        plain = asdict(cls())
        given = plain | data if isinstance(data, dict) else {}
        answer, measured = given.get("answer"), given.get("measured")
        numbers = [*(answer if isinstance(answer, list) else []), *([] if measured is None else [measured])]
        if not (
            given.keys() == plain.keys()
            and isinstance(answer, list | None)
            and all(type(given[name]) is type(value) for name, value in plain.items() if value is not None)
            and all(type(each) in (int, float) and abs(each) < _LARGEST for each in numbers)
            and given["sure"] in SURE
            and min(given["tries"], given["hints"]) >= 0
        ):
            raise ValueError(f"a step must be what was done in it, got {data!r}")
        given |= {
            "answer": None if answer is None else tuple(map(float, answer)),
            "note": given["note"][:MAX_NOTE],
        }
        return cls(**given)


class LessonProgress:
    """Reads what there is of a lesson, and writes each change; what cannot be kept is said once by `fault`."""

    def __init__(self, lesson: Lesson, folder: Path | None = None) -> None:
        self._lesson = lesson
        self.path = (folder or lessons_folder()) / f"{lesson.id}-{_place(lesson.path)}.json"
        self.fault = ""
        self._steps: dict[str, StepProgress] = {}
        self._on_file: dict[str, StepProgress] = {}
        """The steps when the file had its `_stamp`."""
        self._stamp = ""
        self.runs: tuple[Run, ...] = ()
        """Name of the trained network."""
        self._mark = secrets.randbits(MARK_BITS)
        self._restore()
        if password := os.environ.get(PASSWORD, ""):
            # A third of a second, so that the last step need not wait for it.
            threading.Thread(target=key_of, args=(password,), daemon=True).start()

    @classmethod
    def in_file(cls, path: Path, lessons: Iterable[Lesson]) -> LessonProgress:
        """Contents of a file about one of the lessons. Raises `ValueError` with a sentence, and `OSError`."""
        data = _read(path)
        lesson = next((each for each in lessons if each.id == data["lesson"]), None)
        if lesson is None:
            raise ValueError(f"the lesson {data['lesson']!r} is not here")
        progress = cls(lesson, path.parent)
        progress.path, progress._steps, progress._mark = path, progress._fitting(data), data.get("mark", 0)
        return progress

    @property
    def code(self) -> str:
        """The result code, signed where the class has a password."""
        steps = [_result(step, self.of(step)) for step in self._lesson.steps]
        return code_of(self._lesson, steps, self._mark, os.environ.get(PASSWORD, ""))

    @property
    def notes(self) -> str:
        """The pupil's sentences, which no code has room for."""
        return "\n".join(note for step in self._lesson.steps if (note := self.of(step).note))

    def of(self, step: Step) -> StepProgress:
        return self._steps.setdefault(step.id, StepProgress())

    @property
    def first_open(self) -> int:
        """The first step that is not done; the last one if all are."""
        steps = self._lesson.steps
        return next((at for at, step in enumerate(steps) if not self.of(step).done), len(steps) - 1)

    @property
    def done(self) -> int:
        """Number of steps that are done."""
        return sum(self.of(step).done for step in self._lesson.steps)

    @property
    def guesses(self) -> tuple[int, int]:
        """Share of right predictions, of those whose outcome is known."""
        known = [(step, self.of(step)) for step in self._lesson.steps if step.kind == "predict"]
        ended = [(step, each) for step, each in known if each.done and each.answer is not None]
        return sum(guess_is_right(step, each) for step, each in ended), len(ended)

    def note_run(self, run: Run) -> None:
        """Keep what was trained, with the next `save`; one that goes on stays one run."""
        before = self.runs
        if before and before[-1].changed == run.changed and before[-1].epochs <= run.epochs:
            before, run = before[:-1], replace(run, guess=run.guess or before[-1].guess)
        self.runs = (*before, run)[-MAX_RUNS:]

    def save(self) -> None:
        """Write the file, with what another window has written meanwhile. What goes wrong is kept in `fault`."""
        if file_stamp(self.path) != self._stamp:
            self._take_over()
        steps = {name: asdict(each) for name, each in self._steps.items() if each != StepProgress()}
        data = {"kind": "lesson_progress", "version": _VERSION, "lesson": self._lesson.id, "mark": self._mark,
                "finished": self.done == len(self._lesson.steps), "steps": steps,
                "runs": list(map(asdict, self.runs))}  # fmt: skip
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self.path) as out:
                out.write(json.dumps(data, indent=1, allow_nan=False).encode())
            self._stamp, self._on_file = file_stamp(self.path), self._copied()
        except OSError as error:
            log.warning("the progress of a lesson cannot be kept", exc_info=True)
            self.fault = f"Your progress cannot be kept: {error.strerror or error}"

    def _restore(self) -> None:
        try:
            data = _read(self.path)
            if data["lesson"] != self._lesson.id:
                raise ValueError("it is of another lesson")
            self._steps, self.runs = self._fitting(data), data["runs"]
            self._mark = data.get("mark", self._mark)
            self._stamp, self._on_file = file_stamp(self.path), self._copied()
        except FileNotFoundError:
            pass
        except (OSError, ValueError):
            log.warning("the progress of a lesson cannot be read: it begins anew", exc_info=True)

    def _fitting(self, data: dict[str, Any]) -> dict[str, StepProgress]:
        """What was done in the steps as they are now: one with another kind of answer begins anew."""
        steps, found = {step.id: step for step in self._lesson.steps}, {}
        for name, each in data["steps"].items():
            fits = name not in steps or each.answer is None or steps[name].takes(each.answer)
            found[name] = each if fits else StepProgress(hints=each.hints, shown=each.shown, note=each.note)
        return found

    def _copied(self) -> dict[str, StepProgress]:
        return {name: replace(each) for name, each in self._steps.items()}

    def _take_over(self) -> None:
        """Add what another window has done: its steps where they were not changed here, or are done there alone."""
        with suppress(OSError, ValueError):
            data = _read(self.path)
            for name, theirs in self._fitting(data).items():
                own, nothing = self._steps.get(name, StepProgress()), StepProgress()
                if own == self._on_file.get(name, nothing) or (theirs.done and not own.done):
                    self._steps[name] = theirs
            self._mark = data.get("mark", self._mark)
            self.runs = tuple(dict.fromkeys((*data["runs"], *self.runs)))[-MAX_RUNS:]
            self.fault = self.fault or _TWICE


def _place(path: Path) -> str:
    """Key that tells the file of a lesson from others with its id."""
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]


def with_tick(path: Path, title: str, folder: Path | None = None) -> str:
    """The title of a lesson's file, with a tick if all its steps were done; the lesson itself is not read."""
    for file in (folder or lessons_folder()).glob(f"*-{_place(path)}.json"):
        with suppress(OSError, ValueError):
            if _read(file).get("finished") is True:
                return f"{title} ✓"
    return title


def _read(path: Path) -> dict[str, Any]:
    """Contents of a file about a lesson, its steps as `StepProgress`. Raises `ValueError` and `OSError`."""
    if check_ordinary(path) > _MAX_BYTES:
        raise ValueError("it is too large")
    data = strict_json.load(path.read_bytes())
    steps = data.get("steps") if isinstance(data, dict) else None
    if (
        not isinstance(steps, dict)
        or data.get("version") != _VERSION
        or not isinstance(data.get("lesson"), str)
    ):
        raise ValueError("it is no saved lesson of this program")
    mark = data.get("mark", 0)
    if type(mark) is not int or not 0 <= mark < 1 << MARK_BITS:
        raise ValueError(f"the mark of a pupil must have {MARK_BITS} bits, got {mark!r}")
    data["steps"] = {str(name): StepProgress.from_json(each) for name, each in steps.items()}
    runs = data.get("runs", [])
    if not isinstance(runs, list):
        raise ValueError(f"runs must be a list, got {runs!r}")
    data["runs"] = tuple(map(Run.from_json, runs[-MAX_RUNS:]))
    return dict(data)


def _result(step: Step, progress: StepProgress) -> StepResult:
    found = StepResult(progress.done, tries=progress.tries, hints=progress.hints, shown=progress.shown)
    if step.kind == "predict" and progress.answer:
        said, sure = round(progress.answer[0]), SURE.index(progress.sure)
        return replace(found, answer=said, right=guess_is_right(step, progress), sure=sure, tries=0)
    return found


def guess_is_right(step: Step, progress: StepProgress) -> bool:
    """Whether a prediction agrees with what came of it: the same choice, or a number that is near enough."""
    if progress.answer is None:
        return False
    if step.question == "number":
        measured = step.shown(progress.measured) if progress.measured is not None else math.nan
        near = abs(progress.answer[0] - measured) <= max(5.0, 0.1 * abs(measured))
        # "About half" is right where the lesson says so, though this run has 43; 65 is not.
        close = abs(progress.answer[0] - measured) <= (step.right[1] - step.right[0]) / 2
        return near or (close and step.is_right(progress.answer) and step.is_right((measured,)))
    measured_choice = step.right if progress.measured is None else step.outcome(progress.measured)
    return progress.answer == tuple(measured_choice)


def guess_of(step: Step, progress: StepProgress) -> Guess | None:
    """The pupil's prediction in a step; None before there is one."""
    if step.kind != "predict" or progress.answer is None:
        return None
    first, measured = progress.answer[0], progress.measured
    return Guess(
        step.measure,
        step.is_share,
        step.choices[int(first)] if step.choices else f"{first:.0f}",
        step.ranges[int(first)] if step.ranges else None if step.choices else (first, first),
        step.shown(measured) if measured is not None and step.measure else None,
        guess_is_right(step, progress),
    )
