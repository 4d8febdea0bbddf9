"""A lesson on paper: the pupil's sheet and the key, as HTML that Qt's rich text can print, too; black on white."""

from __future__ import annotations

import base64
import html
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any, Final

import numpy as np

from ..data.pipeline import PointInputs
from ..experiment.experiment import Experiment
from ..experiment.prepare import PreparedData, prepare
from ..io.number_text import percent_text, rounded_text
from ..io.sentence import in_sentence
from ..nn.layer import Layer
from ..spec import Spec, differences
from ..spec.arrays import Array
from ..spec.notation import specs_to_text
from .language import ENGLISH
from .lesson import Lesson, Step
from .measuring import label_of, measure_of, usual_measure
from .shipped import place_of
from .solve import Solver

SEEDS: Final = 6
"""The key's ranges are over so many."""
_EMPTY_ROWS: Final = 2
_LINE: Final = 70
"""Letters of answers that stand side by side."""
_NUMBERS: Final = [*"abcdefghijklmnopqrstuvwxyz", *map(str, range(27, 41))]
_NAMES: Final = ((10, "Name", 38), (9, "Class", 15), (8, "Date", 20))
"""What a pupil fills in, with the width of each and of the room behind it."""
_PERCENT: Final = "\N{NO-BREAK SPACE}%"
_GRID: Final = 48
_SHADES: Final = ("#ffffff", "#c8c8c8", "#8c8c8c", "#e4e4e4")
"""Of the areas; points are filled from white to black."""
_GAP: Final = '<p class="gap">&nbsp;</p>'
"""Room above a heading: Qt takes no margin behind a table."""
_STYLE: Final = """
@media screen { body { max-width: 180mm; margin: 12mm auto; } }
body { font-family: sans-serif; font-size: 10pt; color: #000; background: #fff; }
h1 { font-size: 19pt; margin: 2px 0 6px 0; } h2 { font-size: 12pt; margin: 0 0 4px 0; }
p { margin: 2px 0; } p.gap { font-size: 6pt; }
table { border-collapse: collapse; width: 100%; } td { vertical-align: top; padding: 3px; }
td.box { border: 2px solid #000; padding: 8px; } td.grid { border: 1px solid #888; padding: 5px; }
td.head { border: 1px solid #888; background-color: #e6e6e6; padding: 5px; font-weight: bold; }
td.line { border-bottom: 1px solid #666; height: 22px; }
td.answer { background-color: #ececec; border-left: 4px solid #000; padding: 3px 3px 3px 8px; }
td.small { font-size: 8pt; color: #444; }
"""


@dataclass(frozen=True)
class Run:
    """Changes of a run, its last epoch, its results, and the prediction before.

    `measure` is one of `MEASURES`.
    """

    changed: str
    epochs: float
    measure: str
    value: float
    guess: str = ""

    @classmethod
    def from_json(cls, data: Any) -> Run:
        """The inverse of `asdict`. Raises `ValueError`."""
        numbers = (int, float)
        types = {"changed": (str,), "epochs": numbers, "measure": (str,), "value": numbers, "guess": (str,)}
        data = {"guess": "", **data} if isinstance(data, dict) else {}
        fits = data.keys() == types.keys()
        fits = fits and all(type(data[name]) in allowed for name, allowed in types.items())
        if not fits or measure_of(data["measure"]) is None:
            raise ValueError(f"a run must be {', '.join(types)}, got {data!r}")
        return cls(**data)


@dataclass(frozen=True)
class _Solved:
    """End of a step by its key: its run, what came out of each seed, and the picture of the first."""

    run: Run
    picture: str
    values: list[float] = field(default_factory=list)


def changed_text(start: Experiment, now: Experiment) -> str:
    """Differences from a lesson's start: "dense 3 tanh, learning rate 0.03"."""
    told = [
        f"{in_sentence(each.setting.label)} {_setting_text(each.new)}"
        for each in differences(start, now)
        if each.path not in (("name",), ("seed",))
    ]
    if now.layers != start.layers or not told:
        told.insert(0, _stack_text(now.layers))
    return ", ".join(told)


def _stack_text(layers: Sequence[Layer]) -> str:
    """The layers in words: their titles where only JSON says all of them."""
    words = specs_to_text(tuple(layers))
    return ", ".join(layer.title for layer in layers) if words[:1] == "[" else words or "no hidden layer"


def _setting_text(value: object) -> str:
    if isinstance(value, Spec):
        return value.title
    return rounded_text(value) if isinstance(value, int | float) else str(value)


