"""Graphs of other programs: what fits predicts as onnxruntime does, what does not is named with its reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest

import core
from core.data.pipeline import ClassOutputs, ImageInputs, NumberColumn, Pipeline, TableInputs, ValueOutputs
from core.formats import MODEL_READERS, load_model, report_model
from core.formats.onnx.own_files import OnnxReader
from core.formats.onnx.writer import onnx_bytes, onnx_graph
from core.nn import (
    LAYERS,
    Activation,
    Dense,
    Dropout,
    Layer,
    LayerNormalization,
    LeakyReLU,
    ReLU,
    Residual,
    Sampling,
    Shape,
)
from core.nn.network import Network
from tests.core.formats.onnx.made_graphs import (
    Array,
    assert_reads_as_it_runs,
    node,
    report,
    runtime_outputs,
    weights,
    write,
)
from tests.core.formats.onnx.onnx_cases import shaken
from tests.core.random_stacks import random_network
from tests.core.test_exam import PLACES, around

pytest.importorskip("onnxruntime")

# The first takes the mean away by nodes of its own, for older runtimes; of the second there is a Gather.
UNKNOWN = (LayerNormalization, Sampling)
KNOWN = [
    (kind, shape)
    for kind, shape in PLACES
    if kind not in UNKNOWN and kind.family != "sequence" and len(shape) != 2
]
Nodes = Sequence[onnx.NodeProto]
Constants = dict[str, Array]


def test_the_suffix_chooses_the_reader() -> None:
    assert OnnxReader in set(MODEL_READERS)


def kinds(found: object) -> list[str]:
    return [row.layer.kind if row.layer else row.fit for row in getattr(found, "layers", ())]


@pytest.mark.parametrize(
    ("kind", "shape"), KNOWN, ids=[f"{k.kind}-{'x'.join(map(str, s))}" for k, s in KNOWN]
)
def test_layers_are_recognized_without_a_description(kind: type[Layer], shape: Shape, tmp_path: Path) -> None:
    network = shaken(Network(around(kind(), shape), shape, seed=1))
    network.state += np.linspace(0.5, 1.5, network.state.size, dtype=np.float32)
    path = tmp_path / "bare.onnx"
    path.write_bytes(onnx_bytes(onnx_graph(network, None), {}))
    model = load_model(path)
    x = np.random.default_rng(0).normal(size=(7, *shape)).astype(np.float32)
    np.testing.assert_allclose(model.network.predict(x), network.predict(x), atol=2e-6)


def test_samples_of_positions_are_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "bare.onnx"
    path.write_bytes(onnx_bytes(onnx_graph(Network(around(Dense(3), (5, 4)), (5, 4), seed=1), None), {}))
    with pytest.raises(ValueError, match="it needs a row of numbers, and gets samples of 5 × 4"):
        load_model(path)


def test_random_stacks_are_recognized_without_a_description(tmp_path: Path) -> None:
    rng, path, read = np.random.default_rng(4), tmp_path / "bare.onnx", 0
    for number in range(18):
        shape = ((6,), (7, 6, 2))[number % 2]
        network = random_network(rng, shape, LAYERS.make("dense"))
        path.write_bytes(onnx_bytes(onnx_graph(network, None), {}))
        found = report_model(path)
        if found.model is None:  # LayerNorm, and images of which rows are reshaped
            assert found.fault
            continue
        read += 1
        x = rng.normal(size=(7, *shape)).astype(np.float32)
        np.testing.assert_allclose(found.model.network.predict(x), network.predict(x), rtol=1e-4, atol=1e-5)
    assert read >= 6


def keras_cnn() -> tuple[Nodes, Constants]:
    """As tf2onnx writes it: pixels first at both ends, and the kernel in ONNX's order."""
    nodes = [
        node("Mul", "x byte", "a"),
        node("Transpose", "a", "b", perm=[0, 3, 1, 2]),
        node("Conv", "b k kb", "c", auto_pad="SAME_UPPER", strides=[2, 2]),
        node("Relu", "c", "d"),
        node("MaxPool", "d", "e", kernel_shape=[2, 2], strides=[2, 2]),
        node("Transpose", "e", "f", perm=[0, 2, 3, 1]),
        node("Reshape", "f flat", "g"),
        node("MatMul", "g w", "h"),
        node("Add", "h b1", "i"),
        node("Softmax", "i", "y", axis=1),
    ]
    constants = {
        "byte": np.array(1 / 255, np.float32),
        "k": weights(4, 3, 3, 3),
        "kb": weights(4),
        "flat": np.array([-1, 36], np.int64),
        "w": weights(36, 5),
        "b1": weights(5),
    }
    return nodes, constants


