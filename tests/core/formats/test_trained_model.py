"""What travels with the weights, and that it fits them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from core.data.pipeline import ClassOutputs, NumberColumn, Pipeline, TableInputs
from core.formats import EXPORTERS, ModelDescription, Npz, Safetensors, TrainedModel, load_model
from core.io.version import __version__
from core.nn import BatchNormalization, Dense
from core.nn.interventions import Intervention
from core.nn.network import Network
from core.spec import SettingError

PIPELINE = Pipeline(
    TableInputs((NumberColumn("a", "cm", 1.0, 2.0, 3.0), NumberColumn("b"))), ClassOutputs(("x", "y"), 2)
)


def model() -> TrainedModel:
    network = Network([Dense(3, "relu"), Dense(2, "softmax")], (2,), seed=1)
    return TrainedModel(network, PIPELINE, "Mine", 7, 412, "ab" * 32)


@pytest.mark.parametrize("layout", ["keras", "pytorch"])
def test_both_formats_hold_pipeline_and_origin(layout: str, tmp_path: Path) -> None:
    Npz(layout=layout).write(model(), tmp_path / "m.npz")
    Safetensors(layout=layout).write(model(), tmp_path / "m.safetensors")
    with np.load(tmp_path / "m.npz", allow_pickle=False) as file:
        in_npz = json.loads(str(file["metadata"]))
    with safe_open(tmp_path / "m.safetensors", "np") as opened:
        in_header = opened.metadata()
    assert Pipeline.from_json(in_npz["pipeline"]) == PIPELINE
    assert Pipeline.from_json(json.loads(in_header["pipeline"])) == PIPELINE
    assert (in_npz["experiment"], in_npz["seed"], in_npz["epoch"]) == ("Mine", 7, 412)
    assert (in_header["data_sha256"], in_header["seed"], in_header["epoch"]) == ("ab" * 32, "7", "412")
    assert in_npz["program"] == in_header["program"] == f"NumpyNet Playground {__version__}"
    assert in_npz["layout"] == in_header["layout"] == layout
    assert json.loads(in_header["layers"]) == in_npz["layers"]


def test_what_is_unknown_is_left_out() -> None:
    bare = TrainedModel(Network([Dense(2)], (2,), seed=1))
    assert bare.to_json().keys() == {"program", "weights_sha256", "layers", "input_shape"}


def test_a_pipeline_of_another_shape_is_refused() -> None:
    with pytest.raises(SettingError, match=r"inputs of shape \(3,\), got \(2,\)$"):
        ModelDescription((Dense(2),), (3,), PIPELINE)
    with pytest.raises(SettingError, match=r"inputs of shape \(3,\), got \(2,\)$"):
        TrainedModel(Network([Dense(2)], (3,), seed=1), PIPELINE)


@pytest.mark.parametrize("kind", [Npz, Safetensors], ids=lambda kind: kind.kind)
def test_muted_neurons_are_folded_where_only_weights_fit(kind: type, tmp_path: Path) -> None:
    muted = model()
    muted.network.intervene([Intervention("mute", 0, 1)])
    assert muted.description.overrides == ((0, 1, 0.0),)
    assert muted.to_json()["overrides"] == [[0, 1, 0.0]]
    path = tmp_path / f"m{kind.suffix}"  # type: ignore[attr-defined]
    kind(layout="keras").write(muted, path)
    read = load_model(path).network
    inputs = np.random.default_rng(0).normal(size=(20, *read.input_shape)).astype(np.float32)
    np.testing.assert_allclose(read.predict(inputs), muted.network.predict(inputs), atol=1e-6)
    muted.network.intervene([])
    assert np.abs(read.predict(inputs) - muted.network.predict(inputs)).max() > 1e-3
    assert kind in list(EXPORTERS)


def test_the_hash_of_the_weights_is_that_of_their_names_and_numbers() -> None:
    network = Network([Dense(2), BatchNormalization()], (2,), seed=1)
    before = TrainedModel(network).weights_sha256
    assert before == TrainedModel(Network([Dense(2), BatchNormalization()], (2,), seed=1)).weights_sha256
    assert before == TrainedModel(network).to_json()["weights_sha256"]
    network.state[0] += 1
    changed = TrainedModel(network).weights_sha256
    assert changed != before
    assert changed != TrainedModel(Network([Dense(2)], (2,), seed=1)).weights_sha256
