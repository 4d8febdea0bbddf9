"""`explain` on models of a program: tables, images, tokens; what inputs add up to is the difference of predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core import (
    Conv2D,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    NetworkRegressor,
    Sequence,
    explain,
)

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(60, 3))
KINDS = (ROWS[:, 0] > 0).astype(int)


def trained(layers: list[Any], X: np.ndarray, y: np.ndarray, **settings: Any) -> Sequence:
    return Sequence(layers, feedback_steps=0, epochs=20, learning_rate=0.03, **settings).train(X, y)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_columns_add_up_to_the_prediction_and_the_one_that_matters_adds_most(dtype: str) -> None:
    model = trained([Dense(8, "tanh"), Dense(2, "softmax")], ROWS, KINDS, dtype=dtype)
    found = explain(model, ROWS)
    assert found.values.shape == (60, 3)
    np.testing.assert_array_equal(found.labels, model.predict_classes(ROWS))
    np.testing.assert_allclose(found.after, model.predict(ROWS).max(axis=1), atol=1e-5)
    np.testing.assert_allclose(found.before, model.predict(np.zeros((1, 3)))[0][found.labels], atol=1e-5)
    assert np.abs(found.remainder).max() < 0.01
    assert np.abs(found.values).mean(axis=0).argmax() == 0
    other = explain(model, ROWS[:2], 1, baseline=ROWS[5])
    np.testing.assert_allclose(other.before, model.predict(ROWS[5:6])[0, 1], atol=1e-5)


def test_a_line_is_explained_by_its_weights() -> None:
    model = trained([Dense(2)], ROWS, ROWS @ [[1.0, 0], [2, 0], [-1, 3]], loss="mse")
    kernel = model.get_weights()[0]
    np.testing.assert_allclose(explain(model, ROWS, 1).values, ROWS * kernel[:, 1], atol=1e-5)
    estimator = NetworkRegressor((4,), epochs=5).fit(ROWS, ROWS[:, 0])
    assert explain(estimator, ROWS).values.shape == (60, 3)


def test_images_have_a_value_for_every_pixel() -> None:
    images = RNG.random((40, 6, 6, 1))
    y = (images[:, :3].sum(axis=(1, 2, 3)) > 9).astype(int)
    model = trained(
        [Conv2D(2, 3, activation="relu"), Flatten(), Dense(1, "sigmoid")],
        images,
        y,
        loss="binary_crossentropy",
    )
    found = explain(model, images[:5])
    assert found.values.shape == (5, 6, 6, 1)
    assert np.abs(found.remainder).max() < 0.02


def test_tokens_have_a_value_for_every_place() -> None:
    tokens = RNG.integers(0, 10, size=(80, 6))
    y = (tokens == 7).any(axis=1).astype(int)
    model = trained(
        [Embedding(10, 8), GlobalAveragePooling1D(), Dense(8, "relu"), Dense(2, "softmax")], tokens, y
    )
    text = np.array([[1, 2, 7, 3, 4, 5]])
    found = explain(model, text, 1)
    assert found.values.shape == (1, 6)
    assert found.values[0].argmax() == 2
    np.testing.assert_allclose(found.after, model.predict(text)[:, 1], atol=1e-5)
    with pytest.raises(ValueError, match="whole numbers from 0 to 9"):
        explain(model, text + 9)
    with pytest.raises(ValueError, match="baseline must be None for tokens"):
        explain(model, text, baseline=text[0])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"model": 3}, "model must be a Sequence or an estimator that has learned, got 3"),
        ({"X": np.zeros((2, 4))}, r"inputs must be \(samples, 3\)"),
        ({"X": np.full((2, 3), np.nan)}, "finite numbers only"),
        ({"label": 2}, "label must be a number from 0 to 1, got 2"),
        ({"label": True}, "label must be a number from 0 to 1, got True"),
        ({"baseline": np.zeros(4)}, r"baseline must be finite numbers \(3\)"),
    ],
)
def test_what_does_not_fit_is_a_sentence(given: dict[str, Any], sentence: str) -> None:
    model = Sequence([Dense(2, "softmax")], feedback_steps=0).build(3)
    with pytest.raises(ValueError, match=sentence):
        explain(**{"model": model, "X": ROWS} | given)
