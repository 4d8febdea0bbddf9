"""A task runs in time slices, and every caller gets a result or an error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from playground.training.background_task import SlicedTaskRunner
from playground.training.worker_thread import Worker


class Countdown:
    """Finishes after that number of steps; raises at `fails_at`."""

    def __init__(self, steps: int, fails_at: int = -1) -> None:
        self.left, self._fails_at, self._steps = steps, fails_at, steps

    @property
    def finished(self) -> bool:
        return self.left == 0

    def advance(self) -> None:
        if self.left == self._fails_at:
            raise MemoryError("too many")
        self.left -= 1

    def result(self) -> int:
        return self._steps


class Owner(Worker):
    title = "The search"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def fail(self, sentence: str) -> None:
        self.told.append(sentence)


@pytest.fixture
def asking(qtbot: QtBot) -> Iterator[SlicedTaskRunner]:
    parent = Owner()
    # No time: one step per slice.
    yield SlicedTaskRunner(lambda: 0.0, parent)
    parent.deleteLater()


def predictions_of(asking: SlicedTaskRunner) -> list[object]:
    answers: list[object] = []
    asking.finished.connect(answers.append)
    return answers


def test_an_answer_comes_by_and_by(asking: SlicedTaskRunner, qtbot: QtBot) -> None:
    answers, question = predictions_of(asking), Countdown(3)
    asking.start(question)
    assert not answers
    qtbot.waitUntil(lambda: answers == [3])
    assert question.finished


def test_a_new_task_replaces_the_running_one(asking: SlicedTaskRunner, qtbot: QtBot) -> None:
    answers = predictions_of(asking)
    asking.start(Countdown(1000))
    asking.start(Countdown(2))
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [2]


def test_without_a_task_there_is_no_answer(asking: SlicedTaskRunner) -> None:
    answers = predictions_of(asking)
    asking.start(Countdown(1000))
    asking.start(None)
    assert answers == [None]


def test_who_asks_does_not_wait_for_a_task_that_fails(
    asking: SlicedTaskRunner, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    answers = predictions_of(asking)
    asking.start(Countdown(3, fails_at=2))
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [None]
    assert "The search stopped" in caplog.text
    owner = asking.parent()
    assert isinstance(owner, Owner)
    assert owner.told == ["The search stopped: it takes more memory than there is"]
    asking.start(Countdown(1))
    qtbot.waitUntil(lambda: answers == [None, 1])
