"""The card of a step: its words are text, and what a pupil sees of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QLabel, QListWidget, QPlainTextEdit, QRadioButton
from pytestqt.qtbot import QtBot

from core.lessons.conditions import Moment
from playground.plugins.lessons.views.panel import LessonPanel
from playground.plugins.lessons.views.step_card import MarkdownText
from tests.core.lessons.lesson_files import small
from tests.playground.accessibility import faults
from tests.playground.driving import click
from tests.playground.plugins.lessons.views.shown_lesson import button, shown, texts


def test_html_is_text_and_pictures_are_the_lessons_own(panel: LessonPanel, tmp_path: Path) -> None:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(0)
    assert image.save(str(tmp_path / "a.png"))
    assert image.save(str(tmp_path / "secret.png"))
    lesson = small(tmp_path, ("Press Play.", "<b>Press</b> **Play** ![one](a.png)"))
    shown(panel, lesson, 0)
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


def test_a_guess_needs_a_choice_and_says_how_sure(panel: LessonPanel, tmp_path: Path) -> None:
    shown(panel, small(tmp_path), 1)
    given: list[tuple[object, str]] = []
    panel.acts.answered.connect(lambda values, sure: given.append((values, sure)))
    keep = button(panel, "Keep my guess")
    assert not keep.isEnabled()
    # The text of a choice is as good as its circle.
    click(next(each for each in panel.findChildren(QLabel) if each.text() == "many"))
    QTest.keyClick(button(panel, "very"), Qt.Key.Key_Space)
    click(keep)
    assert given == [((1.0,), "very")]


def test_what_was_said_stands_beside_what_it_did(panel: LessonPanel, tmp_path: Path) -> None:
    shown(panel, small(tmp_path), 1, answer=(0.0,), measured=0.95, done=True)
    seen = texts(panel)
    for text in (
        "You said: few",
        "It did: 95 of 100",
        "Not as you said. That costs nothing.",
        "Three lines.",
    ):
        assert text in seen
    assert not any(each.isEnabled() for each in panel.findChildren(QRadioButton) if each.isVisible())
    assert panel.next.isEnabled()


def test_a_goal_shows_how_far_it_is_and_hints_come_one_by_one(panel: LessonPanel, tmp_path: Path) -> None:
    lesson = small(tmp_path)
    progress = shown(panel, lesson, 2)
    step = lesson.steps[2]
    panel.show_conditions(Moment(lesson.start, {"test accuracy": 0.874, "epoch": 7}), (False, True, True))
    seen = texts(panel)
    for text in ("87.4 % of at least 95 %", "0 of at most 3 ✓", "7 of at most 60 ✓"):
        assert any(each.endswith(f": <b>{text}</b>") for each in seen)
    assert "First." not in seen
    progress.of(step).hints = 1
    panel.show_step(2, progress)
    assert "First." in texts(panel)
    assert "Second." not in texts(panel)
    assert button(panel, "Hint 2 of 2").isEnabled()


def test_steps_of_an_order_are_moved_by_keys(panel: LessonPanel, tmp_path: Path) -> None:
    lesson = small(tmp_path, ('answer = "single"\nright = 1\n+++', 'answer = "order"\n+++'))
    shown(panel, lesson, 3)
    given: list[object] = []
    panel.acts.answered.connect(lambda values, _: given.append(values))
    click(button(panel, "Check my answer"))
    items = panel.findChildren(QListWidget)[-1]
    items.setCurrentRow(0)
    click(button(panel, "Down"))
    click(button(panel, "Check my answer"))
    assert sorted(given) == [(0.0, 1.0), (1.0, 0.0)]


def test_a_wrong_answer_may_be_given_again(panel: LessonPanel, tmp_path: Path) -> None:
    shown(panel, small(tmp_path), 3, answer=(0.0,), tries=1)
    assert "Not quite. Think again." in texts(panel)
    assert button(panel, "Check my answer").isEnabled()


@pytest.mark.parametrize(
    ("index", "changes"),
    [
        (0, ()),
        (1, ()),
        (2, ()),
        (3, ()),
        (3, (('answer = "single"\nright = 1\n+++', 'answer = "several"\nright = [1]\n+++'),)),
        (3, (('answer = "single"\nright = 1\n+++', 'answer = "order"\n+++'),)),
        (3, (('answer = "single"\nright = 1\n+++', 'answer = "number"\nright = [1, 2]\n+++'), ("- this\n- that", ""))),
        (3, (('kind = "ask"\nanswer = "single"\nright = 1\n+++', 'kind = "note"\n+++'), ("- this\n- that", ""))),
    ],
    ids=["do", "predict", "goal", "single", "several", "order", "number", "note"],
)  # fmt: skip
def test_every_control_has_a_name_and_is_reached_by_keys(
    panel: LessonPanel, tmp_path: Path, index: int, changes: tuple[tuple[str, str], ...]
) -> None:
    step = small(tmp_path, *changes).steps[index]
    said = f"{step.title}. {step.text}"
    shown(panel, small(tmp_path, *changes), index)
    # Texts are read out as the panel's description, and the text of a choice is its button's name.
    found = [each for each in faults(panel.window()) if not each.startswith(("MarkdownText", "_ChoiceLabel"))]
    assert found == []
    assert panel.accessibleName() == "Lesson: A small lesson"
    assert panel.accessibleDescription() == f"Step {index + 1}: {said}"


def test_when_no_epoch_is_left_it_says_what_to_do(panel: LessonPanel, tmp_path: Path) -> None:
    lesson = small(tmp_path)
    shown(panel, lesson, 2)
    said = "No epoch is left. Change something, press Reset, then Play."
    for epoch, holding, told in ((59, (False, True, True), False), (60, (False, True, True), True),
                                 (60, (True, True, True), False), (0, (False, True, True), False)):  # fmt: skip
        panel.show_conditions(Moment(lesson.start, {"epoch": epoch}), holding)
        assert (said in texts(panel)) is told, epoch


def test_a_number_is_the_pupils_own(panel: LessonPanel, qtbot: QtBot, tmp_path: Path) -> None:
    number = ('answer = "single"\nmeasure = "test accuracy"\nranges = [[0, 70], [70, 100]]\nright = 1',
              'answer = "number"\nmeasure = "test accuracy"\nright = [40, 60]')  # fmt: skip
    shown(panel, small(tmp_path, number, ("- few\n- many", "")), 1)
    field, keep = panel.findChildren(QDoubleSpinBox)[-1], button(panel, "Keep my guess")
    given: list[object] = []
    panel.acts.answered.connect(lambda values, _: given.append(values))
    # No number stands there that could be a hint.
    assert field.text() == "Your number"
    assert not keep.isEnabled()
    # A click into the words, behind which digits would be refused.
    click(field.lineEdit())
    qtbot.waitUntil(lambda: field.lineEdit().hasSelectedText())
    # What cannot be is seen as it was typed, and not as its first digits.
    QTest.keyClicks(field, "150")
    assert field.text() == "150 of 100"
    assert not keep.isEnabled()
    assert "At most 100 of 100." in texts(panel)
    field.selectAll()
    QTest.keyClicks(field, "54")
    assert "At most 100 of 100." not in texts(panel)
    click(keep)
    assert given == [(54.0,)]


def test_a_sentence_can_be_typed_at_once(panel: LessonPanel, tmp_path: Path) -> None:
    note = ('kind = "ask"\nanswer = "single"\nright = 1\n+++', 'kind = "note"\n+++')
    shown(panel, small(tmp_path, note, ("- this\n- that", "")), 3)
    assert isinstance(QApplication.focusWidget(), QPlainTextEdit)


def test_what_is_not_kept_yet_stays_when_the_card_is_made_anew(panel: LessonPanel, tmp_path: Path) -> None:
    lesson = small(tmp_path)
    shown(panel, lesson, 1)
    click(next(each for each in panel.findChildren(QLabel) if each.text() == "many"))
    QTest.keyClick(button(panel, "very"), Qt.Key.Key_Space)
    # As it is read again from a changed file.
    shown(panel, small(tmp_path, ("How many?", "How many, then?")), 1)
    given: list[tuple[object, str]] = []
    panel.acts.answered.connect(lambda values, sure: given.append((values, sure)))
    click(button(panel, "Keep my guess"))
    assert given == [((1.0,), "very")]
    # Of another step, and of an answer that is no longer there, nothing stays.
    shown(panel, small(tmp_path, ("- that", "- that\n- those")), 3)
    assert not button(panel, "Check my answer").isEnabled()
    click(next(each for each in panel.findChildren(QLabel) if each.text() == "those"))
    shown(panel, lesson, 3)
    assert not button(panel, "Check my answer").isEnabled()
