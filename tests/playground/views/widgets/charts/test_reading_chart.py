"""What all charts share: places of values, keys, a sentence and names."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.charts.reading_chart import NamedChart


class Numbers(NamedChart):
    """Reads whole numbers from 0 to 99."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__(themes)
        self.number: int | None = None
        self._bottom.setLogMode(True)
        self._show_range((-2.0, 1.0), (0.0, 50.0))

    @property
    def span(self) -> tuple[float | None, float, float, float]:
        return self.number, 0, 99, 1

    def read(self, place: float) -> None:
        self.number = int(place)

    def read_nothing(self) -> None:
        self.number = None


@pytest.fixture
def chart(qtbot: QtBot, qapp: QApplication, themed: None) -> Numbers:
    made = Numbers(ThemeSource(qapp, "light"))
    qtbot.addWidget(made)
    made.resize(480, 300)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_values_are_at_their_pixels_both_ways_and_end_with_the_axes(chart: Numbers) -> None:
    area = chart.area()
    assert chart.at(0.01, 50.0).x() == pytest.approx(area.left(), abs=1)
    assert chart.at(10.0, 50.0).y() == pytest.approx(area.top(), abs=1)
    assert chart.values_at(chart.at(0.1, 20.0)) == pytest.approx((0.1, 20.0), rel=1e-6)
    assert chart.values_at(QPointF(-50.0, 999.0)) == pytest.approx((0.01, 0.0))


@pytest.mark.parametrize(
    ("keys", "number"),
    [("R", 0), ("L", 99), ("HR", 1), ("EL", 98), ("HD", 0), ("EU", 99), ("HU", 10), ("ED", 89), ("RC", 10)],
)
def test_keys_go_by_steps_and_tens_and_to_the_ends(chart: Numbers, keys: str, number: int) -> None:
    known = {
        "L": Qt.Key.Key_Left, "R": Qt.Key.Key_Right, "C": Qt.Key.Key_Right, "H": Qt.Key.Key_Home,
        "E": Qt.Key.Key_End, "D": Qt.Key.Key_PageDown, "U": Qt.Key.Key_PageUp,
    }  # fmt: skip
    for key in keys:
        none, ten = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
        QTest.keyClick(chart, known[key], ten if key == "C" else none)
    assert chart.number == number


def test_the_name_above_is_between_the_focus_and_the_highest_number(chart: Numbers) -> None:
    height = QFontMetricsF(font("small")).height()
    assert chart.area().top() - height / 2 >= 2 + height - 1


@pytest.mark.parametrize(("joined", "is_dashed"), [(True, True), (False, False)])
def test_the_dashes_of_a_joined_line_are_even(chart: Numbers, joined: bool, is_dashed: bool) -> None:
    """Dashes would begin anew with each of its short segments."""
    pen = QPen(QColor("#ff0000"), 2, Qt.PenStyle.DashLine)
    chart._show_lines([(np.linspace(-2.0, 1.0, 240), np.full(240, 25.0), pen)], joined=joined)
    image, area, row = chart.grab().toImage(), chart.area().toRect(), round(chart.at(1.0, 25.0).y())
    reds = [image.pixelColor(x, row).green() < 128 for x in range(area.left() + 5, area.right() - 5)]
    assert (0.4 < np.mean(reds) < 0.9) == is_dashed
