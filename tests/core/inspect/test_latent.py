"""The plane of codes decodes to what the network gives, and the worst reconstructions come first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.data.datasets import Digits, Iris, Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.templates import TEMPLATES, with_template
from core.inspect.latent import GRID, LatentPart, ReconstructionsPart, grid_places
from core.inspect.snapshot import SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.nn import Dense, Sampling
from core.nn.autoencoder import half_of
from core.train.trainer import Trainer
from tests.core.experiment.on_data import with_dataset


def taker(dataset: Any, title: str = "VAE", size: int = 0) -> tuple[SnapshotTaker, Trainer]:
    images = len(dataset.info().shape) == 3
    template = next(each for each in TEMPLATES if (each.title, each.for_images) == (title, images))
    experiment = with_template(with_dataset(Experiment(), dataset), template)
    if size:
        experiment = experiment.replace(layers=(Dense(8, "tanh"), Dense(2 * size), Sampling(0.01), Dense(8)))
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    return SnapshotTaker(trainer, prepared, 0, experiment), trainer


@pytest.mark.parametrize("title", ["VAE", "Autoencoder"])
def test_a_place_on_the_plane_decodes_to_what_the_decoder_gives(title: str) -> None:
    made, trainer = taker(Digits(), title)
    frame = made.take_part(LatentPart, (None, True))
    assert frame is not None
    assert (frame.size, frame.axes) == (2, (0, 1))
    network = trainer.network
    codes = half_of(network, "encoder").predict(frame.prepared.test.inputs[: len(frame.rows)])
    np.testing.assert_allclose(frame.places, codes, atol=1e-5)
    outputs = half_of(network, "decoder").predict(codes[:3]).reshape(3, 8, 8, 1)
    np.testing.assert_allclose(frame.decoded(frame.places[:3]), outputs, atol=1e-5)
    assert frame.tiles is not None
    assert frame.tiles.shape == (GRID * GRID, 8, 8, 1)
    picture = frame.picture()
    assert picture is not None
    assert picture.shape == (50, 50, 1)
    # The lowest row of pixels is the last one of the lowest images.
    np.testing.assert_allclose(picture[1, 1:9, 0], frame.tiles[GRID + 1, 7, :, 0].clip(0, 1), atol=1e-5)
    small, _ = made.take_small(40)
    taken = made.take(SnapshotRequest(pixels=100))
    for each in (small, taken.boundary):
        np.testing.assert_array_equal(each, picture)
    assert taken.image is None
    assert made.refinement() is None
    corner = grid_places(frame.low, frame.high)[[0, -1]]
    np.testing.assert_allclose(frame.tiles[[0, -1]], frame.decoded(corner), atol=1e-6)
    assert (corner[0] < corner[1]).all()
    assert (frame.divergences is None) == (title == "Autoencoder")
    before = frame.decoded(frame.places[:3])
    trainer.run_epoch()
    np.testing.assert_array_equal(frame.decoded(frame.places[:3]), before)


def test_divergences_add_up_to_what_the_layer_adds_to_the_loss() -> None:
    made, trainer = taker(Iris())
    frame = made.take_part(LatentPart, (None, False))
    assert frame is not None
    assert frame.divergences is not None
    assert frame.tiles is None
    plan = trainer.network.plan(len(frame.rows))
    plan.forward(frame.prepared.test.inputs)
    (layer,) = (each for each in trainer.network.layers if isinstance(each, Sampling))
    assert plan.added_loss == pytest.approx(layer.beta * frame.divergences.sum(), rel=1e-4)


def test_larger_codes_are_seen_along_two_numbers_or_main_directions() -> None:
    made, trainer = taker(Iris(), size=3)
    codes = half_of(trainer.network, "encoder").predict(made._prepared.test.inputs)
    main = made.take_part(LatentPart, (None, False))
    assert main is not None
    assert main.axes is None
    np.testing.assert_allclose(main.directions @ main.directions.T, np.eye(2), atol=1e-9)
    chosen = made.take_part(LatentPart, ((2, 0), False))
    assert chosen is not None
    np.testing.assert_allclose(chosen.places, codes[:, [2, 0]], atol=1e-5)
    # Beside the plane, codes are at their mean.
    assert chosen.origin == pytest.approx([0.0, codes[:, 1].mean(), 0.0], abs=1e-5)
    # Axes of a larger code before.
    other = made.take_part(LatentPart, ((7, 8), False))
    assert other is not None
    assert other.axes is None


def test_a_code_of_one_number_is_a_line() -> None:
    made, _ = taker(Moons(samples=80), "Autoencoder")
    frame = made.take_part(LatentPart, (None, False))
    assert frame is not None
    assert frame.size == 1
    assert (frame.places[:, 1] == 0.0).all()
    assert frame.decoded(np.array([[0.0, 0.0], [0.0, 5.0]])).shape == (2, 2)


def test_the_worst_come_first_in_the_numbers_of_the_data() -> None:
    made, trainer = taker(Iris())
    found = made.take_part(ReconstructionsPart, (7, True))
    test = made._prepared.test
    assert found is not None
    errors = np.mean((trainer.network.predict(test.inputs) - test.targets) ** 2, axis=1)
    assert found.rows.tolist() == np.argsort(-errors, kind="stable")[:7].tolist()
    np.testing.assert_allclose(found.errors, errors[found.rows], rtol=1e-5)
    assert found.mean == pytest.approx(errors.mean(), rel=1e-5)
    raw = made._prepared.data.inputs[made._prepared.test_index[found.rows]]
    np.testing.assert_allclose(found.given, raw, rtol=1e-4)
    first = made.take_part(ReconstructionsPart, (7, False))
    assert first is not None
    assert first.rows.tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_a_network_that_diverged_keeps_its_last_plane_and_others_have_none() -> None:
    made, trainer = taker(Iris())
    frame = made.take_part(LatentPart, (None, False))
    trainer.network.parameters[:] = np.nan
    assert made.take_part(LatentPart, (None, False)) is frame
    moons = Experiment(dataset=Moons(samples=60), layers=(Dense(2),))
    prepared = prepare(moons)
    plain = SnapshotTaker(make_trainer(moons, prepared), prepared, 0, moons)
    asked = SnapshotRequest(parts={"latent": (None, True), "reconstructions": (5, True)})
    assert not {"latent", "reconstructions"} & plain.take(asked).parts.keys()
