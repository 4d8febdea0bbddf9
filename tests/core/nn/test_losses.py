"""Value and gradient of a loss at once: the same as each alone, also of extreme logits."""

from __future__ import annotations

import numpy as np
import pytest

from core.nn.losses import LOSSES, BinaryCrossentropy, Loss


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("rows", [7, 300])
@pytest.mark.parametrize("kind", list(LOSSES), ids=lambda kind: kind.kind)
def test_both_at_once_are_those_of_each(kind: type[Loss], rows: int, outputs: int, smoothing: float) -> None:
    smooth = any(item.name == "label_smoothing" for item in kind.settings())
    loss = kind(label_smoothing=smoothing) if smooth else kind()  # type: ignore[call-arg]
    rng = np.random.default_rng(0)
    logits = rng.normal(0.0, 4.0, (rows, outputs)).astype(np.float32)
    predictions = 1.0 / (1.0 + np.exp(-logits))
    if kind.kind == "cross_entropy":
        predictions = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    targets = np.zeros_like(logits)
    targets[np.arange(rows), rng.integers(0, outputs, rows)] = (
        rng.integers(0, 2, rows) if outputs == 1 else 1.0
    )
    for fused, given in ((False, predictions), *([(True, logits)] if kind.fuses else [])):
        bound, alone, both = loss.bind(fused), np.empty_like(logits), np.empty_like(logits)
        bound.gradient(given, targets, alone)
        value = bound.value_and_gradient(given, targets, both)
        assert value == pytest.approx(bound.value(given, targets), rel=1e-5)
        np.testing.assert_allclose(both, alone, rtol=1e-5, atol=2e-7 / rows)


def test_binary_cross_entropy_of_extreme_logits_is_exact() -> None:
    logits = np.array(
        [[z] for z in (-1e30, -1e6, -104.0, -20.0, -1.0, 0.0, 1.0, 20.0, 104.0, 1e6, 1e30)], np.float32
    )
    for target in (0.0, 0.3, 1.0):
        targets, gradient = np.full_like(logits, target), np.empty_like(logits)
        with np.errstate(all="raise", under="ignore"):
            value = BinaryCrossentropy().fused_value_and_gradient(logits, targets, gradient)
        z = logits.astype(np.float64)
        expected = np.logaddexp(z, 0.0) - z * np.float32(target)
        assert value == pytest.approx(float(expected.mean()), rel=1e-6)
        slope = 0.5 + 0.5 * np.tanh(0.5 * z) - np.float32(target)
        np.testing.assert_allclose(gradient, slope / len(z), rtol=0.0, atol=1e-7 / len(z))
