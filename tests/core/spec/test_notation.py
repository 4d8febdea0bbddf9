"""The short notation of layers round-trips."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.nn import LAYERS, Conv2D, Dense, Dropout, LeakyReLU, MaxPooling2D, Reshape, Residual, Tanh
from core.spec import SettingError, Spec, specs_to_text
from tests.core.kinds import specs

pytestmark = pytest.mark.environment

CASES = [
    ((Dense(8, "relu"), Dense(8)), "dense 8 relu, dense 8"),
    ((Dense(), Dropout(0.5)), "dense, dropout 0.5"),
    (
        (Conv2D(16, 5, padding="same", use_bias=False), MaxPooling2D(3)),
        "conv2d 16 5x5 same false, max_pooling2d 3x3",
    ),
    ((Conv2D(strides=2),), "conv2d strides=2x2"),
    ((Dense(kernel_initializer="he_normal"),), "dense he_normal"),
    ((Reshape((7, 7, 16)),), "reshape 7x7x16"),
    ((Residual((Dense(3),)),), None),
    ((Dense(4, LeakyReLU(0.3)),), None),
    ((), ""),
]


@pytest.mark.parametrize(("layers", "text"), CASES)
def test_there_and_back(layers: tuple[Spec, ...], text: str | None) -> None:
    written = specs_to_text(layers)
    assert LAYERS.parse(written) == layers
    if text is None:
        assert written.startswith("[{")
    else:
        assert written == text


@settings(max_examples=60)
@given(st.lists(st.sampled_from(list(LAYERS)).flatmap(specs), max_size=3).map(tuple))
def test_any_layers_come_back(layers: tuple[Spec, ...]) -> None:
    assert LAYERS.parse(specs_to_text(layers)) == layers


def test_a_residual_takes_the_notation() -> None:
    assert Residual("dense 4 tanh") == Residual((Dense(4, Tanh()),)) == Residual()
    assert Residual(" Dense 8  ReLU , batch_norm") == Residual((Dense(8, "relu"), "batch_norm"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("other", "There is no layer called 'other'"),
        ("dense many", "Dense has no setting for 'many'"),
        ("dense width=3", "Dense has no setting for 'width=3'"),
        ("dense units=0", "Dense: units must be at least 1, got 0"),
        ("[{]", "Residual: layers: "),
        ("dense 4, " * 11_200, "The text must have at most 100,000 characters, got 100,800"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        Residual(text)
    assert sentence in str(caught.value)
