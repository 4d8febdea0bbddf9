"""Recurrent layers step by step against their formulas. PyTorch's numbers are tested elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Input, Sequence
from core.nn import GRU, LSTM, Bidirectional, Dense, Flatten, Layer, LayerError, SimpleRNN
from core.nn.network import Network
from core.spec import SettingError
from tests.core.gradient_check import gradient_error
from tests.core.keras_runner import keras_module, quiet_keras

KINDS: tuple[type[Layer], ...] = (SimpleRNN, GRU, LSTM)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def step(kind: str, x: np.ndarray, h: np.ndarray, c: np.ndarray, weights: dict[str, np.ndarray]) -> tuple:
    """h and c after a step, by the formulas of Keras."""
    w, u, b = weights["kernel"], weights["recurrent_kernel"], weights["bias"]
    if kind == "simple_rnn":
        return np.tanh(x @ w + h @ u + b), c
    if kind == "gru":
        (xz, xr, xh), (hz, hr, hh) = np.split(x @ w + b[0], 3), np.split(h @ u + b[1], 3)
        z = sigmoid(xz + hz)
        return z * h + (1 - z) * np.tanh(xh + sigmoid(xr + hr) * hh), c
    i, f, g, o = np.split(x @ w + h @ u + b, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


@pytest.mark.parametrize("kind", KINDS)
def test_states_are_those_of_the_formulas(kind: type[Layer]) -> None:
    network = Network([kind(3, return_sequences=True)], (6, 2), dtype=np.float64, seed=1)
    network.parameters[:] = np.random.default_rng(1).normal(size=network.parameters.size)
    x = np.random.default_rng(0).normal(size=(6, 2))
    h, c, states = np.zeros(3), np.zeros(3), []
    for each in x:
        h, c = step(kind.kind, each, h, c, dict(network.weights[0]))
        states.append(h)
    np.testing.assert_allclose(network.predict(x[None])[0], states, rtol=1e-12)
    last = Network([kind(3)], (6, 2), dtype=np.float64)
    last.parameters[:] = network.parameters
    np.testing.assert_allclose(last.predict(x[None])[0], states[-1], rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("time", [1, 5])
def test_gradients_through_time(kind: type[Layer], time: int) -> None:
    assert gradient_error([Dense(3), kind(4, return_sequences=True), kind(3), Dense(2)], (time, 2)) < 1e-6
    assert gradient_error([kind(4, return_sequences=True), Flatten(), Dense(2)], (time, 2)) < 1e-6


def test_weights_start_as_in_keras() -> None:
    arrays = Network([LSTM(5)], (4, 3), seed=1).weights[0]
    np.testing.assert_array_equal(arrays["bias"], np.repeat([0.0, 1.0, 0.0, 0.0], 5))
    product = arrays["recurrent_kernel"] @ arrays["recurrent_kernel"].T
    np.testing.assert_allclose(product, np.eye(5), atol=1e-6)
    assert [array.shape for array in Network([GRU(5)], (4, 3)).weights[0].values()] == [
        (3, 15),
        (5, 15),
        (2, 15),
    ]


def test_huge_inputs_saturate_without_a_warning() -> None:
    for kind in KINDS:
        network = Network([kind(3)], (4, 2), seed=1)
        with np.errstate(all="raise", under="ignore"):
            found = network.plan(1).forward(np.full((1, 4, 2), 1e30, np.float32))
        assert np.isfinite(found).all()


@pytest.mark.parametrize("kind", KINDS)
def test_what_they_cannot_take_is_said(kind: type[Layer]) -> None:
    with pytest.raises(
        LayerError, match=f"{kind.title} needs a sequence of time × channels; it gets 6 features"
    ):
        kind().output_shape((6,))


def bent(kind: Any, state: str, gate: str, **more: Any) -> Any:
    gates = {} if kind is SimpleRNN else {"recurrent_activation": gate}
    return kind(4, activation=state, **gates, **more)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_through_other_activations(kind: type[Layer]) -> None:
    for state, gate in (("softplus", "sigmoid"), ("silu", "softmax"), ("linear", "tanh")):
        first = bent(kind, state, gate, return_sequences=True)
        assert gradient_error([Dense(3), first, bent(kind, state, gate), Dense(2)], (5, 2)) < 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_single_steps_give_what_all_gates_at_once_give(
    kind: type[Layer], monkeypatch: pytest.MonkeyPatch
) -> None:
    x, targets = np.random.default_rng(0).normal(size=(3, 6, 2)), np.zeros((3, 2))
    found = []
    for is_plain in (True, False):
        monkeypatch.setattr(kind, "is_plain", is_plain)
        network = Network(
            [kind(4, return_sequences=True), kind(3), Dense(2)], (6, 2), dtype=np.float64, seed=1
        )
        plan = network.plan(3, training=True)
        plan.backward(plan.forward(x) - targets)
        found.append(np.concatenate([network.gradients, network.predict(x).ravel()]))
    np.testing.assert_allclose(*found, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrapped", [False, True])
def test_keras_has_the_activations_and_the_dropout(kind: type[Layer], wrapped: bool, tmp_path: Path) -> None:
    keras = keras_module()
    layer = bent(kind, "relu", "softplus", dropout=0.3)
    model = Sequence([Input((7, 3)), Bidirectional(layer) if wrapped else layer, Dense(2)], seed=3)
    x, path = np.random.default_rng(0).normal(size=(4, 7, 3)), tmp_path / "net.keras"
    model.save(path)
    wanted = model.predict(x)
    with quiet_keras():
        theirs = keras.models.load_model(path)
        np.testing.assert_allclose(theirs.predict(x, verbose=0), wanted, atol=1e-5)
        theirs.save(path)
    again = Sequence.load(path)
    assert again.layers[0] == model.layers[0]
    np.testing.assert_allclose(again.predict(x), wanted, atol=1e-6)
    model.save(tmp_path / "net.onnx")
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(tmp_path / "net.onnx")
    (found,) = session.run(None, {session.get_inputs()[0].name: x.astype(np.float32)})
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    with pytest.raises(SettingError, match=f"PyTorch has no {layer.title} with the activations"):
        model.network.layers[0].torch_modules((7, 3))


def test_dropout_silences_a_channel_at_all_positions() -> None:
    x = np.ones((200, 5, 3))
    for kind in KINDS:
        network = Network([kind(4, dropout=0.5), Dense(1)], (5, 3), dtype=np.float64, seed=1)
        first, second = (network.plan(200, training=True).forward(x).copy() for _ in range(2))
        assert 4 < len(np.unique(first.round(9))) <= 8  # two to the three channels
        assert (first != second).any()
        assert network.predict(x).std() < 1e-12
        predicted = Network([each.as_predicted() for each in network.layers], (5, 3), seed=1)
        assert predicted.layers[0] == kind(4)
    with pytest.raises(
        TypeError, match="states are kept whole, as in PyTorch and cuDNN; dropout silences inputs"
    ):
        LSTM(4, recurrent_dropout=0.2)  # type: ignore[call-arg]
