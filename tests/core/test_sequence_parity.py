"""Layers of sequences against PyTorch and Keras in float64: outputs, and gradients of inputs and weights.

PyTorch's modules are those that exported programs have, so that their weights are tested with them; Keras gets ours as
they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.nn import (
    GRU,
    LSTM,
    AveragePooling1D,
    BatchNormalization,
    Bidirectional,
    Conv1D,
    Dense,
    Embedding,
    GlobalAveragePooling1D,
    GlobalMaxPooling1D,
    Layer,
    LayerNormalization,
    MaxPooling1D,
    MultiHeadAttention,
    PositionalEncoding,
    Residual,
    Shape,
    SimpleRNN,
)
from core.nn.layer_stacks import torch_modules, torch_state
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.nn.token_loss import TokenLoss
from core.optim import Adam
from tests.core.keras_runner import keras_module, quiet_keras
from tests.optional_packages import Late

torch, functional = Late("torch"), Late("torch.nn.functional")
pytestmark = pytest.mark.foreign

CASES: dict[str, tuple[Layer, Shape]] = {
    "attention": (MultiHeadAttention(num_heads=2, causal=False), (5, 6)),
    "attention to earlier positions": (MultiHeadAttention(num_heads=3), (5, 6)),
    "attention without bias": (MultiHeadAttention(num_heads=1, use_bias=False), (4, 3)),
    "attention with wider heads": (MultiHeadAttention(num_heads=2, key_dim=5), (5, 6)),
    "rnn": (SimpleRNN(4, return_sequences=True), (5, 3)),
    "the last state of an rnn": (SimpleRNN(4), (5, 3)),
    "gru": (GRU(4, return_sequences=True), (5, 3)),
    "the last state of a gru": (GRU(4), (5, 3)),
    "lstm": (LSTM(4, return_sequences=True), (5, 3)),
    "the last state of an lstm": (LSTM(4), (5, 3)),
    "gru from both ends": (Bidirectional(GRU(4, return_sequences=True)), (5, 3)),
    "the last states of an lstm from both ends": (Bidirectional(LSTM(4), "sum"), (5, 3)),
    "the mean of an rnn from both ends": (Bidirectional(SimpleRNN(4, return_sequences=True), "ave"), (5, 3)),
    "convolution": (Conv1D(4, 3), (6, 3)),
    "causal convolution": (Conv1D(4, 3, padding="causal", dilation_rate=2), (6, 3)),
    "uneven convolution": (Conv1D(4, 4, strides=2, padding="same", use_bias=False), (7, 3)),
    "maxima": (MaxPooling1D(3, strides=2, padding="same"), (8, 3)),
    "means": (AveragePooling1D(3, strides=1, padding="same"), (8, 3)),
    "mean": (GlobalAveragePooling1D(), (5, 3)),
    "maximum": (GlobalMaxPooling1D(), (5, 3)),
    "learned positions": (PositionalEncoding(), (5, 4)),
    "sines": (PositionalEncoding(learned=False), (6, 5)),
    "embedding": (Embedding(7, 3), (5,)),
    "dense": (Dense(4), (5, 3)),
    "layer norm": (LayerNormalization(), (5, 3)),
    "batch norm": (BatchNormalization(), (5, 3)),
    "residual": (Residual((LayerNormalization(), MultiHeadAttention())), (5, 4)),
    "residual that projects": (Residual((Conv1D(6, 3, padding="causal"),)), (5, 4)),
}


def module_of(network: Network) -> Any:
    """PyTorch's Sequential of a network, in float64, with its weights."""
    names: dict[str, Any] = {"torch": torch}
    modules = list(torch_modules(network.layers, network.input_shape))
    for text in dict.fromkeys(text for module in modules for text in module.classes):
        exec(text, names)
    torch.set_default_dtype(torch.float64)
    try:
        made = torch.nn.Sequential(*(eval(module.call, names) for module in modules)).double()
    finally:
        torch.set_default_dtype(torch.float32)
    state, _ = torch_state(network.layers, network.weights, network.input_shape)
    made.load_state_dict({name: torch.tensor(array) for name, array in state.items()})
    return made


def network_of(layers: list[Layer], shape: Shape) -> Network:
    network = Network(layers, shape, dtype=np.float64, seed=1)
    network.parameters[:] = np.random.default_rng(3).normal(0.0, 0.6, network.parameters.shape)
    return network


def close(ours: np.ndarray, theirs: Any, rtol: float = 1e-12) -> None:
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=rtol, atol=min(rtol, 1e-5))


# PyTorch's heads share the channels out.
IN_PYTORCH = [name for name, (layer, _) in CASES.items() if not getattr(layer, "key_dim", 0)]


