"""The cells of the matrix: their colours, and what pointer and keys read."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.views.results.confusion_matrix import SCORES_PX, MatrixLayout, lay_out_matrix
from playground.views.results.confusion_tab import ConfusionView
from playground.views.theme.colors import DARK, LIGHT
from playground.views.theme.theme import ThemeSource, font
from tests.playground.views.results.confused import BASIS, COUNTS


def ground_of(view: ConfusionView, true: int, predicted: int) -> str:
    spot = view.matrix.cell_rect(true, predicted).topLeft()
    return view.matrix.grab().toImage().pixelColor(round(spot.x()) + 5, round(spot.y()) + 5).name()


def test_right_predictions_are_slate_and_errors_red(view: ConfusionView) -> None:
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


DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def layout(width: int, height: int, names: tuple[str, ...] = DIGITS, largest: int = 1000) -> MatrixLayout:
    found = lay_out_matrix(QSize(width, height), names, largest, font("small"), SCORES_PX)
    k = len(names)
    assert found.left + k * found.width <= width
    assert found.top + k * found.height <= height
    if found.digits:
        smaller = font("small")
        smaller.setPixelSize(found.digits)
        assert QFontMetricsF(smaller).horizontalAdvance(str(largest)) < found.width
        assert QFontMetricsF(smaller).capHeight() < found.height
    return found


def test_with_room_cells_are_square_and_digits_of_the_usual_size(qapp: QApplication) -> None:
    found = layout(480, 420)
    assert found.width == found.height
    assert found.digits == font("small").pixelSize()
    assert found.scores


@pytest.mark.parametrize("names", [DIGITS, CLOTHES])
@pytest.mark.parametrize(("width", "height"), [(331, 190), (331, 150), (331, 130), (290, 160), (275, 140)])
def test_counts_are_there_in_a_low_panel(
    qapp: QApplication, names: tuple[str, ...], width: int, height: int
) -> None:
    found = layout(width, height, names)
    assert found.digits >= 7
    assert found.width >= found.height


def test_the_scores_give_way_to_readable_counts(qapp: QApplication) -> None:
    assert layout(331, 150, largest=12).scores
    assert not layout(331, 150, largest=10_000).scores


def test_no_count_is_cut_where_there_is_no_room(qapp: QApplication) -> None:
    assert layout(140, 70).digits == 0
    many = tuple(map(str, np.arange(100)))
    assert layout(500, 300, many).digits == 0
