"""Counts of a confusion matrix are there whenever they fit: wider cells, smaller digits and shorter labels first."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from playground.views.results.confusion_matrix import SCORES_PX
from playground.views.results.matrix_layout import MatrixLayout, lay_out_matrix
from playground.views.theme.theme import font

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
