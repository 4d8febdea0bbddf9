"""Bidirectional: both directions by the layer itself, gradients, and what other libraries make of it."""

from __future__ import annotations

import numpy as np
import pytest

from core.nn import GRU, LSTM, Bidirectional, Dense, Flatten, LayerError, SimpleRNN
from core.nn.network import Network
from core.spec import SettingError
from tests.core.gradient_check import gradient_error

MERGES = ("concat", "sum", "ave")


@pytest.mark.parametrize("merge", MERGES)
@pytest.mark.parametrize("each", [True, False])
def test_the_second_layer_reads_from_the_end(merge: str, each: bool) -> None:
    inner = LSTM(3, return_sequences=each)
    both = Network([Bidirectional(inner, merge)], (5, 2), dtype=np.float64, seed=1)
    x = np.random.default_rng(0).normal(size=(4, 5, 2))
    found = []
    for way in ("forward", "backward"):
        alone = Network([inner], (5, 2), dtype=np.float64)
        for name, array in alone.weights[0].items():
            array[...] = both.weights[0][f"{way}/{name}"]
        y = alone.predict(x if way == "forward" else x[:, ::-1])
        found.append(y[:, ::-1] if each and way == "backward" else y)
    wanted = np.concatenate(found, axis=-1) if merge == "concat" else found[0] + found[1]
    np.testing.assert_allclose(both.predict(x), wanted / (2 if merge == "ave" else 1), rtol=1e-12)


@pytest.mark.parametrize("inner", [SimpleRNN, GRU, LSTM])
@pytest.mark.parametrize("merge", MERGES)
def test_gradients_of_both_directions(inner: type[GRU], merge: str) -> None:
    layers = [Dense(3), Bidirectional(inner(4, return_sequences=True), merge), Flatten(), Dense(2)]
    assert gradient_error(layers, (4, 2)) < 1e-6
    assert gradient_error([Dense(3), Bidirectional(inner(4), merge), Dense(2)], (4, 2)) < 1e-6


def test_what_it_cannot_take_is_said() -> None:
    with pytest.raises(LayerError, match="GRU needs a sequence of time × channels; it gets 6 features"):
        Bidirectional().output_shape((6,))
    with pytest.raises(SettingError, match="Expected"):
        Bidirectional(Dense(3))  # type: ignore[arg-type]
