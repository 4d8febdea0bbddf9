"""The samples on the plot."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.inspect.plane_image import ValueRange
from playground.views.output import OutputPanel
from playground.views.output.boundary_points import MAX_POINTS, BoundaryPoints
from playground.views.theme.colors import DARK, LIGHT, Theme, diverging_lut
from tests.playground.views.output.boundaries import color_at, paler, prepared_with, snapshot_of


def test_test_points_have_a_dark_edge_and_can_be_hidden(qtbot: QtBot, panel: OutputPanel) -> None:
    prepared = prepared_with(train=[[-3.0, 0.0]], test=[[3.0, 0.0]])
    panel.show_data(prepared)
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    left, right = prepared.plane.low[0], prepared.plane.high[0]
    places = [(a - left) / (right - left) for a in (-3.0, 3.0)]
    assert [color_at(panel, place, 0.5) for place in places] == [LIGHT.negative] * 2
    qtbot.mouseClick(
        panel.test_points, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.test_points.height() // 2)
    )
    assert [color_at(panel, place, 0.5) for place in places] == [LIGHT.negative, paler(LIGHT.positive)]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_test_point_of_value_zero_can_be_seen(qapp: QApplication, theme: Theme) -> None:
    middle, outside, answer = np.array([[0.5, 0.5]]), np.array([[9.0, 9.0]]), np.zeros(1)
    points = BoundaryPoints(outside, middle, answer, answer, is_regression=True)
    image = points.picture(QSize(20, 20), 1, theme, ValueRange(-1.0, 1.0), with_test=True).toImage()
    ground = QColor(*map(int, diverging_lut(theme)[127][:3])).lightnessF()
    seen = [image.pixelColor(x, 10) for x in range(20)]
    assert max(abs(color.lightnessF() - ground) for color in seen if color.alpha() > 200) > 0.2


def test_many_points_are_thinned_and_the_tooltip_says_so(panel: OutputPanel) -> None:
    rng = np.random.default_rng(0)
    panel.show_data(prepared_with(rng.uniform(-5, 5, (7000, 2)), rng.uniform(-5, 5, (3000, 2))))
    assert panel.plot.drawn_points == MAX_POINTS
    assert "2,000 of 10,000 points" in panel.test_points.toolTip()


def test_points_keep_their_places_when_the_plot_is_resized(qtbot: QtBot, panel: OutputPanel) -> None:
    prepared = prepared_with(train=[[-3.0, 0.0]])
    panel.show_data(prepared)
    panel.show_snapshot(snapshot_of(np.ones((10, 10, 1))))
    place = (-3.0 - prepared.plane.low[0]) / (prepared.plane.high[0] - prepared.plane.low[0])
    before = panel.plot.width()
    assert color_at(panel, place, 0.5) == LIGHT.negative
    panel.resize(460, 560)
    qtbot.waitUntil(lambda: panel.plot.width() > before)
    assert color_at(panel, place, 0.5) == LIGHT.negative
    assert color_at(panel, place + 0.06, 0.5) == paler(LIGHT.positive)
