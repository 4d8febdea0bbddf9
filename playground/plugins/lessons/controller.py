"""Lessons as they are connected with the window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from core.lessons.shipped import shipped_lessons, shipped_titles
from playground.plugin import PLUGINS, ActionRow, PluginWindow
from playground.plugins.lessons.files import LessonFiles
from playground.plugins.lessons.lesson_controller import LessonController
from playground.plugins.lessons.stages import show_stage
from playground.translation import spoken

if TYPE_CHECKING:
    from playground.views.dialogs.catalogue.entries import Entry


class LessonsController(LessonController):
    """With the files of lessons, and the ways to them."""

    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window)
        self.files = LessonFiles(window.context, self, window.actions_by_name)
        results = window.panels.results
        self.stage_shown.connect(partial(show_stage, window))
        self.speed_asked.connect(lambda key: window.preference_sync.show_speed(key))
        self.lesson_changed.connect(lambda title: window.document_display.show_lesson(title))
        self.lesson_changed.connect(results.begin_anew)
        if (note_lesson := PLUGINS.given("note_lesson")) is not None:
            self.lesson_changed.connect(partial(note_lesson, window))
        window.files.lesson_requested.connect(self.open_file)
        self.files.list_in(window.menu_area.menus)
        # Ways to what has a command, too.
        results.tabs.currentChanged.connect(
            lambda page: self.note_act(f"{name} was used") if (name := results.page_name(page)) else None
        )
        results.confusion.mistakes_requested.connect(lambda *_: self.note_act("mistakes was used"))


def lesson_rows(_: object) -> tuple[ActionRow, ...]:
    """One row for each lesson that comes with the program."""
    return tuple(
        ActionRow(f"lesson_{number}", f"{number} · {title}", "", "",
            "lessons" if number < 13 else "lessons.todays_networks",
            f"Begin or go on with lesson {number}; your own work is kept aside.",
            run="lessons.open_shipped", arguments=(number - 1,), starts_group=number == 1,
            also="lesson, exercise, class, tutorial, course")
        for number, title in enumerate(shipped_titles(spoken), 1)
    )  # fmt: skip


def catalogue_groups(_: object) -> dict[str, tuple[str, str]]:
    """The heading of the lessons' cards, and other words for them."""
    return {"lessons": ("Lessons", "learn course tutorial class exercise teach")}


def catalogue(window: PluginWindow) -> list[Entry]:
    """A card for each lesson, which says why it cannot be finished here; the first is also something to begin with."""
    from playground.views.dialogs.catalogue.entries import Entry

    refused = cast(LessonsController, window.plugins["lessons"]).refused
    cards = [
        Entry(
            "lessons",
            f"{number} · {title}",
            refused.get(number, "A lesson: it asks, you try."),
            path=None if number in refused else path,
            lesson=number - 1,
        )
        for number, (title, path) in enumerate(zip(shipped_titles(spoken), shipped_lessons(), strict=True), 1)
    ]
    return [replace(cards[0], group="first"), *cards]


def note_look(window: PluginWindow, what: str, which: object) -> None:
    """Tell the open lesson what was looked at."""
    cast(LessonsController, window.plugins["lessons"]).note_look(what, which)


def class_lessons(window: PluginWindow, folder: str) -> None:
    """List the lessons of a class's folder, in place of that of the preferences."""
    cast(LessonsController, window.plugins["lessons"]).files.folder = folder
