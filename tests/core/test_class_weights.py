"""Class weights: which they are, and that a weight of 2 is the same as having the samples twice."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from core import Dense, Sequence
from core.class_weights import class_weights
from core.coding import Coding
from core.losses import LOSSES
from core.optimizers import SGD


def test_weights_of_a_dict() -> None:
    answers = np.array([0, 1, 2])
    np.testing.assert_array_equal(class_weights({0: 2.0, 2: 0.0}, answers, 4), [2.0, 1.0, 0.0, 1.0])
    np.testing.assert_array_equal(class_weights({np.int64(1): 3}, answers, 3), [1.0, 3.0, 1.0])


def test_balanced_is_scikit_learns() -> None:
    answers = np.array([0] * 7 + [1] * 2 + [3] * 11)
    weights = class_weights("balanced", answers, 5)
    theirs = compute_class_weight("balanced", classes=np.array([0, 1, 3]), y=answers)
    np.testing.assert_allclose(weights[[0, 1, 3]], theirs)
    np.testing.assert_array_equal(weights[[2, 4]], 1.0)


@pytest.mark.parametrize(
    "given", [{5: 1.0}, {-1: 1.0}, {"a": 1.0}, {0: -1.0}, {0: float("nan")}, "equal", {True: 2.0}]
)
def test_what_is_no_weight(given: object) -> None:
    with pytest.raises(ValueError, match="class_weight"):
        class_weights(given, np.array([0, 1]), 2)  # type: ignore[arg-type]


def data() -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(0).normal(size=(12, 2)).astype(np.float32)
    return X, np.array([0] * 8 + [1] * 4)


@pytest.mark.parametrize("loss", [name for name in LOSSES.names() if name != "root_mean_squared_error"])
def test_a_weight_of_three_is_three_samples(loss: str) -> None:
    X, y = data()
    outputs = 1 if loss == "binary_cross_entropy" else 2
    activation = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}.get(loss, "tanh")

    def model(rate: float) -> Sequence:
        layers = [Dense(4, "tanh"), Dense(outputs, activation)]
        return Sequence(
            layers, loss=loss, optimizer=SGD(rate), batch_size=100, shuffle=False, feedback_steps=0
        )

    many = np.concatenate([X, X[8:], X[8:]]), np.concatenate([y, y[8:], y[8:]])
    # A mean over 20 samples, where the weights leave one over 12.
    repeated, weighted = model(0.2), model(0.2 * 12 / 20)
    repeated.train(*many, epochs=5)
    weighted.train(X, y, epochs=5, class_weight={1: 3.0})
    assert weighted.loss_history[0] == pytest.approx(repeated.loss_history[0] * 20 / 12, rel=1e-5)
    for ours, theirs in zip(weighted.get_weights(), repeated.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=1e-5)


def test_weights_hold_for_one_training_only_and_not_for_evaluations() -> None:
    X, y = data()
    model = Sequence([Dense(2, "softmax")], optimizer=SGD(0.0), batch_size=100, feedback_steps=0)
    model.train(X, y, epochs=1, class_weight="balanced")
    model.train(X, y, epochs=1)
    plain = model.evaluate(X, y)["loss"]
    assert model.loss_history[1] == pytest.approx(plain, rel=1e-6)
    assert model.loss_history[0] != pytest.approx(plain, rel=1e-3)
    assert type(model.loss_history[0]) is float


def test_a_regression_has_no_classes() -> None:
    X, _ = data()
    model = Sequence([Dense(1)], loss="mse", feedback_steps=0)
    with pytest.raises(ValueError, match="class_weight needs classes"):
        model.train(X, X[:, 0], class_weight="balanced")


def test_balanced_weights_find_the_rare_class() -> None:
    rng = np.random.default_rng(3)
    X = np.concatenate([rng.normal(0.0, 1.0, (190, 2)), rng.normal(1.0, 1.0, (10, 2))])
    y = np.array([0] * 190 + [1] * 10)
    found = []
    for weights in (None, "balanced"):
        model = Sequence(
            [Dense(2, "softmax")], epochs=150, optimizer="adam", learning_rate=0.03, feedback_steps=0
        )
        model.train(X, y, class_weight=weights)
        found.append(int((Coding(2, 2).decode(model.predict(X[190:])) == 1).sum()))
    assert found[0] < 4
    assert found[1] > 6
