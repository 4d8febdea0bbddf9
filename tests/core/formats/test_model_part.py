"""Encoder and decoder as models of their own: in every format they do what the halves of the network do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import Dense, Input, Sampling, Sequence
from core.data.datasets import Digits, Iris, Moons
from core.experiment.adapt import with_dataset
from core.experiment.experiment import Experiment
from core.experiment.templates import TEMPLATES, with_template
from core.formats import EXPORTERS, Exporter, TrainedModel, load_model
from core.formats.model_part import has_halves, model_part, part_samples
from core.formats.proof import prove
from core.nn.autoencoder import HALVES, Half, half_of
from tests.core.formats.test_proof import learned


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
def test_the_halves_of_a_model_answer_as_it_does(dataset: Moons | Iris | Digits) -> None:
    model, raw = autoencoder(dataset, "Autoencoder")
    encoder, decoder = (model_part(model, half) for half in HALVES)
    code = encoder.answers(raw).values
    assert code is not None
    assert encoder.pipeline is not None
    assert encoder.pipeline.outputs.names == tuple(  # type: ignore[attr-defined]
        f"code {number + 1}" for number in range(code.shape[1])
    )
    found, whole = decoder.answers(part_samples(model, "decoder", raw)).values, model.answers(raw).values
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
