"""Names at the ends of curves, and the areas between them."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.charts.overlay_chart import CurveBand, NamedCurve, OverlayChart

X = np.arange(11.0)


def curve(name: str, end: float) -> NamedCurve:
    return NamedCurve(name, LIGHT.accent, X, np.linspace(0.5, end, 11), quiet=name != "median")


def test_quiet_names_give_way_and_bands_are_filled(qtbot: QtBot, qapp: QApplication, themed: None) -> None:
    chart = OverlayChart(ThemeSource(qapp, "light"))
    qtbot.addWidget(chart)
    chart.resize(480, 300)
    chart.show()
    qtbot.waitExposed(chart)
    apart = [curve("lowest", 0.0), curve("median", 0.5), curve("highest", 1.0)]
    chart.show_curves(apart, "loss", "epoch")
    assert [found.name for _, found in chart.named_ends()] == ["highest", "median", "lowest"]
    near = [curve("lowest", 0.0), curve("median", 0.01), curve("highest", 1.0)]
    band = CurveBand("#ff0000", 1.0, X, near[0].y, near[2].y)
    chart.show_curves(near, "loss", "epoch", bands=[band])
    assert [found.name for _, found in chart.named_ends()] == ["highest", "median"]
    place = chart.at(9.0, 0.45).toPoint()
    assert QColor(chart.grab().toImage().pixel(place)) == QColor("#ff0000")
    chart.point_at(9.0)
    assert [line.split()[0] for line in chart.readout.text.splitlines()[1:]] == [
        "highest",
        "median",
        "lowest",
    ]
    chart.point_at(None)
    chart.show_curves(near, "loss", "epoch")
    assert QColor(chart.grab().toImage().pixel(place)) != QColor("#ff0000")


def test_a_name_within_the_chart_is_readable_on_another_curve(
    qtbot: QtBot, qapp: QApplication, themed: None
) -> None:
    chart = OverlayChart(ThemeSource(qapp, "light"))
    qtbot.addWidget(chart)
    chart.resize(480, 300)
    chart.show()
    qtbot.waitExposed(chart)
    short = NamedCurve(" " * 20, "#0000ff", X[:5], np.full(5, 0.5))
    heights = np.array([0.5] * 9 + [0.7, 0.9])
    chart.show_curves([NamedCurve("long", "#ff0000", X, heights), short], "loss", "epoch")
    [(end, _)] = [found for found in chart.named_ends() if found[1] is chart.curves[1]]
    image = chart.grab().toImage()
    behind, beyond = (
        max(image.pixelColor(round(end.x()) + away, round(end.y()) + row).saturation() for row in (-1, 0, 1))
        for away in (30, 110)
    )
    assert behind < beyond / 2


def test_the_unit_leaves_the_last_number_its_room(qtbot: QtBot, qapp: QApplication, themed: None) -> None:
    chart = OverlayChart(ThemeSource(qapp, "light"))
    qtbot.addWidget(chart)
    metrics = QFontMetricsF(font("small"))
    beyond = metrics.horizontalAdvance("1,000") / 2
    assert chart.unit_place.left() - chart.area().right() >= beyond + 4
    assert metrics.horizontalAdvance("epoch") < chart.unit_place.width()
