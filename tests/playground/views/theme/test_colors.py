"""Colours that can be read, and maps with exact ends."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from playground.views.theme.colors import (
    CLASS_COLORS,
    DARK,
    DARK_CONTRAST,
    LIGHT,
    LIGHT_CONTRAST,
    Theme,
    class_color,
    class_maps,
    class_shades,
    contrast,
    diverging_lut,
    family_color,
    mix,
    rgb,
)

ALL = (LIGHT, DARK, LIGHT_CONTRAST, DARK_CONTRAST)
BOTH = pytest.mark.parametrize("theme", ALL, ids=lambda theme: theme.name)
STRONG = pytest.mark.parametrize("theme", [LIGHT_CONTRAST, DARK_CONTRAST], ids=lambda theme: theme.name)


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@BOTH
@pytest.mark.parametrize("ground", ["window", "surface", "surface_raised", "field", "canvas", "accent_soft"])
def test_text_can_be_read_on_every_ground(theme: Theme, ground: str) -> None:
    behind = getattr(theme, ground)
    assert contrast(theme.text, behind) >= 4.5
    assert contrast(theme.text_muted, behind) >= 3
    assert contrast(theme.danger, behind) >= 3
    assert contrast(theme.accent, behind) >= 3


@BOTH
def test_text_can_be_read_on_the_accent_and_the_tooltip(theme: Theme) -> None:
    for ground in (theme.accent, theme.accent_hover, theme.accent_pressed):
        assert contrast(theme.accent_text, ground) >= 4.5
    assert contrast(theme.tooltip_text, theme.tooltip) >= 4.5
    assert contrast(theme.train, theme.surface) >= 3
    assert contrast(theme.test, theme.surface) >= 3


@STRONG
@pytest.mark.parametrize("ground", ["window", "surface", "surface_raised", "field", "field_hover", "canvas"])
def test_high_contrast_is_that_of_wcags_highest_level(theme: Theme, ground: str) -> None:
    behind = getattr(theme, ground)
    for ink in (theme.text, theme.text_muted, theme.danger, theme.accent):
        assert contrast(ink, behind) >= (7 if ground != "field_hover" else 4.5)
    assert contrast(theme.text_faint, behind) >= 4.5
    assert contrast(theme.border, behind) >= 4.5, "edges of controls"


@BOTH
def test_every_colour_is_written_in_six_digits(theme: Theme) -> None:
    for key, value in dataclasses.asdict(theme).items():
        assert key == "name" or re.fullmatch("#[0-9a-f]{6}", value), key


@BOTH
def test_diverging_map_has_exact_ends_and_middle(theme: Theme) -> None:
    lut = diverging_lut(theme)
    assert lut.shape == (256, 4)
    assert lut.dtype == np.uint8
    assert tuple(lut[0]) == (0xF5, 0x93, 0x22, 255)
    assert tuple(lut[255]) == (0x08, 0x77, 0xBD, 255)
    assert tuple(lut[127]) == tuple(lut[128]) == (*rgb(theme.zero), 255)
    assert (np.diff(lut[128:, 0].astype(int)) <= 0).all() or theme.is_dark


def test_class_maps_run_from_zero_to_the_class_colour() -> None:
    assert len(set(CLASS_COLORS)) == 10
    assert CLASS_COLORS[:2] == (LIGHT.negative, LIGHT.positive)
    assert [class_color(number) for number in (1, 11)] == [LIGHT.positive] * 2
    colors = [(*rgb(color), 255) for color in CLASS_COLORS]
    assert colors[4] == (0x56, 0xB8, 0xED, 255)
    shades = class_shades(DARK)
    assert shades.shape == (10, 256, 4)
    assert tuple(shades[3, 0]) == (*rgb(DARK.zero), 255)
    np.testing.assert_array_equal(shades[:, 255], colors)
    maps = class_maps(DARK)
    assert maps.shape == (10, 256, 4)
    assert (maps[:, :128] == (*rgb(DARK.zero), 255)).all()
    np.testing.assert_array_equal(maps[:, 255], colors)


def test_colour_helpers() -> None:
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert family_color("Convolution") == "#ea580c"
    assert family_color("something new") == family_color("shape")
    with pytest.raises(ValueError, match="must look like #rrggbb, got 'red'"):
        rgb("red")