def test_a_convolutional_network_of_keras_is_read(tmp_path: Path) -> None:
    nodes, constants = keras_cnn()
    found = assert_reads_as_it_runs(
        write(tmp_path, nodes, constants, {"x": ["n", 12, 12, 3]}), (4, 12, 12, 3)
    )
    assert kinds(found) == ["conv2d", "max_pooling2d", "flatten", "dense"]
    assert found.layers[0].source == "Conv c, Relu d"
    assert [row.shape for row in found.layers] == [(6, 6, 4), (3, 3, 4), (36,), (5,)]
    assert found.model is not None
    assert found.model.pipeline is not None
    assert found.model.pipeline.outputs == ClassOutputs(("0", "1", "2", "3", "4"), 5)
    inputs = found.model.pipeline.inputs
    assert isinstance(inputs, ImageInputs)
    assert (inputs.shape, inputs.high, inputs.shift) == ((12, 12, 3), 255.0, 0.0)
    assert inputs.scale == pytest.approx(1.0)


def test_channels_first_are_put_last_and_flattened_rows_are_reordered(tmp_path: Path) -> None:
    nodes = [
        node("Conv", "x k", "a", pads=[1, 1, 1, 1], strides=[2, 2]),
        node("AveragePool", "a", "b", kernel_shape=[2, 2], strides=[2, 2]),
        node("Shape", "b", "s"),
        node("Gather", "s zero", "n", axis=0),
        node("Unsqueeze", "n zeros", "m"),
        node("Concat", "m minus", "wanted", axis=0),
        node("Reshape", "b wanted", "c"),
        node("BatchNormalization", "c g be mu va", "d", epsilon=1e-5),
        node("Gemm", "d w", "y", transB=1, alpha=0.5),
    ]
    constants = {
        "k": weights(4, 2, 3, 3),
        "zero": np.array(0, np.int64),
        "zeros": np.array([0], np.int64),
        "minus": np.array([-1], np.int64),
        **{name: weights(36, seed=seed) for seed, name in enumerate(("g", "be", "mu"), 1)},
        "va": np.abs(weights(36)) + 0.5,
        "w": weights(3, 36),
    }
    path = write(tmp_path, nodes, constants, {"x": ["n", 2, 12, 12]})
    found = assert_reads_as_it_runs(path, (4, 2, 12, 12), channels_first=True)
    assert kinds(found) == ["conv2d", "average_pooling2d", "flatten", "batch_normalization", "dense"]
    # A padding of one pixel on each side is neither valid nor same here, with a stride of 2.
    assert [row.fit for row in found.layers] == ["adapted", "fits", "fits", "fits", "adapted"]
    assert found.model is not None
    assert found.model.network.input_shape == (12, 12, 2)


def test_rows_become_images_by_a_reshape(tmp_path: Path) -> None:
    nodes = [
        node("Reshape", "x image", "a"),
        node("Conv", "a k", "b"),
        node("GlobalAveragePool", "b", "c"),
        node("Flatten", "c", "d"),
        node("Gemm", "d w b1", "y"),
    ]
    constants = {
        "image": np.array([0, 1, 8, 8], np.int64),
        "k": weights(4, 1, 3, 3),
        "w": weights(4, 2),
        "b1": weights(2),
    }
    found = assert_reads_as_it_runs(write(tmp_path, nodes, constants, {"x": ["n", 64]}), (4, 64))
    assert kinds(found) == ["reshape", "conv2d", "global_average_pooling2d", "dense"]


def test_a_fixed_number_of_samples_is_no_obstacle(tmp_path: Path) -> None:
    nodes = [node("Reshape", "x flat", "a"), node("Gemm", "a w", "y")]
    constants = {"flat": np.array([2, 18], np.int64), "w": weights(18, 3)}
    path = write(tmp_path, nodes, constants, {"x": [2, 2, 3, 3]})
    found = assert_reads_as_it_runs(path, (2, 2, 3, 3), channels_first=True)
    assert kinds(found) == ["flatten", "dense"]


