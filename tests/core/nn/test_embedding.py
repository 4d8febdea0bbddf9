"""Embedding, Masking and PositionalEncoding: which vector, which gradient, and what is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import Input, Sequence
from core.nn import (
    GRU,
    LAYERS,
    LSTM,
    Bidirectional,
    Dense,
    Embedding,
    Flatten,
    GlobalAveragePooling1D,
    Layer,
    LayerError,
    LayerNormalization,
    Masking,
    MultiHeadAttention,
    PositionalEncoding,
    Residual,
    SimpleRNN,
)
from core.nn import embedding as module
from core.nn.layer_stacks import numpy_layer, torch_layer
from core.nn.network import Network
from core.spec import SettingError
from tests.core.gradient_check import gradient_error
from tests.core.keras_runner import keras_module, quiet_keras
from tests.core.kinds import kind_id


def test_any_number_is_a_token() -> None:
    network = Network([Embedding(4, 2)], (7,), seed=1)
    table = network.weights[0]["embeddings"]
    for dtype in (np.float32, np.int64):
        tokens = np.array([[0, 1, 3, 4, 1e9, -1, -1e9]]).astype(dtype)
        np.testing.assert_array_equal(network.predict(tokens)[0], table[[0, 1, 3, 3, 3, 0, 0]])
    fractions = np.array([[0.9, -0.9, 2.5, 3.99, 1.0, 1.99, 0.0]])
    np.testing.assert_array_equal(network.predict(fractions)[0], table[[0, 0, 2, 3, 1, 1, 0]])
    assert network.predict(np.array([[255] * 7], np.uint8)).tolist() == [[table[3].tolist()] * 7]


def test_both_ways_to_add_gradients_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = np.random.default_rng(0).integers(0, 6, (5, 4)).astype(float)
    found = []
    for most in (0, 1000):
        monkeypatch.setattr(module, "_MAX_CELLS", most)
        network = Network([Embedding(6, 3), Flatten(), Dense(2, "tanh")], (4,), dtype=np.float64, seed=1)
        plan = network.plan(5, training=True)
        for _ in range(2):
            plan.forward(tokens)
            plan.backward(np.ones((5, 2)))
        found.append(network.gradients.copy())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)
    assert np.linalg.norm(found[0]) > 0.01


def test_sines_are_those_of_the_paper() -> None:
    added = Network([PositionalEncoding(learned=False)], (50, 6), dtype=np.float64).predict(
        np.zeros((1, 50, 6))
    )[0]
    for t, i in ((0, 0), (7, 1), (49, 2)):
        angle = t / 10000 ** (2 * i / 6)
        np.testing.assert_allclose(added[t, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)], atol=1e-12)


@pytest.mark.parametrize("learned", [True, False])
def test_gradients_pass_positions(learned: bool) -> None:
    assert gradient_error([Dense(4), PositionalEncoding(learned), Dense(2, "tanh")], (5, 3)) < 1e-6


def test_what_they_cannot_take_is_said() -> None:
    with pytest.raises(LayerError, match="Embedding needs a row of tokens; it gets 5 × 3 numbers"):
        Embedding().output_shape((5, 3))
    with pytest.raises(LayerError, match="Positions needs a sequence of time × channels; it gets 5 features"):
        PositionalEncoding().output_shape((5,))


@pytest.mark.parametrize("most", [0, 1000])
def test_a_number_that_is_no_token_learns_as_the_one_that_it_is_read_as(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(module, "_MAX_CELLS", most)
    found = []
    for tokens in ([[-3.0, 1.0, 99.0, -0.5]], [[0.0, 1.0, 5.0, 0.0]]):
        network = Network([Embedding(6, 3), Flatten(), Dense(2, "tanh")], (4,), dtype=np.float64, seed=1)
        plan = network.plan(1, training=True)
        plan.forward(np.array(tokens))
        plan.backward(np.ones((1, 2)))
        found.append(network.gradients.copy())
        learned = np.abs(network.weight_gradients[0]["embeddings"]).sum(axis=1) > 0
        assert learned.tolist() == [True, True, False, False, False, True]
    np.testing.assert_array_equal(*found)


def holes(samples: int = 6) -> np.ndarray:
    """Where positions are left out, (samples, 7): in front, behind, in the middle, nowhere."""
    found = np.random.default_rng(1).random((samples, 7)) < 0.4
    found[0], found[1], found[2] = False, np.arange(7) < 3, np.arange(7) > 3
    found[:, 3] = False
    return found


def filled_up(value: float = 0.0) -> np.ndarray:
    x = np.random.default_rng(0).normal(size=(6, 7, 4)).astype(np.float32)
    x[holes()] = value
    return x


SAMPLES = [kind for kind in LAYERS if kind.kind not in ("sampling", "embedding")]


@pytest.mark.parametrize("kind", SAMPLES, ids=kind_id)
def test_every_layer_passes_uses_or_refuses_a_mask_as_in_keras(kind: type[Layer], tmp_path: Path) -> None:
    keras, layer = keras_module(), Residual((Dense(4),)) if kind is Residual else kind()
    try:
        shape = layer.output_shape((7, 4))
    except LayerError:
        return
    stack = [Input((7, 4)), Masking(0.5), layer, *([LSTM(4)] if len(shape) == 2 else [Dense(2)])]
    if kind.kind in ("batch_normalization", "multi_head_attention", "positional_encoding", "sine"):
        with pytest.raises(LayerError, match="takes no masks; recurrent layers"):
            Sequence(stack)
        return
    model, x = Sequence(stack, seed=2), filled_up(0.5)
    wanted = model.predict(x)
    model.save(tmp_path / "net.keras")
    with quiet_keras():
        theirs = keras.models.load_model(tmp_path / "net.keras")
        np.testing.assert_allclose(theirs.predict(x, verbose=0), wanted, atol=1e-5)
        theirs.save(tmp_path / "net.keras")
    again = Sequence.load(tmp_path / "net.keras")
    assert again.layers[0].mask_value == 0.5
    np.testing.assert_allclose(again.predict(x), wanted, atol=1e-6)


HEADS: list[tuple[Layer, ...]] = [
    *((kind(4),) for kind in (SimpleRNN, GRU, LSTM)),
    *((Bidirectional(kind(3)),) for kind in (SimpleRNN, GRU, LSTM)),
    (
        Bidirectional(GRU(3, return_sequences=True)),
        LayerNormalization(),
        LSTM(4, return_sequences=True),
        GRU(3),
    ),
    (LSTM(4, return_sequences=True, activation="relu"), Dense(3, "tanh"), GlobalAveragePooling1D()),
    (Residual((LayerNormalization(), Dense(5, "tanh"), Dense(4))), GRU(3, return_sequences=True), Flatten()),
]


@pytest.mark.parametrize("stack", HEADS, ids=lambda stack: "-".join(layer.kind for layer in stack))
def test_masks_reach_what_uses_them(stack: tuple[Layer, ...], tmp_path: Path) -> None:
    torch, keras = pytest.importorskip("torch"), keras_module()
    tokens = np.where(holes(), 0, np.random.default_rng(2).integers(1, 9, (6, 7)))
    model = Sequence([Input(7), Embedding(9, 4, mask_zero=True), *stack, Dense(2)], seed=3, loss="mse")
    path, wanted = tmp_path / "net.keras", model.predict(tokens)
    model.save(path)
    with quiet_keras():
        theirs = keras.models.load_model(path)
        outputs = theirs(torch.tensor(tokens))
        np.testing.assert_allclose(outputs.detach().cpu().numpy(), wanted, atol=1e-5)
        (outputs.sum() / 7).backward()
        slopes = [weight.value.grad.cpu().numpy() for weight in theirs.trainable_weights]
    network = model.network
    plan = network.plan(6, training=True)
    plan.forward(tokens)
    plan.backward(np.full((6, 2), 1 / 7, np.float32))
    ours = [arrays[name] for arrays in network.weight_gradients for name in arrays]
    assert [each.shape for each in ours] == [each.shape for each in slopes]
    for mine, slope in zip(ours, slopes, strict=True):
        np.testing.assert_allclose(mine, slope, atol=2e-5)
    assert gradient_error([Dense(4), Masking(), *stack, Dense(2)], (7, 3)) < 1e-6
    model.save(tmp_path / "net.npz")
    np.testing.assert_array_equal(Sequence.load(tmp_path / "net.npz").predict(tokens), wanted)


def test_positions_that_are_masked_are_not_counted_in_the_loss() -> None:
    keras = keras_module()
    tokens = np.where(holes(), 0, np.random.default_rng(2).integers(1, 9, (6, 7)))
    y = np.random.default_rng(3).integers(0, 3, (6, 7))
    stack = [Embedding(9, 4, mask_zero=True), GRU(5, return_sequences=True), Dense(3, "softmax")]
    model = Sequence([Input(7), *stack], seed=3, loss="sparse_categorical_crossentropy", feedback_steps=0)
    layers = keras.layers
    with quiet_keras():
        theirs = keras.Sequential(
            [
                keras.Input((7,)), layers.Embedding(9, 4, mask_zero=True), layers.GRU(5, return_sequences=True),
                layers.Dense(3, activation="softmax"),
            ]
        )  # fmt: skip
        theirs.set_weights(model.get_weights())
        theirs.compile("sgd", "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
        wanted = theirs.evaluate(tokens, y, verbose=0)
    found = model.evaluate(tokens, y, return_dict=True)
    np.testing.assert_allclose([found["loss"], found["accuracy"]], wanted, rtol=1e-5)
    model.train(tokens, y, epochs=2)
    for loss, outputs in (("mse", Dense(1)), ("binary_crossentropy", Dense(1, "sigmoid"))):
        other = Sequence([*stack[:2], outputs], loss=loss)
        with pytest.raises(ValueError, match="masks go with a softmax and cross-entropy"):
            other.train(tokens, (y > 1).astype(int), epochs=1)


@pytest.mark.parametrize("layer", [Embedding(9, 4, mask_zero=True), Masking()], ids=repr)
def test_other_formats_refuse_masks_with_a_sentence(layer: Layer, tmp_path: Path) -> None:
    model = Sequence([Input(7 if layer.kind == "embedding" else (7, 4)), layer, GRU(3), Dense(2)])
    for name in ("net.onnx", "net.html", "net.safetensors"):
        with pytest.raises(SettingError, match=r"only Keras has the mask of|must take raw samples"):
            model.save(tmp_path / name)
    calls: list[Any] = [lambda: numpy_layer(layer, (7, 4)), lambda: list(torch_layer(layer, (7, 4)))]
    for call in calls:
        with pytest.raises(SettingError, match="only Keras has the mask of"):
            call()
    with pytest.raises(LayerError, match="Attention takes no masks; recurrent layers"):
        Sequence([Input(7), Embedding(9, 4, mask_zero=True), MultiHeadAttention(2)])


def test_rows_without_a_position_that_counts_are_zeros() -> None:
    model = Sequence([Input((7, 4)), Masking(), GlobalAveragePooling1D()])
    assert not model.predict(np.zeros((2, 7, 4))).any()
    assert not Sequence([Input((7, 4)), Masking(), LSTM(3)]).predict(np.zeros((2, 7, 4))).any()
