"""What a card says of its layer fits the card."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetricsF

from core.nn import (
    LAYERS,
    Activation,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
    Residual,
)
from playground.views.canvas.card_text import layer_summary, layer_words, short_title
from playground.views.canvas.elided_text import fitted_text
from playground.views.theme.theme import font

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
