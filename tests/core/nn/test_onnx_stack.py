"""A stack as an ONNX graph predicts in onnxruntime what our network predicts."""

from __future__ import annotations

import numpy as np
import pytest

from core.formats.onnx.writer import onnx_graph
from core.nn import (
    ELU,
    LAYERS,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LayerError,
    LayerNormalization,
    LeakyReLU,
    MaxPooling2D,
    Reshape,
    Residual,
    Shape,
    Softmax,
)
from core.nn.interventions import Intervention
from core.nn.network import Network
from core.spec import SettingError
from tests.core.kinds import kind_id
from tests.core.onnx_runner import CLOSE, run_network
from tests.core.random_stacks import random_samples


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    return float(np.abs(ours - theirs).max() / max(1.0, float(np.abs(ours).max())))


def with_other_weights(layers: list[Layer], shape: Shape) -> Network:
    network, rng = Network(layers, shape, seed=1), np.random.default_rng(2)
    network.parameters += rng.normal(0.0, 0.3, network.parameters.shape).astype(np.float32)
    network.state[:] = rng.uniform(0.5, 1.5, network.state.shape)
    return network


def agree(network: Network, samples: int = 9) -> None:
    inputs = random_samples(np.random.default_rng(3), samples, network.input_shape)
    theirs = run_network(network, inputs)
    assert theirs.shape == (samples, *network.output_shape)
    assert difference(network.predict(inputs), theirs) <= CLOSE


@pytest.mark.parametrize("kind", list(LAYERS), ids=kind_id)
def test_every_layer_predicts_the_same_wherever_it_fits_or_refuses_with_a_sentence(kind: type[Layer]) -> None:
    fitting = 0
    for shape in ((6,), (6, 4), (6, 5, 3)):
        before: list[Layer] = [Dense(shape[-1])] if len(shape) < 3 else [Conv2D(3, 1)]
        try:
            network = with_other_weights([*before, kind()], shape)
        except LayerError:
            continue
        fitting += 1
        if kind.onnx_nodes is Layer.onnx_nodes:
            sentence = (
                "only Keras has the mask of {}" if kind().masks(False) else "{} cannot be written as ONNX yet"
            )
            with pytest.raises(SettingError, match=sentence.format(kind.title)):
                agree(network)
        else:
            agree(network)
    assert fitting


def test_all_of_our_own_layers_can_be_written() -> None:
    own = [kind for kind in LAYERS if kind.__module__.startswith("core.nn.") and not kind().masks(False)]
    assert len(own) >= 25
    for kind in own:
        assert kind.onnx_nodes is not Layer.onnx_nodes, kind.title


CORNERS: dict[str, tuple[list[Layer], Shape]] = {
    "padding that is not even": ([Conv2D(3, (4, 2), strides=(2, 1), padding="same")], (7, 6, 2)),
    "dilation": ([Conv2D(2, 2, dilation_rate=(3, 2), padding="same", use_bias=False)], (7, 8, 2)),
    "steps longer than windows": ([Conv2D(2, 1, strides=3, padding="same"), MaxPooling2D(1, strides=2)], (9, 8, 1)),
    "averages at the edge": ([AveragePooling2D(3, strides=2, padding="same")], (8, 5, 2)),
    "maxima at the edge": ([MaxPooling2D((3, 2), strides=(2, 1), padding="same")], (8, 5, 2)),
    "softmax over the channels of images": ([Conv2D(4, 1), Softmax()], (3, 4, 2)),
    "the mean of images in our order": ([LayerNormalization(), GlobalAveragePooling2D()], (3, 4, 2)),
    "flatten of many channels": ([Conv2D(4, 2), Flatten(), Dense(3)], (4, 5, 2)),
    "rows of rows": ([Reshape((3, 4)), BatchNormalization(), LayerNormalization(), Flatten()], (12,)),
    "images out of rows": ([Reshape((2, 3, 2)), Conv2D(3, 2), Reshape((6,))], (12,)),
    "norms without an affine": (
        [BatchNormalization(scale=False, center=False), LayerNormalization(scale=False, center=False)], (4,),
    ),
    "half an affine": ([BatchNormalization(scale=False), LayerNormalization(scale=False)], (4,)),
    "a block whose branch is in another order": (
        [Conv2D(3, 1), Residual((LayerNormalization(),)), Residual((Conv2D(3, 3, padding="same"),))], (4, 4, 2),
    ),
    "a block that projects": ([Residual((Conv2D(5, 3, strides=2, padding="same"),), activation="relu")], (7, 6, 2)),
    "blocks in blocks": ([Residual((Dense(4), Residual((Dense(6, "tanh"),), activation="elu"), Residual(())))], (6,)),
    "settings of activations": ([Dense(4, ELU(alpha=2.5)), Dense(4, LeakyReLU(negative_slope=0.7))], (3,)),
    "a norm of single numbers": ([Conv2D(1, 2), LayerNormalization(), Flatten(), Dense(2)], (3, 4, 1)),
    "no layer": ([], (3,)),
}  # fmt: skip


