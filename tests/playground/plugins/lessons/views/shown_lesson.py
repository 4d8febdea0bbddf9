"""What tests of the panel share."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton

from core.lessons.lesson import Lesson
from playground.plugins.lessons.progress import LessonProgress
from playground.plugins.lessons.views.panel import LessonPanel
from playground.plugins.lessons.views.step_card import MarkdownText


def shown(panel: LessonPanel, lesson: Lesson, index: int, **done: object) -> LessonProgress:
    progress = LessonProgress(lesson, lesson.path.parent)
    for step in lesson.steps[:index]:
        progress.of(step).done = True
    for name, value in done.items():
        setattr(progress.of(lesson.steps[index]), name, value)
    panel.show_lesson(lesson, (2, 12))
    panel.show_step(index, progress)
    return progress


def texts(panel: LessonPanel) -> list[str]:
    labels = [each.text() for each in panel.findChildren(QLabel) if each.isVisible()]
    return labels + [each.toPlainText() for each in panel.findChildren(MarkdownText) if each.isVisible()]


def button(panel: LessonPanel, text: str) -> QPushButton:
    return next(each for each in panel.findChildren(QPushButton) if each.isVisible() and each.text() == text)
