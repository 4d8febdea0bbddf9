"""The file of a trained model: what it tells of itself, held units, and its way back."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import onnx
import pytest

from core.data.pipeline import ClassOutputs, NumberColumn, Pipeline, TableInputs, ValueOutputs
from core.formats import Keras, ModelDescription, Npz, NumpyProgram, Onnx, TrainedModel, WeightsCsv
from core.formats.external_reader import MissingReaderError
from core.formats.onnx.exporter import onnx_predictions
from core.formats.onnx.writer import onnx_graph
from core.formats.proof import prove
from core.io.version import __version__
from core.nn import Dense
from core.nn.interventions import Intervention
from core.spec import SettingError
from tests.core.formats.onnx.onnx_cases import CASES, network_for, raw_samples
from tests.core.onnx_runner import assert_same_predictions

pytestmark = pytest.mark.environment


def model_of(pipeline: Pipeline) -> TrainedModel:
    return TrainedModel(network_for(pipeline), pipeline, "My “net”", 7, 412, "ab" * 32)


def test_the_file_tells_where_it_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    Onnx().write(model_of(CASES["table"]), path)
    model = onnx.load(path)
    found = {each.key: each.value for each in model.metadata_props}
    assert Pipeline.from_json(json.loads(found["pipeline"])) == CASES["table"]
    assert json.loads(found["classes"]) == ["a", "ß c", "3"]
    assert (found["seed"], found["epoch"], found["data_sha256"]) == ("7", "412", "ab" * 32)
    assert (found["experiment"], found["program"]) == ("My “net”", f"NumpyNet Playground {__version__}")
    assert json.loads(found["layers"])[0]["kind"] == "dense"
    assert (model.producer_name, model.producer_version) == ("NumpyNet Playground", __version__)


def test_muted_and_clamped_units_are_in_the_file(tmp_path: Path) -> None:
    pipeline = CASES["colour"]
    network = network_for(pipeline)
    network.intervene([Intervention("clamp", 0, 1, value=2.0), Intervention("mute", 0, 3)])
    model = TrainedModel(network, pipeline)
    assert model.description.overrides
    Onnx().check(model.description)
    Onnx().write(model, tmp_path / "a.onnx")
    raw = raw_samples(pipeline.inputs)
    assert_same_predictions(network, pipeline, raw, onnx_predictions(tmp_path / "a.onnx", pipeline, raw))


@pytest.mark.parametrize("name", CASES)
def test_every_kind_is_proved_by_onnxruntime(name: str) -> None:
    proof = prove(Onnx(), model_of(CASES[name]), raw_samples(CASES[name].inputs))
    assert proof.holds, proof.fault
    assert proof.reader == f"onnxruntime {importlib.metadata.version('onnxruntime')}"
    assert proof.samples == 40


def test_a_file_that_predicts_otherwise_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(CASES["table"])
    other = network_for(CASES["table"])
    other.parameters *= 1.01
    monkeypatch.setattr(
        "core.formats.onnx.exporter.onnx_graph", lambda network, *form: onnx_graph(other, *form)
    )
    proof = prove(Onnx(), model, raw_samples(CASES["table"].inputs))
    assert not proof.holds
    assert "must predict what the network does within 1e-05" in proof.fault


def test_what_is_no_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(b"no file")
    with pytest.raises(ValueError, match=r"^onnxruntime cannot run the file: .*") as caught:
        onnx_predictions(tmp_path / "a.onnx", CASES["points"], raw_samples(CASES["points"].inputs))
    assert len(str(caught.value)) <= 200


def test_without_the_packages_sentences_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, raw = model_of(CASES["points"]), raw_samples(CASES["points"].inputs)
    Onnx().write(model, tmp_path / "a.onnx")

    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("core.formats.onnx.writer.find_spec", lambda name: None)
    monkeypatch.setattr("importlib.metadata.version", missing)
    for refused in (
        lambda: Onnx().check(model.description),
        lambda: Onnx().write(model, tmp_path / "b.onnx"),
    ):
        with pytest.raises(SettingError, match=r"needs the package onnx; install it by: .*pip install"):
            refused()
    assert not (tmp_path / "b.onnx").exists()
    with pytest.raises(MissingReaderError, match="onnxruntime is not installed here"):
        onnx_predictions(tmp_path / "a.onnx", CASES["points"], raw)


def test_predictions_have_the_names_of_the_file() -> None:
    pipeline = Pipeline(TableInputs((NumberColumn("label"), NumberColumn("b"))), ClassOutputs(("x", "y"), 2))
    model = ModelDescription((Dense(2, "softmax"),), (2,), pipeline)
    assert Onnx().prediction_names(model) == ("predicted_label", "probabilities")
    assert Keras().prediction_names(model) == ("probabilities",)
    assert Npz().prediction_names(model) == ("label", "probabilities")
    assert WeightsCsv().prediction_names(model) == ("outputs",)
    values = ModelDescription(
        (Dense(1),), (2,), Pipeline(pipeline.inputs, ValueOutputs((NumberColumn("c"),)))
    )
    assert Onnx().prediction_names(values) == ("value",)
    assert NumpyProgram().prediction_names(values) == ("c",)
