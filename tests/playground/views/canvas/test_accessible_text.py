"""What a screen reader is told of the cards."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.nn import Flatten
from tests.playground.views.canvas.bench import (
    bench,
    mnist,
)


def test_cards_have_names_for_screen_readers(qtbot: QtBot) -> None:
    at = bench(qtbot)
    assert [card.accessibleName() for card in at.canvas.cards] == [
        "Features: x₁ x₂",
        "Layer 1 of 4: Dense, 6 units, tanh",
        "Layer 2 of 4: Dense, 5 units, ReLU",
        "Layer 3 of 4: Dropout, 20 %",
        "Layer 4 of 4: Output, 1 unit, sigmoid",
    ]
    assert "18 parameters" in at.card(0).toolTip()  # 2 inputs times 6 units and 6 biases
    assert at.card(3).summary == "1 · sigmoid"


def test_an_image_is_described_by_its_size(qtbot: QtBot) -> None:
    at = bench(qtbot, mnist(Flatten()))
    assert (at.card(-1).title, at.card(-1).summary) == ("Input", "28 × 28 × 1")
    assert at.card(1).summary == "10 · softmax"
