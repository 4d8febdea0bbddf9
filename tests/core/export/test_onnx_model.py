"""From raw samples to answers: the file says in onnxruntime what our pipeline and network say."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.features import FEATURES
from core.data.pipeline import (
    CategoryColumn,
    ClassOutputs,
    FittedInputs,
    FittedOutputs,
    ImageInputs,
    NumberColumn,
    Pipeline,
    PointInputs,
    TableInputs,
    ValueOutputs,
)
from core.experiment.prepare import make_network, prepare
from core.experiment.presets import preset_files
from core.experiment.project_file import load_experiment
from core.experiment.templates import TEMPLATES, Template
from core.export.onnx_file import onnx_bytes
from core.export.onnx_model import check_onnx_graph, onnx_graph
from core.nn import Conv2D, Dense, Flatten, GlobalAveragePooling2D, Layer, Softmax
from core.nn.interventions import Intervention
from core.nn.network import Network
from core.spec import SettingError
from tests.core.onnx_runner import CLOSE, assert_same_answers, raw_feeds, run_network, run_onnx

TABLE = TableInputs(
    (
        NumberColumn("time", "s", None, 1_700_000_011.3, 57.7),
        NumberColumn("length (mm)", "mm", 41.5, 40.0, 5.0),
        CategoryColumn("sex", ("female", "male"), "male", (0.4, 0.6), (0.5, 0.5)),
        NumberColumn("count"),
        CategoryColumn("island", ("Ä, b", "C"), None, (0.0, 0.0), (1.0, 1.0)),
    )
)
GREY = ImageInputs((8, 9, 1), 16.0, False, "", 0.3, 0.35)
INK = ImageInputs((8, 9, 1), 255.0, True, "pad", 0.0, 1.0)
COLOUR = ImageInputs((7, 8, 3), 255.0, False, "crop", 0.45, 0.25)
EVERY_FEATURE = PointInputs(tuple(FEATURES))
THREE = ClassOutputs(("a", "ß c", "3"), 3)
SHARES = ClassOutputs(("no", "yes"), 1)
SIGNS = ClassOutputs(("no", "yes"), 1, -1.0, 1.0)
PRICES = ValueOutputs(
    (NumberColumn("price", "", None, 4200.0, 800.0), NumberColumn("time", "", None, 1.7e9, 100.0))
)
LAST: dict[FittedOutputs, Layer] = {
    THREE: Dense(3, "softmax"), SHARES: Dense(1, "sigmoid"), SIGNS: Dense(1, "tanh"), PRICES: Dense(2),
}  # fmt: skip


def network_for(pipeline: Pipeline) -> Network:
    """A network that fits the pipeline, with random weights."""
    shape = pipeline.input_shape
    hidden: list[Layer] = (
        [Dense(7, "tanh")] if len(shape) == 1 else [Conv2D(4, 3, activation="relu"), Flatten()]
    )
    return shaken(Network([*hidden, LAST[pipeline.outputs]], shape, seed=1))


def shaken(network: Network) -> Network:
    """With weights of no initializer, so that no two classes are alike."""
    network.parameters += (
        np.random.default_rng(2).normal(0.0, 0.2, network.parameters.shape).astype(np.float32)
    )
    return network


def raw_samples(inputs: FittedInputs, count: int = 40) -> Any:
    """Raw samples as users have them: gaps, unknown categories, bytes."""
    rng = np.random.default_rng(4)
    if isinstance(inputs, ImageInputs):
        return rng.integers(0, int(inputs.high) + 1, (count, *inputs.shape))
    if isinstance(inputs, PointInputs):
        return rng.uniform(-6.0, 6.0, (count, 2)).astype(np.float32)
    return {
        "time": 1_700_000_000 + rng.integers(-100, 100, count) + 0.25,
        "length (mm)": np.where(np.arange(count) % 7 == 0, np.nan, rng.normal(40.0, 5.0, count)),
        "sex": rng.choice(["female", "male", "", "NA", "n/A", "Null", "?", "other"], count).tolist(),
        "count": rng.integers(0, 5, count),
        "island": rng.choice(["Ä, b", "C", "unknown"], count).tolist(),
    }


@pytest.mark.parametrize(
    "outputs", [THREE, SHARES, SIGNS, PRICES], ids=["three", "shares", "signs", "values"]
)
@pytest.mark.parametrize(
    "inputs", [TABLE, EVERY_FEATURE, GREY, INK, COLOUR], ids=["table", "points", "grey", "ink", "colour"]
)
def test_raw_samples_of_every_kind_get_the_same_answers(inputs: FittedInputs, outputs: FittedOutputs) -> None:
    pipeline = Pipeline(inputs, outputs)
    assert_same_answers(network_for(pipeline), pipeline, raw_samples(inputs))


@pytest.mark.parametrize("path", preset_files(), ids=lambda path: path.stem)
def test_every_preset_gives_the_same_answers(path: Path) -> None:
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
    assert_same_answers(network, prepared.pipeline, raw)


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
def test_a_row_that_the_pipeline_refuses_has_no_answer(outputs: FittedOutputs) -> None:
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
    content = onnx_bytes(onnx_graph(network, pipeline), {})
    rows = [good, *({**good, **wrong} for wrong in refused)]
    found = run_onnx(content, raw_feeds(TABLE, {name: [row[name] for row in rows] for name in good}))
    for row in rows[1:]:
        with pytest.raises(ValueError, match=r"row 0 must"):
            pipeline.transform([row])
    for numbers in (array for array in found.values() if array.dtype.kind == "f"):
        assert np.isfinite(numbers[0]).all()
        assert np.isnan(numbers[1:]).all()
    if "label" in found:
        assert found["label"].tolist() == [found["label"][0], *[""] * len(refused)]
        assert found["label"][0] in THREE.names


def test_columns_called_like_the_answers_keep_their_names() -> None:
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
    found = run_onnx(onnx_bytes(graph, {}), raw_feeds(inputs, raw))
    renamed = {name.removeprefix("predicted_"): array for name, array in found.items()}
    assert_same_answers(network_for(pipeline), pipeline, raw, renamed)


def test_scaling_by_nothing_adds_nothing() -> None:
    pipeline = Pipeline(ImageInputs((8, 9, 1)), THREE)
    operators = [node.operator for node in onnx_graph(network_for(pipeline), pipeline).nodes]
    assert operators[:2] == ["Transpose", "Conv"]
    points = Pipeline(PointInputs(("x1", "x2")), THREE)
    assert onnx_graph(network_for(points), points).nodes[0].operator == "Gemm"


def test_a_batch_of_none_has_no_answers() -> None:
    pipeline = Pipeline(TABLE, THREE)
    nothing = {name: values[:0] for name, values in raw_samples(TABLE).items()}
    found = run_onnx(onnx_bytes(onnx_graph(network_for(pipeline), pipeline), {}), raw_feeds(TABLE, nothing))
    assert (found["label"].shape, found["probabilities"].shape) == ((0,), (0, 3))


def test_a_held_unit_is_held_behind_the_pipeline() -> None:
    pipeline = Pipeline(COLOUR, THREE)
    network = network_for(pipeline)
    network.intervene([Intervention("clamp", 0, 1, value=2.0), Intervention("mute", 0, 3)])
    assert_same_answers(network, pipeline, raw_samples(COLOUR))


def test_what_cannot_be_written_is_known_without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    check_onnx_graph(
        [GlobalAveragePooling2D(), Dense(2)], (900, 900, 3), Pipeline(ImageInputs((900, 900, 3)), THREE)
    )
    monkeypatch.setattr(Softmax, "onnx_nodes", Layer.onnx_nodes)
    with pytest.raises(SettingError, match="Softmax cannot be written as ONNX yet"):
        check_onnx_graph([Dense(9_000), Dense(5_000, "softmax")], (20,), None)
    monkeypatch.setattr(ImageInputs, "onnx_nodes", FittedInputs.onnx_nodes)
    with pytest.raises(SettingError, match="Images cannot be written as ONNX yet"):
        check_onnx_graph([Flatten()], (8, 9, 1), Pipeline(GREY, THREE))