@pytest.mark.parametrize(
    "nodes",
    [
        [node("Sigmoid", "a", "s"), node("Mul", "a s", "y")],
        [node("Sigmoid", "a", "s"), node("Mul", "s a", "y")],
    ],
)
def test_silu_is_recognized(nodes: Nodes, tmp_path: Path) -> None:
    path = write(tmp_path, [node("MatMul", "x w", "a"), *nodes], {"w": weights(3, 4)}, {"x": ["n", 3]})
    found = assert_reads_as_it_runs(path, (5, 3))
    assert found.layers[0].layer == LAYERS.parse("dense 4 silu use_bias=false")[0]


@pytest.mark.parametrize(
    "nodes",
    [
        [node("Div", "a root", "b"), node("Erf", "b", "c"), node("Add", "c one", "d"), node("Mul", "a d", "e"),
         node("Mul", "e half", "y")],
        [node("Mul", "a half", "h"), node("Mul", "a small", "b"), node("Erf", "b", "c"), node("Add", "one c", "d"),
         node("Mul", "d h", "y")],
    ],
)  # fmt: skip
def test_gelu_is_recognized(nodes: Nodes, tmp_path: Path) -> None:
    constants = {
        "w": weights(3, 4),
        **{
            name: np.array(value, np.float32)
            for name, value in (("root", 2**0.5), ("small", 0.5**0.5), ("one", 1.0), ("half", 0.5))
        },
    }
    path = write(tmp_path, [node("MatMul", "x w", "a"), *nodes], constants, {"x": ["n", 3]})
    found = assert_reads_as_it_runs(path, (5, 3))
    assert found.layers[0].layer == LAYERS.parse("dense 4 gelu use_bias=false")[0]


def test_half_a_gelu_without_an_output_is_none(tmp_path: Path) -> None:
    erf = onnx.helper.make_node("Erf", ["scaled"], [])
    nodes = [node("Div", "x root", "scaled"), erf, node("Relu", "x", "y")]
    found = report(tmp_path, nodes, {"root": np.float32(2**0.5)}, ["n", 3])
    assert "Erf" in found.fault


def test_a_factor_and_a_shift_go_into_weights_or_a_batch_norm(tmp_path: Path) -> None:
    nodes = [
        node("MatMul", "x w", "a"),
        node("Mul", "a f", "b"),
        node("Add", "b s", "c"),
        node("Tanh", "c", "d"),
        node("Sub", "d s", "e"),
        node("Div", "e f", "g"),
        node("MatMul", "g v", "y"),
    ]
    constants = {"w": weights(3, 4), "v": weights(4, 2), "f": np.abs(weights(4)) + 0.5, "s": weights(4)}
    found = assert_reads_as_it_runs(write(tmp_path, nodes, constants, {"x": ["n", 3]}), (5, 3))
    assert kinds(found) == ["dense", "batch_normalization", "dense"]
    assert [row.fit for row in found.layers] == ["adapted", "adapted", "fits"]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("projected", [True, False])
def test_residual_blocks_are_recognized(projected: bool, bias: bool, tmp_path: Path) -> None:
    stride = 2 if projected else 1
    channels = 5 if projected else 4
    skip = [node("Conv", "b p pb" if bias else "b p", "skip", strides=[2, 2])] if projected else []
    nodes = [
        node("Conv", "x k", "a", pads=[1, 1, 1, 1]),
        node("Relu", "a", "b"),
        node("Conv", "b m", "c", auto_pad="SAME_UPPER", strides=[stride, stride]),
        node("Relu", "c", "d"),
        node("Conv", "d q qb", "e", pads=[1, 1, 1, 1]),
        *skip,
        node("Add", "e skip" if projected else "b e", "f"),
        node("Relu", "f", "g"),
        node("ReduceMean", "g", "h", axes=[2, 3], keepdims=0),
        node("Gemm", "h w", "y"),
    ]
    constants = {
        "k": weights(4, 3, 3, 3),
        "m": weights(channels, 4, 3, 3),
        "q": weights(channels, channels, 3, 3),
        "qb": weights(channels),
        "p": weights(5, 4, 1, 1),
        "pb": weights(5, seed=1),
        "w": weights(channels, 2),
    }
    path = write(tmp_path, nodes, constants, {"x": ["n", 3, 8, 8]})
    found = assert_reads_as_it_runs(path, (4, 3, 8, 8), channels_first=True)
    block = found.layers[1].layer
    assert isinstance(block, Residual)
    assert len(block.layers) == 2
    assert found.layers[1].fit == ("adapted" if projected and bias else "fits")


