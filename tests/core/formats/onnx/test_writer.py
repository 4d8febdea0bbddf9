"""What is in the file beside the layers: versions, names, metadata; and what is refused."""

from __future__ import annotations

import importlib.util
import math
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from core.data.pipeline import (
    CategoryColumn,
    FittedInputs,
    FittedOutputs,
    ImageInputs,
    NumberColumn,
    Pipeline,
    PointInputs,
    TableInputs,
)
from core.experiment.prepare import make_network, prepare
from core.experiment.presets import preset_files
from core.experiment.project_file import load_experiment
from core.experiment.templates import TEMPLATES, Template
from core.formats import ModelDescription, Onnx, TrainedModel
from core.formats.external_reader import run_program
from core.formats.onnx.exporter import onnx_predictions, run_onnx
from core.formats.onnx.form import OPSETS
from core.formats.onnx.loading_code import python_program
from core.formats.onnx.writer import description_graph, onnx_bytes, onnx_graph
from core.formats.proof import prove
from core.io.command_lines import install_line
from core.io.model_graphs import ML_DOMAIN, OnnxGraph
from core.nn import Dense, Flatten, GlobalAveragePooling2D, Layer, Softmax
from core.nn.interventions import Intervention
from core.nn.network import Network
from core.spec import SettingError
from tests.core.formats.onnx.onnx_cases import (
    CASES,
    COLOUR,
    EVERY_FEATURE,
    GREY,
    INK,
    LAST,
    LETTERS,
    NEXT_LETTER,
    NEXT_WORD,
    PRICES,
    SERIES,
    SHARES,
    SIGNS,
    TABLE,
    THREE,
    WORDS,
    network_for,
    raw_samples,
    shaken,
)
from tests.core.onnx_runner import (
    CLOSE,
    assert_same_predictions,
    file_predictions,
    rounding,
    run_model,
    run_network,
)
from tests.core.random_stacks import random_network


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


STACKS = int(os.environ.get("STACKS", "20"))
"""Random stacks; `make exports` runs more."""


@pytest.mark.parametrize(
    "outputs", [THREE, SHARES, SIGNS, PRICES], ids=["three", "shares", "signs", "values"]
)
@pytest.mark.parametrize(
    "inputs", [TABLE, EVERY_FEATURE, GREY, INK, COLOUR], ids=["table", "points", "grey", "ink", "colour"]
)
def test_raw_samples_of_every_kind_get_the_same_predictions(
    inputs: FittedInputs, outputs: FittedOutputs
) -> None:
    pipeline = Pipeline(inputs, outputs)
    network, raw = network_for(pipeline), raw_samples(inputs)
    assert_same_predictions(network, pipeline, raw, file_predictions(*run_model(network, pipeline, raw)))


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        (LETTERS, NEXT_LETTER),
        (WORDS, NEXT_WORD),
        (LETTERS, THREE),
        (WORDS, PRICES),
        (SERIES, PRICES),
        (SERIES, THREE),
    ],
    ids=["letters", "words", "class_of_letters", "value_of_words", "series", "class_of_series"],
)
def test_raw_sequences_get_the_same_predictions(
    inputs: FittedInputs, outputs: FittedOutputs, tmp_path: Path
) -> None:
    pipeline = Pipeline(inputs, outputs)
    network, raw = network_for(pipeline), raw_samples(inputs)
    for opset in OPSETS[1:]:
        exporter, path = Onnx(opset=opset), tmp_path / "model.onnx"
        model = TrainedModel(network, pipeline)
        exporter.write(model, path)
        assert_same_predictions(network, pipeline, raw, onnx_predictions(path, pipeline, raw, exporter.form))
    assert prove(exporter, model, raw).holds
    program = python_program(path, model.description, exporter.form)
    found = run_program(program, raw, "onnxruntime")
    assert_same_predictions(network, pipeline, raw, found)


