"""The cells of the matrix: their colours, and what pointer and keys read."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from playground.views.results.confusion_view import ConfusionView
from playground.views.theme.colors import DARK, LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.views.results.confused import BASIS, COUNTS


def ground_of(view: ConfusionView, true: int, predicted: int) -> str:
    spot = view.matrix.cell_rect(true, predicted).topLeft()
    return view.matrix.grab().toImage().pixelColor(round(spot.x()) + 5, round(spot.y()) + 5).name()


def test_right_answers_are_slate_and_errors_red(view: ConfusionView) -> None:
    assert ground_of(view, 0, 0) == LIGHT.text_muted
    assert ground_of(view, 2, 1) == LIGHT.danger
    assert QColor(ground_of(view, 0, 1)).lightness() > 240
    small, large = QColor(ground_of(view, 1, 2)), QColor(ground_of(view, 2, 1))
    assert small.hsvSaturation() < large.hsvSaturation()


def test_the_pointer_reads_a_cell(qtbot: QtBot, view: ConfusionView) -> None:
    qtbot.mouseMove(view.matrix, view.matrix.cell_rect(1, 2).center().toPoint())
    assert view.caption.text() == f"true versicolor, predicted virginica: 10 of 50\n{BASIS}"
    qtbot.mouseMove(view.matrix, QPoint(1, 1))
    assert view.caption.text().startswith("Rows")


def test_the_keyboard_reads_cells(qtbot: QtBot, view: ConfusionView) -> None:
    view.matrix.setFocus()
    qtbot.keyClick(view.matrix, Qt.Key.Key_Down)
    assert view.caption.text() == f"true setosa, predicted setosa: 50 of 50\n{BASIS}"
    for _ in range(5):
        qtbot.keyClick(view.matrix, Qt.Key.Key_Down)
    qtbot.keyClick(view.matrix, Qt.Key.Key_Right)
    assert view.caption.text() == f"true virginica, predicted versicolor: 15 of 50\n{BASIS}"


def test_what_a_pointed_cell_says_follows_the_training(view: ConfusionView, qtbot: QtBot) -> None:
    qtbot.mouseMove(view.matrix, view.matrix.cell_rect(1, 1).center().toPoint())
    view.show_counts(COUNTS + np.eye(3, dtype=np.int64), BASIS)
    assert view.caption.text() == f"true versicolor, predicted versicolor: 41 of 51\n{BASIS}"


def test_the_theme_changes_the_cells(view: ConfusionView, themes: ThemeSource) -> None:
    themes.mode = "dark"
    assert QColor(ground_of(view, 0, 1)).lightness() < 70
    assert ground_of(view, 0, 0) == DARK.text_muted


def test_many_classes_with_long_names_fit(qtbot: QtBot, view: ConfusionView) -> None:
    view.resize(340, 260)
    view.set_classes([f"a rather long name {number}" for number in range(10)])
    view.show_counts(np.eye(10, dtype=np.int64) * 100)
    view.matrix.grab()
    last = view.matrix.cell_rect(9, 9)
    assert last.right() <= view.matrix.width()
    assert last.bottom() <= view.matrix.height()
    assert last.width() >= 5
