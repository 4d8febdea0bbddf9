"""What is in the file beside the layers: versions, names, metadata; and what is refused."""

from __future__ import annotations

import importlib.util
import re
from typing import Any

import numpy as np
import onnx
import pytest

from core.formats.onnx.writer import onnx_bytes
from core.io.command_lines import install_line
from core.io.onnx_graph import ML_DOMAIN, OnnxGraph
from core.spec import SettingError


def content(graph: OnnxGraph | None = None) -> bytes:
    graph = graph or one_node("Mul", np.arange(6.0, dtype=np.float32).reshape(2, 3).T)
    return onnx_bytes(graph, {"seed": "3", "classes": '["a"]'}, producer_version="1.2")


def one_node(operator: str, *others: np.ndarray, dtype: Any = np.float32, **attributes: Any) -> OnnxGraph:
    """From x to y, both (n, 3, 2)."""
    graph = OnnxGraph()
    x, y = graph.input("x", dtype, (3, 2)), graph.output("y", dtype, (3, 2))
    graph.call(operator, x, *others, output=y, **attributes)
    return graph


def test_versions_are_those_that_older_runtimes_load() -> None:
    model = onnx.load_from_string(content())
    assert (model.ir_version, [(each.domain, each.version) for each in model.opset_import]) == (8, [("", 17)])
    assert (model.producer_name, model.producer_version) == ("NumpyNet Playground", "1.2")
    assert {each.key: each.value for each in model.metadata_props} == {"seed": "3", "classes": '["a"]'}


def test_the_domain_of_classes_is_named_where_it_is_used() -> None:
    graph = one_node("Scaler", domain=ML_DOMAIN, offset=[0.0], scale=[2.0])
    model = onnx.load_from_string(content(graph))
    assert {each.domain: each.version for each in model.opset_import} == {"": 17, "ai.onnx.ml": 3}


def test_the_batch_is_of_any_size_and_texts_are_texts() -> None:
    model = onnx.load_from_string(content(one_node("Identity", dtype=str)))
    for port in (*model.graph.input, *model.graph.output):
        kind = port.type.tensor_type
        assert kind.elem_type == onnx.TensorProto.STRING
        assert [axis.dim_param or axis.dim_value for axis in kind.shape.dim] == ["n", 3, 2]


def test_a_transposed_view_is_written_in_its_own_order() -> None:
    (constant,) = onnx.load_from_string(content()).graph.initializer
    np.testing.assert_array_equal(onnx.numpy_helper.to_array(constant), np.arange(6.0).reshape(2, 3).T)


def test_equal_graphs_give_equal_files() -> None:
    assert content() == content()


def test_a_wrong_graph_is_never_a_file() -> None:
    with pytest.raises(onnx.checker.ValidationError, match="NoSuchOperator"):
        content(one_node("NoSuchOperator"))
    with pytest.raises(onnx.shape_inference.InferenceError):
        content(one_node("Transpose", perm=[0, 2, 1]))


def test_without_the_package_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "core.formats.onnx.writer.find_spec", lambda name: None if name == "onnx" else find(name)
    )
    line = re.escape(install_line("numpynet-playground[export]"))
    with pytest.raises(SettingError, match=f"ONNX needs the package onnx; install it by: {line}"):
        content()
