"""The programs of Keras: short lines, names of variables, and what the dialog shows of a file."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from core.data.pipeline import ClassOutputs, NumberColumn, Pipeline, PointInputs, TableInputs
from core.formats import Keras, KerasProgram, ModelDescription, TrainedModel, loading_code
from core.formats.exporter import Exporter
from core.formats.external_reader import MissingReaderError
from core.formats.keras.exporter import keras_predictions
from core.formats.keras.loading_code import keras_layers_code
from core.formats.proof import prove
from core.io.command_lines import install_line
from core.nn import AveragePooling2D, BatchNormalization, Conv2D, Dense, Flatten, LeakyReLU, Residual
from core.nn.network import Network
from tests.core.formats.onnx.onnx_cases import CASES, SIGNS, THREE, network_for, raw_samples
from tests.core.keras_runner import keras_module

LAYERS = """\
inputs = keras.Input((6, 6, 1))
conv2d = keras.layers.Conv2D(
    filters=4, kernel_size=(3, 3), padding="same", activation="relu", name="conv2d"
)(inputs)
x = keras.layers.BatchNormalization(epsilon=0.01, name="residual-0")(conv2d)
x = keras.layers.Add(name="residual")([x, conv2d])
x = keras.layers.Flatten(name="flatten")(x)
x = keras.layers.Dense(units=2, use_bias=False, name="dense")(x)
x = keras.layers.LeakyReLU(negative_slope=0.3, name="dense_leaky_re_lu")(x)
x = keras.layers.Dense(units=3, name="dense_1")(x)
x = keras.ops.sin(x)
model = keras.Model(inputs, x)
"""


def test_a_network_is_written_as_one_would() -> None:
    layers = (
        Conv2D(4, 3, padding="same", activation="relu"),
        Residual((BatchNormalization(epsilon=0.01),)),
        Flatten(),
        Dense(2, LeakyReLU(0.3), use_bias=False),
        Dense(3, "sine"),
    )
    assert keras_layers_code(layers, (6, 6, 1)).startswith(f"{LAYERS}for place, arrays in {{\n")


def test_long_settings_are_broken_into_lines() -> None:
    text = keras_layers_code((AveragePooling2D(2, strides=1, padding="same"),), (9, 9, 1))
    assert max(map(len, text.splitlines())) <= 100
    compile(text, "text", "exec")


def shown(pipeline: Pipeline | None) -> str:
    network = Network([Dense(2)], (3,)) if pipeline is None else network_for(pipeline)
    return loading_code(Keras(), Path('my "net".keras'), TrainedModel(network, pipeline).description)


@pytest.mark.parametrize("name", [*CASES, None])
def test_the_program_of_a_file_is_python(name: str | None) -> None:
    text = shown(CASES[name] if name else None)
    compile(text, "text", "exec")
    assert max(map(len, text.splitlines())) <= 110
    assert "keras.models.load_model" in text
    assert ("model.predict(" in text) != (name in ("table", "values"))


def test_texts_are_numbered_where_there_are_some() -> None:
    numbers = Pipeline(TableInputs((NumberColumn("a"),)), THREE)
    assert "codes" not in shown(numbers)
    assert "codes.get(str(v).strip(), -1)" in shown(CASES["table"])


def test_the_dialog_says_what_becomes_of_texts() -> None:
    for name, pipeline in CASES.items():
        model = ModelDescription((Dense(3),), pipeline.input_shape, pipeline)
        assert ("Texts" in Keras().remarks(model)) == (name in ("table", "values"))
    assert Keras().remarks(ModelDescription((Dense(3),), (2,))) == {}


def test_shares_are_cut_only_where_they_may_lie_beyond() -> None:
    inputs = TableInputs((NumberColumn("a"),))
    for last, cut in ((Dense(3, "softmax"), False), (Dense(3), True)):
        model = ModelDescription((last,), (1,), Pipeline(inputs, THREE))
        assert ("outputs.clip(0, 1)" in loading_code(Keras(), Path("a.keras"), model)) == cut
    for last, cut in ((Dense(1, "tanh"), False), (Dense(1, "sigmoid"), False), (Dense(1, "relu"), True)):
        model = ModelDescription((last,), (1,), Pipeline(inputs, SIGNS))
        assert ("outputs.clip(0, 1)" in loading_code(Keras(), Path("a.keras"), model)) == cut


def test_without_keras_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.formats.keras.exporter.find_spec", lambda name: None)
    line = re.escape(install_line("numpynet-playground[keras]", "torch"))
    with pytest.raises(MissingReaderError, match=f"not installed here; install it by: {line}"):
        keras_predictions("", np.zeros((1, 2)))
    model = TrainedModel(network_for(CASES["points"]), CASES["points"])
    for exporter in (Keras(), KerasProgram()):
        proof = prove(exporter, model, raw_samples(CASES["points"].inputs))
        assert (proof.fault, proof.size > 1_000) == ("", True)
        assert "Keras is not installed" in proof.sentence


@pytest.mark.foreign
def test_keras_proves_a_file_in_a_process_of_its_own() -> None:
    keras_module()
    proof = prove(Keras(), TrainedModel(network_for(CASES["table"]), CASES["table"]), rows(20))
    assert proof.holds, proof.fault + proof.sentence
    assert proof.reader.startswith("keras 3.")
    assert proof.reader.endswith(" with torch")
    assert proof.same == proof.samples == 20


@pytest.mark.foreign
@pytest.mark.parametrize("exporter", [Keras(), KerasProgram()], ids=["file", "program"])
def test_keras_says_the_second_class_from_a_moved_threshold_on(exporter: Exporter) -> None:
    keras_module()
    network = Network([Dense(1, "sigmoid")], (2,))
    network.parameters[:] = [2.0, -1.0, 0.3]
    raw = np.random.default_rng(1).normal(size=(200, 2)).astype(np.float32)
    models = [
        TrainedModel(network, Pipeline(PointInputs(), ClassOutputs(("no", "yes"), 1, threshold=threshold)))
        for threshold in (0.8, 0.5)
    ]
    proof = prove(exporter, models[0], raw)
    assert proof.holds, proof.fault + proof.sentence
    assert proof.same == proof.samples > 0
    moved, usual = (model.predictions(raw[: proof.samples]).numbers for model in models)
    assert moved is not None
    assert (moved != usual).any()


def rows(count: int) -> dict[str, object]:
    return {name: values[:count] for name, values in raw_samples(CASES["table"].inputs).items()}
