"""A loss that needs probabilities is refused behind any other output, and `from_logits` takes its place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core import (
    BatchNormalization,
    BinaryCrossentropy,
    CrossEntropy,
    Dense,
    Dropout,
    Flatten,
    Linear,
    ReLU,
    Sequence,
    Softmax,
    Tanh,
)
from core.nn.function_loss import last_function, unfit_outputs
from core.nn.losses import LOSSES
from core.spec import SettingError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 2))
LABELS = (X[:, 0] * X[:, 1] > 0).astype(int)
CROSS, BINARY = CrossEntropy(), BinaryCrossentropy()


@pytest.mark.parametrize(
    ("loss", "layers", "sentence"),
    [
        (CROSS, [Dense(2)], "Cross-entropy needs probabilities from 0 to 1; Linear can leave that range"),
        (CROSS, [Dense(2, "relu")], "ReLU can leave that range"),
        (CROSS, [Dense(2), ReLU()], "ReLU can leave that range"),
        (CROSS, [Dense(2, "softmax"), Dropout(0.5)], "Dropout can leave that range"),
        (CROSS, [Dense(2), BatchNormalization()], "can leave that range"),
        (CROSS, [Dense(2, "sigmoid")], "needs probabilities that sum to 1; Sigmoid gives each its own"),
        (CROSS, [Dense(2, "softmax")], ""),
        (CROSS, [Dense(2, "softmax"), Flatten()], ""),
        (BINARY, [Dense(1, Tanh())], "Binary cross-entropy needs probabilities from 0 to 1; Tanh can leave"),
        (BINARY, [Dense(2), Softmax()], ""),
        (BINARY, [Dense(1, "sigmoid")], ""),
        (CrossEntropy(from_logits=True), [Dense(2)], ""),
        (CrossEntropy(from_logits=True), [Dense(2), Linear()], ""),
        (CrossEntropy(from_logits=True), [Dense(2, "softmax")], "Softmax makes them probabilities already"),
        (BinaryCrossentropy(from_logits=True), [Dense(1, "relu")], "ReLU cannot give every number"),
    ],
)
def test_what_fits_and_what_does_not(loss: Any, layers: list[Any], sentence: str) -> None:
    found = unfit_outputs(loss, *last_function(layers))
    assert sentence in found
    assert bool(found) == bool(sentence)


def test_other_losses_take_every_output() -> None:
    for kind in LOSSES:
        if not kind.fuses and kind.low < 0.0:
            assert unfit_outputs(kind(), None, "Dense") == ""


def test_it_is_said_at_the_first_fit_with_the_fix() -> None:
    wrong = Sequence([Dense(8, "relu"), Dense(2)], loss="cross_entropy", feedback_steps=0)
    fix = r"end with activation='softmax', or pass loss=CrossEntropy\(from_logits=True\)"
    # Keras's programs compile after they have built.
    wrong.build(2)
    for learn in (wrong.train, wrong.step):
        with pytest.raises(ValueError, match=fix):
            learn(X, LABELS)
    with pytest.raises(ValueError, match="leave from_logits away"):
        Sequence([Dense(2, "softmax")], loss=CrossEntropy(from_logits=True)).fit(X, LABELS)


@pytest.mark.numpy_engine  # bit for bit: the compiled engine sums in another order where rows lie elsewhere
@pytest.mark.parametrize(
    ("units", "end", "kind"), [(2, "softmax", CrossEntropy), (1, "sigmoid", BinaryCrossentropy)]
)
def test_logits_learn_exactly_as_the_fused_loss(units: int, end: str, kind: Any) -> None:
    given: Any = {"epochs": 6, "feedback_steps": 0, "seed": 3}
    apart = Sequence([Dense(8, "tanh"), Dense(units, end)], loss=kind(label_smoothing=0.1), **given)
    logits = Sequence(
        [Dense(8, "tanh"), Dense(units)], loss=kind(label_smoothing=0.1, from_logits=True), **given
    )
    apart.train(X, LABELS, class_weight={1: 3.0})
    logits.train(X, LABELS, class_weight={1: 3.0})
    assert apart.loss_history == logits.loss_history
    for ours, theirs in zip(apart.get_weights(), logits.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert apart.evaluate(X, LABELS, return_dict=True) == logits.evaluate(X, LABELS, return_dict=True)
    assert np.ptp(logits.predict(X)) > 1.0


def test_from_logits_is_written_only_where_it_is_asked_for() -> None:
    assert "from_logits" not in CROSS.to_json()
    asked = CrossEntropy(from_logits=True)
    assert LOSSES.from_json(asked.to_json()) == asked != CROSS
    with pytest.raises(SettingError, match="from_logits must be true or false, got 1"):
        CrossEntropy(from_logits=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", list(LOSSES), ids=lambda kind: kind.kind)
@pytest.mark.parametrize("fused", [False, True], ids=["plain", "fused"])
def test_the_values_of_rows_average_to_the_value(kind: Any, fused: bool) -> None:
    loss = kind()
    if fused and not loss.fuses:
        return
    outputs = RNG.uniform(0.1, 0.9, (6, 3))
    targets = np.eye(3)[[0, 1, 2, 2, 1, 0]]
    bound = loss.bind(fused)
    rows = bound.row_values(outputs, targets)
    assert rows.shape == (6,)
    assert rows.mean() == pytest.approx(bound.additive(outputs, targets))
    assert rows[2] == pytest.approx(bound.additive(outputs[2:3], targets[2:3]))
