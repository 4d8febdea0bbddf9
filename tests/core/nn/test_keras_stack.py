"""A stack as layers of Keras predicts there what our network predicts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.formats.keras.writer import keras_model
from core.nn import (
    LAYERS,
    AveragePooling1D,
    AveragePooling2D,
    Conv1D,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    LayerError,
    MaxPooling2D,
    Residual,
    Shape,
)
from core.nn.interventions import Intervention
from core.nn.network import Network
from core.spec import SettingError
from tests.core.keras_runner import run_layers
from tests.core.kinds import kind_id
from tests.core.nn.test_onnx_stack import CORNERS, difference, with_other_weights
from tests.core.onnx_runner import CLOSE
from tests.core.random_stacks import random_samples

MORE_CORNERS: dict[str, tuple[list[Layer], Shape]] = {
    "strides and dilation": ([Conv2D(3, 3, strides=(2, 1), dilation_rate=2)], (9, 8, 2)),
    "strides and dilation at the edge": (
        [Conv2D(3, (3, 2), strides=(2, 3), dilation_rate=2, padding="same", activation="gelu")], (9, 8, 2),
    ),
    "uneven averages of large windows": ([AveragePooling2D((4, 3), strides=(1, 2), padding="same")], (6, 6, 2)),
    "maxima of windows at every pixel": ([MaxPooling2D((2, 4), strides=1, padding="same")], (6, 6, 2)),
    "strides and dilation along time": ([Conv1D(3, 3, 2, "causal", 2, "gelu")], (9, 2)),
    "strides and dilation of whole windows": ([Conv1D(3, 3, 2, "valid", 2)], (9, 2)),
    "uneven averages along time": ([AveragePooling1D(4, 2, "same")], (7, 2)),
    "the projection beside a branch of its kind": (
        [Dense(3), Residual((Dense(5, "tanh"), Dense(4))), Dense(2)], (3,),
    ),
}  # fmt: skip


def agree(network: Network, folder: Path, samples: int = 9) -> None:
    inputs = random_samples(np.random.default_rng(3), samples, network.input_shape)
    theirs = run_layers(network, inputs, folder)
    assert theirs.shape == (samples, *network.output_shape)
    assert difference(network.predict(inputs), theirs) <= CLOSE


@pytest.mark.foreign
@pytest.mark.parametrize("kind", list(LAYERS), ids=kind_id)
def test_every_layer_predicts_the_same_wherever_it_fits_or_refuses_with_a_sentence(
    kind: type[Layer], tmp_path: Path
) -> None:
    fitting = 0
    for shape in ((6,), (6, 4), (6, 5, 3)):
        before: list[Layer] = [Dense(shape[-1])] if len(shape) < 3 else [Conv2D(3, 1)]
        try:
            network = with_other_weights([*before, kind()], shape)
        except LayerError:
            continue
        fitting += 1
        if kind.keras_layers is Layer.keras_layers and kind.keras_fields is None:
            with pytest.raises(SettingError, match=f"{kind.title} cannot be written as a Keras layer yet"):
                agree(network, tmp_path)
        else:
            agree(network, tmp_path)
    assert fitting


def test_all_of_our_own_layers_can_be_written() -> None:
    own = [kind for kind in LAYERS if kind.__module__.startswith("core.nn.")]
    assert len(own) >= 25
    for kind in own:
        assert kind.keras_layers is not Layer.keras_layers or kind.keras_fields is not None, kind.title


@pytest.mark.foreign
@pytest.mark.parametrize("name", [*CORNERS, *MORE_CORNERS])
def test_corners(name: str, tmp_path: Path) -> None:
    agree(with_other_weights(*{**CORNERS, **MORE_CORNERS}[name]), tmp_path)


@pytest.mark.foreign
@pytest.mark.parametrize("kind", ["mute", "clamp"])
def test_a_held_unit_is_held_in_the_file(kind: str, tmp_path: Path) -> None:
    layers: list[Layer] = [Conv2D(4, 2, activation="relu"), Flatten(), Dense(2)]
    network = with_other_weights(layers, (4, 5, 2))
    inputs = random_samples(np.random.default_rng(3), 9, (4, 5, 2))
    free = network.predict(inputs)
    network.intervene([Intervention(kind, 0, 2, value=-0.7 if kind == "clamp" else 0.0)])  # type: ignore[arg-type]
    theirs = run_layers(network, inputs, tmp_path)
    assert difference(network.predict(inputs), theirs) <= CLOSE
    assert difference(free, theirs) > 1e-2


def test_names_and_weights_are_those_of_the_layers() -> None:
    network = Network([Dense(2, "tanh"), Residual((Dense(3, "sine"),)), Residual(()), Dense(2)], (2,))
    graph, _ = keras_model(network, None)
    assert [*graph.nodes] == [
        "inputs", "dense", "residual-0", "residual-0_sin", "residual-skip", "residual", "residual_1", "dense_1",
    ]  # fmt: skip
    arrays = [name for node in graph.nodes.values() for name in node.arrays]
    assert arrays == [
        "dense/kernel", "dense/bias", "residual/0/kernel", "residual/0/bias", "residual/skip/kernel",
        "dense_1/kernel", "dense_1/bias",
    ]  # fmt: skip


def test_an_activation_is_a_setting_where_keras_has_it_with_ours() -> None:
    graph, _ = keras_model(Network([Dense(2, "tanh"), Dense(2, "elu")], (2,)), None)
    settings = {name: dict(node.settings) for name, node in graph.nodes.items()}
    assert settings["dense"]["activation"] == "tanh"
    assert settings["dense_1"]["activation"] == "linear"
    assert settings["dense_1_elu"] == {"alpha": 1.0}