def scikit_learn(classes: Sequence[str] = ("no", "yes")) -> tuple[Nodes, Constants]:
    """As skl2onnx writes a StandardScaler and an MLPClassifier of two classes, of columns."""
    nodes = [
        node("Concat", "length width", "a", axis=1),
        node("Scaler", "a", "b", domain="ai.onnx.ml", offset=[2.0, -1.0], scale=[0.5, 4.0]),
        node("Cast", "b", "c", to=1),
        node("MatMul", "c w", "d"),
        node("Add", "d b1", "e"),
        node("Tanh", "e", "f"),
        node("MatMul", "f v", "g"),
        node("Sigmoid", "g", "p"),
        node("Sub", "one p", "q"),
        node("Concat", "q p", "both", axis=1),
        node("ArgMax", "both", "place", axis=1),
        node("ZipMap", "both", "map", domain="ai.onnx.ml", classlabels_strings=list(classes)),
        node("ArrayFeatureExtractor", "classes place", "label", domain="ai.onnx.ml"),
    ]
    constants = {
        "w": weights(2, 3),
        "b1": weights(1, 3),
        "v": weights(3, 1),
        "one": np.array(1.0, np.float32),
        "classes": np.array(classes, object),
    }
    return nodes, constants


def test_scaling_columns_and_classes_of_scikit_learn_become_a_pipeline(tmp_path: Path) -> None:
    nodes, constants = scikit_learn()
    inputs = {"length": ["n", 1], "width": ["n", 1]}
    model = load_model(write(tmp_path, nodes, constants, inputs, output="label"))
    assert model.pipeline == Pipeline(
        TableInputs(
            (NumberColumn("length", shift=2.0, scale=2.0), NumberColumn("width", shift=-1.0, scale=0.25))
        ),
        ClassOutputs(("no", "yes"), 1),
    )
    raw = {"length": np.array([2.0, 4.0, -3.0]), "width": np.array([-1.0, 0.5, 9.0])}
    scaled = np.stack([(raw["length"] - 2) * 0.5, (raw["width"] + 1) * 4], axis=1)
    hidden = np.tanh(scaled @ constants["w"] + constants["b1"])
    wanted = 1 / (1 + np.exp(-hidden @ constants["v"]))
    predictions = model.predictions(raw)
    assert predictions.probabilities is not None
    assert predictions.labels is not None
    np.testing.assert_allclose(predictions.probabilities[:, 1:], wanted, atol=1e-6)
    assert predictions.labels.tolist() == ["yes" if share > 0.5 else "no" for share in wanted[:, 0]]


def test_scaling_in_front_of_values_becomes_a_pipeline(tmp_path: Path) -> None:
    nodes = [node("Sub", "x m", "a"), node("Div", "a d", "b"), node("Gemm", "b w", "y")]
    constants = {
        "m": np.array([[1.0, 2.0]], np.float32),
        "d": np.array([[3.0, 4.0]], np.float32),
        "w": weights(2, 1),
    }
    path = write(tmp_path, nodes, constants, {"x": ["n", 2]})
    found = assert_reads_as_it_runs(path, (5, 2))
    assert found.model is not None
    assert found.model.pipeline is not None
    assert isinstance(found.model.pipeline.outputs, ValueOutputs)
    assert found.model.pipeline.inputs.names_in == ("x1", "x2")


