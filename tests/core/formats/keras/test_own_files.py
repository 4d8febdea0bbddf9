"""Files of this program come back bit by bit; others by their layers; hostile ones are refused with a sentence."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.formats import Keras, TrainedModel, load_model
from core.formats.keras.own_files import KerasReader
from core.formats.keras.writer import keras_model, write_keras
from core.nn import Activation, Conv2D, Dense, Flatten, Layer, Residual
from core.nn.interventions import Intervention
from core.nn.network import Network
from tests.core.formats.onnx.onnx_cases import CASES, LAST, deep_network_for, network_for, raw_samples, shaken
from tests.core.random_stacks import random_network, random_samples


@pytest.mark.parametrize("name", CASES)
def test_a_file_of_this_program_comes_back_bit_by_bit(name: str, tmp_path: Path) -> None:
    pipeline = CASES[name]
    for number, network in enumerate(
        [deep_network_for(pipeline)]
        + [
            random_network(np.random.default_rng(n), pipeline.input_shape, LAST[pipeline.outputs])
            for n in (1, 2, 3)
        ]
    ):
        network.intervene([Intervention("clamp", 0, 1, value=0.5), Intervention("mute", 0, 0)][: number % 3])
        Keras().write(TrainedModel(network, pipeline, "Net", 7, 12, "ab"), tmp_path / "a.keras")
        report = KerasReader().report(tmp_path / "a.keras")
        found = report.model
        assert found is not None
        assert {row.fit for row in report.layers} == {"fits"}
        assert (found.network.layers, found.pipeline) == (network.layers, pipeline)
        assert (found.name, found.seed, found.epoch, found.data_sha256) == ("Net", 7, 12, "ab")
        inputs = pipeline.transform(raw_samples(pipeline.inputs))
        np.testing.assert_array_equal(found.network.predict(inputs), network.predict(inputs))


def bare_file(network: Network, path: Path) -> None:
    """Without notes, so that the layers count."""
    with path.open("wb") as file:
        write_keras(*keras_model(network, None), {}, file)


def test_layers_are_recognized_without_a_description(tmp_path: Path) -> None:
    recognized = 0
    for number in range(75):
        shape = ((5,), (7, 8, 2))[number % 2]
        network = random_network(np.random.default_rng(number), shape, Dense(3, "softmax"))
        bare_file(network, tmp_path / "a.keras")
        report = KerasReader().report(tmp_path / "a.keras")
        if report.model is None:
            # What was written as several layers of Keras, and shapes without an end.
            written = "ZeroPadding2D", "Cropping1D", "limits", "adds", "behind", "joins"
            assert any(word in report.fault for word in written), report.fault
            continue
        recognized += 1
        inputs = random_samples(np.random.default_rng(0), 9, shape)
        ours, pipeline = network.predict(inputs), report.model.pipeline
        # Scaling in front of all layers is preprocessing.
        scaled = inputs if pipeline is None else pipeline.transform(inputs)
        np.testing.assert_allclose(report.model.network.predict(scaled), ours, atol=1e-5)
    assert recognized >= 45


def test_a_block_is_recognized_with_its_projection(tmp_path: Path) -> None:
    layers: list[Layer] = [
        Conv2D(3, 1), Residual((Conv2D(5, 3, strides=2, padding="same"),), activation="relu"), Flatten(), Dense(2),
    ]  # fmt: skip
    network = shaken(Network(layers, (7, 6, 2), seed=1))
    bare_file(network, tmp_path / "a.keras")
    report = KerasReader().report(tmp_path / "a.keras")
    assert report.model is not None
    kinds = [type(layer) for layer in report.model.network.layers]
    assert kinds == [Conv2D, Residual, Activation, Flatten, Dense]
    assert [row.source for row in report.layers] == [
        "conv2d", "residual (residual-0; residual-skip)", "residual_activation", "flatten", "dense",
    ]  # fmt: skip
    inputs = random_samples(np.random.default_rng(0), 9, (7, 6, 2))
    np.testing.assert_allclose(report.model.network.predict(inputs), network.predict(inputs), atol=1e-6)


def changed(path: Path, change: Any) -> None:
    """The file with another configuration."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(contents["config.json"])
    contents["config.json"] = json.dumps(change(config) or config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)


EXEC = {"class_name": "function", "config": "exec"}


def entry(config: dict[str, Any], name: str) -> Any:
    return next(each for each in config["config"]["layers"] if each["name"] == name)


def test_a_changed_file_is_read_by_its_layers(tmp_path: Path) -> None:
    path, pipeline = tmp_path / "a.keras", CASES["colour"]
    Keras().write(TrainedModel(network_for(pipeline), pipeline), path)
    changed(path, lambda config: entry(config, "conv2d")["config"].update(activation="tanh"))
    report = KerasReader().report(path)
    assert report.model is not None
    assert report.model.network.layers[0].activation.kind == "tanh"  # type: ignore[attr-defined]
    assert report.remarks == (
        "Its layers are not as this program wrote them, so that they count, not its description",
    )
    assert report.model.pipeline is not None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda config: entry(config, "dense")["config"].update(units=3), r"must be floats of shape \(5, 3\)"),
        (lambda config: entry(config, "dense")["config"].update(units="3"), "units must be a whole number"),
        (lambda config: entry(config, "dense")["config"].update(units=10**9), r"must be floats of shape \(5, 10{9}\)"),
        (lambda config: entry(config, "dense").update(class_name="Lambda"), "holds Python code, which is not run"),
        (lambda config: entry(config, "dense").update(class_name="Attention"), "no layer here for Attention"),
        (lambda config: entry(config, "dense").update(inbound_nodes=[{"args": []}]), "nowhere made before it"),
        (lambda config: entry(config, "dense").update(inbound_nodes=7), "called more than once"),
        (lambda config: entry(config, "inputs")["config"].update(batch_shape=[None, 10**7]), "size of a sample"),
        (lambda config: entry(config, "dense")["config"].update(activation=EXEC), "no activation here for exec"),
        (lambda config: config["config"].update(layers=7), "only Sequential and functional"),
        (lambda config: config.update(class_name="MyModel"), "it is a 'MyModel'"),
        (lambda config: [1], "must be an object"),
        (lambda config: config["config"].update(output_layers=[]), "it must have one output"),
    ],
)  # fmt: skip
def test_hostile_configurations_are_refused_with_a_sentence(
    change: Any, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.keras"
    bare_file(Network([Dense(4), Dense(2)], (5,)), path)
    changed(path, change)
    with pytest.raises(ValueError, match=rf"^a.keras cannot be opened: .*{sentence}") as caught:
        load_model(path)
    assert len(str(caught.value)) <= 200


def test_another_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.keras").write_bytes(b"no zip")
    with pytest.raises(ValueError, match=r"a\.keras is no Keras file, or it is damaged"):
        load_model(tmp_path / "a.keras")
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(ValueError, match=r"model\.weights\.h5 is missing"):
        load_model(tmp_path / "a.keras")


def test_weights_that_unpack_without_end_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", bytes(50_000_000))
    with pytest.raises(ValueError, match=r"model\.weights\.h5 must be at most"):
        load_model(tmp_path / "a.keras")
