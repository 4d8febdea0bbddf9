"""Curves are drawn where their values are, and thinned where they are long."""

from __future__ import annotations

import numpy as np
import pytest

from playground.views.results import curve_canvas
from playground.views.results.curves_plot import CurvesPlot
from playground.views.theme.colors import DARK, LIGHT, rgb
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.charts import reading_chart
from playground.views.widgets.charts.curve_scale import drawable, thin


def nearest_color(plot: CurvesPlot, wanted: str) -> int:
    """Distance (largest channel) of `wanted` from the nearest color around epoch 50 and value 0.5."""
    image = plot.canvas.grab().toImage()
    spot = plot.canvas.at(50, 0.5).toPoint()
    column = [rgb(image.pixelColor(spot.x(), y).name()) for y in range(spot.y() - 2, spot.y() + 3)]
    return min(max(abs(a - b) for a, b in zip(color, rgb(wanted), strict=True)) for color in column)


def test_what_has_no_place_is_not_drawn() -> None:
    values = np.array([1.0, 0.0, -1.0, np.nan, np.inf, 1e305])
    assert drawable(values, False).tolist() == [True, True, True, False, False, False]
    assert drawable(values, True).tolist() == [True, False, False, False, False, False]


def test_thinning_keeps_short_curves_and_the_extremes_of_long_ones() -> None:
    x = np.arange(10_000.0)
    y = np.sin(x / 500)
    y[4321] = 7.0
    y[8765] = np.nan
    assert thin(x[:100], y[:100], 60)[1] is not None
    assert np.array_equal(thin(x[:100], y[:100], 60)[1], y[:100])
    fewer_x, fewer_y = thin(x, y, 100)
    assert len(fewer_x) == len(fewer_y) == 200
    assert fewer_y.max() == 7.0
    assert fewer_y.min() == y[np.isfinite(y)].min()
    assert np.all(np.diff(fewer_x) >= 0)
    assert not np.isnan(fewer_y).any()


def test_the_curve_is_drawn_where_its_values_are(plot: CurvesPlot) -> None:
    epoch = np.arange(101.0)
    plot.show_curves(epoch, np.full(101, 0.5), np.full(101, np.nan))
    assert nearest_color(plot, LIGHT.train) < 40 < nearest_color(plot, LIGHT.test)


def test_nothing_yet_and_odd_values_are_painted_without_complaint(plot: CurvesPlot) -> None:
    plot.clear()
    plot.canvas.grab()
    for values in ([np.nan], [np.inf, 1e300], [0.0, 0.0], [1e-30, 1e30]):
        array = np.array(values)
        plot.show_curves(np.arange(float(len(array))), array, array)
        for is_log in (False, True):
            plot.canvas.set_log(is_log)
            plot.canvas.grab()


def test_the_theme_changes_the_curve(plot: CurvesPlot, themes: ThemeSource) -> None:
    plot.show_curves(np.arange(101.0), np.full(101, 0.5), np.full(101, np.nan))
    themes.mode = "dark"
    assert DARK.train in plot.legend.text()
    assert nearest_color(plot, DARK.train) < min(30, nearest_color(plot, LIGHT.train))


def _zoomed(plot: CurvesPlot) -> CurvesPlot:
    plot.show_curves(np.arange(101.0), np.full(101, 0.5), np.full(101, np.nan))
    plot.canvas.zoom(0.25)
    return plot


def test_a_zoomed_chart_moves_with_the_moment_that_is_looked_at(plot: CurvesPlot) -> None:
    canvas = _zoomed(plot).canvas
    low, high = canvas.x_range
    canvas.show_past(90.0)
    assert canvas.x_range[0] <= 90.0 <= canvas.x_range[1]
    assert canvas.x_range[1] - canvas.x_range[0] == pytest.approx(high - low)
    canvas.show_past(3.0)
    assert canvas.x_range[0] <= 3.0 <= canvas.x_range[1]


def test_an_arrow_says_where_the_moment_is_after_the_chart_was_moved_away(plot: CurvesPlot) -> None:
    canvas = _zoomed(plot).canvas
    canvas.show_past(50.0)
    area = canvas.area()
    for to, x in ((0.0, area.right() - 7), (75.0, area.left() + 7)):
        canvas._view.setXRange(to, to + 25.0, padding=0)
        canvas._on_zoomed()
        canvas.show_past(50.0)
        assert canvas.x_range[0] == pytest.approx(to)
        color = canvas.grab().toImage().pixelColor(round(x), round(area.center().y()) - 4)
        assert color.name() == LIGHT.text


def test_a_picture_of_curves_alone_writes_nothing_on_them(
    plot: CurvesPlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each empty text would cost some 10 µs of a picture."""
    plot.show_curves(np.arange(101.0), np.full(101, 0.5), np.full(101, np.nan))
    plot.canvas.grab()
    written: list[str] = []
    for module in (curve_canvas, reading_chart):
        monkeypatch.setattr(module, "draw_text", lambda painter, place, text, *_, **__: written.append(text))
    monkeypatch.setattr(curve_canvas, "QFontMetricsF", lambda face: written.append("measured"))
    plot.canvas.grab()
    assert written == []
