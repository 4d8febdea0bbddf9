"""The bars of the gallery of mistakes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Iris
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from tests.playground.driving import click
from tests.playground.fakes import mnist_experiment
from tests.playground.plugins.mistakes.shown_gallery import Shown

IRIS = Experiment(dataset=Iris(), layers=(Dense(4),), training=TrainingConfig(loss=CrossEntropy()))


def test_the_filters_choose_what_is_listed(qtbot: QtBot, show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.prediction(wrong=20)
    filters = shown.gallery.filters
    filters.true.setFocus()
    QTest.keyClick(filters.true, Qt.Key.Key_Down)
    assert filters.cell == (0, None)
    setosa = shown.prepared.test.labels[:20] == 0
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


IRIS = Experiment(dataset=Iris(), layers=(Dense(4),), training=TrainingConfig(loss=CrossEntropy()))


def test_delete_drops_the_chosen_and_goes_on_with_the_next(show: Callable[[Experiment], Shown]) -> None:
    shown = show(mnist_experiment())
    shown.prediction(wrong=4)
    first, second, third, fourth = shown.listed()
    shown.press_item(1)
    QTest.keyClick(shown.gallery.thumbnails, Qt.Key.Key_Delete)
    assert shown.document.experiment.corrections == ((second, None),)
    assert shown.document.undo_stack.undoText() == "Drop a sample"
    assert shown.listed() == [first, third, fourth]
    assert shown.gallery.chosen == [1]
    QTest.keyClick(shown.gallery.thumbnails, Qt.Key.Key_Delete)
    assert shown.listed() == [first, fourth]
    shown.document.undo_stack.undo()
    shown.document.undo_stack.undo()
    assert shown.listed() == [first, second, third, fourth]


def test_several_are_relabelled_at_once_and_restored(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.prediction(wrong=5)
    bar = shown.gallery.corrections
    assert not bar.relabel.isEnabled()
    assert not bar.restore.isVisible()
    before = shown.listed()
    shown.press_item(0)
    shown.press_item(2, Qt.KeyboardModifier.ShiftModifier)
    bar.classes.actions()[0].trigger()
    assert shown.document.experiment.corrections == tuple(sorted((row, 0) for row in before[:3]))
    assert shown.document.undo_stack.undoText() == "Relabel 3 samples"
    said = "3 relabelled. 3 not learned from: their new labels count as the truth in the scores"
    assert bar.corrected.text() == said
    assert all(row in shown.listed() or shown.prepared.data.targets[row] == 2 for row in before[:3])
    click(bar.restore)
    assert shown.document.experiment.corrections == ()
    assert shown.listed() == before


def test_a_sample_that_is_called_so_already_is_not_relabelled(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.prediction(wrong=3)
    shown.press_item(0)
    label = shown.gallery.model.true(shown.gallery.chosen[0])
    shown.gallery.corrections.classes.actions()[label].trigger()
    assert shown.document.experiment.corrections == ()
    assert not shown.document.undo_stack.canUndo()


def test_a_part_cannot_be_emptied(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.prediction(wrong=45)
    QTest.keyClick(shown.gallery.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(shown.gallery.chosen) == 45
    click(shown.gallery.corrections.drop)
    assert shown.document.experiment.corrections == ()
    assert shown.gallery.count.text() == "At least one test sample must be kept."


def test_more_corrections_than_there_may_be_are_refused_in_words(
    show: Callable[[Experiment], Shown], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.label_corrections.MAX_CORRECTIONS", 3)
    shown = show(mnist_experiment())
    shown.prediction(wrong=5)
    shown.gallery.thumbnails.selectAll()
    click(shown.gallery.corrections.drop)
    assert "at most 3, got 5" in shown.gallery.count.text()
    assert not shown.document.experiment.corrections
    assert len(shown.listed()) == 5