def test_a_text_with_an_unknown_letter_has_no_prediction() -> None:
    pipeline = Pipeline(LETTERS, NEXT_LETTER)
    network = network_for(pipeline)
    content = onnx_bytes(onnx_graph(network, pipeline), {})
    texts = np.array([list("ab...."), list("ax....")], object)
    labels, probabilities = run_onnx(content, {"tokens": texts})
    assert labels.shape == (2, 6)
    assert set(labels[0]) <= set(LETTERS.vocabulary)
    assert set(labels[1]) == {""}
    assert np.isfinite(probabilities[0]).all()
    assert np.isnan(probabilities[1]).all()


@pytest.mark.parametrize("number", range(STACKS))
def test_a_random_stack_gives_the_same_predictions(number: int) -> None:
    """All kinds of layers with random settings, on every kind of data in turn."""
    pipeline = list(CASES.values())[number % len(CASES)]
    network = random_network(np.random.default_rng(number), pipeline.input_shape, LAST[pipeline.outputs])
    raw = raw_samples(pipeline.inputs)
    inputs = pipeline.transform(raw)
    # A stack that amplifies differences, such as a norm of equal numbers, is no closer to itself in float64.
    size = max(1.0, float(np.abs(network.predict(inputs)).max()))
    close = max(CLOSE * size, 4.0 * rounding(network, inputs))
    found = file_predictions(*run_model(network, pipeline, raw))
    assert_same_predictions(network, pipeline, raw, found, close)


@pytest.mark.parametrize("path", preset_files(), ids=lambda path: path.stem)
def test_every_preset_gives_the_same_predictions(path: Path) -> None:
    experiment = load_experiment(path)
    network = shaken(make_network(experiment))
    if "full" in experiment.dataset.kind or experiment.dataset.kind == "fashion_mnist":
        # These are downloaded: the network alone.
        images = np.random.default_rng(0).random((10, *network.input_shape), np.float32)
        np.testing.assert_allclose(
            run_network(network, images), network.predict(images), rtol=0.0, atol=CLOSE
        )
        return
    prepared = prepare(experiment)
    raw = prepared.pipeline.inverse_transform(prepared.test_inputs[:200])
    assert_same_predictions(
        network, prepared.pipeline, raw, file_predictions(*run_model(network, prepared.pipeline, raw))
    )


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.title)
def test_every_template_predicts_the_same(template: Template) -> None:
    for shape in ((28, 28, 1), (12, 12, 3)) if template.for_images else ((2,), (13,)):
        layers = template.build(shape)
        last = [Dense(3, "softmax")]
        network = Network([*layers, *last], shape, seed=3)
        inputs = np.random.default_rng(0).random((10, *shape), np.float32)
        np.testing.assert_allclose(
            run_network(network, inputs), network.predict(inputs), rtol=0.0, atol=CLOSE
        )


@pytest.mark.parametrize("outputs", [THREE, PRICES], ids=["classes", "values"])
def test_a_row_that_the_pipeline_refuses_has_no_prediction(outputs: FittedOutputs) -> None:
    pipeline = Pipeline(TABLE, outputs)
    good = {"time": 1.7e9, "length (mm)": math.nan, "sex": "", "count": 2, "island": "C"}
    refused: list[dict[str, Any]] = [
        {"time": math.nan},
        {"count": -math.inf},
        {"count": 1e300},
        {"island": ""},
    ]
    refused.append({"island": "NULL"})
    network = Network([Dense(4, "relu"), LAST[outputs]], pipeline.input_shape, seed=1)
    rows = [good, *({**good, **wrong} for wrong in refused)]
    found = run_model(network, pipeline, rows)
    for row in rows[1:]:
        with pytest.raises(ValueError, match=r"row 0 must"):
            pipeline.transform([row])
    *labels, numbers = found
    assert np.isfinite(numbers[0]).all()
    assert np.isnan(numbers[1:]).all()
    for label in labels:
        assert label[0] in THREE.names
        assert label[1:].tolist() == [""] * len(refused)