def test_logarithms_of_probabilities_become_probabilities(tmp_path: Path) -> None:
    nodes = [node("Gemm", "x w", "a"), node("LogSoftmax", "a", "y", axis=1)]
    path = write(tmp_path, nodes, {"w": weights(3, 4)}, {"x": ["n", 3]})
    found = report_model(path)
    assert found.layers[-1].remark == "probabilities here, not their logarithms"
    assert found.model is not None
    with pytest.warns(UserWarning, match=r"^made\.onnx: The file gives logarithms of probabilities; here "):
        core.Sequence.load(path)
    assert found.remarks == (found.model.note,)
    x = weights(6, 3)
    np.testing.assert_allclose(
        np.log(found.model.network.predict(x)), runtime_outputs(path, x), rtol=1e-5, atol=1e-5
    )


def test_a_hidden_layer_beside_the_prediction_is_left_out(tmp_path: Path) -> None:
    nodes = [node("Gemm", "x w", "a"), node("Relu", "a", "h"), node("Gemm", "h v", "y")]
    path = write(tmp_path, nodes, {"w": weights(3, 4), "v": weights(4, 2)}, {"x": ["n", 3]})
    file = onnx.load(path)
    file.graph.output.append(onnx.helper.make_tensor_value_info("h", 1, None))
    path.write_bytes(file.SerializeToString())
    assert kinds(report_model(path)) == ["dense", "dense"]


ROW = {"w": weights(3, 4), "s": weights(4), "v": weights(4, 4)}
IMAGE = {
    "k": weights(4, 2, 3, 3),
    "deep": weights(2, 1, 3, 3),
    "big": weights(4, 2, 5, 5),
    "flat": np.array([-1, 2, 6, 6], np.int64),
    "lost": np.array([1, -1], np.int64),
}
DENSE = node("MatMul", "x w", "a")


