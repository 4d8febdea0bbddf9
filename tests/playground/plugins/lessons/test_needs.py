"""Each lesson, with each plug-in taken away: it can be done to its end, or says why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from core.lessons.lesson_file import read_lesson
from core.lessons.shipped import shipped_lessons
from playground.commands.action_table import all_rows
from playground.plugins import PLUGINS
from playground.plugins.lessons import needs
from playground.plugins.lessons.needs import looks_here, missing, refused, why_not
from playground.plugins.plugin import Plugin, Plugins
from playground.views.dialogs.catalogue import CatalogueDialog
from playground.window.main_window import MainWindow
from playground.window.pages import page_rows
from tests.core.lessons.lesson_files import small

LESSONS = [read_lesson(path) for path in shipped_lessons()]
LOST = {
    "timeline": {5: "Look at an epoch"}, "doctor": {4: "Doctor"}, "mistakes": {9: "Mistakes", 11: "Mistakes"},
    "microscope": {10: "Microscope"}, "draw": {10: "Draw"}, "predict": {12: "Predict"}, "export": {12: "Export"},
    "why": {17: "The prediction turns"}, "runs": {18: "Seeds"},
}  # fmt: skip
"""By plug-in the lessons that cannot be finished without it, and what the reason names first."""


def without(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Take a plug-in away from lessons. Returns the commands that are left."""
    gone = {*plugin.commands, *(row for page in plugin.pages for row in page.commands)}
    monkeypatch.setattr(needs, "PLUGINS", Plugins(each for each in PLUGINS if each is not plugin))
    return {row.name for row in (*all_rows(page_rows(), ()), *page_rows()) if row not in gone}


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.kind)
def test_without_a_plug_in_a_lesson_can_be_played_or_is_grey(
    plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = without(plugin, monkeypatch)
    found = refused(commands, "en")
    assert found.keys() == LOST.get(plugin.kind, {}).keys()
    for number, name in LOST.get(plugin.kind, {}).items():
        title = LESSONS[number - 1].title
        assert found[number].startswith(f"“{title}” cannot be finished here. Not installed: {name}")
    looks = looks_here()
    for number, lesson in enumerate(LESSONS, 1):
        acts = [each for step in lesson.steps for each in step.until if each.is_act]
        # What *Show me* triggers.
        assert number in found or {each.way(looks) for each in acts} <= commands | {""}


def test_what_is_looked_at_in_the_network_needs_no_command(tmp_path: Path) -> None:
    acts = '"a neuron was looked at", "2 samples were looked at", "an epoch was looked at"'
    lesson = small(
        tmp_path, ('until = ["epoch >= 2"]', f"until = [{acts}]"), ('ring = "play"', 'ring = "dance"')
    )
    offered = {"play", "look_back"}
    assert missing(lesson, offered, {}, ()) == ["Look at an epoch", "Dance"]
    assert missing(lesson, offered, {"epoch": "look_back", "neuron": "gone"}, ()) == [
        "Look at a neuron",
        "Dance",
    ]
    assert why_not(LESSONS[0], {"play", "microscope"}) == ""


def test_the_window_greys_it_with_the_reason_and_opens_it_nowhere(
    make: Callable[..., MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make()
    without(next(each for each in PLUGINS if each.kind == "doctor"), monkeypatch)
    window.actions_by_name.pop("doctor")
    lessons, said = window.plugins["lessons"], list[str]()
    reason = "“The learning rate” cannot be finished here. Not installed: Doctor"
    window.files.message_requested.connect(said.append)
    lessons.open_shipped(3)
    assert (said, lessons.run) == ([reason], None)
    window.menu_area.menus["lessons"].aboutToShow.emit()
    greyed = [window.actions_by_name[f"lesson_{number}"] for number in range(1, 19)]
    assert [each.toolTip() for each in greyed if not each.isEnabled()] == [reason]
    window.dialogs.open_catalogue()
    (dialog,) = window.findChildren(CatalogueDialog)
    dialog.search.setText("“the learning rate”")
    assert (dialog.about_text.text(), dialog.open_chosen.isEnabled()) == (reason, False)
    opened = QSignalSpy(dialog.chosen)
    dialog.list.activated.emit(dialog.list.currentIndex())
    assert (opened.count(), dialog.isVisible()) == (0, True)
    dialog.close()
