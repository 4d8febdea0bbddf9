"""What a lesson asks for that is not everywhere: the commands and views of plug-ins."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Final

from core.inspect.explanations import WhatIfPart
from core.lessons.conditions import Condition
from core.lessons.language import said
from core.lessons.lesson import Lesson, Step, is_setting
from core.lessons.measuring import measure_of
from core.lessons.shipped import shipped_lessons
from core.lessons.translation import read_in
from playground.model.hideable_controls import hideable_names
from playground.plugin import PLUGINS

IN_NETWORK: Final = ("neuron", "input", "hidden neuron", "output", "sample")
"""What can be looked at without a command."""
VIEWS: Final[Mapping[object, str]] = {"sets": "train_seeds", WhatIfPart: "ask_what_if"}
"""By the source of a measure what a plug-in must give, so that it can be measured."""


def looks_here(window: object = None) -> dict[str, str]:
    """By what is looked at the command that shows it, and by an entry of the inspection the one that makes it."""
    given = PLUGINS.all_given("looks")
    return {what: command for _, give in given for what, command in give(window).items()}


def missing(
    lesson: Lesson, commands: Container[str], looks: Mapping[str, str], given: Container[str]
) -> list[str]:
    """What the conditions, rings and keys of a lesson ask for and is not here, in its words.

    `given`: what plug-ins give by name.
    """

    def is_offered(condition: Condition) -> bool:
        if condition.is_act:
            way = condition.way(looks)
            return way in commands if way else condition.looks[0] in IN_NETWORK
        view = VIEWS.get(condition.measure.source) if condition.measure is not None else None
        return view is None or view in given

    def found() -> Iterator[str]:
        for step in lesson.steps:
            for each in _conditions(step):
                if not is_offered(each):
                    yield each.label_in(lesson.language) if not each.command else title(each.command)
            is_control = step.ring in commands or step.ring in hideable_names() or "." in step.ring
            if step.ring and not is_control and not is_setting(lesson.start, step.ring):
                yield title(step.ring)

    def title(name: str) -> str:
        return said(lesson.language, name.replace("_", " ").capitalize())

    return list(dict.fromkeys(found()))


def _conditions(step: Step) -> Iterator[Condition]:
    yield from step.until
    if measure_of(step.measure) is not None:
        yield Condition(step.measure, ">=")
    for stage in step.key:
        yield from stage.acts


def why_not(lesson: Lesson, commands: Container[str]) -> str:
    """Why a lesson cannot be finished in a window with these commands, as a sentence; "" if it can."""
    given = {name for plugin in PLUGINS for name in plugin.gives}
    names = missing(lesson, commands, looks_here(), given)
    return f"“{lesson.title}” cannot be finished here. Not installed: {', '.join(names)}" if names else ""


def refused(commands: Container[str], language: str) -> dict[int, str]:
    """Why those of the program's own lessons that cannot be finished cannot, by their numbers from 1."""
    lessons = (read_in(path, language) for path in shipped_lessons())
    found = {number: why_not(lesson, commands) for number, lesson in enumerate(lessons, 1)}
    return {number: reason for number, reason in found.items() if reason}
