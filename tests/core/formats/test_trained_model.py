"""What travels with the weights, and that it fits them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from core import Input, Sampling, Sequence
from core.data.datasets import Digits, Iris, Moons
from core.data.pipeline import ClassOutputs, NumberColumn, Pipeline, TableInputs
from core.experiment.experiment import Experiment
from core.experiment.templates import TEMPLATES, with_template
from core.formats import EXPORTERS, Exporter, ModelDescription, Npz, Safetensors, TrainedModel, load_model
from core.formats.proof import prove
from core.formats.trained_model import has_halves, model_part, part_samples
from core.io.version import __version__
from core.nn import BatchNormalization, Dense
from core.nn.autoencoder import HALVES, Half, half_of
from core.nn.interventions import Intervention
from core.nn.network import Network
from core.spec import SettingError
from tests.core.experiment.on_data import with_dataset
from tests.core.formats.test_proof import learned

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


def autoencoder(dataset: Moons | Iris | Digits, title: str) -> tuple[TrainedModel, object]:
    images = len(dataset.info().shape) == 3
    template = next(each for each in TEMPLATES if (each.title, each.for_images) == (title, images))
    return learned(with_template(with_dataset(Experiment(), dataset), template), 1)


@pytest.fixture(scope="module")
def rows() -> tuple[TrainedModel, object]:
    return autoencoder(Iris(), "VAE")


@pytest.mark.foreign
@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("kind", list(EXPORTERS), ids=lambda kind: kind.kind)
def test_halves_predict_the_same_in_every_format(
    kind: type[Exporter], half: Half, rows: tuple[TrainedModel, object]
) -> None:
    model, raw = rows
    part, samples = model_part(model, half), part_samples(model, half, raw)
    if kind.left_out:
        kind().check(part.description)
        return
    proof = prove(kind(), part, samples)
    assert proof.holds, (proof.sentence, proof.fault)


@pytest.mark.parametrize("dataset", [Moons(samples=60), Iris(), Digits()], ids=lambda data: data.kind)
def test_the_halves_of_a_model_prediction_as_it_does(dataset: Moons | Iris | Digits) -> None:
    model, raw = autoencoder(dataset, "Autoencoder")
    encoder, decoder = (model_part(model, half) for half in HALVES)
    code = encoder.predictions(raw).values
    assert code is not None
    assert encoder.pipeline is not None
    assert encoder.pipeline.outputs.names == tuple(  # type: ignore[attr-defined]
        f"code {number + 1}" for number in range(code.shape[1])
    )
    found, whole = (
        decoder.predictions(part_samples(model, "decoder", raw)).values,
        model.predictions(raw).values,
    )
    np.testing.assert_allclose(found, whole, rtol=1e-5, atol=1e-5)
    assert encoder.name.endswith(" encoder")


def test_the_library_writes_halves(tmp_path: Path) -> None:
    Sequence([Input(4), Dense(3), Dense(4)], seed=1).export(tmp_path / "code.npz", part="encoder")
    assert load_model(tmp_path / "code.npz").network.output_shape == (3,)
    vae = Sequence([Input(4), Dense(4), Sampling(), Dense(4)], seed=1)
    vae.export(tmp_path / "back.npz", part="decoder")
    found = load_model(tmp_path / "back.npz").network
    z = np.ones((3, 2), np.float32)
    np.testing.assert_allclose(found.predict(z), half_of(vae.network, "decoder").predict(z), atol=1e-6)
    with pytest.raises(ValueError, match="a project holds a whole network"):
        vae.export(tmp_path / "back.nnplay", part="decoder")


def test_other_models_have_no_halves() -> None:
    model, _ = learned(Experiment(dataset=Moons(samples=60), layers=(Dense(2),)), 1)
    assert not has_halves(model.description)
    with pytest.raises(ValueError, match="only a network that gives back its inputs has an encoder"):
        model_part(model, "encoder")