def pupils_sheet(lesson: Lesson, runs: Sequence[Run] = (), code: str = "", decimal: str = ".") -> str:
    """The sheet for a pupil; `runs` fill its table, `code` is the result code. Raises `ValueError` for bad data."""
    sheet = _Sheet(lesson, decimal, None)
    place = f"<b>{html.escape(code)}</b>" if code else ""
    title = lesson.say("Result code")
    end = _row(f'<td width="18%">{title}</td><td class="line" width="45%">{place}</td><td></td>')
    names = "".join(
        f'<td width="{label}%">{lesson.say(name)}</td><td class="line" width="{room}%"></td>'
        for label, name, room in _NAMES
    )
    side = lesson.say("about {minutes} minutes", minutes=lesson.minutes)
    return sheet.page(side, _row(names), sheet.table(runs), _GAP + end)


def key_sheet(lesson: Lesson, decimal: str = ".", report: Callable[[float], object] = lambda _: None) -> str:
    """The sheet for the teacher, with answers, marks, what comes out over `SEEDS` seeds, and the teacher's page.

    Solves the lesson for each seed; `report` is called with the share that is done. Raises `ValueError`.
    """
    solved: dict[str, _Solved] = {}
    for seed in range(SEEDS):
        solver = Solver(lesson, seed)
        for place, outcome in enumerate(solver.steps()):
            report((seed + place / len(lesson.steps)) / SEEDS)
            step, moment = outcome.step, outcome.moment
            if not _trains(step):
                continue
            value = moment.value(measure := step.measure or usual_measure(moment.experiment))
            value = math.nan if value is None else float(value)
            if not seed:
                changed = changed_text(lesson.start, moment.experiment)
                areas = solver.trainer.network.predict(solver.prepared.grid_inputs(_GRID))
                run = Run(changed, moment.value("epoch") or 0, measure, value)
                solved[step.id] = _Solved(run, _plane_svg(solver.prepared, areas))
            solved[step.id].values.append(value)
    sheet = _Sheet(lesson, decimal, solved)
    marks = sum(step.marks for step in lesson.steps if step.kind in ("ask", "note"))
    teacher = "".join(
        f"<p><b>{lesson.say(name.capitalize())}</b></p>{_words(text)}"
        for name, text in lesson.teacher.items()
    )
    title = lesson.say("For the teacher, {minutes} minutes", minutes=lesson.minutes)
    return sheet.page(
        f"<b>{lesson.say('Key, for the teacher')}</b>",
        f"<p>{lesson.say('Full marks: {marks}. A wrong guess costs nothing.', marks=marks)}</p>",
        sheet.table([each.run for each in solved.values()]),
        f'<h2 style="page-break-before: always">{title}</h2>{teacher}',
    )


def _trains(step: Step) -> bool:
    return any(each.is_of_training for each in step.until)


