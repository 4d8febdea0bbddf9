"""Letters and samples stand on a plane, are named under the pointer and by the arrow keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Names
from core.data.datasets.toy_sequences import Brackets
from core.experiment.experiment import Experiment
from core.nn import Dense, Embedding, Flatten
from playground.training.state import TrainingState
from playground.views.results.map_tab import MapTab
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import click, press

PATIENCE_MS = 60_000


def test_letters_are_seen_and_named(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    made = Experiment(dataset=Names(samples=300), layers=(Embedding(27, 8), Dense(8, "tanh")))
    window = make(made.with_training(loss="cross_entropy"))
    results = window.panels.results
    tab = results.tab(MapTab)
    index = results.pages.indexOf(tab.page)
    assert results.tabs.tabText(index) == "Map"
    assert "token_map" not in window.session.inspection.state.parts
    results.show_page(tab.page)
    plane = tab.page.tokens
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
    # Rows have no letters, and samples instead.
    window.document.change("Other data", Experiment())
    qtbot.waitUntil(lambda: tab.page.samples.picture is not None, timeout=PATIENCE_MS)
    assert "token_map" not in window.session.inspection.state.parts
    assert not tab.page.switch.isVisible()


def test_where_a_text_has_a_class_a_switch_leads_from_samples_to_letters(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    data = Brackets(samples=300, asked="balanced")
    window = make(with_dataset(Experiment(layers=(Embedding(4, 4), Flatten(), Dense(4))), data))
    results = window.panels.results
    page = results.tab(MapTab).page
    results.show_page(page)
    assert window.session.request.parts["embedding"]
    click(page.switch.buttons["tokens"])
    assert "embedding" not in window.session.request.parts
    qtbot.waitUntil(lambda: page.tokens.picture is not None, timeout=PATIENCE_MS)


def test_samples_move_on_their_map_and_are_chosen_there(window: MainWindow, qtbot: QtBot) -> None:
    session, results = window.session, window.panels.results
    page = results.tab(MapTab).page
    assert "embedding" not in session.request.parts
    results.show_page(page)
    assert session.request.parts["embedding"]
    qtbot.waitUntil(lambda: page.samples.picture is not None, timeout=PATIENCE_MS)
    first = page.samples.picture
    session.step_epoch()
    qtbot.waitUntil(lambda: page.samples.picture is not first, timeout=PATIENCE_MS)
    # A picture within the epoch may come first, while the step still runs.
    qtbot.waitUntil(lambda: session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    click(page.samples, page.samples.place_of(5).toPoint())
    assert session.request.sample in page.samples.picture.rows  # type: ignore[union-attr]
    assert page.samples._marked == session.request.sample


def test_the_pointed_letter_stays_readable(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    made = Experiment(dataset=Names(samples=300), layers=(Embedding(27, 8), Dense(8, "tanh")))
    window = make(made.with_training(loss="cross_entropy"))
    results = window.panels.results
    page = results.tab(MapTab).page
    plane = page.tokens
    results.show_page(page)
    qtbot.waitUntil(lambda: plane.picture is not None, timeout=PATIENCE_MS)
    x, y = np.rint(plane.spots()[1]).astype(int).tolist()
    plane._point(1)

    def inks() -> int:
        image = plane.grab().toImage()
        ground = image.pixelColor(2, plane.height() // 2)
        return sum(image.pixelColor(x + i, y + j) != ground for i in range(-4, 5) for j in range(-5, 6))

    assert inks() > 8
