"""The theme: contrast, color maps, a complete stylesheet, icon colors."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo, QGuiApplication, QIcon, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.views.theme import icons
from playground.views.theme.stylesheet import stylesheet
from playground.views.theme.theme import (
    CLASS_COLORS,
    DARK,
    LIGHT,
    Theme,
    ThemeSource,
    apply,
    class_lut,
    class_shades,
    contrast,
    diverging_lut,
    family_color,
    font,
    font_families,
    mix,
    rgb,
)

BOTH = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
WANTED_ICONS = {
    "play",
    "pause",
    "reset",
    "step",
    "step_epoch",
    "undo",
    "redo",
    "theme",
    "export",
    "open",
    "save",
    "new",
    "add",
    "remove",
    "more",
    "delete",
    "duplicate",
    "paint",
    "seed",
    "settings",
    "help",
    "close",
    "warning",
    "check",
    "chevron_down",
    "zoom_fit",
    "record",
    "move",
    "search",
    "download",
    "image",
    "info",
    "app",
}


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
    assert (np.diff(lut[128:, 0].astype(int)) <= 0).all() or theme is DARK


def test_class_maps_run_from_zero_to_the_class_colour() -> None:
    assert len(set(CLASS_COLORS)) == 10
    assert tuple(class_lut()[1]) == (0x56, 0xB4, 0xE9, 255)
    shades = class_shades(DARK)
    assert shades.shape == (10, 256, 4)
    assert tuple(shades[3, 0]) == (*rgb(DARK.zero), 255)
    np.testing.assert_array_equal(shades[:, 255], class_lut())


def test_colour_helpers() -> None:
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert family_color("Convolution") == "#ea580c"
    assert family_color("something new") == family_color("shape")
    with pytest.raises(ValueError, match="must look like #rrggbb, got 'red'"):
        rgb("red")


@BOTH
def test_stylesheet_has_no_gap_and_every_picture_exists(theme: Theme) -> None:
    text = stylesheet(theme)
    assert "$" not in text
    assert text.count("{") == text.count("}")
    pictures = re.findall(r"url\((.+?)\)", text)
    assert len(pictures) >= 6
    for picture in pictures:
        assert Path(picture).is_file()


@BOTH
def test_apply_puts_the_theme_on(theme: Theme, qapp: QApplication) -> None:
    apply(qapp, theme)
    assert qapp.palette().window().color().name() == theme.surface
    assert qapp.palette().accent().color().name() == theme.accent
    assert theme.accent in qapp.styleSheet()


def test_a_real_font_is_there(qapp: QApplication) -> None:
    families = font_families()
    assert families
    assert QFontInfo(font()).family() != ""
    assert [font(size).pixelSize() for size in ("small", "normal", "large")] == [11, 13, 18]  # type: ignore[arg-type]
    assert font("large", bold=True).bold()


def test_source_starts_light_and_toggles(qtbot: QtBot, qapp: QApplication) -> None:
    source = ThemeSource(mode="light")
    assert source.theme is LIGHT
    with qtbot.waitSignal(source.theme_changed) as caught:
        source.toggle()
    assert caught.args == [DARK]
    assert (source.theme, source.mode) == (DARK, "dark")
    source.toggle()
    assert source.theme is LIGHT
    with pytest.raises(ValueError, match="must be system, light or dark, got 'blue'"):
        source.mode = "blue"  # type: ignore[assignment]


def test_source_follows_the_system_only_in_system_mode(qapp: QApplication) -> None:
    source = ThemeSource(mode="system")
    seen: list[Theme] = []
    source.theme_changed.connect(seen.append)
    changed = QGuiApplication.styleHints().colorSchemeChanged
    changed.emit(Qt.ColorScheme.Dark)
    changed.emit(Qt.ColorScheme.Unknown)
    assert seen == [DARK]
    source.mode = "dark"
    changed.emit(Qt.ColorScheme.Light)
    assert source.theme is DARK


def test_source_puts_the_theme_on_the_application(qapp: QApplication) -> None:
    source = ThemeSource(qapp, mode="dark")
    assert qapp.palette().window().color().name() == DARK.surface
    source.mode = "light"
    assert qapp.palette().window().color().name() == LIGHT.surface


def test_every_wanted_icon_is_there() -> None:
    assert set(icons.icon_names()) >= WANTED_ICONS


@pytest.mark.parametrize("name", icons.icon_names())
def test_icon_draws_at_both_ratios_and_follows_the_colour(name: str, qapp: QApplication) -> None:
    for ratio in (1, 2):
        red = icons.icon_image(name, "#ff0000", 24, ratio)
        assert red.width() == 24 * ratio
        assert _alpha(red).max() > 200
        assert 8 < np.count_nonzero(_alpha(red)) < (24 * ratio) ** 2
        assert (red == icons.icon_image(name, "#0000ff", 24, ratio)) is (name == "app")


def test_icon_is_kept_and_dimmed_when_disabled(qapp: QApplication) -> None:
    play = icons.icon("play", LIGHT)
    assert icons.icon("play", LIGHT) is play
    assert icons.icon("play", DARK) is not play
    normal = play.pixmap(24).toImage()
    disabled = play.pixmap(24, QIcon.Mode.Disabled).toImage()
    assert _alpha(normal).max() == 255
    assert _alpha(disabled).max() == pytest.approx(0.4 * 255, abs=2)
    assert icons.app_icon().availableSizes()


def test_unknown_icon_is_named(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match=r"The icon must be one of .*, got 'nothing'"):
        icons.icon("nothing", LIGHT)


def _alpha(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return np.array(plain.constBits()).reshape(plain.height(), plain.bytesPerLine())[
        :, 3 : plain.width() * 4 : 4
    ]
