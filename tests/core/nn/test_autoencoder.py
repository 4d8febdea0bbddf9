"""The halves of a network together are the network."""

from __future__ import annotations

import numpy as np
import pytest

from core.nn import Conv2D, Dense, Flatten, Layer, Sampling
from core.nn.autoencoder import code_layer, half_of
from core.nn.interventions import Intervention
from core.nn.network import Network


@pytest.mark.parametrize(
    ("layers", "place"),
    [
        ((Dense(8), Dense(2), Dense(8), Dense(6)), 1),
        ((Dense(8), Dense(2), Dense(2), Dense(6)), 1),
        ((Dense(2), Dense(8), Sampling(), Dense(2), Dense(6)), 2),
        ((Dense(3), Dense(6)), 0),
        ((Dense(6),), None),
        ((), None),
        ((Conv2D(2), Dense(6)), None),
    ],
)
def test_the_code_is_what_is_sampled_or_narrowest(layers: tuple[Layer, ...], place: int | None) -> None:
    assert code_layer(layers, (6,)) == place


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ((Flatten(), Dense(5, "tanh"), Dense(4), Sampling(0.1), Dense(5, "relu"), Dense(16)), (4, 4, 1)),
        ((Conv2D(2, 3), Flatten(), Dense(2), Dense(16)), (4, 4, 1)),
        ((Dense(3), Dense(6)), (6,)),
    ],
)
def test_encoder_and_decoder_give_what_the_network_gives(
    layers: tuple[Layer, ...], shape: tuple[int, ...]
) -> None:
    network = Network(layers, shape, seed=3)
    network.parameters[:] += 0.1  # biases, too
    place = code_layer(layers, shape)
    assert place is not None
    network.intervene([Intervention("clamp", place + 1, 1, value=0.7)] if place + 2 < len(layers) else [])
    x = np.random.default_rng(0).normal(size=(7, *shape)).astype(np.float32)
    encoder, decoder = half_of(network, "encoder"), half_of(network, "decoder")
    code = encoder.predict(x)
    assert code.shape == (7, *network.shapes[place])
    np.testing.assert_array_equal(code, network.layer_outputs(x)[place])
    np.testing.assert_array_equal(decoder.predict(code), network.predict(x))
    network.parameters[:] = 0.0
    np.testing.assert_array_equal(encoder.predict(x), code)


def test_a_network_without_hidden_layers_has_no_halves() -> None:
    with pytest.raises(ValueError, match="has no layer whose outputs could be a code"):
        half_of(Network([Dense(2)], (2,)), "encoder")
