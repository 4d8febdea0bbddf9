"""What a card says of its layer fits the card."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from core.data.datasets.text_datasets import Names
from core.experiment.experiment import Experiment
from core.nn import (
    LAYERS,
    Activation,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
    Residual,
)
from playground.views.canvas.card_text import card_titles, layer_summary, layer_words, short_title
from playground.views.theme.theme import font
from playground.views.widgets.painted import fitted_text
from tests.playground.views.canvas.bench import (
    bench,
    mnist,
)

BLOCK = Residual(layers=(LayerNormalization(), MultiHeadAttention(4)))


@pytest.mark.parametrize(
    ("layer", "summary", "words"),
    [
        (Dense(6, "tanh"), "6 · tanh", "Dense, 6 units, tanh"),
        (Dense(1, "relu"), "1 · ReLU", "Dense, 1 unit, ReLU"),
        (Dropout(0.25), "25 %", "Dropout, 25 %"),
        (Activation("sigmoid"), "sigmoid", "Activation, sigmoid"),
        (Flatten(), "to vector", "Flatten, to vector"),
        (Residual(layers=(Dense(8), Flatten())), "Dense 8 · Flatten", "Residual, Dense 8 · Flatten"),
        (MultiHeadAttention(1), "1 head", "Attention, 1 head"),
        (BLOCK, "4 heads · residual", "Attention, 4 heads"),
        (
            Residual(layers=(LayerNormalization(), Dense(8), Dense(2))),
            "Dense 8 · Dense 2",
            "Residual, Dense 8 · Dense 2",
        ),
    ],
)
def test_a_layer_in_a_line(layer: Layer, summary: str, words: str) -> None:
    assert layer_summary(layer) == summary
    assert layer_words(layer) == words


def test_blocks_of_one_title_are_numbered_in_a_network_of_rows(qtbot: QtBot) -> None:
    plain = Residual((LayerNormalization(), Dense(8)))
    made = Experiment(dataset=Names(samples=300), layers=(Embedding(27, 8), BLOCK, plain, BLOCK, Dense(8)))
    titles = ["Embedding", "Attention 1", "Residual", "Attention 2", "Dense"]
    assert card_titles(made) == titles
    assert [card.title for card in bench(qtbot, made).canvas.cards] == ["Text", *titles, "Output"]
    assert card_titles(Experiment(layers=(Residual((Dense(6),)), Residual((Dense(6),))))) == ["Residual"] * 2


@pytest.mark.parametrize(("room", "shown"), [(200.0, "GlobalAvgPool"), (78.0, "GlobalAvg")])
def test_a_long_title_is_shortened_and_not_cut(room: float, shown: str) -> None:
    layer = LAYERS.get("global_average_pooling2d")()
    text, face = fitted_text((layer.title, short_title(layer)), font("normal", bold=True), room)
    assert text == shown
    assert QFontMetricsF(face).horizontalAdvance(text) <= room


def test_a_text_is_made_smaller_before_it_is_cut() -> None:
    small = font("small")
    text = "16 @ 3×3 · ReLU"
    width = QFontMetricsF(small).horizontalAdvance(text)
    assert fitted_text((text,), small, width + 1)[1].pixelSize() == small.pixelSize()
    less, face = fitted_text((text,), small, width - 2)
    assert less == text
    assert face.pixelSize() < small.pixelSize()
    assert fitted_text((text,), small, width / 2)[0].endswith("…")


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
