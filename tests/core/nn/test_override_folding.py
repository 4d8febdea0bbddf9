"""Muted and clamped units in weights: the outputs stay the same, or a sentence names the unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from core.nn import (
    LAYERS,
    Dense,
    Dropout,
    Flatten,
    Layer,
    LayerNormalization,
    MultiHeadAttention,
    Reshape,
    Residual,
)
from core.nn.interventions import Intervention
from core.nn.network import Network
from core.nn.override_folding import fold_inside, fold_overrides
from core.nn.stage import Address
from core.spec import SettingError

Override = tuple[Address, int, float]

BLOCKS = (
    Residual((LayerNormalization(), MultiHeadAttention(num_heads=2))),
    Residual((Dense(6, "relu"), Dense(4, "tanh"))),
    Dense(3),
)


def network_of(
    layers: str | Sequence[Layer], shape: tuple[int, ...], overrides: Sequence[Override]
) -> Network:
    stack = LAYERS.parse(layers) if isinstance(layers, str) else layers
    network = Network(stack, shape, seed=3)
    rng = np.random.default_rng(5)
    network.parameters += rng.normal(0, 0.3, network.parameters.shape).astype(np.float32)
    network.state[...] = rng.uniform(0.5, 2.0, network.state.shape)
    network.intervene(Intervention("clamp", layer, unit, value=value) for layer, unit, value in overrides)
    return network


def check_same(network: Network, shape: tuple[int, ...]) -> Network:
    folded = fold_overrides(network)
    assert folded.output_overrides == {}
    inputs = np.random.default_rng(1).normal(0, 2, (40, *shape)).astype(np.float32)
    np.testing.assert_allclose(folded.predict(inputs), network.predict(inputs), rtol=1e-5, atol=2e-6)
    # The overrides matter, else the test shows nothing.
    bare = network_of(network.layers, shape, ())
    bare.load_state_dict(network.state_dict())
    assert np.abs(bare.predict(inputs) - network.predict(inputs)).max() > 1e-3
    return folded


@pytest.mark.parametrize(
    "activation", ["relu", "tanh", "sigmoid", "linear", "softplus", "sine", "gelu", "elu"]
)
@pytest.mark.parametrize("value", [0.0, 0.7, -0.4])
def test_a_dense_unit_with_any_activation(activation: str, value: float) -> None:
    layers = f"dense 5 {activation}, dense 3"
    check_same(network_of(layers, (4,), [(0, 2, value)]), (4,))


@pytest.mark.parametrize(
    ("layers", "shape", "overrides"),
    [
        ("dense 6 tanh, dropout 0.3, dense 4 relu, dense 2", (3,), [(0, 1, 0.5), (0, 2, 0.0), (2, 3, 1.5)]),
        ("dense 6, batchnorm, relu, dense 2", (3,), [(0, 1, 2.0), (1, 1, 0.5), (2, 1, 0.25), (2, 4, 0.0)]),
        ("dense 6 tanh, layernorm, dense 2", (3,), [(0, 1, 0.5), (0, 2, 0.0), (1, 5, -1.0)]),
        ("dense 6 sigmoid, activation tanh, dense 2", (3,), [(0, 1, 2.0), (0, 2, 0.0), (1, 3, 0.5)]),
        ("conv2d 4 3x3 relu, max_pool, flatten, dense 2", (8, 8, 1), [(0, 1, 0.5), (0, 2, 0.0), (2, 5, 1.0)]),
        ("conv2d 4 3x3 tanh, avg_pool, conv2d 3 3x3, global_avg_pool, dense 2", (9, 9, 2), [(0, 1, 2.), (1, 2, 0.)]),
        ((Dense(9), Reshape((3, 3, 1)), Flatten(), Dense(2)), (4,), [(0, 4, 0.5)]),
        ((Residual((Dense(5, activation="relu"), Dense(4))), Dense(3)), (4,), [(0, 2, 0.7)]),
        ("global_avg_pool, dense 4 softmax, dense 3", (4, 4, 3), [(0, 2, 0.7), (1, 1, 0.2)]),
        ((MultiHeadAttention(num_heads=2), Dense(3)), (5, 4), [(0, 2, 0.7), (0, 3, 0.0)]),
        (BLOCKS, (5, 4), [("0/0", 1, 0.5), ("0/1", 2, 0.7), ("1/0", 4, 0.0), ("1/1", 0, -0.3), (1, 2, 0.0)]),
    ],
)  # fmt: skip
def test_constants_go_into_the_next_kernel(
    layers: str | Sequence[Layer], shape: tuple[int, ...], overrides: list[Override]
) -> None:
    check_same(network_of(layers, shape, overrides), shape)


def test_formats_of_whole_layers_get_weights_for_those_within_blocks_alone() -> None:
    network = network_of(BLOCKS, (5, 4), [("0/1", 2, 0.7), (0, 1, 0.5)])
    folded, overrides = fold_inside(network)
    assert list(overrides) == [0]
    folded.intervene([Intervention("clamp", 0, 1, value=0.5)])
    inputs = np.random.default_rng(1).normal(0, 2, (10, 5, 4)).astype(np.float32)
    np.testing.assert_allclose(folded.predict(inputs), network.predict(inputs), rtol=1e-5, atol=2e-6)
    network.intervene([Intervention("mute", 0, 1)])
    assert fold_inside(network)[0] is network
    dropped = network_of((Residual((Dense(4), Dropout(0.2))), Dense(2)), (4,), [("0/1", 1, 0.0)])
    sentence = r"^Neuron 2 of layer 2 in layer 1 \(Dropout\) is muted, which .* of its block; release it$"
    with pytest.raises(SettingError, match=sentence):
        fold_inside(dropped)


def test_zeros_pass_padding_and_other_numbers_become_biases() -> None:
    layers = "conv2d 4 3x3 tanh padding=same, conv2d 3 3x3 padding=same, flatten, dense 2"
    folded = check_same(network_of(layers, (6, 6, 1), [(0, 1, 0.5), (0, 2, 0.0)]), (6, 6, 1))
    assert folded.weights[0]["bias"][1] == pytest.approx(np.arctanh(0.5), rel=1e-6)
    # Three times a value that no tanh has: only the next bias could hold it, but for the edges.
    with pytest.raises(
        SettingError, match=r"^Neuron 2 of layer 1 \(Conv2D\) is clamped to 3, which no weights"
    ):
        fold_overrides(network_of(layers, (6, 6, 1), [(0, 1, 3.0)]))


@pytest.mark.parametrize(
    ("layers", "overrides", "sentence"),
    [
        (
            "dense 6 sigmoid, layernorm, dense 2",
            [(0, 1, 0.0)],
            r"Neuron 2 of layer 1 \(Dense\) is muted, which no",
        ),
        (
            "dropout 0.2, softmax, dense 2",
            [(0, 2, 1.0)],
            "clamped to 1, which no weights hold before Softmax;",
        ),
        ("dense 6 softmax, tanh", [(0, 1, 0.2)], "hold before the outputs; release it, or export to ONNX"),
    ],
)
def test_what_no_weights_hold_names_the_unit(layers: str, overrides: list[Override], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        fold_overrides(network_of(layers, (3,), overrides))


def test_the_network_itself_stays_as_it_is() -> None:
    network = network_of("dense 5 relu, dense 3", (4,), [(0, 1, 1.0)])
    before = network.parameters.copy()
    assert fold_overrides(network) is not network
    np.testing.assert_array_equal(network.parameters, before)
    network.intervene(())
    assert fold_overrides(network) is network
    beyond = network_of("dense 5 relu, dense 3", (4,), [(0, 99, 1.0)])
    np.testing.assert_array_equal(fold_overrides(beyond).parameters, beyond.parameters)
