"""Conv1D: its length, its edges, what it sees, gradients."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.nn import Conv1D, Dense, Flatten, LayerError
from core.nn.network import Network
from tests.core.gradient_check import gradient_error

CASES = [
    Conv1D(2, size, strides, padding, dilation)
    for size, strides, padding, dilation in itertools.product(
        (1, 3, 4), (1, 2), ("valid", "same", "causal"), (1, 2)
    )
    if padding != "valid" or size < 4 or dilation == 1
]


@pytest.mark.parametrize("layer", CASES, ids=repr)
def test_outputs_and_gradients(layer: Conv1D) -> None:
    assert gradient_error([Dense(2), layer, Flatten(), Dense(2)], (6, 3)) < 1e-6
    network, x = (
        Network([layer], (6, 3), dtype=np.float64, seed=1),
        np.random.default_rng(0).normal(size=(2, 6, 3)),
    )
    along, kernel = layer.time_windows((6, 3)), network.weights[0]["kernel"]
    found = network.predict(x)
    for t in range(along.count):
        places = [t * along.stride - along.before + tap * along.dilation for tap in range(along.size)]
        seen = [(tap, place) for tap, place in enumerate(places) if 0 <= place < 6]
        np.testing.assert_allclose(
            found[:, t], sum(x[:, place] @ kernel[tap] for tap, place in seen), atol=1e-12
        )


def test_causal_outputs_see_no_later_position() -> None:
    network = Network([Conv1D(3, 4, padding="causal", dilation_rate=2)], (9, 2), dtype=np.float64, seed=1)
    x = np.random.default_rng(0).normal(size=(1, 9, 2))
    before, later = network.predict(x), x.copy()
    later[:, 5:] += 1.0
    changed = (network.predict(later) != before).any(axis=(0, 2))
    np.testing.assert_array_equal(changed, np.arange(9) >= 5)


def test_what_it_cannot_take_is_said() -> None:
    with pytest.raises(
        LayerError, match="Conv1D needs a sequence of time × channels; it gets 6 features or tokens"
    ):
        Conv1D().output_shape((6,))
    with pytest.raises(LayerError, match="it gets an image of 4 × 4 × 1"):
        Conv1D().output_shape((4, 4, 1))
    with pytest.raises(LayerError, match="at least its own 5 positions; it gets 4"):
        Conv1D(2, 5).output_shape((4, 3))
