"""Colours that mean something stay apart for people who see fewer of them.

Color blindness is simulated as in Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of
color vision deficiency", 2009: their matrices of full severity, on linear RGB.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest

from playground.views.theme.colors import (
    CLASS_COLORS,
    DARK,
    DARK_CONTRAST,
    FAMILY_COLORS,
    LIGHT,
    LIGHT_CONTRAST,
    rgb,
    run_colors,
)

LEAST = 16.0
"""CIELAB distance of two colors. Okabe and Ito's own eight have 16.05, sky blue beside green in tritanopia."""

MATRICES = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ_OF_RGB = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
D65 = np.array([0.95047, 1.0, 1.08883])

THEMES = (LIGHT, DARK, LIGHT_CONTRAST, DARK_CONTRAST)
PALETTES = {
    "classes": CLASS_COLORS,
    "layers": tuple(dict.fromkeys(FAMILY_COLORS.values())),
    **{f"runs, {theme.name}": run_colors(theme) for theme in THEMES},
    **{f"samples, {theme.name}": (theme.train, theme.test) for theme in THEMES},
    **{f"signs, {theme.name}": (theme.negative, theme.zero, theme.positive) for theme in THEMES},
    **{f"states, {theme.name}": (theme.danger, theme.warning, theme.success) for theme in THEMES},
}


def seen(color: str, matrix: Sequence[Sequence[float]]) -> np.ndarray:
    """The color in CIELAB as it is seen."""
    shares = np.array(rgb(color)) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    ratio = XYZ_OF_RGB @ np.clip(np.array(matrix) @ linear, 0, 1) / D65
    x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def nearest(colors: Sequence[str], matrix: Sequence[Sequence[float]]) -> tuple[float, str, str]:
    """(distance, color, color) of the two that are most alike."""
    return min(
        (float(np.linalg.norm(seen(a, matrix) - seen(b, matrix))), a, b) for a, b in combinations(colors, 2)
    )


def test_the_simulation_is_that_of_the_paper() -> None:
    white, red, green = seen("#ffffff", np.eye(3)), "#ff0000", "#00ff00"
    np.testing.assert_allclose(white, [100, 0, 0], atol=0.01)
    for matrix in MATRICES.values():
        np.testing.assert_allclose(np.sum(matrix, axis=1), 1, atol=1e-5)  # greys stay grey
    assert nearest([red, green], MATRICES["deuteranopia"])[0] < nearest([red, green], np.eye(3))[0] / 2
    # The pair of grey and green that many cannot tell apart.
    assert nearest(["#787878", "#009e73"], MATRICES["deuteranopia"])[0] < LEAST


@pytest.mark.parametrize("vision", MATRICES)
@pytest.mark.parametrize("palette", PALETTES)
def test_no_two_colors_of_a_palette_look_alike(palette: str, vision: str) -> None:
    distance, first, second = nearest(PALETTES[palette], MATRICES[vision])
    assert distance >= LEAST, f"{first} and {second}"
