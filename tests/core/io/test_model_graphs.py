"""Names, scopes and axes of a graph's values, and the order in which Keras numbers its layers."""

from __future__ import annotations

import numpy as np
import pytest

from core.io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue, far_origin, snake_case


def test_names_are_unique_and_start_with_their_scopes() -> None:
    graph = OnnxGraph()
    with graph.scope("block"), graph.scope("0"):
        assert graph.call("Relu", "x") == "block/0/Relu:0"
        assert graph.call("Relu", "x") == "block/0/Relu:0_2"
        assert graph.constant("kernel", np.zeros(2)) == "block/0/kernel"
    assert graph.call("Relu", "x") == "Relu:0"


def test_inputs_keep_their_names_and_are_different() -> None:
    graph = OnnxGraph()
    assert graph.input("a b/c", np.float64, (1,)) == "a b/c"
    with pytest.raises(ValueError, match="names must be unique, got 'a b/c' twice"):
        graph.input("a b/c", str, (1,))
    assert [(port.name, port.dtype, port.shape) for port in graph.inputs] == [("a b/c", np.float64, (1,))]


def test_an_output_called_like_an_input_gets_another_name() -> None:
    graph = OnnxGraph()
    graph.input("label", str, (1,))
    assert graph.output("probabilities", np.float32, (2,)) == "probabilities"
    assert graph.output("label", str, ()) == "predicted_label"
    graph = OnnxGraph()
    for name in ("label", "predicted_label"):
        graph.input(name, str, (1,))
    with graph.scope("prediction"):
        assert graph.output("label", str, ()) == "predicted_label_2"
    assert [port.name for port in graph.outputs] == ["predicted_label_2"]


def test_nodes_and_constants_stay_clear_of_the_names_of_columns() -> None:
    graph = OnnxGraph()
    for name in ("dense/kernel", "dense/Relu:0", "dense/Relu"):
        graph.input(name, np.float64, (1,))
    with graph.scope("dense"):
        assert graph.constant("kernel", np.zeros(1)) == "dense/kernel_2"
        assert graph.call("Relu", "dense/kernel") == "dense/Relu:0_2"
        assert graph.nodes[0].name == "dense/Relu_2"


def test_arrays_among_the_inputs_become_constants() -> None:
    graph = OnnxGraph()
    graph.call("Add", "x", np.array(2.0), output="y")
    (node,) = graph.nodes
    assert (node.inputs, node.output) == (("x", "Add_1"), "y")
    assert graph.constants["Add_1"] == 2.0


def test_axes_are_transposed_only_where_they_change() -> None:
    graph = OnnxGraph()
    image = OnnxValue("x", 3)
    first = graph.channels_first(image)
    assert graph.channels_first(first) == first
    assert (image.channel_axis, first.channel_axis) == (3, 1)
    assert graph.channels_last(image) == image
    row = OnnxValue("r", 1)
    assert graph.channels_first(row) == row
    assert [node.attributes["perm"] for node in graph.nodes] == [[0, 3, 1, 2]]
    graph.channels_last(first)
    assert graph.nodes[-1].attributes["perm"] == [0, 2, 3, 1]


def test_channels_are_replaced_along_their_axis() -> None:
    for value, shape in ((OnnxValue("x", 3, channels_first=True), (4, 1, 1)), (OnnxValue("x", 3), (4,))):
        graph = OnnxGraph()
        graph.replace_channels(value, 4, np.array([1, 3]), np.array([0.5, 0.0], np.float32))
        mask, values = graph.constants.values()
        assert mask.shape == values.shape == shape
        assert mask.ravel().tolist() == [False, True, False, True]
        assert values.ravel().tolist() == [0.0, 0.5, 0.0, 0.0]


def test_numbers_are_reshaped_in_our_order_whatever_theirs_was() -> None:
    graph = OnnxGraph()
    first = OnnxValue("x", 3, channels_first=True)
    assert graph.reshape(first, (12,)).rank == 1
    assert [node.operator for node in graph.nodes] == ["Transpose", "Flatten"]
    image = graph.reshape(graph.elementwise("Relu", OnnxValue("r", 1)), (2, 3, 2))
    assert (image.rank, image.channels_first) == (3, False)
    assert graph.constants["shape"].tolist() == [0, 2, 3, 2]
    assert [node.operator for node in graph.nodes[2:]] == ["Relu", "Reshape"]


def kinds(graph: KerasGraph, output: KerasValue) -> list[str]:
    return [node.name for node in graph.ordered(output)]


def test_names_within_a_scope_start_with_it() -> None:
    graph = KerasGraph()
    x = graph.input("a/b", (2,))
    with graph.scope("dense"):
        padded = graph.layer("ReLU", x, name="padded")
        x = graph.layer("Dense", padded, shape=(3,), arrays={"kernel": np.zeros((2, 3), np.float32)})
        with graph.scope("0"):
            x = graph.operation("Sin", x)
        x = graph.layer("LeakyReLU", x)
        graph.layer("LeakyReLU", x)
    assert [*graph.nodes] == [
        "a_b", "dense_padded", "dense", "dense-0", "dense_leaky_re_lu", "dense_leaky_re_lu_2",
    ]  # fmt: skip
    assert [*graph.nodes["dense"].arrays] == ["dense/kernel"]
    assert x == KerasValue("dense_leaky_re_lu", (3,))


def test_layers_without_a_scope_are_called_by_their_class() -> None:
    graph = KerasGraph()
    x = graph.input("x", (2,), "float64")
    assert graph.layer("GlobalAveragePooling2D", x).name == "global_average_pooling2d"
    assert graph.operation("Where", x, 1.5, dtype="float64") == KerasValue("where", (2,), "float64")


def test_the_longest_way_to_the_output_comes_first() -> None:
    graph = KerasGraph()
    unread, x = graph.input("unread", (1,)), graph.input("x", (1,))
    short = graph.layer("Dense", x, name="short")
    long = graph.layer("Dense", graph.layer("Dense", x, name="first"), name="second")
    graph.layer("Dense", unread, name="elsewhere")
    output = graph.layer("Add", short, long)
    # As Keras counts, a short branch is next to what joins it.
    assert kinds(graph, output) == ["x", "first", "short", "second", "add", "unread"]
    other_way = graph.layer("Add", long, short)
    assert kinds(graph, other_way) == ["x", "first", "second", "short", "add_2", "unread"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("LeakyReLU", "leaky_re_lu"),
        ("Conv2D", "conv2d"),
        ("GlobalAveragePooling2D", "global_average_pooling2d"),
        ("BatchNormalization", "batch_normalization"),
        ("ELU", "elu"),
    ],
)
def test_names_of_classes_are_those_of_keras(name: str, found: str) -> None:
    assert snake_case(name) == found


def test_held_places_are_constants() -> None:
    graph = KerasGraph()
    x = graph.hold(graph.input("x", (2, 3)), np.array([2, 0]), np.array([0.5, -1.0]))
    assert graph.nodes[x.name].settings == {"scale": [0.0, 1.0, 0.0], "offset": [-1.0, 0.0, 0.5]}


def test_only_a_far_place_is_subtracted_first() -> None:
    assert far_origin(3.0, 1.0) == 0.0
    found = far_origin(1.7e9 + 0.3, 100.0)
    assert found == float(np.float32(1.7e9))
