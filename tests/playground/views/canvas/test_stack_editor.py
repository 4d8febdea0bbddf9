"""Cards are moved, taken away and undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from core.experiment.stack_problems import shapes_of
from core.nn import Dense, Flatten, MultiHeadAttention, Sampling
from core.nn.stage import layer_at
from playground.model.document import Document
from playground.views.canvas.stack_editor import StackEditor
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


def test_escape_cancels_a_drag(qtbot: QtBot) -> None:
    at = bench(qtbot)
    card = palette_card(at, Flatten)
    spy = QSignalSpy(at.palette.drag_cancelled)
    press_and_move(card, at.in_gap(1))
    QTest.keyClick(at.window, Qt.Key.Key_Escape)
    assert spy.count() == 1
    assert not at.canvas.zone.bar.isVisible()
    assert pictures(at) == []
    release(card, at.in_gap(1))
    assert at.layers == STACK


def test_keys_do_nothing_while_a_layer_is_in_the_air(qtbot: QtBot) -> None:
    at = bench(qtbot)
    press_and_move(at.card(0), at.in_gap(3))
    QTest.keyClick(at.card(0), Qt.Key.Key_Delete)
    assert at.layers == STACK
    release(at.card(0), at.in_gap(3))
    assert kinds(at) == ["dense", "dropout", "dense"]


@pytest.mark.parametrize(
    ("source", "gap", "units"),
    [
        (0, 2, [5, 6, None]),
        (0, 3, [5, None, 6]),
        (1, 0, [5, 6, None]),
        (2, 1, [6, None, 5]),
        (1, 2, [6, 5, None]),
    ],
)
def test_a_card_moves_along_the_stack(qtbot: QtBot, source: int, gap: int, units: list[int | None]) -> None:
    at = bench(qtbot)
    drag(at.card(source), at.in_gap(gap))
    assert [getattr(layer, "units", None) for layer in at.layers] == units


def test_a_move_is_one_undo_step_and_selects(qtbot: QtBot) -> None:
    at = bench(qtbot)
    drag(at.card(0), at.in_gap(3))
    assert at.document.selected == 2
    assert at.document.undo_stack.count() == 1
    at.document.undo_stack.undo()
    assert at.layers == STACK


def test_a_card_dragged_off_the_canvas_is_removed(qtbot: QtBot) -> None:
    at = bench(qtbot)
    drag(at.card(1), at.palette.mapToGlobal(QPoint(300, 20)))
    assert kinds(at) == ["dense", "dropout"]
    assert len(at.canvas.cards) == 4


def test_the_picture_says_that_letting_go_removes(qtbot: QtBot) -> None:
    at = bench(qtbot)
    press_and_move(at.card(1), at.in_gap(0))
    (picture,) = pictures(at)
    over_canvas = picture.pixmap().toImage()
    off, back = at.palette.mapToGlobal(QPoint(300, 20)), at.in_gap(0)
    QTest.mouseMove(at.card(1), at.card(1).mapFromGlobal(off))
    assert picture.pixmap().toImage() != over_canvas
    QTest.mouseMove(at.card(1), at.card(1).mapFromGlobal(back))
    assert picture.pixmap().toImage() == over_canvas
    release(at.card(1), back)
    assert kinds(at) == ["dense", "dense", "dropout"]


def test_input_and_output_stay(qtbot: QtBot) -> None:
    at = bench(qtbot)
    for index in (-1, 3):
        drag(at.card(index), at.palette.mapToGlobal(QPoint(300, 20)))
        drag(at.card(index), at.in_gap(1))
        at.card(index).setFocus()
        QTest.keyClick(at.card(index), Qt.Key.Key_Delete)
    assert at.layers == STACK


def test_undo_under_a_drag_ends_it(qtbot: QtBot) -> None:
    at = bench(qtbot)
    press_and_move(at.card(2), at.in_gap(0))
    at.document.remove_layer(2)
    assert pictures(at) == []
    assert not at.canvas.zone.bar.isVisible()


def test_a_size_goes_to_the_next_number_with_which_the_stack_runs() -> None:
    document = Document(preset_named("Digits through two numbers"))
    editor = StackEditor(document)
    place = next(at for at, layer in enumerate(document.experiment.layers) if isinstance(layer, Sampling)) - 1
    found = []
    for step in (1, 1, -1, -1, -1, -1):
        editor.resize(place, step)
        layer = document.experiment.layers[place]
        assert isinstance(layer, Dense)
        found.append(layer.units)
        assert shapes_of(document.experiment)[1] is None
    # Sampling takes pairs, and 0 units are none.
    assert found == [6, 8, 6, 4, 2, 2]
    document.replace_layer(place, Dense(5), "Typed", "")
    editor.resize(place, 1)
    editor.resize(place, -1)
    assert shapes_of(document.experiment)[1] is None


def test_heads_go_to_the_next_number_that_divides_the_channels() -> None:
    document = Document(preset_named("names"))
    editor = StackEditor(document)
    experiment = document.experiment
    paths = [str(at) for at in range(len(experiment.layers))]
    paths += [f"{at}/{inner}" for at in paths for inner in range(6)]
    paths += [f"{at}/{inner}" for at in paths if "/" in at for inner in range(6)]
    path = next(at for at in paths if isinstance(layer_at(experiment.layers, at), MultiHeadAttention))
    for step in (1, 1, 1, -1, -1, -1, -1):
        editor.resize(path, step)
        assert shapes_of(document.experiment)[1] is None
    layer = layer_at(document.experiment.layers, path)
    assert isinstance(layer, MultiHeadAttention)
    # 4, 8, 16, 32, and back.
    assert layer.num_heads == 2
