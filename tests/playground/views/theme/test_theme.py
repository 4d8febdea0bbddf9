"""The theme: contrast, color maps, a complete stylesheet, icon colors."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFontInfo, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from playground.views.theme.colors import DARK, LIGHT, Theme
from playground.views.theme.theme import ThemeSource, apply, font, font_families
from tests.sources import SOURCES

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
    with pytest.raises(ValueError, match=r"must be one of system, light, dark, .*, got 'blue'"):
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


class _StyleChanges(QObject):
    """Counts the style changes that Qt sends to each widget."""

    def __init__(self, widgets: list[QWidget]) -> None:
        super().__init__()
        self.counts = dict.fromkeys(widgets, 0)
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.StyleChange and isinstance(watched, QWidget):
            self.counts[watched] += 1
        return False


def test_a_new_theme_polishes_every_widget_once_however_deep(qtbot: QtBot, qapp: QApplication) -> None:
    apply(qapp, LIGHT)
    window = QWidget()
    qtbot.addWidget(window)
    parents = [window]
    for _ in range(5):
        parents.append(QWidget(parents[-1]))
    shown, hidden, never = (
        QLabel("shown", parents[-1]),
        QLabel("hidden", parents[-1]),
        QLabel("later", window),
    )
    shown.setProperty("role", "danger")
    never.hide()
    window.show()
    hidden.hide()
    changes = _StyleChanges([*parents, shown, hidden])
    apply(qapp, DARK)
    assert changes.counts.pop(hidden) == 0
    assert set(changes.counts.values()) == {1}
    never.show()
    changes.counts[hidden] = 0
    for _ in range(2):
        hidden.show()
        hidden.hide()
    assert changes.counts[hidden] == 1
    colors = [label.palette().windowText().color().name() for label in (shown, hidden, never)]
    assert colors == [DARK.danger, DARK.text, DARK.text]


def test_high_contrast_stays_when_light_and_dark_are_switched(qapp: QApplication) -> None:
    source = ThemeSource(qapp, "light_contrast")
    assert source.theme.is_contrast
    assert "dashed" in qapp.styleSheet()
    source.toggle()
    assert (source.mode, source.theme.is_dark, source.theme.is_contrast) == ("dark_contrast", True, True)
    source.mode = "dark"
    assert not source.theme.is_contrast
    qapp.setStyleSheet("")


def test_what_follows_the_theme_is_let_go_of_with_its_widget() -> None:
    """A signal keeps a function, and calls it after the widget that it shows is gone; a method ends with the widget."""
    wrong = [
        f"{module}:{number}"
        for module, text in SOURCES.items()
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(r"theme_changed\.connect\((?:lambda|partial)", line)
    ]
    assert wrong == []
