"""Conditions of a step: comparisons such as "test accuracy >= 95 %", all of which must hold at one moment.

There are no brackets, no `or` and no arithmetic. What stands on the left is one of `MEASURES`, or a
setting by its path in a sweep ("optimizer.learning_rate"). "... was tried" holds from the first moment on at which its
comparison did. "export was used" is about a command, "3 hidden neurons were looked at" about what the pupil has opened.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..data.features import FEATURES
from ..experiment.experiment import Experiment
from ..io.number_text import percent_text, rounded_text
from ..nn import LAYERS
from ..runs.setting_paths import value_at
from ..spec import SettingError, Spec
from ..spec.notation import specs_to_text
from ..train.stop_condition import StopCondition
from .language import ENGLISH, said
from .measuring import MEASURES, Measure, measure_of

LOOKS: Final = ("neuron", "input", "hidden neuron", "output", "sample", "epoch", "mistake")
"""Things that can be looked at; by which command, say those who have it."""
_WATCHED: Final = {
    f"{part} {what}" for part in ("training", "validation", "test") for what in ("loss", "accuracy")
}
"""At which training can stop."""
_SIGNS: Final = {
    ">=": operator.ge, "<=": operator.le, "!=": operator.ne, "=": operator.eq, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
_ANSWERS: Final = {"true": "yes", "false": "no"}
_WORDS: Final = {">=": "of at least", "<=": "of at most", ">": "above", "<": "below"}
_COMPARISON: Final = re.compile(r"([^<>=!]+)(>=|<=|!=|=|>|<)([^<>=!]+)")
_TRIED: Final = " was tried"
_LOOK: Final = re.compile(
    rf"(?:an? ({'|'.join(LOOKS)}) was|([2-9]|[1-9]\d) ({'|'.join(LOOKS)})s were) looked at"
)
_USE: Final = re.compile(r"([a-z_]+) was used")
_PATH: Final = re.compile(r"[a-z_0-9]+(\.[a-z_0-9]+)*")
_CLOSE: Final = 1e-9
MAX_LETTERS: Final = 200


@dataclass(frozen=True)
class Moment:
    """Subject of conditions.

    `measured` has those of `MEASURES` that the experiment alone does not tell; a missing or NaN one holds nothing.
    `done` has what was done since the step began: "export was used", "a neuron was looked at".
    """

    experiment: Experiment
    measured: Mapping[str, float | str] = field(default_factory=dict)
    done: frozenset[str] = frozenset()

    def value(self, name: str) -> Any:
        """The value of a measure or a setting; None if it is not known, or the experiment has no such setting."""
        if name == "seed":
            return self.experiment.seed
        if (measure := measure_of(name)) is not None:
            if measure.source == "experiment":
                return measure.of(self.experiment)
            found = self.measured.get(name, math.nan)
            return None if found != found else found
        try:
            return _plain(value_at(self.experiment, name))
        except SettingError:
            return None


@dataclass(frozen=True)
class Condition:
    """One comparison, or an act if `sign` is "": `name` is then the whole sentence. See `parse_condition`."""

    name: str
    sign: str = ""
    value: Any = None
    tried: bool = False

    def __str__(self) -> str:
        end = " was tried" if self.tried else ""
        return self.name if self.is_act else f"{self.name} {self.sign} {self.text(self.value)}{end}"

    @property
    def is_act(self) -> bool:
        return not self.sign

    @property
    def measure(self) -> Measure | None:
        """What is compared; None for settings and acts."""
        return measure_of(self.name)

    @property
    def is_of_training(self) -> bool:
        """Whether training alone changes what is compared."""
        return self.measure is not None and self.measure.trains

    @property
    def command(self) -> str:
        """The command that must be used; "" for other conditions."""
        found = _USE.fullmatch(self.name) if self.is_act else None
        return "" if found is None else found[1]

    @property
    def looks(self) -> tuple[str, int]:
        """What of `LOOKS` must be looked at, and how many; ("", 0) for other conditions."""
        found = _LOOK.fullmatch(self.name)
        return ("", 0) if found is None else (found[1] or found[3], int(found[2] or 1))

    def way(self, looks: Mapping[str, str]) -> str:
        """The command by which an act is done, of `looks` by what is looked at; "" where none is needed."""
        what = self.looks[0]
        is_neuron = what in ("input", "hidden neuron", "output")
        return self.command or looks.get("neuron" if is_neuron else what, "")

    def label_in(self, language: str = ENGLISH) -> str:
        """Subject of the condition, for people: "Test accuracy", "Learning rate"."""
        if self.command:
            name = said(language, self.command.replace("_", " ").capitalize())
            return said(language, "{command} was opened", command=name)
        if self.is_act:
            what, count = self.looks
            act = f"Look at {self.name.rsplit(' ', 3)[0]}"
            return said(language, act if count == 1 else f"Look at {{count}} {what}s", count=count)
        if self.measure is not None:
            return said(language, self.measure.label)
        return said(language, self.name.rpartition(".")[2].replace("_", " ").capitalize())

    def holds(self, moment: Moment) -> bool:
        """Whether it holds at the moment, whatever was tried before."""
        if self.is_act:
            return self.name in moment.done
        found = moment.value(self.name)
        if found is None:
            return False
        if isinstance(found, str) or isinstance(self.value, str):
            same = str(found) == _canonical(self.name, str(self.value))
            return same if self.sign == "=" else not same and self.sign == "!="
        if math.isclose(found, self.value, rel_tol=_CLOSE, abs_tol=_CLOSE):
            return "=" in self.sign and self.sign != "!="
        return bool(_SIGNS[self.sign](found, self.value))

    def share(self, moment: Moment) -> float:
        """Progress from 0 to 1, for the bar of what rises; of all else only whether it holds."""
        if self.holds(moment):
            return 1.0
        found = moment.value(self.name) if self.rises and self.value > 0 else None
        return (
            0.0 if found is None or isinstance(found, str) else min(0.99, max(0.0, float(found / self.value)))
        )

    @property
    def rises(self) -> bool:
        """Whether it is reached from below, so that a bar can show how far it is."""
        return self.sign in (">=", ">") and not isinstance(self.value, str)

    def state_text(self, moment: Moment, holds: bool, language: str = ENGLISH) -> str:
        """Progress in words: "87 % of 95 %"."""
        what, most = self.looks
        if not holds and most > 1:
            had = sum(looked_at(what, count) in moment.done for count in range(1, most))
            return said(language, "{now} of {wanted}", now=had, wanted=most)
        if self.is_act:
            return "✓" if holds else said(language, "not yet")
        values = moment.value(self.name), self.value
        now, wanted = (
            self.text(said(language, found) if (found := _ANSWERS.get(value)) else value) for value in values
        )
        if self.sign == "!=":
            return f"{now} ✓" if holds else said(language, "still {now}", now=now)
        if isinstance(self.value, str) or not self.value or self.sign == "=":
            missed = "not yet" if values[0] is None else "{now}, not {wanted}"
            return f"{now} ✓" if holds else said(language, missed, now=now, wanted=wanted)
        state = said(language, f"{{now}} {_WORDS[self.sign]} {{wanted}}", now=now, wanted=wanted)
        return f"{state} ✓" if holds else state

    def is_spent(self, moment: Moment) -> bool:
        """Whether no epoch is left of those that it allows."""
        epoch = moment.value("epoch") if self.name == "epoch" and self.value else None
        return epoch is not None and self.sign in ("<=", "<") and bool(epoch >= self.value)

    def text(self, value: Any) -> str:
        """A value of what is compared, as people read it."""
        if value is None or value == "":
            return "–"
        if isinstance(value, str):
            return value.replace("_", " ")
        if self.measure is not None and self.measure.is_share:
            shown, reaches = round(value, 3), _SIGNS[self.sign]
            if reaches(shown, self.value) != reaches(value, self.value):
                # A rounded 94.96 must not look like the 95 that it is not.
                shown += math.copysign(0.001, value - shown)
            return percent_text(shown, 0 if value == self.value else 1)
        return rounded_text(float(value), 4)


def looked_at(what: str, count: int) -> str:
    """The act of looking at the first, or at one more, of `LOOKS`."""
    article = "an" if what[0] in "aeiou" else "a"
    return f"{article} {what} was looked at" if count == 1 else f"{count} {what}s were looked at"


def parse_condition(text: Any) -> Condition:
    """The condition of a sentence. Raises `ValueError` with the rule and what was received."""
    if not isinstance(text, str) or len(text) > MAX_LETTERS:
        raise ValueError(f"a condition must be a text of at most {MAX_LETTERS} characters, got {text!r}")
    words = " ".join(text.split())
    if _LOOK.fullmatch(words) or _USE.fullmatch(words):
        return Condition(words)
    found = _COMPARISON.fullmatch(words)
    if found is None:
        raise ValueError(
            'a condition must be a comparison ("test accuracy >= 95 %"), "COMMAND was used" or '
            f'"a neuron was looked at" (or {", ".join(LOOKS[1:])}; or "3 inputs were ..."), got {text!r}'
        )
    name, sign, written = map(str.strip, found.groups())
    tried, written = written.endswith(_TRIED), written.removesuffix(_TRIED).rstrip()
    measure = measure_of(name)
    if measure is None and not _PATH.fullmatch(name):
        raise ValueError(
            f"a condition must compare a setting by its path or one of {', '.join(MEASURES)}, got {name!r}"
        )
    is_text = measure is not None and measure.is_text
    value = written.lower() if is_text else _number(written)
    if isinstance(value, str) and (sign not in ("=", "!=") or (measure is not None and not is_text)):
        what = "a text by = or !=" if is_text else "a number"
        raise ValueError(f"{name!r} must be compared with {what}, got {written!r}")
    if measure is not None and measure.is_share and "%" not in written:
        raise ValueError(f'{name} must be compared with a percentage such as "95 %", got {written!r}')
    return Condition(name, sign, value, tried)


class ConditionCheck:
    """State of some conditions: which of those to be tried have held."""

    def __init__(self, conditions: Iterable[Condition]) -> None:
        self.conditions = tuple(conditions)
        self._tried: set[Condition] = set()

    def holding(self, moment: Moment) -> tuple[bool, ...]:
        """For each condition whether it holds at the moment; call it at every moment in turn."""
        now = [each.holds(moment) for each in self.conditions]
        self._tried |= {
            each for each, holds in zip(self.conditions, now, strict=True) if each.tried and holds
        }
        return tuple(holds or each in self._tried for each, holds in zip(self.conditions, now, strict=True))


def stop_condition(conditions: Iterable[Condition]) -> StopCondition | None:
    """The moments at which all conditions are looked at in training; None if no condition is about training.

    Training stops at the first bound that holds. So an epoch to be reached stands alone, and one that must not be
    passed ends a search for a loss or an accuracy that is not found.
    """
    least: int | None = None
    most: int | None = None
    scores: dict[str, Any] = {}
    for each in conditions:
        if each.name == "epoch":
            if each.sign in (">=", ">", "="):
                least = math.ceil(each.value) + (each.sign == ">")
            elif each.sign in ("<=", "<"):
                most = math.floor(each.value)
        elif each.name in _WATCHED and not scores:
            part, _, measure = each.name.partition(" ")
            if each.sign == ("<=" if measure == "loss" else ">="):
                scores = {measure: float(each.value), "on_test": part != "training"}
    if least is not None and least > 0:
        return StopCondition(epoch=least)
    if scores:
        return StopCondition(epoch=most, **scores)
    return None if most is None or most <= 0 else StopCondition(epoch=most)


def _plain(value: Any) -> Any:
    """A setting's value as conditions compare it: a number, or a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Spec):
        return value.kind
    if isinstance(value, tuple):
        specs = all(isinstance(part, Spec) for part in value)
        return specs_to_text(value) if specs else "x".join(map(str, value))
    return value


def _canonical(name: str, text: str) -> str:
    """A text in the form in which `_plain` gives it."""
    if name == "features":
        given = text.split()
        return " ".join(each for each in FEATURES if each in given)
    if name == "layers":
        try:
            return specs_to_text(LAYERS.parse("" if text == "none" else text))
        except ValueError:
            return text
    return text


def _number(text: str) -> float | str:
    """A number, with % as a share; the text itself if it is none."""
    digits = text.removesuffix("%").strip()
    try:
        value = float(digits)
    except ValueError:
        return text
    if not math.isfinite(value) or "_" in digits:
        return text
    return value / 100 if text.endswith("%") else value
