"""What is listed is chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Iris
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from tests.playground.driving import click
from tests.playground.views.mistakes.shown_gallery import Shown

IRIS = Experiment(dataset=Iris(), layers=(Dense(4),), training=TrainingConfig(loss=CrossEntropy()))


def test_the_filters_choose_what_is_listed(qtbot: QtBot, show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.prediction(wrong=20)
    filters = shown.gallery.filters
    filters.true.setFocus()
    QTest.keyClick(filters.true, Qt.Key.Key_Down)
    assert filters.cell == (0, None)
    setosa = shown.prepared.test_targets[:20] == 0
    assert len(shown.listed()) == int(setosa.sum())
    QTest.keyClick(filters.predicted, Qt.Key.Key_End)
    assert shown.listed() == []
    assert shown.gallery.empty.text() == "No test sample of setosa is taken for virginica."
    click(filters.all_mistakes)
    assert len(shown.listed()) == 20
    click(filters.chips["train"])
    assert shown.asked.at(shown.asked.count() - 1) == ["train"]
    shown.prediction(wrong=3)  # outdated: another split was requested since
    assert shown.listed() == []
