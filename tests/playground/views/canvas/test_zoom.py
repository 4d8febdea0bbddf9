"""The stack fits the window, or is as large as it is wished."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.views.canvas.cards import CARD_HEIGHT_PX, HALO_PX
from playground.views.canvas.hit_items import Neuron
from tests.playground.driving import click
from tests.playground.views.canvas.bench import (
    Bench,
    bench,
)
from tests.playground.wheel import NOTCH, turn_wheel

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def turn_with_ctrl(at: Bench, on_screen: QPoint, notches: int) -> None:
    viewport = at.canvas.viewport()
    event = QWheelEvent(
        QPointF(viewport.mapFromGlobal(on_screen)),
        QPointF(on_screen),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        CTRL,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def test_the_stack_fits_the_window_by_itself(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment(layers=(Dense(4),) * 6), width=865)
    assert at.canvas.scene.zoom < 1.0
    assert at.canvas.horizontalScrollBar().maximum() == 0
    at.window.resize(1300, 640)
    assert at.canvas.scene.zoom == 1.0
    assert at.card(0).height() == CARD_HEIGHT_PX + 2 * HALO_PX


def test_the_ends_of_a_long_stack_are_a_click_away_where_they_are_outside(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment(layers=(Dense(4),) * 14), width=660)
    first, last = at.canvas.ends.values()
    cards = at.canvas.scene.input_card, at.canvas.scene.output_card

    def seen() -> list[bool]:
        return [not card.visibleRegion().isEmpty() for card in cards]

    for to, shown in ((None, [False, True]), (last, [True, False]), (first, [False, True])):
        if to is not None:
            assert at.canvas.viewport().rect().contains(to.geometry())
            click(to)
        qtbot.waitUntil(lambda shown=shown: [first.isVisible(), last.isVisible()] == shown)  # type: ignore[misc]
        assert seen() == [not each for each in shown]
    at.canvas.scene.show_experiment(Experiment(layers=(Dense(4),) * 2))
    qtbot.waitUntil(lambda: not last.isVisible() and not first.isVisible())
    assert seen() == [True, True]


def test_zoom_makes_cards_and_neurons_larger_and_scrolls(qtbot: QtBot) -> None:
    at = bench(qtbot)
    field, before = at.canvas.scene.field, at.card(0).size()
    tile = field.tile(0, 0)
    at.canvas.set_zoom(2.0)
    assert at.card(0).width() == pytest.approx(2 * before.width(), abs=1)
    assert field.tile(0, 0).width() == 2 * tile.width()
    assert field.hit(field.tile(0, 0).center()) == Neuron(0, 0)
    assert at.canvas.horizontalScrollBar().maximum() > 400
    assert at.canvas.verticalScrollBar().maximum() > 200
    at.canvas.zoom_fit()
    assert at.card(0).size() == before
    assert at.canvas.horizontalScrollBar().maximum() == at.canvas.verticalScrollBar().maximum() == 0


def test_the_wheel_with_ctrl_zooms_about_the_pointer(qtbot: QtBot) -> None:
    at = bench(qtbot)
    field = at.canvas.scene.field
    place = field.tile(0, 2).center().toPoint()
    on_screen = field.mapToGlobal(place)
    for _ in range(5):
        turn_with_ctrl(at, on_screen, 1)
    assert at.canvas.scene.zoom == pytest.approx(1.1**5)
    assert field.hit(QPointF(field.mapFromGlobal(on_screen))) == Neuron(0, 2)
    turn_with_ctrl(at, on_screen, -40)
    assert at.canvas.scene.zoom == 0.5
    turn_with_ctrl(at, on_screen, 80)
    assert at.canvas.scene.zoom == 2.0


def test_zoom_goes_by_round_steps(qtbot: QtBot) -> None:
    at = bench(qtbot)
    seen = []
    for _ in range(6):
        at.canvas.zoom_in()
        seen.append(at.canvas.scene.zoom)
    assert seen == [1.1, 1.25, 1.5, 1.75, 2.0, 2.0]
    at.canvas.zoom_fit()
    for _ in range(5):
        at.canvas.zoom_out()
    assert at.canvas.scene.zoom == 0.5
    assert at.canvas.horizontalScrollBar().maximum() == 0


def test_the_middle_button_pans(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.canvas.set_zoom(2.0)
    across, down = at.canvas.horizontalScrollBar(), at.canvas.verticalScrollBar()
    before = across.value(), down.value()
    field = at.canvas.scene.field
    start = field.mapFromGlobal(at.canvas.mapToGlobal(QPoint(400, 300)))
    QTest.mousePress(field, Qt.MouseButton.MiddleButton, pos=start)
    QTest.mouseMove(field, start + QPoint(40, 25))
    QTest.mouseRelease(field, Qt.MouseButton.MiddleButton, pos=start)
    assert (across.value(), down.value()) == (before[0] - 40, before[1] - 25)


def test_the_wheel_moves_along_a_long_stack(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment(layers=(Dense(4),) * 20))
    scroll = at.canvas.horizontalScrollBar()
    assert scroll.maximum() > 0
    turn_wheel(at.canvas, QPoint(300, 300), -NOTCH)
    assert scroll.value() > 0