class _Sheet:
    """The parts of a sheet; `solved` is None for pupils."""

    def __init__(self, lesson: Lesson, decimal: str, solved: Mapping[str, _Solved] | None) -> None:
        self._lesson, self._decimal, self._solved = lesson, decimal, solved
        self._say = lesson.say
        self._points = _plane_svg(prepare(lesson.start), None)

    def page(self, side: str, below: str, table: str, end: str) -> str:
        lesson, (number, count) = self._lesson, place_of(self._lesson.path)
        place = self._say("LESSON {number} OF {count}" if number else "LESSON", number=number, count=count)
        title = html.escape(lesson.title)
        alike = groupby(
            (step for step in lesson.steps if step.kind == "predict"), lambda step: step.choices or step
        )
        guesses = "".join(self._guesses(list(steps)) for _, steps in alike)
        questions = [step for step in lesson.steps if step.kind in ("ask", "note")]
        picture = f'<td width="150" align="center">{_image(self._points, 140)}</td>' if self._points else ""
        box = _row(f"<td>{guesses}</td>{picture}")
        parts = (
            (
                self._say("Predict, before you press Play"),
                _row(f'<td class="box">{box}</td>') if guesses else "",
            ),
            (self._say("Train, and look (seed {seed})", seed=lesson.start.seed), table),
            (self._say("Explain"), "".join(map(self._question, questions, _NUMBERS))),
        )
        shown = enumerate((f"{name}</h2>{part}" for name, part in parts if part), 1)
        body = "".join(f"{_GAP}<h2>{number} {part}" for number, part in shown)
        return (
            f'<!doctype html>\n<html lang="{lesson.language}">\n<head><meta charset="utf-8"><title>{title}</title>'
            f"<style>{_STYLE}</style></head>\n<body>"
            + _row(f'<td><b>{place}</b></td><td align="right">NumpyNet Playground · {side}</td>')
            + f"<h1>{title}</h1>{below}{body}{end}</body>\n</html>\n"
        )

    def _guesses(self, steps: Sequence[Step]) -> str:
        """Predictions with the same choices: one text, and a row for each."""
        title, told, rows = steps[0].title if len(steps) == 1 else self._say("Your guesses"), "", []
        for step in steps:
            right, came = ((), "") if self._solved is None else self._outcome(step)
            told += came
            boxes = "".join(f"<td>{box}</td>" for box in self._boxes(step, right))
            rows.append(f'<td width="34%"><b>{_short(step.title)}</b></td>{boxes}')
        asked = f'<table width="100%"><tr>{"</tr><tr>".join(rows)}</tr></table>'
        if len(steps) == 1:
            asked = self._choices(steps[0], right)
        because = _row(f'<td width="12%">{self._say("because")}</td><td class="line"></td>')
        end = told or because * (self._solved is None)
        return f"<p><b>{html.escape(title)}</b></p>{_words(steps[0].text)}{asked}{end}"

    def _outcome(self, step: Step) -> tuple[tuple[float, ...], str]:
        """Outcome of a prediction, and the words for it."""
        solved = (self._solved or {}).get(step.id)
        if solved is None or not step.measure:
            return step.right, _answer(step.explanation)
        label, value = self._say(label_of(step.measure)), self._value(step.measure, solved.run.value)
        over = self._say("over six seeds")
        came = f"{label} {value}; {over} {self._range(solved)}. {step.explanation}"
        return step.outcome(solved.run.value), _answer(came)

    def _choices(self, step: Step, right: Sequence[float]) -> str:
        """Possible answers; with what is `right`, if it is given."""
        if not step.choices:
            unit = self._say("of 100") if step.is_share else ""
            if not right:
                return _row(f'<td class="line" width="20%"></td><td>{unit}</td>')
            low, high = (self._number(each) for each in (right[0], right[-1]))
            return _answer(f"{low if low == high else self._to(low, high)} {unit}")
        boxes = self._boxes(step, right)
        return f"<p>{(' &nbsp; &nbsp; ' if sum(map(len, boxes)) < _LINE else '<br>').join(boxes)}</p>"

    def _boxes(self, step: Step, right: Sequence[float]) -> list[str]:
        numbered = list(enumerate(step.choices))
        signs = ["☑" if place in right else "☐" for place, _ in numbered]
        if step.question == "order":
            signs = [f"{place + 1}" if right else "__" for place, _ in numbered]
            # In another order for who is to find it.
            numbered = numbered if right else [*numbered[1::2], *numbered[::2]]
        return [f"{signs[place]} {html.escape(choice)}" for place, choice in numbered]

    def _question(self, step: Step, letter: str) -> str:
        text = f"<b>{letter} {html.escape(step.title)}</b>{_words(step.text)}"
        if self._solved is None:
            return _row(f"<td>{text}{self._choices(step, ())}</td>") if step.kind == "ask" else (
                _row(f"<td>{text}</td>") + _row('<td class="line"></td>') * 3
            )  # fmt: skip
        text += self._choices(step, step.right) if step.kind == "ask" else ""
        told = self._say("1 mark" if step.marks == 1 else "{marks} marks", marks=step.marks)
        marks = f'<td class="small" align="right" width="12%">{told}</td>'
        return _row(f"<td>{text}</td>{marks}") + _answer(step.explanation)

    def table(self, runs: Sequence[Run]) -> str:
        """Changes and results; without runs the changes of each step, and room."""
        heads = ("what was changed", "epochs", "what came out", "my guess was", "boundary, its shape")
        titles = list(map(self._say, heads))
        rows = []
        for run in runs:
            share = run.value if run.measure.endswith("accuracy") and run.value == run.value else None
            bar = "" if share is None else f"<br>{_image(_bar_svg(share), 110)}"
            label = self._say(label_of(run.measure))
            label = in_sentence(label) if self._lesson.language == ENGLISH else label
            came = f"{label} <b>{self._value(run.measure, run.value)}</b>{bar}"
            cells = html.escape(self._say(run.changed)), f"{run.epochs:.0f}", came, html.escape(run.guess)
            rows.append([*cells, _image(self._points, 64)])
        if self._solved is not None:
            titles[3] = self._say("over six seeds")
            for row, each in zip(rows, self._solved.values(), strict=True):
                row[3:] = self._range(each), _image(each.picture, 64)
        begin = self._lesson.start
        for step in () if runs else self._lesson.steps:
            begin = self._lesson.begin(step) or begin
            if not _trains(step):
                continue
            # What solves a goal is for the pupil to find.
            changed = "" if step.kind == "goal" else changed_text(self._lesson.start, begin)
            told = f"{html.escape(step.title)}<br>{html.escape(self._say(changed))}"
            rows.append([told, "", "", "", _image(self._points, 64)])
        if not rows:
            return ""
        if self._solved is None:
            rows += [["&nbsp;<br>&nbsp;", "", "", "", ""]] * _EMPTY_ROWS
        count = 5 if self._points else 4
        head, *lines = (
            "".join(f'<td class="{name}">{cell}</td>' for cell in cells[:count])
            for name, cells in (("head", titles), *(("grid", row) for row in rows))
        )
        return f'<table width="100%"><tr>{"</tr><tr>".join((head, *lines))}</tr></table>'

    def _range(self, solved: _Solved) -> str:
        known = [value for value in solved.values if value == value] or [math.nan]
        low, high = (self._value(solved.run.measure, value) for value in (min(known), max(known)))
        return low if low == high else self._to(low.removesuffix(_PERCENT), high)

    def _to(self, low: str, high: str) -> str:
        return self._say("{low} to {high}", low=low, high=high)

    def _value(self, measure: str, value: float) -> str:
        found = measure_of(measure)
        is_share = found is not None and found.is_share
        return percent_text(value).replace(" %", _PERCENT) if is_share else self._number(value)

    def _number(self, value: float) -> str:
        return rounded_text(value).replace(".", self._decimal)