@pytest.mark.parametrize("name", IN_PYTORCH)
def test_outputs_and_gradients_are_those_of_pytorch(name: str) -> None:
    layer, shape = CASES[name]
    network, rng = network_of([layer], shape), np.random.default_rng(4)
    tokens = isinstance(layer, Embedding)
    x = rng.integers(-1, 9, (3, *shape)).astype(float) if tokens else rng.normal(size=(3, *shape))
    model, theirs = module_of(network), torch.tensor(x, requires_grad=not tokens)
    outputs = model(theirs)
    direction = rng.normal(size=outputs.shape)
    outputs.backward(torch.tensor(direction))
    # A layer in front that has weights, so that the gradient of inputs is asked for.
    first: list[Layer] = [] if tokens else [PositionalEncoding()] if len(shape) == 2 else [Dense(shape[0])]
    ours = network_of([*first, layer], shape)
    ours.parameters[:] = 0.0
    for mine, others in zip(ours.weights[-1].values(), network.weights[0].values(), strict=True):
        mine[...] = others
    plan = ours.plan(3, training=True)
    close(plan.forward(x), outputs)
    close(ours.predict(x) if layer.kind != "batch_normalization" else plan.forward(x), outputs)
    plan.backward(direction.copy())
    if first:
        # That of positions is the sum over the batch.
        close(ours.weight_gradients[0]["positions"], theirs.grad.sum(axis=0))
    found = layer.torch_weights({**ours.weights[-1], **ours.weight_gradients[-1]}, shape, None)
    for key, parameter in model[0].named_parameters():
        if "bias_hh_l0" in key and not isinstance(getattr(layer, "layer", layer), GRU):
            # They have two biases where one does.
            continue
        close(found[key], parameter.grad)


def keras_layer(layer: Layer, shape: Shape) -> tuple[Any, dict[str, Any]]:
    """Keras's layer of our settings, and the arguments of its call."""
    layers = keras_module().layers
    settings = {item.name: getattr(layer, item.name) for item in layer.settings()}
    kept = (
        "units",
        "return_sequences",
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "dilation_rate",
        "use_bias",
    )
    given: dict[str, Any] = {
        name: settings[name] for name in (*kept, "input_dim", "output_dim") if name in settings
    }
    if isinstance(layer, MultiHeadAttention):
        given |= {"num_heads": layer.num_heads, "key_dim": layer.head_size(shape[1])}
        return layers.MultiHeadAttention(**given, dtype="float64"), {"use_causal_mask": layer.causal}
    return getattr(layers, type(layer).__name__)(**given, dtype="float64"), {}


IN_KERAS = [name for name, (layer, _) in CASES.items() if layer.kind in (
    "multi_head_attention", "simple_rnn", "gru", "lstm", "conv1d", "embedding",
)]  # fmt: skip


@pytest.mark.parametrize("name", IN_KERAS)
def test_outputs_and_gradients_are_those_of_keras(name: str) -> None:
    layer, shape = CASES[name]
    network, rng = network_of([layer], shape), np.random.default_rng(4)
    tokens = isinstance(layer, Embedding)
    x = rng.integers(0, 7, (3, *shape)).astype(float) if tokens else rng.normal(size=(3, *shape))
    # With PyTorch below it, Keras's matmul makes float32 of float64, which these two layers go through.
    rtol = 2e-5 if isinstance(layer, MultiHeadAttention | SimpleRNN) else 1e-12
    with quiet_keras():
        theirs, call = keras_layer(layer, shape)
        given = torch.tensor(x)
        inputs = (given, given) if isinstance(layer, MultiHeadAttention) else (given,)
        theirs(*inputs, **call)
        theirs.set_weights(network.get_weights())
        outputs = theirs(*inputs, **call)
    plan = network.plan(3, training=True)
    close(plan.forward(x), outputs, rtol)
    direction = rng.normal(size=outputs.shape)
    outputs.backward(torch.tensor(direction))
    plan.backward(direction.copy())
    for ours, variable in zip(network.weight_gradients[0].values(), theirs.trainable_weights, strict=True):
        close(ours, variable.value.grad, rtol)


def gpt() -> list[Layer]:
    return [
        Embedding(11, 8),
        PositionalEncoding(),
        Residual((LayerNormalization(), MultiHeadAttention(num_heads=2))),
        Residual((LayerNormalization(), Dense(16, "relu"), Dense(8))),
        LayerNormalization(),
        Dense(11),
    ]


def test_ten_steps_of_a_small_gpt_are_those_of_pytorch() -> None:
    network, rng = network_of(gpt(), (6,)), np.random.default_rng(5)
    network.initialize(7)
    tokens = rng.integers(0, 11, (10, 4, 6))
    following = rng.integers(-1, 11, (10, 4, 6)).astype(np.int32)
    model = module_of(network)
    theirs = torch.optim.Adam(model.parameters(), lr=0.01, eps=1e-7)
    ours, loss = (
        Adam(0.01, epsilon=1e-7).bind(network.parameters, network.gradients),
        TokenLoss(CrossEntropy(), True),
    )
    plan, gradient = network.plan(4, training=True), np.empty((4, 6, 11))
    for x, y in zip(tokens, following, strict=True):
        theirs.zero_grad()
        logits = model(torch.tensor(x))
        value = functional.cross_entropy(
            logits.reshape(-1, 11), torch.tensor(y).long().reshape(-1), ignore_index=-1
        )
        value.backward()
        theirs.step()
        assert loss.value_and_gradient(plan.forward(x.astype(float)), y, gradient) == pytest.approx(
            value.item(), rel=1e-11
        )
        plan.backward(gradient)
        ours.update()
    state, _ = torch_state(network.layers, network.weights, network.input_shape)
    for name, array in model.state_dict().items():
        np.testing.assert_allclose(state[name], array.numpy(), rtol=1e-9, atol=1e-11, err_msg=name)
