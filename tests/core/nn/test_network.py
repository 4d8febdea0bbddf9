"""Network and Plan: flat vectors, buffers, weights in and out, and stacks that do not fit."""

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
    Flatten,
    Layer,
    LayerError,
    ReLU,
    Softmax,
    Tanh,
)
from core.nn.network import MAX_PARAMETERS, Network, describe, state_shapes


def make(seed: int = 0) -> Network:
    return Network([Dense(5, "relu"), Dropout(0.5), Dense(3, "softmax")], (2,), seed=seed)


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


def test_dropout_silences_its_share_and_keeps_the_mean() -> None:
    network = Network([Dropout(0.3)], (1000,), seed=1)
    ones = np.ones((50, 1000), np.float32)
    found = network.plan(50, training=True).forward(ones)
    assert np.mean(found == 0.0) == pytest.approx(0.3, abs=0.01)
    assert found.mean() == pytest.approx(1.0, abs=0.02)
    np.testing.assert_allclose(found[found > 0], 1 / 0.7, rtol=1e-6)
    np.testing.assert_array_equal(network.predict(ones), ones)
    assert not np.array_equal(found.copy(), network.plan(50, training=True).forward(ones))


def test_a_dense_network_by_hand() -> None:
    network = Network([Dense(2, "relu"), Dense(1)], (2,), dtype=np.float64)
    network.set_weights([[[1, -1], [2, 0.5]], [0.5, -0.25], [[2], [-3]], [0.125]])
    x = np.array([[1.0, 2.0], [-1.0, 0.0]])
    # relu([5.5, -0.25]) = [5.5, 0]; relu([-0.5, 0.75]) = [0, 0.75]
    np.testing.assert_allclose(network.predict(x), [[11.125], [-2.125]])


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


def test_plans_are_kept_but_not_without_end() -> None:
    network = make()
    assert network.plan(7) is network.plan(7)
    assert network.plan(7) is not network.plan(7, training=True)
    kept = network.plan(3, training=True)
    for batch in range(100, 200):
        network.plan(batch)
        network.plan(3, training=True)
    assert network.plan(3, training=True) is kept
    assert len(network._plans) < 30


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


def test_the_way_back_ends_at_the_first_weights() -> None:
    network = Network([Flatten(), Dropout(0.5), Dense(4, "tanh"), Dense(2)], (3, 3, 1))
    plan = network.plan(5, training=True)
    assert len(plan._forwards) == 5
    assert len(plan._backwards) == 3


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


# Layers for rows of numbers that do the same in training and in prediction.
STEADY = [
    kind
    for kind in LAYERS
    if kind.family in ("dense", "activation", "shape") or kind.kind == "layer_normalization"
]


@settings(max_examples=40)
@given(
    kinds=st.lists(st.sampled_from(STEADY), max_size=6),
    seed=st.integers(0, 99),
)
def test_training_plans_agree_with_predicting_ones(kinds: list[type[Layer]], seed: int) -> None:
    network = Network([Dense(4), *(kind() for kind in kinds), Dense(2)], (3,), seed=seed)
    inputs = np.random.default_rng(seed).normal(size=(6, 3)).astype(np.float32)
    found = network.plan(6, training=True).forward(inputs).copy()
    np.testing.assert_array_equal(found, network.predict(inputs))
    np.testing.assert_array_equal(found, network.layer_outputs(inputs)[-1])


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