def _short(title: str) -> str:
    """The title of a prediction without "Guess:", in a row of guesses."""
    rest = re.split(": |：", title)[-1]
    return html.escape(rest[:1].upper() + rest[1:])


def _row(cells: str) -> str:
    return f'<table width="100%"><tr>{cells}</tr></table>'


def _answer(text: str) -> str:
    return _row(f'<td class="answer">{_words(text)}</td>') if text else ""


def _words(text: str) -> str:
    """A lesson's Markdown as paragraphs and bold, italic and code; pictures are for the screen."""
    text = html.escape(re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text))
    for sign, tag in ((r"\*\*", "b"), (r"\*", "i"), ("`", "code")):
        text = re.sub(rf"{sign}(\S(?:[^*`\n]*\S)?){sign}", rf"<{tag}>\1</{tag}>", text)
    text = re.sub(r"(?<!\n)\n(?=[-*] |\d+\. )", "<br>", text)
    return "".join(f"<p>{part}</p>" for part in re.split(r"\n\s*\n", text.strip()) if part.strip())


def _image(svg: str, width: int) -> str:
    data = base64.b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" width="{width}">' if svg else ""


def _bar_svg(share: float) -> str:
    filled = 196 * min(1.0, max(0.0, share))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 24" width="800" height="96"><rect x="1" y="1" '
        f'width="198" height="22" fill="#fff" stroke="#000" stroke-width="2"/><rect x="2" y="2" '
        f'width="{filled:.1f}" height="20" fill="#555"/></svg>'
    )


def _plane_svg(prepared: PreparedData, outputs: Array | None) -> str:
    """The training points, and behind them the areas of what the network answers on the grid; "" for other data."""
    if not isinstance(prepared.pipeline.inputs, PointInputs) or not prepared.task.classifies:
        return ""
    plane, labels = prepared.plane, prepared.train.labels
    low, size = np.asarray(plane.low), np.asarray(plane.high) - np.asarray(plane.low)
    parts = []
    if outputs is not None:
        classes = outputs.argmax(axis=1) if outputs.shape[1] > 1 else (outputs[:, 0] > 0.5).astype(int)
        side = 200 / _GRID
        for row, line in enumerate(classes.reshape(_GRID, _GRID)[::-1]):
            ends = [0, *(np.flatnonzero(np.diff(line)) + 1), _GRID]
            parts += [
                f'<rect x="{begin * side:.1f}" y="{row * side:.1f}" width="{(end - begin) * side + 0.3:.1f}" '
                f'height="{side + 0.3:.1f}" fill="{_SHADES[int(line[begin]) % len(_SHADES)]}"/>'
                for begin, end in pairwise(ends)
            ]
    highest = max(1, int(labels.max(initial=0)))
    for (across, up), label in list(zip((prepared.train_points - low) / size, labels, strict=True))[:160]:
        fill = 255 - 255 * int(label) // highest
        parts.append(
            f'<circle cx="{200 * across:.1f}" cy="{200 - 200 * up:.1f}" r="3.2" fill="rgb({fill},{fill},{fill})" '
            'stroke="#000" stroke-width="0.8"/>'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" width="800" height="800"><rect width="200" '
        f'height="200" fill="#fff"/>{"".join(parts)}<rect x="1" y="1" width="198" height="198" fill="none" '
        'stroke="#000" stroke-width="2"/></svg>'
    )
