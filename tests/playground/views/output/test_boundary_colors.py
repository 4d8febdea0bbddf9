"""Answers become colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.inspect.plane_image import PlaneImage
from playground.views.output.boundary_colors import (
    PlaneColors,
    ValueRange,
    shade_classes,
    shade_signed,
    signed_index,
)
from playground.views.theme.colors import (
    CLASS_COLORS,
    DARK,
    LIGHT,
    Theme,
    class_shades,
    diverging_lut,
    mix,
    rgb,
)
from playground.views.widgets.array_images import packed


def test_values_map_to_the_ends_and_the_middle_of_the_table() -> None:
    values = np.array([-5, -1, 0, 1, 5, np.nan], np.float32)
    assert signed_index(values).tolist() == [0, 0, 128, 255, 255, 127]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_zero_is_neutral_and_discretize_leaves_two_colors(theme: Any) -> None:
    lut = packed(diverging_lut(theme))
    values = np.array([[-0.01, 0.0, 0.01, 1.0]], np.float32)
    assert _rgb(shade_signed(values, lut)[0, 1]) == rgb(theme.zero)
    hard = shade_signed(values, lut, discretize=True)[0]
    assert [_rgb(word) for word in hard] == [rgb(theme.negative)] * 2 + [rgb(theme.positive)] * 2


def test_class_shades_show_the_winner_and_pale_to_neutral_at_chance() -> None:
    shades = packed(class_shades(LIGHT))
    labels, shares = np.array([[2, 0, 1]], np.int16), np.array([[1, 1 / 3, 0.6]], np.float32)
    soft = shade_classes(labels, shares, 3, shades)[0]
    hard = shade_classes(labels, shares, 3, shades, discretize=True)[0]
    assert _rgb(soft[0]) == rgb(CLASS_COLORS[2])
    assert np.abs(np.subtract(_rgb(soft[1]), rgb(LIGHT.zero))).max() <= 1
    assert _rgb(hard[2]) == rgb(CLASS_COLORS[1])
    assert min(rgb(CLASS_COLORS[1])[0], rgb(LIGHT.zero)[0]) < _rgb(soft[2])[0] < rgb(LIGHT.zero)[0]


def test_more_than_ten_classes_reuse_colors() -> None:
    labels, shares = np.array([[11]], np.int16), np.ones((1, 1), np.float32)
    assert _rgb(shade_classes(labels, shares, 12, packed(class_shades(LIGHT)))[0, 0]) == rgb(CLASS_COLORS[1])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_regions_are_drawn_at_two_thirds_and_neurons_at_full_strength(theme: Theme) -> None:
    image = PlaneImage(np.array([[-1.0, 1.0], [0.0, 0.0]], np.float32))
    pale, full = (
        PlaneColors(theme).pixels(image, ValueRange(), 1, strong=strong, discretize=False)
        for strong in (False, True)
    )
    # Row 0 of an image is the lowest, that of the colors the highest.
    assert [_rgb(word) for word in full[1]] == [rgb(theme.negative), rgb(theme.positive)]
    assert [_rgb(word) for word in pale[0]] == [rgb(theme.zero)] * 2
    for word, color in zip(pale[1], (theme.negative, theme.positive), strict=True):
        assert _rgb(word) == rgb(mix(theme.zero, color, 2 / 3))
    assert PlaneColors(theme).ends(strong=True) == (theme.negative, theme.zero, theme.positive)


def test_the_line_is_blended_into_its_pixels_alone() -> None:
    line = (np.array([1]), np.array([1.0], np.float32))
    image = PlaneImage(np.ones((2, 2), np.float32), line=line)
    made = PlaneColors(LIGHT).pixels(image, ValueRange(), 1, strong=False, discretize=False)
    ground = mix(LIGHT.zero, LIGHT.positive, 2 / 3)
    assert [_rgb(word) for word in (made[0, 0], made[0, 1], made[1, 0])] == [rgb(ground)] * 3
    assert np.abs(np.subtract(_rgb(made[1, 1]), rgb(mix(ground, LIGHT.text, 0.85)))).max() <= 1


def _rgb(word: Any) -> tuple[int, int, int]:
    return int(word) >> 16 & 255, int(word) >> 8 & 255, int(word) & 255
