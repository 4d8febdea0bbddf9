"""What tests of lessons in the window share."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.lessons.lesson import Lesson
from core.nn import LAYERS
from playground.plugins.lessons.progress import StepProgress
from playground.plugins.lessons.run import LessonRun
from playground.plugins.lessons.views import LessonPanel
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow

W = TypeVar("W", bound=QWidget)
MINE = Experiment(name="Mine", dataset=Moons(), layers=LAYERS.parse("dense 4 tanh"))


def panel_of(window: MainWindow) -> LessonPanel:
    panel = window.findChild(LessonPanel)
    assert panel is not None
    return panel


def run_of(window: MainWindow) -> LessonRun:
    run = window.plugins["lessons"].run
    assert run is not None
    return run


def lesson_of(window: MainWindow) -> Lesson:
    return run_of(window).lesson


def state_of(window: MainWindow, index: int) -> StepProgress:
    return run_of(window).progress.of(lesson_of(window).steps[index])


def button(window: MainWindow, name: str) -> QPushButton:
    # The card before is deleted a moment later.
    found = [each for each in panel_of(window).findChildren(QPushButton, name) if each.isVisible()]
    assert found, name
    return found[-1]


def widgets(window: MainWindow, kind: type[W]) -> list[W]:
    return [each for each in panel_of(window).findChildren(kind) if each.isVisible()]


def ready(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the network of the step, or of the user's own work, is there."""
    session, lessons = window.session, window.plugins["lessons"]
    qtbot.waitUntil(
        lambda: (
            lessons.awaited is None
            and (lessons.run is None or not lessons.run.waiting)
            and session.state in (TrainingState.IDLE, TrainingState.PAUSED)
            and window.snapshot_router.snapshot is not None
        )
    )
