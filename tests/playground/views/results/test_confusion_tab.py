"""The confusion matrix: counts, colors, hover and keyboard texts, scores."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, Qt
from pytestqt.qtbot import QtBot

from playground.views.results.confusion_matrix import ClassScores
from playground.views.results.confusion_tab import ConfusionView
from tests.playground.views.results.confused import COUNTS, NAMES


def test_scores_are_those_of_the_matrix(view: ConfusionView) -> None:
    assert view.accuracy.value == "80.0 %"
    assert view.precision.value == f"{100 * np.mean([50 / 55, 40 / 55, 30 / 40]):.1f} %"
    assert view.recall.value == f"{100 * np.mean([1, 0.8, 0.6]):.1f} %"
    assert np.array_equal(view.matrix.counts, COUNTS)


def test_every_class_has_its_precision_and_recall_beside_its_row(view: ConfusionView) -> None:
    scores = ClassScores.of(COUNTS)
    assert scores.text(1) == "precision 73 %, recall 80 %"
    never = ClassScores.of(np.array([[3, 0], [0, 0]]))
    assert never.text(1) == "precision –, recall –"
    last = view.matrix.cell_rect(2, 2)
    beside = QRect(round(last.right()) + 8, round(last.top()) + 4, 90, round(last.height()) - 8)
    image = view.matrix.grab(beside).toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert len(colors) > 3
    view.resize(240, 340)
    view.matrix.grab()
    assert view.matrix.text_of(1, 1).endswith("40 of 50; precision 73 %, recall 80 %")


def test_where_there_is_little_room_the_matrix_has_it(view: ConfusionView) -> None:
    assert view.tiles.isVisible()
    assert view.caption.text().startswith("Rows")
    before = view.matrix.cell_rect(0, 0).width()
    view.resize(340, 215)
    assert not view.tiles.isVisible()
    assert view.caption.text() == "80.0 % of 150 test samples, epoch 12"
    view.resize(340, 340)
    assert view.tiles.isVisible()
    assert view.matrix.cell_rect(0, 0).width() == before


def test_long_names_do_not_widen_the_panel(view: ConfusionView) -> None:
    before = view.minimumSizeHint().width()
    view.set_classes([f"a rather long name of the class {number}" for number in range(3)])
    view.show_counts(COUNTS)
    assert view.minimumSizeHint().width() == before
    assert view.most.text().endswith("…")
    assert view.most.accessibleName().endswith("15 times")


def test_a_class_of_which_nothing_is_recognized_is_told_first(view: ConfusionView) -> None:
    counts = COUNTS.copy()
    counts[0] = 0, 2, 1
    view.show_counts(counts)
    assert view.most.accessibleName() == "None of the 3 samples of setosa is recognized"
    assert view.most.pair == (0, 1)
    counts[0] = 1, 2, 0
    view.show_counts(counts)
    assert view.most.accessibleName().startswith("Most often: virginica")


def test_there_is_a_hint_before_training(view: ConfusionView) -> None:
    view.set_classes(NAMES)
    assert view.empty.isVisible()
    assert "as soon as the network trains" in view.empty.text()
    assert not view.matrix.isVisible()
    assert view.accuracy.value == "–"


def test_the_pair_confused_most_often_is_named_and_opens_its_samples(
    qtbot: QtBot, view: ConfusionView
) -> None:
    assert view.most.accessibleName() == "Most often: virginica taken for versicolor, 15 times"
    assert view.most.text().startswith("Most often: virginica taken for versicolor")
    with qtbot.waitSignal(view.mistakes_requested) as asked:
        qtbot.mouseClick(view.most, Qt.MouseButton.LeftButton)
    assert asked.args == [2, 1]
    view.show_counts(np.array([[9, 1, 0], [0, 9, 0], [0, 0, 9]]))
    assert view.most.accessibleName() == "Most often: setosa taken for versicolor, once"
    view.most.setFocus()
    with qtbot.waitSignal(view.mistakes_requested) as asked:
        qtbot.keyClick(view.most, Qt.Key.Key_Space)
    assert asked.args == [0, 1]


def test_without_a_mistake_no_pair_is_named(view: ConfusionView) -> None:
    assert view.most.isVisible()
    view.show_counts(np.eye(3, dtype=np.int64))
    assert not view.most.isVisible()
    view.show_counts(COUNTS)
    view.resize(340, 215)
    assert not view.most.isVisible()
    view.resize(340, 340)
    view.set_classes(NAMES)
    assert not view.most.isVisible()
