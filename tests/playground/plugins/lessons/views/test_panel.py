"""The panel of a lesson: its steps and its end."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.lessons.conditions import Moment
from core.lessons.language import LANGUAGES
from core.lessons.result_code import read_code
from core.lessons.shipped import shipped_lessons
from core.lessons.translation import read_in
from playground.plugins.lessons.views.panel import LessonPanel
from playground.plugins.lessons.views.step_card import _Field
from tests.core.lessons.lesson_files import TEXT, small
from tests.playground.driving import click
from tests.playground.plugins.lessons.views.shown_lesson import shown, texts


def test_the_list_says_what_is_done_and_what_is_locked(
    panel: LessonPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    lesson = small(tmp_path)
    progress = shown(panel, lesson, 1)
    progress.of(lesson.steps[0]).measured = 0.54
    panel.show_step(1, progress)
    spoken = [panel.steps.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(4)]
    assert spoken == ["1. Train, 54.0 %", "2. Guess, now", "3. Reach 95 %, locked", "4. Which?, locked"]
    assert not panel.next.isEnabled()
    chosen: list[int] = []
    panel.acts.step_chosen.connect(chosen.append)
    click(panel.steps.viewport(), panel.steps.visualItemRect(panel.steps.item(2)).center())
    click(panel.steps.viewport(), panel.steps.visualItemRect(panel.steps.item(0)).center())
    assert chosen == [0]
    # A title without room beside what came of it takes more lines.
    long = small(tmp_path, ("## train: Train", "## train: Train without a hidden layer"))
    panel.steps.setFixedWidth(200)
    before = panel.steps.sizeHintForRow(0), panel.steps.height()
    progress = shown(panel, long, 1)
    progress.of(long.steps[0]).measured = 0.54
    panel.show_step(1, progress)
    qtbot.waitUntil(lambda: panel.steps.sizeHintForRow(0) > before[0])
    assert panel.steps.height() > before[1]


def test_the_button_that_keeps_a_guess_comes_into_view(
    panel: LessonPanel, qtbot: QtBot, tmp_path: Path
) -> None:
    head, step = '[[step]]\nid = "train"', '[[step]]\nid = "guess"'
    text = TEXT[TEXT.index(head) : TEXT.index(step)]
    lesson = small(tmp_path, (text, ""), ("## train: Train\nPress Play.\n\n", ""))
    panel.window().resize(600, 300)
    panel.setFixedWidth(272)
    shown(panel, lesson, 0)
    qtbot.waitUntil(lambda: panel._area.verticalScrollBar().maximum() > 60)
    keep = next(each for each in panel.findChildren(QPushButton, "answer_button") if each.isVisible())
    assert keep.visibleRegion().boundingRect() != keep.rect()
    choice = panel.findChildren(QRadioButton)[0]
    panel._area.ensureWidgetVisible(choice, 0, 0)
    click(choice)
    qtbot.waitUntil(lambda: keep.visibleRegion().boundingRect() == keep.rect())


def test_the_end_counts_steps_and_guesses(panel: LessonPanel, qtbot: QtBot, tmp_path: Path) -> None:
    lesson = small(tmp_path)
    progress = shown(panel, lesson, 3, done=True, answer=(1.0,), tries=1)
    progress.of(lesson.steps[1]).answer = (1.0,)
    progress.of(lesson.steps[1]).measured = 0.9
    panel.show_step(3, progress)
    assert "Lesson 2 done" in texts(panel)
    assert "4 of 4 steps, 1 of 1 guess right." in texts(panel)
    assert panel.next.text() == "Next lesson"
    assert read_code(panel.code.toPlainText(), [lesson]).steps[3].tries == 1
    # All of it is seen, in as many lines as it needs.
    panel.code.show_text("0AHW-" * 40, None)
    assert panel.code.document().size().height() > 1.5 * panel.fontMetrics().height()
    assert panel.code.document().size().width() <= panel.code.viewport().width()
    assert panel.code.document().size().height() <= panel.code.height()
    QGuiApplication.clipboard().setText("")
    panel.show_step(3, progress)
    for text in ("Copy", "Copied"):
        click(next(each for each in panel.end.findChildren(QPushButton) if each.text() == text))
        assert QGuiApplication.clipboard().text() == progress.code
    # In a low window, too, the end is what is seen.
    panel.window().resize(600, 420)
    panel.show_step(3, progress)
    end = panel.end
    qtbot.waitUntil(lambda: end.visibleRegion().boundingRect().bottom() == end.rect().bottom())
    # It stays so while texts wrap into more lines, until somebody scrolls.
    panel.window().resize(600, 360)
    layout = end.layout()
    assert layout is not None
    layout.addWidget(QLabel("More.", end))
    qtbot.waitUntil(lambda: end.visibleRegion().boundingRect().bottom() == end.rect().bottom())
    bar = panel._area.verticalScrollBar()
    bar.triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
    layout.addWidget(QLabel("More.", end))
    highest = bar.maximum()
    qtbot.waitUntil(lambda: bar.maximum() > highest)
    QApplication.processEvents()
    assert bar.value() == 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", range(len(shipped_lessons())))
def test_question_and_button_of_every_step_are_in_sight_in_a_low_window(
    panel: LessonPanel, qtbot: QtBot, number: int, language: str
) -> None:
    """At 1280x720 the panel is 600 pixels high; a text before the question may be above."""
    lesson = read_in(shipped_lessons()[number], language)
    panel.setFixedWidth(272)
    panel.window().resize(600, 600)

    def unseen() -> list[str]:
        card = panel._card
        assert card is not None
        buttons = [each for each in card.findChildren(QPushButton) if each.objectName() in _KEPT]
        parts = [*buttons, *card.findChildren(_Field), *card.findChildren(QPlainTextEdit)]
        return [
            f"{panel.steps.currentRow()}: {type(each).__name__}"
            for each in parts
            if each.visibleRegion().boundingRect() != each.rect()
        ]

    hidden = []
    for index, step in enumerate(lesson.steps):
        if step.question or step.kind == "note":
            shown(panel, lesson, index)
            with suppress(qtbot.TimeoutError):
                qtbot.waitUntil(lambda: not unseen(), timeout=1000)
            hidden += unseen()
    assert hidden == []


@pytest.mark.parametrize("number", range(len(shipped_lessons())))
def test_every_step_fits_into_the_panel_and_speaks_the_language_of_the_lesson(
    panel: LessonPanel, number: int
) -> None:
    """With all hints and conditions that hold, and with what came of it."""
    panel.setFixedWidth(272)
    room = 272 - panel._area.verticalScrollBar().sizeHint().width()
    said: dict[str, list[str]] = {}
    wide = []
    for language in LANGUAGES:
        lesson, found = read_in(shipped_lessons()[number], language), said.setdefault(language, [])
        for index, step in enumerate(lesson.steps):
            measured = {each.name: each.value for each in step.until if each.measure is not None}
            right = step.right[:1] if step.question else None
            for done in ({"hints": len(step.hints)}, {"done": True, "answer": right, "measured": 0.987}):
                shown(panel, lesson, index, **done)
                panel.show_conditions(Moment(lesson.start, measured), [True] * len(step.until))
                foot = panel.layout()
                assert foot is not None
                needs = panel._inner.minimumSizeHint().width(), foot.minimumSize().width()
                wide += [(language, step.id, needs)] if needs[0] > room or needs[1] > 272 else []
                card = panel._card
                assert card is not None
                top = panel.head, panel.title, panel.close_button, panel.steps, panel.back, panel.next
                own = (*card.findChildren(QLabel), *card.findChildren(QAbstractButton))
                parts = (*top, panel.sheet, panel.all_controls, *panel.end.findChildren(QLabel), *own)
                found += [f"{name}: {_words(each)}" for each in parts if (name := type(each).__name__)]
    assert wide == []
    for language in [each for each in LANGUAGES if each != "en"]:
        pairs = zip(said["en"], said[language], strict=True)
        same = {
            own for own, other in pairs if own == other and re.search("[a-zA-Z]{2}", own.partition(": ")[2])
        }
        assert not {each for each in same if not each.endswith(_ALIKE)}, language


def _words(part: QWidget) -> str:
    text = part.text() if isinstance(part, QLabel | QAbstractButton) else ""
    return text.partition(": <b>")[0] or part.accessibleName()


_ALIKE = ("Prompt", "Seeds", "ReLU", "linear", "tanh", "✓")
"""What has the same name in other languages."""
_KEPT = ("answer_button", "note_button")
