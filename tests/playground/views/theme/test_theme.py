"""The theme: contrast, color maps, a complete stylesheet, icon colors."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontInfo, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.views.theme.theme import (
    DARK,
    LIGHT,
    Theme,
    ThemeSource,
    apply,
    font,
    font_families,
)

BOTH = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


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