def test_columns_called_like_the_predictions_keep_their_names() -> None:
    columns = tuple(
        NumberColumn(name) for name in ("label", "probabilities", "value", "dense/kernel", "fill")
    )
    inputs = TableInputs((*columns, CategoryColumn("x", ("label", "y"), "y", (0.0,), (1.0,))))
    pipeline = Pipeline(inputs, THREE)
    graph = onnx_graph(network_for(pipeline), pipeline)
    assert [port.name for port in graph.inputs] == [
        "label",
        "probabilities",
        "value",
        "dense/kernel",
        "fill",
        "x",
    ]
    assert [port.name for port in graph.outputs] == ["predicted_label", "predicted_probabilities"]
    values = Pipeline(TableInputs(columns[2:3]), PRICES)
    assert [port.name for port in onnx_graph(network_for(values), values).outputs] == ["predicted_value"]
    raw = {column.name: [1.0, 2.0] for column in columns} | {"x": ["label", ""]}
    found = file_predictions(*run_model(network_for(pipeline), pipeline, raw))
    assert_same_predictions(network_for(pipeline), pipeline, raw, found)


def test_scaling_by_nothing_adds_nothing() -> None:
    pipeline = Pipeline(ImageInputs((8, 9, 1)), THREE)
    operators = [node.operator for node in onnx_graph(network_for(pipeline), pipeline).nodes]
    assert operators[:2] == ["Transpose", "Conv"]
    points = Pipeline(PointInputs(("x1", "x2")), THREE)
    assert onnx_graph(network_for(points), points).nodes[0].operator == "Gemm"


def test_a_batch_of_none_has_no_predictions() -> None:
    pipeline = Pipeline(TABLE, THREE)
    nothing = {name: values[:0] for name, values in raw_samples(TABLE).items()}
    label, probabilities = run_model(network_for(pipeline), pipeline, nothing)
    assert (label.shape, probabilities.shape) == ((0,), (0, 3))


def test_a_held_unit_is_held_behind_the_pipeline() -> None:
    pipeline = Pipeline(COLOUR, THREE)
    network = network_for(pipeline)
    network.intervene([Intervention("clamp", 0, 1, value=2.0), Intervention("mute", 0, 3)])
    raw = raw_samples(COLOUR)
    assert_same_predictions(network, pipeline, raw, file_predictions(*run_model(network, pipeline, raw)))


def test_a_held_unit_within_a_block_is_held() -> None:
    pipeline = Pipeline(LETTERS, NEXT_LETTER)
    network = network_for(pipeline)
    raw = raw_samples(LETTERS)
    free = network.predict(pipeline.transform(raw))
    network.intervene([Intervention("clamp", "2/1", 1, value=2.0), Intervention("mute", "2/0", 3)])
    assert np.abs(network.predict(pipeline.transform(raw)) - free).max() > 0.01
    assert_same_predictions(network, pipeline, raw, file_predictions(*run_model(network, pipeline, raw)))


def test_what_cannot_be_written_is_known_without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    large = Pipeline(ImageInputs((900, 900, 3)), THREE)
    description_graph(ModelDescription((GlobalAveragePooling2D(), Dense(2)), (900, 900, 3), large))
    monkeypatch.setattr(Softmax, "onnx_nodes", Layer.onnx_nodes)
    with pytest.raises(SettingError, match="Softmax cannot be written as ONNX yet"):
        description_graph(ModelDescription((Dense(9_000), Dense(5_000, "softmax")), (20,)))
    monkeypatch.setattr(ImageInputs, "onnx_nodes", FittedInputs.onnx_nodes)
    with pytest.raises(SettingError, match="Images cannot be written as ONNX yet"):
        description_graph(ModelDescription((Flatten(),), (8, 9, 1), Pipeline(GREY, THREE)))
