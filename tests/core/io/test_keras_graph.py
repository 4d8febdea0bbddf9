"""Layers get unique names, and stand in the order in which Keras numbers them."""

from __future__ import annotations

import numpy as np
import pytest

from core.io.keras_graph import KerasGraph, KerasValue, far_origin, snake_case


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
