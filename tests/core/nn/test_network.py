"""Network and ExecutionPlan: flat vectors, buffers, state dicts and invalid stacks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.nn import (
    LAYERS,
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Layer,
    LayerError,
    ReLU,
    Softmax,
    Tanh,
)
from core.nn.network import MAX_PARAMETERS, Network, describe, state_shapes
from tests.core.nn.two_layers import make


def test_the_vectors_hold_kernels_first() -> None:
    network = make()
    assert network.parameter_count == 2 * 5 + 5 + 5 * 3 + 3
    assert network.kernels.size == network.kernel_gradients.size == 2 * 5 + 5 * 3
    np.testing.assert_array_equal(network.kernels[:10], network.weights[0]["kernel"].ravel())
    np.testing.assert_array_equal(network.kernels[10:], network.weights[2]["kernel"].ravel())
    assert np.shares_memory(network.kernels, network.parameters)
    network.parameters[:] = np.arange(network.parameter_count)
    np.testing.assert_array_equal(network.weights[0]["bias"], np.arange(25, 30))
    np.testing.assert_array_equal(network.weights[2]["bias"], np.arange(30, 33))


def test_the_same_seed_gives_the_same_weights() -> None:
    np.testing.assert_array_equal(make(3).parameters, make(3).parameters)
    assert not np.array_equal(make(3).parameters, make(4).parameters)
    network = make(3)
    first = network.parameters.copy()
    inputs = np.ones((4, 2), np.float32)
    dropped = network.plan(4, training=True).forward(inputs).copy()
    network.parameters[:] = 0
    network.initialize(3)
    np.testing.assert_array_equal(network.parameters, first)
    np.testing.assert_array_equal(network.plan(4, training=True).forward(inputs), dropped)


@settings(max_examples=25)
@given(rows=st.integers(0, 300), seed=st.integers(0, 99))
def test_predictions_do_not_depend_on_the_cut_into_parts(rows: int, seed: int) -> None:
    # 9,000 wide: parts of 16 rows.
    network = Network([Dense(3), Dense(9000, "relu"), Dense(2)], (2,), seed=seed)
    inputs = np.random.default_rng(seed).normal(size=(rows, 2)).astype(np.float32)
    whole = network.plan(max(1, rows)).forward(inputs) if rows else np.empty((0, 2))
    found = network.predict(inputs)
    assert found.shape == (rows, 2)
    np.testing.assert_allclose(found, whole, rtol=1e-4, atol=1e-5)
    if rows:
        np.testing.assert_allclose(network.layer_outputs(inputs)[-1], whole, rtol=1e-4, atol=1e-5)


def test_results_are_copies() -> None:
    network = make()
    inputs = np.ones((3, 2), np.float32)
    first, looked = network.predict(inputs), network.layer_outputs(inputs)
    kept = [first.copy(), *[array.copy() for array in looked]]
    network.predict(-inputs)
    network.layer_outputs(-inputs)
    for array, before in zip([first, *looked], kept, strict=True):
        np.testing.assert_array_equal(array, before)
    weights = network.get_weights()
    weights[0][:] = 99
    assert not (network.weights[0]["kernel"] == 99).any()


def test_weights_come_and_go_in_the_order_of_keras() -> None:
    network, other = make(1), make(2)
    weights = network.get_weights()
    assert [w.shape for w in weights] == [(2, 5), (5,), (5, 3), (3,)]
    other.set_weights(weights)
    np.testing.assert_array_equal(other.parameters, network.parameters)
    assert [(index, p.name) for index, p, _ in network.described()] == [
        (0, "kernel"),
        (0, "bias"),
        (2, "kernel"),
        (2, "bias"),
    ]


def test_weights_that_do_not_fit_change_nothing() -> None:
    network = make()
    before = network.parameters.copy()
    weights = [w + 1 for w in network.get_weights()]
    with pytest.raises(ValueError, match="weights must be 4 arrays, got 3"):
        network.set_weights(weights[:3])
    with pytest.raises(ValueError, match=r"layer 3's bias must have the shape \(3,\), got \(4,\)"):
        network.set_weights([*weights[:3], np.zeros(4)])
    np.testing.assert_array_equal(network.parameters, before)


def test_inputs_of_another_shape_are_told() -> None:
    with pytest.raises(ValueError, match=r"inputs must be \(samples, 2\), got shape \(4, 3\)"):
        make().predict(np.zeros((4, 3)))
    with pytest.raises(ValueError, match="got shape"):
        make().predict(np.float32(3))


@pytest.mark.parametrize(
    ("layers", "shape", "sentence"),
    [
        (
            [Dense(4), Dense(2)],
            (8, 8, 1),
            "Layer 1 of 2: Dense needs a row of numbers; it gets an image of 8 × 8 × 1",
        ),
        (
            [Dense(4), Dense(1), Softmax()],
            (2,),
            "Layer 3 of 3: Softmax needs at least 2 units to share out, got 1",
        ),
        ([Dense(1, "softmax")], (2,), "Layer 1 of 1: Softmax needs at least 2 units to share out, got 1"),
    ],
)
def test_a_stack_that_does_not_fit_is_told(
    layers: list[Layer], shape: tuple[int, ...], sentence: str
) -> None:
    with pytest.raises(LayerError) as caught:
        Network(layers, shape)
    assert str(caught.value) == sentence


def test_a_network_that_no_memory_holds_is_refused_before_it_is_made() -> None:
    with pytest.raises(LayerError, match=f"at most {MAX_PARAMETERS:,}, got 26,576,781,312"):
        Network([Dense(16_384)] * 100, (2,))
    shapes, described = describe([Dense(4), ReLU()], (2,))
    assert shapes == ((4,), (4,))
    assert [p.name for p in described[0]] == ["kernel", "bias"]
    assert described[1] == ()


@pytest.mark.parametrize(
    ("layers", "kind"),
    [
        ([Dense(2, "tanh")], "tanh"),
        ([Dense(2), Activation("softmax")], "softmax"),
        ([Dense(2), Tanh()], "tanh"),
        ([Dense(2, "relu"), Dropout()], None),
        ([], None),
    ],
)
def test_the_last_function_is_known(layers: list[Layer], kind: str | None) -> None:
    function = Network(layers, (2,)).final_activation
    assert (function.kind if function else None) == kind


@pytest.mark.parametrize("shape", [(0,), (2, 0, 1), (-1,), (2.5,), ("a",)])
@pytest.mark.parametrize("layer", ["dense", "layer_normalization", "batch_normalization", "flatten"])
def test_an_input_of_no_numbers_is_refused(shape: tuple[Any, ...], layer: str) -> None:
    with pytest.raises(LayerError, match="the input shape must be whole numbers of at least 1"):
        Network([LAYERS.make(layer)], shape)


def test_a_state_dict_brings_all_arrays_back() -> None:
    layers = (Dense(3, "tanh"), BatchNormalization(), Dense(2))
    one, other = Network(layers, (2,), seed=1), Network(layers, (2,), seed=None)
    assert not other.parameters.any()
    one.state += 0.5
    other.load_state_dict(one.state_dict())
    x = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
    np.testing.assert_array_equal(one.predict(x), other.predict(x))
    assert {name: array.shape for name, array in one.state_dict().items()} == state_shapes(layers, (2,))
    one.state_dict()["layer_0/kernel"][...] = 9.0  # a copy
    np.testing.assert_array_equal(one.predict(x), other.predict(x))


def test_a_state_dict_that_does_not_fit_changes_nothing() -> None:
    network = Network((Dense(3), Dense(2)), (2,))
    before, state = network.parameters.copy(), network.state_dict()
    with pytest.raises(ValueError, match=r"^Network: layer_1/bias is missing$"):
        network.load_state_dict({name: array + 1 for name, array in state.items() if name != "layer_1/bias"})
    with pytest.raises(ValueError, match=r"^Network: layer_1/bias must have the shape \(2,\), got \(3,\)$"):
        network.load_state_dict(
            {**{name: array + 1 for name, array in state.items()}, "layer_1/bias": np.zeros(3)}
        )
    np.testing.assert_array_equal(network.parameters, before)
