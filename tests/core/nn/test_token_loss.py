"""TokenLoss: cross-entropy of class numbers at each position against one-hot rows of the counted ones."""

from __future__ import annotations

import numpy as np
import pytest

from core.nn.losses import CrossEntropy
from core.nn.token_loss import TokenLoss
from tests.core.gradient_check import differences, relative_error


def case(fused: bool, classes: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Outputs (3, 4, classes) and targets (3, 4), of which three are not counted."""
    rng = np.random.default_rng(0)
    outputs = 2.0 * rng.normal(size=(3, 4, classes))
    if not fused:
        outputs = np.exp(outputs) / np.exp(outputs).sum(axis=-1, keepdims=True)
    targets = rng.integers(0, classes, (3, 4)).astype(np.int32)
    targets[0, 3] = targets[2, 0] = targets[2, 1] = -1
    return outputs, targets


each_form = pytest.mark.parametrize(
    ("fused", "smoothing"), [(True, 0.0), (True, 0.2), (False, 0.0), (False, 0.2)]
)


@each_form
def test_it_is_the_cross_entropy_of_the_counted_positions(fused: bool, smoothing: float) -> None:
    outputs, targets = case(fused)
    loss = CrossEntropy(label_smoothing=smoothing)
    tokens, plain = TokenLoss(loss, fused), loss.bind(fused)
    rows, hot = outputs[targets >= 0], np.eye(5)[targets[targets >= 0]]
    assert tokens.count(targets) == 9
    assert tokens.value(outputs, targets) == pytest.approx(plain.value(rows, hot), rel=1e-12)
    ours, theirs = np.full_like(outputs, 7.0), np.empty_like(rows)
    assert tokens.value_and_gradient(outputs, targets, ours) == pytest.approx(
        plain.value(rows, hot), rel=1e-12
    )
    plain.gradient(rows, hot, theirs)
    np.testing.assert_allclose(ours[targets >= 0], theirs, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(ours[targets < 0], 0.0)
    assert relative_error(ours, differences(lambda: tokens.value(outputs, targets), outputs)) < 1e-6


@pytest.mark.parametrize("shift", [-200.0, 70.0, 1e4])
def test_logits_may_be_shifted(shift: float) -> None:
    outputs, targets = case(True)
    tokens, near, far = TokenLoss(CrossEntropy(), True), np.empty_like(outputs), np.empty_like(outputs)
    value = tokens.value_and_gradient(outputs, targets, near)
    assert tokens.value_and_gradient(outputs + shift, targets, far) == pytest.approx(value, rel=1e-11)
    np.testing.assert_allclose(far, near, rtol=1e-10)


@each_form
def test_positions_samples_and_weights_add_up(fused: bool, smoothing: float) -> None:
    outputs, targets = case(fused)
    tokens = TokenLoss(CrossEntropy(label_smoothing=smoothing), fused)
    nats, weights = tokens.nats(outputs, targets), np.array([1.0, 0.5, 3.0])
    assert nats.shape == (3, 4)
    assert nats.sum() / 9 == pytest.approx(tokens.value(outputs, targets))
    np.testing.assert_allclose(tokens.row_values(outputs, targets), nats.sum(axis=1) / [3, 4, 2])
    # Two seeds with the same targets.
    np.testing.assert_allclose(tokens.nats(np.stack([outputs, outputs]), targets)[1], nats)
    gradient = np.empty_like(outputs)
    value = tokens.weighted_value_and_gradient(outputs, targets, weights, gradient)
    assert value == pytest.approx((weights @ nats.sum(axis=1)) / 9)

    def weighted() -> float:
        return tokens.weighted_sum(outputs, targets, weights) / 9

    assert relative_error(gradient, differences(weighted, outputs)) < 1e-6


def test_nothing_is_counted_and_huge_logits_stay_finite() -> None:
    outputs, targets = case(fused=True)
    tokens, gradient = TokenLoss(CrossEntropy(), fused=True), np.empty_like(outputs)
    nothing = np.full_like(targets, -1)
    assert tokens.value_and_gradient(outputs, nothing, gradient) == tokens.value(outputs, nothing) == 0.0
    np.testing.assert_array_equal(gradient, 0.0)
    huge = (1e6 * outputs).astype(np.float32)
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(tokens.value_and_gradient(huge, targets, np.empty_like(huge)))
