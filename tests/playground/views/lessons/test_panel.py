"""The panel of a lesson: its words are text, and what a pupil sees of each kind of step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QLabel, QListWidget, QMainWindow, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from core.lessons.conditions import Moment
from core.lessons.lesson import Lesson
from playground.model.lesson_progress import LessonProgress
from playground.views.lessons.panel import LessonPanel, MarkdownText
from playground.views.theme.theme import ThemeSource
from tests.core.lessons.lesson_files import small
from tests.playground.driving import click


@pytest.fixture
def panel(qtbot: QtBot, themed: None) -> Iterator[LessonPanel]:
    window = QMainWindow()
    qtbot.addWidget(window)
    dock = QDockWidget(window)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    themes = ThemeSource(None, "light", window)
    made = LessonPanel(themes, dock)
    dock.setWidget(made)
    window.resize(600, 800)
    window.show()
    yield made
    window.close()


def _shown(panel: LessonPanel, lesson: Lesson, index: int, **done: object) -> LessonProgress:
    progress = LessonProgress(lesson, lesson.path.parent)
    for step in lesson.steps[:index]:
        progress.of(step).done = True
    for name, value in done.items():
        setattr(progress.of(lesson.steps[index]), name, value)
    panel.show_lesson(lesson, (2, 12))
    panel.show_step(index, progress)
    return progress


def _texts(panel: LessonPanel) -> list[str]:
    labels = [each.text() for each in panel.findChildren(QLabel) if each.isVisible()]
    return labels + [each.toPlainText() for each in panel.findChildren(MarkdownText) if each.isVisible()]


def _button(panel: LessonPanel, text: str) -> QPushButton:
    return next(each for each in panel.findChildren(QPushButton) if each.isVisible() and each.text() == text)


def test_html_is_text_and_pictures_are_the_lessons_own(panel: LessonPanel, tmp_path: Path) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0)
    assert image.save(str(tmp_path / "a.png"))
    assert image.save(str(tmp_path / "secret.png"))
    lesson = small(tmp_path, ("Press Play.", "<b>Press</b> **Play** ![one](a.png)"))
    _shown(panel, lesson, 0)
    words = next(each for each in panel.findChildren(MarkdownText) if "Press" in each.toPlainText())
    assert words.toPlainText().startswith("<b>Press</b> Play")
    assert words.loadResource(2, "a.png").width() == 40
    for other in (
        "secret.png",
        str(tmp_path / "secret.png"),
        "file:///etc/passwd",
        "https://example.org/a.png",
    ):
        assert words.loadResource(2, other) is None


def test_the_list_says_what_is_done_and_what_is_locked(panel: LessonPanel, tmp_path: Path) -> None:
    lesson = small(tmp_path)
    progress = _shown(panel, lesson, 1)
    progress.of(lesson.steps[0]).measured = 0.54
    panel.show_step(1, progress)
    spoken = [panel.steps.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(4)]
    assert spoken == ["1. Train, 54 %", "2. Guess, now", "3. Reach 95 %, locked", "4. Which?, locked"]
    assert not panel.next.isEnabled()
    chosen: list[int] = []
    panel.step_chosen.connect(chosen.append)
    click(panel.steps.viewport(), panel.steps.visualItemRect(panel.steps.item(2)).center())
    click(panel.steps.viewport(), panel.steps.visualItemRect(panel.steps.item(0)).center())
    assert chosen == [0]


def test_a_guess_needs_a_choice_and_says_how_sure(panel: LessonPanel, tmp_path: Path) -> None:
    _shown(panel, small(tmp_path), 1)
    given: list[tuple[object, str]] = []
    panel.answered.connect(lambda values, sure: given.append((values, sure)))
    keep = _button(panel, "Keep my guess")
    assert not keep.isEnabled()
    # The text of a choice is as good as its circle.
    click(next(each for each in panel.findChildren(QLabel) if each.text() == "many"))
    QTest.keyClick(_button(panel, "very"), Qt.Key.Key_Space)
    click(keep)
    assert given == [((1.0,), "very")]


def test_what_was_said_stands_beside_what_it_did(panel: LessonPanel, tmp_path: Path) -> None:
    _shown(panel, small(tmp_path), 1, answer=(0.0,), measured=0.95, done=True)
    texts = _texts(panel)
    for text in (
        "You said: few",
        "It did: 95 of 100",
        "Not as you said. That costs nothing.",
        "Three lines.",
    ):
        assert text in texts
    assert not any(each.isEnabled() for each in panel.findChildren(QRadioButton) if each.isVisible())
    assert panel.next.isEnabled()


def test_a_goal_shows_how_far_it_is_and_hints_come_one_by_one(panel: LessonPanel, tmp_path: Path) -> None:
    lesson = small(tmp_path)
    progress = _shown(panel, lesson, 2)
    step = lesson.steps[2]
    panel.show_conditions(Moment(lesson.start, {"test accuracy": 0.874, "epoch": 7}), (False, True, True))
    texts = _texts(panel)
    for text in ("87.4 % of 95 %", "0 of at most 3 ✓", "7 of at most 60 ✓"):
        assert text in texts
    assert "First." not in texts
    progress.of(step).hints = 1
    panel.show_step(2, progress)
    assert "First." in _texts(panel)
    assert "Second." not in _texts(panel)
    assert _button(panel, "Hint 2 of 2").isEnabled()


def test_steps_of_an_order_are_moved_by_keys(panel: LessonPanel, tmp_path: Path) -> None:
    lesson = small(tmp_path, ('answer = "single"\nright = 1\n+++', 'answer = "order"\n+++'))
    _shown(panel, lesson, 3)
    given: list[object] = []
    panel.answered.connect(lambda values, _: given.append(values))
    click(_button(panel, "Check my answer"))
    items = panel.findChildren(QListWidget)[-1]
    items.setCurrentRow(0)
    click(_button(panel, "Down"))
    click(_button(panel, "Check my answer"))
    assert sorted(given) == [(0.0, 1.0), (1.0, 0.0)]


def test_a_wrong_answer_may_be_given_again(panel: LessonPanel, tmp_path: Path) -> None:
    _shown(panel, small(tmp_path), 3, answer=(0.0,), tries=1)
    assert "Not quite. Think again." in _texts(panel)
    assert _button(panel, "Check my answer").isEnabled()


def test_the_end_counts_steps_and_guesses(panel: LessonPanel, tmp_path: Path) -> None:
    lesson = small(tmp_path)
    progress = _shown(panel, lesson, 3, done=True, answer=(1.0,), tries=1)
    progress.of(lesson.steps[1]).answer = (1.0,)
    progress.of(lesson.steps[1]).measured = 0.9
    panel.show_step(3, progress)
    assert "Lesson 2 done" in _texts(panel)
    assert "4 of 4 steps, 1 of 1 guess right." in _texts(panel)
    assert panel.next.text() == "Next lesson"
