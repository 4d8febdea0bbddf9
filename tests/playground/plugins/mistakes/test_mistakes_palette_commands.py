"""What the palette offers, it does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from playground.window.main_window import MainWindow
from tests.playground.views.dialogs.command_palette.opened_palette import (
    open_palette,
)

MEANT = {
    "landscape": "Probes: Loss landscape…",
    "error surface": "Probes: Loss landscape…",
    "mute": "Mute, clamp or freeze a neuron…",
    "L2": "Regularization…",
    "weight decay": "Regularization…",
    "hidden layer": "Add Dense",
    "csv": "Import data…",
    "learn": "Play",
    "night": "Light or dark",
    "dark": "Light or dark",
    "video": "Film of this training…",
    "random weights": "Reset with new seed",
    "mse": "Use loss Mean squared error",
    "confusion matrix": "Confusion tab",
    "weights": "Weights tab",
    "mistakes": "Mistakes",
}
"""What is found by what one types who does not know its name."""


def test_what_is_meant_comes_first(window: MainWindow) -> None:
    palette = open_palette(window)
    found = {}
    for words in MEANT:
        palette.field.clear()
        QTest.keyClicks(palette.field, words)
        assert palette.current is not None, words
        found[words] = palette.current.text
    assert found == MEANT
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
