"""Arrays become images by a table of colours."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator, QSvgRenderer

from playground.views.theme.colors import CLASS_COLORS, DARK, LIGHT, diverging_lut, mix, rgb
from playground.views.widgets.array_images import MapStrip, finite, in_theme, packed_lut, value_color

pytestmark = pytest.mark.usefixtures("themed")


def test_a_column_of_maps_drawn_at_once_looks_like_its_maps() -> None:
    lut = packed_lut(LIGHT)
    maps = np.random.default_rng(3).uniform(-1.0, 1.0, (3, 50, 50)).astype(np.float32)
    ground = 0xFF112233
    whole, single = MapStrip(3, 20, 20, pitch=26, ground=ground), MapStrip(3, 20, 20)
    pictures = []
    for strip in (whole, single):
        strip.fill(maps, lut, flip=True)
        picture = QImage(20, 72, QImage.Format.Format_RGB32)
        picture.fill(ground)
        painter = QPainter(picture)
        if strip is whole:
            strip.draw_all(painter, QPointF(0, 0), 1.0)
        else:
            for unit in range(3):
                strip.draw(painter, unit, QRectF(0, 26 * unit, 20, 20))
        painter.end()
        pictures.append(picture)
    assert pictures[0] == pictures[1]


def test_a_map_in_svg_is_that_map_alone() -> None:
    strip = MapStrip(2, 4, 4)
    strip.fill(np.array([np.full((4, 4), -1.0), np.full((4, 4), 1.0)]), packed_lut(LIGHT))
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(4, 4))
    generator.setViewBox(QRect(0, 0, 4, 4))
    painter = QPainter(generator)
    strip.draw(painter, 1, QRectF(0, 0, 4, 4))
    painter.end()
    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    QSvgRenderer(buffer.data()).render(painter)
    painter.end()
    table = diverging_lut(LIGHT)
    assert picture.pixelColor(1, 0).getRgb() == picture.pixelColor(1, 3).getRgb() == tuple(table[255])


def test_a_map_is_coloured_by_the_table_and_flipped() -> None:
    lut, table = packed_lut(LIGHT), diverging_lut(LIGHT)
    strip = MapStrip(2, 2, 2)
    strip.fill(np.array([[[-1.0, 0.0], [1.0, np.nan]], [[0.5, 9.0], [-9.0, 0.0]]]), lut, flip=True)

    def at(x: int, y: int) -> tuple[int, ...]:
        return strip.image.pixelColor(x, y).getRgb()

    assert at(0, 0) == tuple(table[255])  # +1 lay in the upper row of x2
    assert at(1, 0) == tuple(table[127])  # NaN is neutral
    assert at(0, 1) == tuple(table[0])
    assert at(1, 1) == tuple(table[127])
    assert at(0, 2) == tuple(table[0])  # beyond -1
    assert at(1, 3) == tuple(table[255])
    assert at(0, 3) == tuple(table[191])


def test_value_color_takes_anything() -> None:
    lut = packed_lut(LIGHT)
    assert value_color(lut, 5.0).name() == LIGHT.positive
    assert value_color(lut, -5.0).name() == LIGHT.negative
    assert value_color(lut, float("nan")).name() == LIGHT.zero


def test_values_are_made_finite_only_where_they_are_not() -> None:
    values = np.array([[1.0, -2.0], [0.5, 3.0]], np.float32)
    assert finite(values) is values
    values[0, 1], values[1] = np.nan, (np.inf, -np.inf)
    np.testing.assert_array_equal(finite(values, 7.0), np.nan_to_num(values, nan=7.0))


@pytest.mark.parametrize("end", [*CLASS_COLORS, "accent", "text"])
@pytest.mark.parametrize("share", [0.0, 0.3, 2 / 3, 1.0])
def test_sure_colors_stay_and_unsure_ones_are_dark_in_a_dark_theme(end: str, share: float) -> None:
    before, after = (getattr(theme, end, end) for theme in (LIGHT, DARK))
    given = np.array(rgb(mix(LIGHT.zero, before, share)), np.uint8).reshape(1, 1, 3)
    assert in_theme(given, LIGHT) is given
    wanted = np.array(rgb(mix(DARK.zero, after, share)))
    assert np.abs(in_theme(given, DARK)[0, 0].astype(int) - wanted).max() <= 4
