"""From raw samples to predictions: the file says in Keras what our pipeline and network say."""

from __future__ import annotations

import json
import os
import runpy
import zipfile
from pathlib import Path

import numpy as np
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
from core.experiment.templates import TEMPLATES
from core.formats import Keras, ModelDescription, TrainedModel
from core.formats.keras.writer import description_layers, keras_model
from core.io.model_graphs import INPUT
from core.nn import Dense, Flatten, GlobalAveragePooling2D, Layer, Softmax
from core.nn.interventions import Intervention
from core.nn.network import Network
from core.predict.generate import generate
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
from tests.core.keras_runner import quiet_keras, run_file, run_layers
from tests.core.onnx_runner import CLOSE, assert_same_predictions, rounding
from tests.core.random_stacks import random_network

STACKS = int(os.environ.get("STACKS", "20"))
"""Random stacks; `make exports` runs more."""


@pytest.mark.foreign
@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [(TABLE, THREE), (TABLE, PRICES), (EVERY_FEATURE, SIGNS), (GREY, SHARES), (INK, SIGNS), (COLOUR, THREE)],
    ids=["table", "values", "points", "grey", "ink", "colour"],
)
def test_raw_samples_of_every_kind_get_the_same_predictions(
    inputs: FittedInputs, outputs: FittedOutputs, tmp_path: Path
) -> None:
    pipeline = Pipeline(inputs, outputs)
    network, raw = network_for(pipeline), raw_samples(inputs)
    assert_same_predictions(network, pipeline, raw, run_file(network, pipeline, raw, tmp_path))


@pytest.mark.foreign
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
    assert_same_predictions(network, pipeline, raw, run_file(network, pipeline, raw, tmp_path))


@pytest.mark.foreign
def test_the_program_writes_the_texts_that_the_model_writes(tmp_path: Path) -> None:
    for inputs, outputs in ((LETTERS, NEXT_LETTER), (WORDS, NEXT_WORD)):
        pipeline = Pipeline(inputs, outputs)
        network = network_for(pipeline)
        run_file(network, pipeline, [inputs.vocabulary[1]], tmp_path)
        with quiet_keras():
            written = runpy.run_path(str(tmp_path / "program.py"))["generate"]
        for prompt, temperature in (("", 0.8), (inputs.vocabulary[1], 0.0), (inputs.vocabulary[2], 1.5)):
            own = generate(network, pipeline, prompt, 4, 7, temperature=temperature, seed=3)
            with quiet_keras():
                assert written(prompt, 4, 7, temperature, seed=3) == own


@pytest.mark.foreign
@pytest.mark.parametrize("number", range(STACKS))
def test_a_random_stack_gives_the_same_predictions(number: int, tmp_path: Path) -> None:
    """All kinds of layers with random settings, on every kind of data in turn."""
    pipeline = list(CASES.values())[number % len(CASES)]
    network = random_network(np.random.default_rng(number), pipeline.input_shape, LAST[pipeline.outputs])
    raw = raw_samples(pipeline.inputs)
    inputs = pipeline.transform(raw)
    # A stack that amplifies differences, such as a norm of equal numbers, is no closer to itself in float64.
    size = max(1.0, float(np.abs(network.predict(inputs)).max()))
    close = max(CLOSE * size, 4.0 * rounding(network, inputs))
    assert_same_predictions(network, pipeline, raw, run_file(network, pipeline, raw, tmp_path), close)


@pytest.mark.foreign
def test_every_preset_gives_the_same_predictions(tmp_path: Path) -> None:
    for path in preset_files():
        experiment = load_experiment(path)
        network = shaken(make_network(experiment))
        if "full" in experiment.dataset.kind or experiment.dataset.kind == "fashion_mnist":
            # These are downloaded: the network alone.
            assert_same_outputs(network, tmp_path)
            continue
        prepared = prepare(experiment)
        raw = prepared.pipeline.inverse_transform(prepared.test_inputs[:50])
        found = run_file(network, prepared.pipeline, raw, tmp_path)
        # Shaken velocities and the like are large: float32 has no more digits.
        size = max(1.0, float(np.abs(network.predict(prepared.pipeline.transform(raw))).max()))
        assert_same_predictions(network, prepared.pipeline, raw, found, CLOSE * size)


@pytest.mark.foreign
def test_every_template_predicts_the_same(tmp_path: Path) -> None:
    for template in TEMPLATES:
        for shape in ((28, 28, 1), (12, 12, 3)) if template.for_images else ((2,), (13,)):
            network = Network([*template.build(shape), Dense(3, "softmax")], shape, seed=3)
            assert_same_outputs(network, tmp_path)


def assert_same_outputs(network: Network, folder: Path) -> None:
    inputs = np.random.default_rng(0).random((10, *network.input_shape), np.float32)
    found = run_layers(network, inputs, folder)
    np.testing.assert_allclose(found, network.predict(inputs), rtol=0.0, atol=CLOSE)


