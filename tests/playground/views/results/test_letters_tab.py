"""Letters stand on a plane, are named under the pointer and by the arrow keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Names
from core.experiment.experiment import Experiment
from core.nn import Dense, Embedding
from playground.views.results.letters_tab import LettersTab
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press

PATIENCE_MS = 60_000


def test_letters_are_seen_and_named(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    made = Experiment(dataset=Names(samples=300), layers=(Embedding(27, 8), Dense(8, "tanh")))
    window = make(made.with_training(loss="cross_entropy"))
    results = window.panels.results
    tab = results.tab(LettersTab)
    index = results.pages.indexOf(tab.page)
    assert results.tabs.tabText(index) == "Map"
    assert "token_map" not in window.session.inspection.state.parts
    click(results.tabs, results.tabs.tabRect(index).center())
    plane = tab.page
    qtbot.waitUntil(lambda: plane.picture is not None, timeout=PATIENCE_MS)
    assert plane.text().endswith(" % of the variance")
    spots = plane.spots()
    assert (spots >= 0).all()
    assert (spots <= (plane.width(), plane.height())).all()
    a = spots[1]
    QTest.mouseMove(plane, QPoint(1, 1))
    QTest.mouseMove(plane, QPoint(*np.rint(a).astype(int).tolist()))
    qtbot.waitUntil(lambda: " is most like " in plane.readout.text, timeout=PATIENCE_MS)
    plane.setFocus()
    QTest.mouseMove(plane, QPoint(1, 1))
    press(window, Qt.Key.Key_Right)
    said = plane.accessibleDescription()
    press(window, Qt.Key.Key_Right)
    assert plane.accessibleDescription() != said
    assert plane.accessibleDescription() == plane.point_text(plane._pointed)
    window.grab()
    # Rows have no letters: another tab takes its place.
    window.document.change("Other data", Experiment())
    qtbot.waitUntil(lambda: not results.tabs.isTabVisible(index), timeout=PATIENCE_MS)
    assert results.tabs.currentIndex() != index


def test_the_pointed_letter_stays_readable(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    made = Experiment(dataset=Names(samples=300), layers=(Embedding(27, 8), Dense(8, "tanh")))
    window = make(made.with_training(loss="cross_entropy"))
    results = window.panels.results
    plane = results.tab(LettersTab).page
    results.show_page(plane)
    qtbot.waitUntil(lambda: plane.picture is not None, timeout=PATIENCE_MS)
    x, y = np.rint(plane.spots()[1]).astype(int).tolist()
    plane._point(1)

    def inks() -> int:
        image = plane.grab().toImage()
        ground = image.pixelColor(2, plane.height() // 2)
        return sum(image.pixelColor(x + i, y + j) != ground for i in range(-4, 5) for j in range(-5, 6))

    assert inks() > 8