@pytest.mark.parametrize(
    ("nodes", "shape", "reason"),
    [
        ([DENSE, node("Selu", "a", "y")], (3,), "Selu y: there is no layer here for Selu"),
        ([DENSE, node("Selu", "a", "b"), node("Celu", "b", "y")], (3,), r"Selu \(and 1 more\)"),
        ([DENSE, node("MatMul", "a v", "b"), node("Mul", "a b", "y")], (3,), "two values that depend"),
        ([DENSE, node("MatMul", "a v", "b"), node("Relu", "a", "c"), node("Add", "b c", "y")], (3,),
         "must be a Dense|two branches"),
        ([DENSE, node("Gelu", "a", "y", approximate="tanh")], (3,), "it is approximated by tanh"),
        ([DENSE, node("ReduceMean", "a", "y", axes=[1])], (3,), "only the mean over all pixels"),
        ([DENSE, node("LogSoftmax", "a", "b"), node("Relu", "b", "y")], (3,), "behind the predictions"),
        ([node("MatMul", "x v", "y")], (3,), "takes 4 numbers, and gets 3"),
        ([DENSE, node("Transpose", "a", "y", perm=[1, 0])], (3,), "moves the axis of samples"),
        ([DENSE, node("Reshape", "a lost", "y")], (3,), "mixes samples|cannot be computed"),
        ([node("Relu", "s", "y")], (3,), "there is no layer here for Relu"),
        ([node("Conv", "x deep", "y", group=2)], (2, 6, 6), "all channels at once"),
        ([node("Conv", "x big", "y", pads=[1, 1, 1, 1])], (2, 6, 6), "neither valid nor same"),
        ([node("MaxPool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])], (2, 6, 6),
         "neither valid nor same"),
        ([node("AveragePool", "x", "y", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)], (2, 6, 6),
         "counts the padding"),
        ([node("Reshape", "x flat", "a"), node("Conv", "a k", "y")], (72,), "channels first"),
        ([node("MatMul", "x w", "y")], (3, "length"), "size of a sample must be known, got 3 × [?]"),
        ([node("MatMul", "x w", "y")], (1, 2, 3, 4, 3), "rows of numbers or images"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_reason(
    nodes: Nodes, shape: Sequence[int | str], reason: str, tmp_path: Path
) -> None:
    found = report(tmp_path, nodes, {**ROW, **IMAGE}, ["n", *shape], opset=20)
    assert found.model is None
    with pytest.raises(ValueError, match=rf"^made\.onnx cannot be opened: .*{reason}"):
        load_model(tmp_path / "made.onnx")


def test_what_is_before_the_misfit_is_shown(tmp_path: Path) -> None:
    found = report(tmp_path, [DENSE, node("Relu", "a", "b"), node("Selu", "b", "y")], ROW, ["n", 3])
    assert [(row.source, row.fit, row.shape) for row in found.layers] == [
        ("MatMul a, Relu b", "fits", (4,)),
        ("Selu y", "misfit", None),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda array: array * np.float32("nan"), "finite weights"),
        (lambda array: array.astype(np.int32), "matrix of floats"),
    ],
)
def test_weights_that_are_no_numbers_are_refused(
    change: Callable[[Array], Array], reason: str, tmp_path: Path
) -> None:
    write(tmp_path, [DENSE], {"w": change(ROW["w"])}, {"x": ["n", 3]}, output="a")
    with pytest.raises(ValueError, match=reason):
        load_model(tmp_path / "made.onnx")


def prelu(folder: Path, slopes: Array, *shape: int) -> Path:
    nodes = [node("PRelu", "x s", "a"), node("Flatten", "a", "b"), node("MatMul", "b w", "y")]
    size = int(np.prod(shape))
    return write(folder, nodes, {"s": slopes, "w": weights(size, 2)}, {"x": ["n", *shape]})


@pytest.mark.parametrize(
    ("slopes", "shape"),
    [
        (np.array([0.25], np.float32), (4,)),
        (np.full((4,), 0.1, np.float32), (4,)),
        (np.full((2, 1, 1), 0.3, np.float32), (2, 3, 3)),
        (np.zeros((2, 1, 1), np.float32), (2, 3, 3)),
    ],
)
def test_a_prelu_with_one_slope_is_a_leaky_relu(slopes: Array, shape: Sequence[int], tmp_path: Path) -> None:
    found = assert_reads_as_it_runs(
        prelu(tmp_path, slopes, *shape), (5, *shape), channels_first=len(shape) == 3
    )
    row = found.layers[0]
    assert (row.fit, row.remark) == ("adapted", "its slope is not learned here")
    assert isinstance(row.layer, Activation)
    assert row.layer.activation == (LeakyReLU(round(float(slopes.flat[0]), 6)) if slopes.any() else ReLU())


@pytest.mark.parametrize(
    ("slopes", "reason"),
    [
        ([0.1, 0.2, 0.1, 0.1], "it has a slope of its own for each channel"),
        ([-0.5], "at least|above|more than"),
    ],
)
def test_other_prelus_are_refused_by_name(slopes: list[float], reason: str, tmp_path: Path) -> None:
    found = report_model(prelu(tmp_path, np.array(slopes, np.float32), 4))
    assert re.match(f"PRelu a: .*({reason})", found.fault), found.fault


def test_dropout_in_training_mode_is_a_dropout(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "a"), node("Dropout", "a ratio on", "b"), node("MatMul", "b v", "y")]
    constants = {"w": weights(4, 6), "v": weights(6, 2), "ratio": np.array(0.25, np.float32)}
    for on in (True, False):
        found = report_model(write(tmp_path, nodes, {**constants, "on": np.array(on)}, {"x": ["n", 4]}))
        row = found.layers[1]
        assert row.layer == Dropout(0.25)
        assert (row.fit == "adapted", "drops in predictions too" in row.remark) == (on, on)


def test_a_skip_link_may_be_a_sum(tmp_path: Path) -> None:
    nodes = [
        node("MatMul", "x w", "a"),
        node("Tanh", "a", "b"),
        node("Sum", "b x", "c"),
        node("MatMul", "c v", "y"),
    ]
    path = write(tmp_path, nodes, {"w": weights(4, 4), "v": weights(4, 2)}, {"x": ["n", 4]})
    assert kinds(assert_reads_as_it_runs(path, (5, 4))) == ["residual", "dense"]


def test_other_links_are_refused_by_name(tmp_path: Path) -> None:
    for last, reason in (("Concat", "puts two values side by side"), ("Mul", "takes two values that depend")):
        settings = {"axis": 1} if last == "Concat" else {}
        nodes = [node("MatMul", "x w", "a"), node(last, "a x", "c", **settings), node("Relu", "c", "y")]
        found = report_model(write(tmp_path, nodes, {"w": weights(4, 4)}, {"x": ["n", 4]}))
        assert re.match(f"{last} c: it {reason}", found.fault), found.fault