@pytest.mark.foreign
def test_a_held_unit_is_held_behind_the_pipeline(tmp_path: Path) -> None:
    pipeline = Pipeline(COLOUR, THREE)
    network = network_for(pipeline)
    network.intervene([Intervention("clamp", 0, 1, value=2.0), Intervention("mute", 0, 3)])
    raw = raw_samples(COLOUR)
    assert_same_predictions(network, pipeline, raw, run_file(network, pipeline, raw, tmp_path))


@pytest.mark.foreign
def test_a_held_unit_within_a_block_is_held(tmp_path: Path) -> None:
    pipeline = Pipeline(LETTERS, NEXT_LETTER)
    network = network_for(pipeline)
    network.intervene([Intervention("clamp", "2/1", 1, value=2.0), Intervention("mute", "2/0", 3)])
    raw = raw_samples(LETTERS)
    assert_same_predictions(network, pipeline, raw, run_file(network, pipeline, raw, tmp_path))


@pytest.mark.foreign
def test_columns_of_any_name_find_their_inputs(tmp_path: Path) -> None:
    names = ("km/h", "km_h", "dense", "columns", "Größe (m²)")
    columns = [NumberColumn(name, "", 0.5, float(place), 2.0) for place, name in enumerate(names)]
    inputs = TableInputs((*columns, CategoryColumn("inputs", ("a", "b"), "b", (0.0,), (1.0,))))
    pipeline = Pipeline(inputs, THREE)
    network = network_for(pipeline)
    raw = {name: np.arange(6.0) + place for place, name in enumerate(names)} | {"inputs": list("abba?c")}
    assert_same_predictions(network, pipeline, raw, run_file(network, pipeline, raw, tmp_path))
    graph, _ = keras_model(network, pipeline)
    assert [node.name for node in graph.inputs] == ["km_h", "km_h_2", *names[2:], "inputs"]


def test_scaling_by_nothing_adds_nothing() -> None:
    pipeline = Pipeline(ImageInputs((8, 9, 1)), THREE)
    assert kinds_of(pipeline)[:2] == [INPUT, "Conv2D"]
    assert kinds_of(Pipeline(PointInputs(("x1", "x2")), THREE))[:2] == [INPUT, "Dense"]


def kinds_of(pipeline: Pipeline) -> list[str]:
    graph, _ = keras_model(network_for(pipeline), pipeline)
    return [node.kind for node in graph.nodes.values()]


def test_numbers_are_scaled_in_float64_inside() -> None:
    graph, output = keras_model(network_for(CASES["values"]), CASES["values"])
    types = {node.name: node.output.dtype for node in graph.nodes.values()}
    assert (types["time"], types["sex"], types["columns"], types["scaling"]) == (
        "float64", "int32", "float64", "float64",
    )  # fmt: skip
    assert (types["dense"], output.dtype) == ("float32", "float64")


def test_nothing_in_the_file_is_code(tmp_path: Path) -> None:
    for pipeline in CASES.values():
        Keras().write(TrainedModel(network_for(pipeline), pipeline, "Net"), tmp_path / "a.keras")
        with zipfile.ZipFile(tmp_path / "a.keras") as archive:
            assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
            config = json.loads(archive.read("config.json"))
            notes = json.loads(archive.read("metadata.json"))
        layers = config["config"]["layers"]
        assert {layer["module"] for layer in layers} <= {"keras.layers", "keras.src.ops.numpy"}
        assert "Lambda" not in {layer["class_name"] for layer in layers}
        assert Pipeline.from_json(notes["pipeline"]) == pipeline
        assert (notes["keras_version"], notes["experiment"]) == ("3.5.0", "Net")


def test_the_same_model_is_the_same_file(tmp_path: Path) -> None:
    model = TrainedModel(network_for(CASES["table"]), CASES["table"])
    for name in "ab":
        Keras().write(model, tmp_path / f"{name}.keras")
    assert (tmp_path / "a.keras").read_bytes() == (tmp_path / "b.keras").read_bytes()


def test_what_cannot_be_written_is_known_without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    large = Pipeline(ImageInputs((900, 900, 3)), THREE)
    description_layers(ModelDescription((GlobalAveragePooling2D(), Dense(2)), (900, 900, 3), large))
    monkeypatch.setattr(Softmax, "keras_layers", Layer.keras_layers)
    monkeypatch.setattr(Softmax, "keras_name", "")
    with pytest.raises(SettingError, match="Softmax cannot be written as a Keras layer yet"):
        description_layers(ModelDescription((Dense(9_000), Dense(5_000, "softmax")), (20,)))
    monkeypatch.setattr(ImageInputs, "keras_layers", FittedInputs.keras_layers)
    with pytest.raises(SettingError, match="Images cannot be written as Keras layers yet"):
        description_layers(ModelDescription((Flatten(),), (8, 9, 1), Pipeline(GREY, THREE)))
