"""Residual blocks: sum, projection, nested names, JSON and invalid blocks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.experiment.experiment import Experiment
from core.formats import named_weights
from core.model.sequence import Sequence
from core.nn import (
    LAYERS,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LayerError,
    ReLU,
    Reshape,
    Residual,
)
from core.nn.gradient_tape import GradientTape
from core.nn.losses import MeanSquaredError
from core.nn.network import Network
from core.spec import SettingError
from tests.core.gradient_check import gradient_error

BLOCK = Residual(
    (
        Conv2D(4, 3, padding="same", use_bias=False),
        BatchNormalization(),
        ReLU(),
        Conv2D(4, 3, padding="same"),
        BatchNormalization(),
    ),
    activation="relu",
)


def test_the_input_is_added() -> None:
    network = Network([Residual((Dense(3),))], (3,), dtype=np.float64, seed=1)
    x = np.random.default_rng(0).normal(size=(5, 3))
    network.parameters[:] = 0.0
    np.testing.assert_array_equal(network.predict(x), x)
    network.weights[0]["0/bias"][:] = [1.0, 2.0, 3.0]
    np.testing.assert_array_equal(network.predict(x), x + np.array([1.0, 2.0, 3.0]))


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ([Dense(3), Residual((Dense(5, "tanh"), Dense(3, "gelu"))), Dense(2)], (2,)),
        ([Residual((Dense(5, "tanh"), Dense(3))), Dense(2)], (2,)),
        ([Residual((Dense(2), Dense(2, "tanh")), activation="tanh"), Dense(2)], (2,)),
        ([Dense(3), Residual((Dropout(0.3), ReLU())), Dense(2)], (2,)),
        ([Dense(3), Residual(()), Dense(2)], (2,)),
        ([Residual((ReLU(),)), Dense(2)], (2,)),
        (
            [Dense(3), Residual((Residual((Dense(3, "tanh"), BatchNormalization())), Dense(2))), Dense(2)],
            (2,),
        ),
        ([Conv2D(4, 2), BLOCK, Flatten(), Dense(2)], (5, 5, 2)),
        ([BLOCK, Flatten(), Dense(2)], (4, 5, 2)),
        (
            [Conv2D(2, 1), Residual((Conv2D(3, 3, strides=2, padding="same"),)), Flatten(), Dense(2)],
            (5, 6, 1),
        ),
        (
            [Conv2D(2, 1), Residual((Reshape((-1,)), Dense(24), Reshape((4, 3, 2)))), Flatten(), Dense(2)],
            (4, 3, 1),
        ),
    ],
)
def test_gradients(layers: list[Layer], shape: tuple[int, ...]) -> None:
    assert gradient_error(layers, shape) < 1e-6


def test_names_say_where_an_array_lies() -> None:
    network = Network([Residual((Dense(4), BatchNormalization()))], (3,))
    assert list(network.weights[0]) == [
        "0/kernel", "0/bias", "1/gamma", "1/beta", "1/moving_mean", "1/moving_variance", "skip/kernel",
    ]  # fmt: skip
    assert network.state.size == 8
    assert network.kernels.size == 12 + 12
    assert "residual/1/moving_mean" in named_weights(network, "keras")
    assert {"0.layers.0.weight", "0.layers.1.running_var", "0.skip.weight"} <= named_weights(
        network, "pytorch"
    ).keys()


def test_averages_inside_move_while_training_only() -> None:
    network = Network([BLOCK], (5, 5, 4), seed=1)
    x = np.random.default_rng(0).normal(2.0, 1.0, (6, 5, 5, 4)).astype(np.float32)
    before = network.state.copy()
    network.predict(x)
    np.testing.assert_array_equal(network.state, before)
    network.plan(6, training=True).forward(x)
    assert (network.state != before).all()


def test_layers_within_have_stages_and_outputs_of_their_own() -> None:
    block = Residual((Dense(4, "tanh"), Residual((Dense(4),)), Dense(5)))
    network = Network([Dense(3), block, Dense(2)], (2,), dtype=np.float64, seed=1)
    assert list(network.places) == ["0", "1/0", "1/1/0", "1/1", "1/2", "1/skip", "1", "2"]
    x = np.random.default_rng(0).normal(size=(6, 2))
    found = network.outputs_at(network.places, x)
    first, skipped = network.places["1/0"].weights, network.places["1/skip"].weights["kernel"]
    assert np.shares_memory(first["kernel"], network.weights[1]["0/kernel"])
    np.testing.assert_allclose(
        found["1/0"], np.tanh(found["0"] @ first["kernel"] + first["bias"]), atol=1e-12
    )
    np.testing.assert_allclose(found["1"], found["1/2"] + found["0"] @ skipped, atol=1e-12)
    np.testing.assert_array_equal(found["2"], network.predict(x))
    ops = network.plan(6, training=True).ops
    there_and_back = ["1", "1/0", "1/0", "1/1", "1/1/0", "1/1", "1/2", "1", "1/skip", "1"]
    assert [path for path, _ in ops] == ["0", *there_and_back, "2"]
    tape = GradientTape(network, 6)
    tape.run(x, np.zeros((6, 2)), MeanSquaredError())
    for path, output in found.items():
        np.testing.assert_array_equal(tape.outputs[path], output)
    by_sum = tape.pre_activation_gradients["1/0"]
    np.testing.assert_allclose(found["0"].T @ by_sum, tape.weight_gradients[1]["0/kernel"], atol=1e-12)


def test_the_way_back_ends_at_the_first_weights_of_a_block() -> None:
    plan = Network([Residual((Dropout(0.5), Dense(3), ReLU()))], (3,)).plan(5, training=True)
    assert len(plan._forwards) == 5
    assert len(plan._backwards) == 3


def test_a_layer_within_that_does_not_learn_stays() -> None:
    network = Network([Residual((Dense(3, trainable=False), Dense(3)))], (3,), seed=1)
    assert [array.shape for array, _ in network.frozen] == [(3, 3), (3,)]
    assert all(np.shares_memory(array, network.parameters) for array, _ in network.frozen)


def test_blocks_come_back_from_json_and_from_files(tmp_path: Path) -> None:
    assert LAYERS.from_json(BLOCK.to_json()) == BLOCK
    nested = Residual((BLOCK, Residual((Dense(3),))))
    experiment = Experiment(layers=(nested,))
    assert Experiment.from_json(experiment.to_json()) == experiment
    x = np.random.default_rng(0).normal(size=(40, 6, 6, 2)).astype(np.float32)
    model = Sequence([BLOCK, GlobalAveragePooling2D(), Dense(2, "softmax")], epochs=2, feedback_steps=0)
    model.train(x, np.arange(40) % 2).save(tmp_path / "model.nnmodel")
    np.testing.assert_array_equal(Sequence.load(tmp_path / "model.nnmodel").predict(x), model.predict(x))


def test_what_cannot_be_added_is_told() -> None:
    with pytest.raises(LayerError, match=r"Residual needs layers that keep the shape; they make 4 of 3"):
        Residual((Dense(4),), projection=False).output_shape((3,))
    with pytest.raises(LayerError, match=r"they make 36 of 3 × 4 × 3"):
        Residual((Flatten(),)).output_shape((3, 4, 3))
    with pytest.raises(LayerError, match=r"Residual, layer 2: Conv2D needs an image; it gets 4 features"):
        Residual((Dense(4), Conv2D())).output_shape((3,))
    deep = Residual()
    for _ in range(7):
        deep = Residual((deep,))
    with pytest.raises(SettingError, match="at most 8 deep"):
        Residual((deep,))
