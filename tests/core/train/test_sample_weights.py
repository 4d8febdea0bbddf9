"""Weights of samples: the gradient of the weighted mean, the same as of classes and of repeated samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core import LBFGS, SGD, Dense, Sequence
from core.nn.losses import LOSSES, BoundLoss
from tests.core.compiled.two_engines import compiled_engine

__all__ = ["compiled_engine"]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
WEIGHTS = RNG.integers(0, 4, 60).astype(float)


def make(**given: Any) -> Sequence:
    settings: Any = {"epochs": 5, "batch_size": 16, "feedback_steps": 0, "dtype": "float64"} | given
    return Sequence([Dense(6, "tanh"), Dense(2, "softmax")], **settings)


@pytest.mark.parametrize("kind", list(LOSSES), ids=lambda kind: kind.kind)
@pytest.mark.parametrize("fused", [False, True], ids=["plain", "fused"])
def test_the_gradient_is_that_of_the_value(kind: Any, fused: bool) -> None:
    if fused and not kind.fuses:
        return
    loss = BoundLoss(kind(), fused)
    outputs, targets = RNG.uniform(0.2, 0.8, (5, 3)), np.eye(3)[[0, 1, 2, 1, 0]]
    weights = np.array([0.0, 1.0, 2.5, 0.3, 1.0])
    gradient, slope = np.empty_like(outputs), np.empty_like(outputs)
    loss.weighted_value_and_gradient(outputs, targets, weights, gradient)
    for place in np.ndindex(outputs.shape):
        ends = []
        for step in (-1e-6, 1e-6):
            moved = outputs.copy()
            moved[place] += step
            ends.append(loss.weighted_value_and_gradient(moved, targets, weights, np.empty_like(outputs)))
        slope[place] = (ends[1] - ends[0]) / 2e-6
    np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=1e-8)


def test_weights_of_one_change_nothing_but_the_last_digits() -> None:
    plain, weighted = make().train(X, Y), make().train(X, Y, sample_weight=np.ones(60))
    for ours, theirs in zip(plain.get_weights(), weighted.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
    np.testing.assert_allclose(plain.loss_history, weighted.loss_history)


def test_they_are_what_class_weights_are_and_both_multiply() -> None:
    of_classes = make().train(X, Y, class_weight={1: 3.0})
    of_samples = make().train(X, Y, sample_weight=np.where(Y == 1, 3.0, 1.0))
    for ours, theirs in zip(of_classes.get_weights(), of_samples.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-10)
    both = make().train(X, Y, class_weight={1: 3.0}, sample_weight=WEIGHTS)
    alone = make().train(X, Y, sample_weight=WEIGHTS * np.where(Y == 1, 3.0, 1.0))
    np.testing.assert_array_equal(both.predict(X), alone.predict(X))


@pytest.mark.parametrize("optimizer", [SGD(0.1), LBFGS()], ids=["sgd", "lbfgs"])
def test_a_weight_of_two_is_the_sample_twice(optimizer: Any) -> None:
    times = WEIGHTS.astype(int)
    repeated = make(optimizer=optimizer, batch_size=1000).train(
        np.repeat(X, times, axis=0), np.repeat(Y, times)
    )
    # Keras divides by the number of samples, and not by the sum of their weights.
    scaled = WEIGHTS * len(WEIGHTS) / WEIGHTS.sum()
    weighted = make(optimizer=optimizer, batch_size=1000).train(X, Y, sample_weight=scaled)
    np.testing.assert_allclose(weighted.predict(X), repeated.predict(X), atol=1e-9)


def test_the_compiled_engine_weighs_samples_too(compiled_engine: None) -> None:
    ours = make(engine="compiled", dtype="float32", epochs=3).train(X, Y, sample_weight=WEIGHTS)
    theirs = make(dtype="float32", epochs=3).train(X, Y, sample_weight=WEIGHTS)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), atol=1e-5)


def test_a_step_takes_them_and_a_validation_has_none() -> None:
    stepped, fitted = make(batch_size=60, shuffle=False), make(batch_size=60, shuffle=False)
    loss = stepped.step(X, Y, WEIGHTS)
    history = fitted.fit(X, Y, epochs=1, sample_weight=WEIGHTS, validation_data=(X, Y))
    assert loss == pytest.approx(history["loss"][0])
    np.testing.assert_allclose(stepped.predict(X), fitted.predict(X), atol=1e-12)
    assert history["val_loss"][0] == pytest.approx(fitted.evaluate(X, Y))


def test_an_evaluation_weighs_samples_as_training_does() -> None:
    model = make(batch_size=60, shuffle=False)
    history = model.fit(X, Y, epochs=2, validation_data=(X, Y, WEIGHTS))
    found = model.evaluate(X, Y, sample_weight=WEIGHTS)
    assert found == pytest.approx(history["val_loss"][-1])
    assert found == pytest.approx(model.step(X, Y, WEIGHTS))
    assert found != pytest.approx(model.evaluate(X, Y), rel=1e-3)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (np.ones(59), r"sample_weight must hold a number for each of 60 samples, got shape \(59,\)"),
        (np.ones((60, 1)), r"got shape \(60, 1\)"),
        (-np.ones(60), "sample_weight must hold numbers of at least 0"),
        (np.full(60, np.nan), "sample_weight must hold numbers of at least 0"),
        (["a"] * 60, "sample_weight must hold a number for each of 60 samples"),
    ],
)
def test_wrong_ones_are_a_sentence(weights: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        make().fit(X, Y, sample_weight=weights)
