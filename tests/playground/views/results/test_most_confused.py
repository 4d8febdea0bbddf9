"""The pair that is confused most often."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from playground.views.results.confusion_view import ConfusionView
from tests.playground.views.results.confused import COUNTS, NAMES


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
