"""The confusion matrix: counts, colors, hover and keyboard texts, scores."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.views.results.confusion_view import ConfusionView
from playground.views.results.precision_recall import ClassScores
from playground.views.theme.theme import DARK, LIGHT, ThemeSource

COUNTS = np.array([[50, 0, 0], [0, 40, 10], [5, 15, 30]])
NAMES = ("setosa", "versicolor", "virginica")


@pytest.fixture
def themes(qapp: QApplication) -> ThemeSource:
    return ThemeSource(None, "light", parent=qapp)


@pytest.fixture
def view(qtbot: QtBot, themes: ThemeSource) -> ConfusionView:
    made = ConfusionView(themes)
    qtbot.addWidget(made)
    made.resize(340, 340)
    with qtbot.waitExposed(made):
        made.show()
    made.set_classes(NAMES)
    made.show_counts(COUNTS)
    return made


def ground_of(view: ConfusionView, true: int, predicted: int) -> str:
    spot = view.matrix.cell_rect(true, predicted).topLeft()
    return view.matrix.grab().toImage().pixelColor(round(spot.x()) + 5, round(spot.y()) + 5).name()


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
    assert view.caption.text().startswith("80.0 % right. Rows")
    view.resize(340, 340)
    assert view.tiles.isVisible()
    assert view.matrix.cell_rect(0, 0).width() == before


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


def test_long_names_do_not_widen_the_panel(view: ConfusionView) -> None:
    before = view.minimumSizeHint().width()
    view.set_classes([f"a rather long name of the class {number}" for number in range(3)])
    view.show_counts(COUNTS)
    assert view.minimumSizeHint().width() == before
    assert view.most.text().endswith("…")
    assert view.most.accessibleName().endswith("15 times")


def test_right_answers_are_blue_and_errors_orange(view: ConfusionView) -> None:
    assert ground_of(view, 0, 0) == LIGHT.positive
    assert ground_of(view, 2, 1) == LIGHT.negative
    assert QColor(ground_of(view, 0, 1)).lightness() > 240
    small, large = QColor(ground_of(view, 1, 2)), QColor(ground_of(view, 2, 1))
    assert small.hsvSaturation() < large.hsvSaturation()


def test_the_pointer_reads_a_cell(qtbot: QtBot, view: ConfusionView) -> None:
    qtbot.mouseMove(view.matrix, view.matrix.cell_rect(1, 2).center().toPoint())
    assert view.caption.text() == "true versicolor, predicted virginica: 10 of 50"
    qtbot.mouseMove(view.matrix, QPoint(1, 1))
    assert view.caption.text().startswith("Rows")


def test_the_keyboard_reads_cells(qtbot: QtBot, view: ConfusionView) -> None:
    view.matrix.setFocus()
    qtbot.keyClick(view.matrix, Qt.Key.Key_Down)
    assert view.caption.text() == "true setosa, predicted setosa: 50 of 50"
    for _ in range(5):
        qtbot.keyClick(view.matrix, Qt.Key.Key_Down)
    qtbot.keyClick(view.matrix, Qt.Key.Key_Right)
    assert view.caption.text() == "true virginica, predicted versicolor: 15 of 50"


def test_what_a_pointed_cell_says_follows_the_training(view: ConfusionView, qtbot: QtBot) -> None:
    qtbot.mouseMove(view.matrix, view.matrix.cell_rect(1, 1).center().toPoint())
    view.show_counts(COUNTS + np.eye(3, dtype=np.int64))
    assert view.caption.text() == "true versicolor, predicted versicolor: 41 of 51"


def test_there_is_a_hint_before_training_and_a_reason_in_a_regression(view: ConfusionView) -> None:
    view.set_classes(NAMES)
    assert view.empty.isVisible()
    assert "Space" in view.empty.text()
    assert not view.matrix.isVisible()
    assert view.accuracy.value == "–"
    view.set_classes((), is_regression=True)
    assert "regression" in view.empty.text()


def test_the_theme_changes_the_cells(view: ConfusionView, themes: ThemeSource) -> None:
    themes.mode = "dark"
    assert QColor(ground_of(view, 0, 1)).lightness() < 70
    assert ground_of(view, 0, 0) == DARK.positive


def test_many_classes_with_long_names_fit(qtbot: QtBot, view: ConfusionView) -> None:
    view.resize(340, 260)
    view.set_classes([f"a rather long name {number}" for number in range(10)])
    view.show_counts(np.eye(10, dtype=np.int64) * 100)
    view.matrix.grab()
    last = view.matrix.cell_rect(9, 9)
    assert last.right() <= view.matrix.width()
    assert last.bottom() <= view.matrix.height()
    assert last.width() >= 5
