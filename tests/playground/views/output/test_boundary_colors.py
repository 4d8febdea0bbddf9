"""Answers become colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from playground.views.output.boundary_colors import (
    shade_classes,
    shade_signed,
    signed_index,
)
from playground.views.theme.theme import (
    CLASS_COLORS,
    DARK,
    LIGHT,
    class_shades,
    diverging_lut,
    rgb,
)


def test_values_map_to_the_ends_and_the_middle_of_the_table() -> None:
    values = np.array([-5, -1, 0, 1, 5, np.nan], np.float32)
    assert signed_index(values).tolist() == [0, 0, 128, 255, 255, 127]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_zero_is_neutral_and_discretize_leaves_two_colors(theme: Any) -> None:
    lut = diverging_lut(theme)
    values = np.array([[-0.01, 0.0, 0.01, 1.0]], np.float32)
    assert tuple(shade_signed(values, lut)[0, 1, :3]) == rgb(theme.zero)
    hard = shade_signed(values, lut, discretize=True)[0, :, :3]
    assert [tuple(color) for color in hard] == [rgb(theme.negative)] * 2 + [rgb(theme.positive)] * 2


def test_class_shades_show_the_winner_and_pale_to_neutral_at_chance() -> None:
    shades = class_shades(LIGHT)
    probabilities = np.array([[[0, 0, 1], [1 / 3, 1 / 3, 1 / 3], [0.2, 0.6, 0.2]]], np.float32)
    soft, hard = shade_classes(probabilities, shades), shade_classes(probabilities, shades, discretize=True)
    assert tuple(soft[0, 0, :3]) == rgb(CLASS_COLORS[2])
    assert np.abs(soft[0, 1, :3].astype(int) - rgb(LIGHT.zero)).max() <= 1
    assert tuple(hard[0, 2, :3]) == rgb(CLASS_COLORS[1])
    between = soft[0, 2, 0]
    assert min(rgb(CLASS_COLORS[1])[0], rgb(LIGHT.zero)[0]) < between < rgb(LIGHT.zero)[0]


def test_more_than_ten_classes_reuse_colors() -> None:
    probabilities = np.zeros((1, 1, 12), np.float32)
    probabilities[0, 0, 11] = 1
    assert tuple(shade_classes(probabilities, class_shades(LIGHT))[0, 0, :3]) == rgb(CLASS_COLORS[1])
