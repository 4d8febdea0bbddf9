"""A layer is dropped where the bar stands."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.nn import Dense, Flatten
from playground.views.canvas.column_layout import gap_center
from tests.playground.views.canvas.bench import (
    STACK,
    bench,
    drag,
    kinds,
    palette_card,
    pictures,
    press_and_move,
    release,
)


@pytest.mark.parametrize("gap", [0, 1, 2, 3])
def test_a_layer_from_the_palette_lands_where_the_bar_stands(qtbot: QtBot, gap: int) -> None:
    at = bench(qtbot)
    card = palette_card(at, Flatten)
    press_and_move(card, at.in_gap(gap))
    assert at.canvas.zone.bar.isVisible()
    assert abs(at.canvas.zone.bar.geometry().center().x() - gap_center(at.canvas.scene.columns, gap)) <= 1
    assert len(pictures(at)) == 1
    release(card, at.in_gap(gap))
    assert [index for index, kind in enumerate(kinds(at)) if kind == "flatten"] == [gap]
    assert len(at.layers) == 4
    assert at.document.selected == gap
    assert not at.canvas.zone.bar.isVisible()
    assert pictures(at) == []


def test_a_dense_from_the_palette_bends(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment())
    assert at.canvas.scene.hint.isVisible()
    drag(palette_card(at, Dense), at.in_gap(0))
    assert at.layers == (Dense(units=4, activation="tanh"),)
    assert not at.canvas.scene.hint.isVisible()


def test_a_drop_beside_the_canvas_does_nothing(qtbot: QtBot) -> None:
    at = bench(qtbot)
    card = palette_card(at, Flatten)
    drag(card, card.mapToGlobal(QPoint(60, 20)))
    assert at.layers == STACK
    assert not at.canvas.zone.bar.isVisible()


def test_no_bar_where_the_card_would_stay(qtbot: QtBot) -> None:
    at = bench(qtbot)
    press_and_move(at.card(1), at.in_gap(2))
    assert not at.canvas.zone.bar.isVisible()
    release(at.card(1), at.in_gap(2))
    assert at.document.undo_stack.count() == 0


def test_the_canvas_scrolls_under_a_drag_near_its_edge(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment(layers=(Dense(4),) * 12), width=500)
    scroll = at.canvas.horizontalScrollBar()
    assert scroll.maximum() > 0
    card = at.palette.cards[0]
    press_and_move(card, at.canvas.mapToGlobal(QPoint(490, 200)))
    qtbot.waitUntil(lambda: scroll.value() == scroll.maximum())
    release(card, at.canvas.mapToGlobal(QPoint(490, 200)))
    assert at.document.selected == 12


def test_a_drop_lands_right_in_a_zoomed_canvas(qtbot: QtBot) -> None:
    at = bench(qtbot)
    at.canvas.set_zoom(1.5)
    at.canvas.horizontalScrollBar().setValue(0)
    drag(palette_card(at, Flatten), at.in_gap(1))
    assert kinds(at) == ["dense", "flatten", "dense", "dropout"]
