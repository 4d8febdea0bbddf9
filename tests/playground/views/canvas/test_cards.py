"""The buttons and problem boxes of a card."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets.text_datasets import Names
from core.data.datasets.toy_sequences import Repeat
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.nn import (
    BatchNormalization,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    LayerNormalization,
    MultiHeadAttention,
    Residual,
)
from core.nn.attention import heads_in
from playground.views.canvas.cards import LayerCard
from playground.views.canvas.column_layout import gap_center
from tests.playground.fakes import fake_snapshot, points_experiment
from tests.playground.views.canvas.bench import (
    LEFT,
    STACK,
    bench,
    drag,
    kinds,
    mnist,
    palette_card,
)


def test_minus_and_plus_change_the_units_in_one_undo_step(qtbot: QtBot) -> None:
    at = bench(qtbot)
    card = at.card(0)
    for _ in range(3):
        QTest.mouseClick(card.plus, LEFT)
    assert at.layers[0] == Dense(9, "tanh")
    QTest.mouseClick(card.minus, LEFT)
    assert at.layers[0] == Dense(8, "tanh")
    assert card.summary == "8 · tanh"
    at.document.undo_stack.undo()
    assert at.layers == STACK


@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a block"])
def test_minus_and_plus_go_to_heads_that_divide_the_channels(inside: bool, qtbot: QtBot) -> None:
    attention = MultiHeadAttention(2)
    layer = Residual((LayerNormalization(), attention)) if inside else attention
    made = Experiment(dataset=Repeat(samples=300, half=4), layers=(Embedding(12, 12), layer))
    at = bench(qtbot, made.with_training(loss="cross_entropy"))
    card, counts = at.card(1), []
    assert card.title == "Attention"
    for button in (*[card.plus] * 4, *[card.minus] * 5):
        QTest.mouseClick(button, LEFT)
        counts.append(heads_in(at.layers[1]))
    assert counts == [3, 4, 6, 12, 6, 4, 3, 2, 1]
    assert not card.minus.isEnabled()
    at.document.undo_stack.undo()
    assert at.layers[1] == layer


def test_the_output_says_that_the_threshold_moved(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment(layers=(Dense(2),)).with_training(loss="binary_cross_entropy"))
    card = at.canvas.cards[-1]
    assert card.summary == "1 · sigmoid"
    at.document.change("Move the threshold", at.document.experiment.replace(threshold=0.3))
    assert card.summary == "1 · sigmoid · from 30 %"
    assert card.accessibleName().endswith("sigmoid, from 30 %")
    assert "the second class from 30 % on" in card.toolTip()
    at.document.undo_stack.undo()
    assert card.summary == "1 · sigmoid"


def test_one_unit_is_the_least(qtbot: QtBot) -> None:
    at = bench(qtbot, Experiment(layers=(Dense(2),)))
    QTest.mouseClick(at.card(0).minus, LEFT)
    assert not at.card(0).minus.isEnabled()
    QTest.keyClick(at.card(0), Qt.Key.Key_Minus)
    assert at.layers == (Dense(1),)


def test_only_layers_with_units_have_the_buttons(qtbot: QtBot) -> None:
    at = bench(qtbot)
    assert [card.plus.isVisible() for card in at.canvas.cards] == [False, True, True, False, False]
    assert all(card.more.isVisible() for card in at.canvas.cards)


def test_problem_boxes_do_not_cover_each_other(qtbot: QtBot) -> None:
    experiment = mnist(Flatten(), Dense(8)).with_training(loss="binary_cross_entropy")
    at = bench(qtbot, experiment.replace(output=experiment.output.replace(activation="tanh")), width=600)
    first, second = at.canvas.scene.problem_popups
    assert not first.geometry().intersects(second.geometry())
    assert at.canvas.scene.rect().contains(second.geometry())


def test_a_snapshot_repaints_no_card(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = points_experiment(3, 2)
    at = bench(qtbot, experiment)
    at.canvas.show_data(prepare(experiment))
    QApplication.processEvents()
    painted: list[LayerCard] = []
    monkeypatch.setattr(LayerCard, "paintEvent", lambda card, event: painted.append(card))
    at.canvas.show_snapshot(fake_snapshot(experiment))
    QApplication.processEvents()
    assert painted == []


def test_titles_have_one_size_on_wide_and_narrow_cards(qtbot: QtBot) -> None:
    stack = Experiment(layers=(Dense(4), BatchNormalization(), Dropout(0.2), Dense(4)))
    for width, is_small in ((1400, False), (640, True)):
        at = bench(qtbot, stack, width=width)
        cards = at.canvas.cards
        fitting = [card.fitting_title_px for card in cards]
        assert {card.title_px for card in cards} == {min(fitting)}
        assert (min(fitting) < max(fitting)) == is_small


ROWS = Experiment(dataset=Names(), layers=(Embedding(27, 8), Dense(8), Dropout(0.1)))


@pytest.mark.parametrize("keys", [("Right", "Left"), ("Up", "Down")])
def test_the_next_layer_is_one_to_the_right_or_up(keys: tuple[str, str], qtbot: QtBot) -> None:
    at = bench(qtbot, ROWS)
    at.canvas.cards[1].setFocus(Qt.FocusReason.TabFocusReason)
    further, back = (Qt.Key[f"Key_{key}"] for key in keys)
    QTest.keyClick(at.canvas.cards[1], further)
    assert at.document.selected == 1
    QTest.keyClick(at.canvas.cards[2], further, Qt.KeyboardModifier.AltModifier)
    assert kinds(at) == ["embedding", "dropout", "dense"]
    QTest.keyClick(at.canvas.cards[3], back)
    assert at.document.selected == 1
    at.document.undo_stack.undo()
    assert kinds(at) == ["embedding", "dense", "dropout"]


def test_a_layer_lands_between_two_rows(qtbot: QtBot) -> None:
    at = bench(qtbot, ROWS)
    rows = at.canvas.scene.columns
    place = at.canvas.scene.mapToGlobal(QPoint(300, round(gap_center(rows, 2))))
    drag(palette_card(at, Dropout), place)
    assert kinds(at) == ["embedding", "dense", "dropout", "dropout"]
    assert at.document.selected == 2
    # Cards have no buttons where their rows are low.
    assert all(card.more.isVisible() for card in at.canvas.cards[1:])
    at.canvas.resize(at.canvas.width(), 220)
    assert not any(card.more.isVisible() for card in at.canvas.cards)