@pytest.mark.parametrize("name", CORNERS)
def test_corners(name: str) -> None:
    agree(with_other_weights(*CORNERS[name]))


@pytest.mark.parametrize("samples", [0, 1, 300])
def test_a_batch_of_any_size(samples: int) -> None:
    network = with_other_weights([Conv2D(2, 2), Reshape((12, 2)), Flatten(), Dense(3, "softmax")], (4, 5, 1))
    inputs = random_samples(np.random.default_rng(0), samples, (4, 5, 1))
    np.testing.assert_allclose(run_network(network, inputs), network.predict(inputs), atol=1e-6)


@pytest.mark.parametrize("kind", ["mute", "clamp"])
@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ([Dense(4, "tanh"), Dense(2)], (3,)),
        ([Conv2D(4, 2, activation="relu"), Flatten(), Dense(2)], (4, 5, 2)),
    ],
    ids=["neuron", "map"],
)
def test_a_held_unit_is_held_in_the_file(kind: str, layers: list[Layer], shape: Shape) -> None:
    network = with_other_weights(layers, shape)
    inputs = random_samples(np.random.default_rng(3), 9, shape)
    free = network.predict(inputs)
    held = Intervention(kind, 0, 2, value=-0.7 if kind == "clamp" else 0.0)  # type: ignore[arg-type]
    network.intervene([held, Intervention("freeze", 0, 1)])
    theirs = run_network(network, inputs)
    assert difference(network.predict(inputs), theirs) <= CLOSE
    assert difference(free, theirs) > 1e-2


def test_a_hold_wins_over_a_unit_that_is_not_a_number() -> None:
    network = with_other_weights([Dense(3), Dense(2)], (2,))
    network.weights[0]["bias"][1] = np.nan
    network.intervene([Intervention("clamp", 0, 1, value=0.25)])
    inputs = random_samples(np.random.default_rng(3), 4, (2,))
    theirs = run_network(network, inputs)
    assert np.isfinite(theirs).all()
    np.testing.assert_allclose(theirs, network.predict(inputs), atol=1e-6)


def test_convolutions_in_a_row_are_transposed_once() -> None:
    layers = [
        Conv2D(2, 2, activation="relu"),
        BatchNormalization(),
        MaxPooling2D(2),
        Conv2D(3, 2),
        Flatten(),
        Dense(2),
    ]
    operators = [node.operator for node in onnx_graph(Network(layers, (9, 9, 1)), None).nodes]
    assert operators == [
        "Transpose", "Conv", "Relu", "BatchNormalization", "MaxPool", "Conv", "Transpose", "Flatten", "Gemm",
        "Identity",
    ]  # fmt: skip


@pytest.mark.parametrize("center", [True, False])
def test_a_norm_is_written_as_older_runtimes_can_compute_it(center: bool) -> None:
    """onnxruntime 1.22 loses digits of rows far from 0, and 1.18 aborts without beta; both were seen."""
    nodes = onnx_graph(Network([LayerNormalization(center=center)], (4,)), None).nodes
    assert [node.operator for node in nodes] == ["ReduceMean", "Sub", "LayerNormalization", "Identity"]
    assert len(nodes[2].inputs) == 3
    far = Network([LayerNormalization(center=center)], (40,))
    inputs = 100.0 + random_samples(np.random.default_rng(0), 9, (40,))
    assert difference(far.predict(inputs), run_network(far, inputs)) <= CLOSE


def test_names_are_those_of_the_layers() -> None:
    graph = onnx_graph(Network([Dense(2, "tanh"), Dense(2), Residual((Dense(2),))], (2,)), None)
    assert [node.name for node in graph.nodes] == [
        "dense/Gemm", "dense/Tanh", "dense_1/Gemm", "residual/0/Gemm", "residual/Add", "Identity",
    ]  # fmt: skip
    assert [*graph.constants][:3] == ["dense/kernel", "dense/bias", "dense_1/kernel"]
