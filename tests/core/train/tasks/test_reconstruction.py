"""Reconstruction: clean targets, spoiled inputs, and what an autoencoder reaches beside the mean and PCA."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from core.data.augmentation import Augmentation
from core.data.datasets import Digits, Iris, Moons, Standardize
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState, load_project, save_project
from core.experiment.stack_problems import with_task
from core.experiment.templates import TEMPLATES, with_template
from core.nn import Sampling
from core.nn.losses import LOSSES
from core.optim import Adam
from core.probes.baselines import fit_baselines
from core.train.tasks import Classification, Reconstruction
from tests.core.experiment.on_data import with_dataset

IRIS = with_dataset(Experiment(), Iris())


def of(experiment: Experiment, title: str = "Autoencoder") -> Experiment:
    images = len(experiment.dataset.info().shape) == 3
    return with_template(experiment, next(t for t in TEMPLATES if (t.title, t.for_images) == (title, images)))


@pytest.mark.parametrize("dataset", [Moons(samples=60), Iris(), Digits()], ids=lambda data: data.kind)
@pytest.mark.parametrize("title", ["Autoencoder", "VAE"])
def test_the_templates_learn_points_rows_and_images(dataset: Moons | Iris | Digits, title: str) -> None:
    experiment = of(with_dataset(Experiment(features=("x1", "x2", "sin_x1")), dataset), title)
    assert isinstance(experiment.task, Reconstruction)
    assert not find_problems(experiment)
    prepared = prepare(experiment)
    np.testing.assert_array_equal(prepared.test.targets, prepared.test.inputs.reshape(len(prepared.test), -1))
    trainer = make_trainer(experiment, prepared)
    before = trainer.figures.test.loss
    for _ in range(3):
        trainer.run_epoch()
    assert trainer.figures.test.loss < before


def test_an_autoencoder_of_two_numbers_passes_pca_and_pca_the_mean() -> None:
    experiment = of(with_dataset(Experiment(), Digits())).with_training(optimizer=Adam(0.003), batch_size=64)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    while trainer.epoch < 40:
        trainer.run_for(0.1)
    mean, pca = fit_baselines(prepared, code=2).results
    assert (mean.title, mean.test_score) == ("Mean", pytest.approx(0.0, abs=0.02))
    assert pca.settings == "the first 2 components"
    errors = prepared.test.targets - prepared.test.targets.mean(axis=0)
    assert float(np.mean(errors**2)) == pytest.approx(0.0734, abs=0.001)
    assert 0.25 < pca.test_score < 0.3
    assert trainer.figures.test.score > pca.test_score + 0.02


def test_noise_and_masks_are_new_in_batches_and_fixed_for_evaluations() -> None:
    experiment = of(IRIS)
    spoiled = experiment.replace(task=Reconstruction(noise=0.5, masked=0.25))
    one, again = prepare(spoiled), prepare(spoiled)
    np.testing.assert_array_equal(one.test.inputs, again.test.inputs)
    clean = prepare(experiment).test
    np.testing.assert_array_equal(one.test.targets, clean.targets)
    assert 0.15 < np.mean(one.test.inputs == 0.0) < 0.35
    kept = one.test.inputs != 0.0
    assert (one.test.inputs - clean.inputs)[kept].std() == pytest.approx(0.5, abs=0.1)
    trainer = make_trainer(spoiled, one)
    assert "does not draw batches at random" in trainer.why_not_compiled or trainer.why_not_compiled
    assert trainer.run_epoch() != trainer.run_epoch()
    rows = np.full((20_000, 2), 3.0, np.float32)
    inputs, targets = Reconstruction(masked=0.4).make(rows, rows, np.random.default_rng(0))
    assert np.mean(inputs == 0.0) == pytest.approx(0.4, abs=0.01)
    assert (targets == 3.0).all() & (rows == 3.0).all()


def test_images_changed_at_random_are_their_own_targets() -> None:
    experiment = of(with_dataset(Experiment(), Digits())).with_training(
        augmentation=Augmentation(shift=2), batch_size=16
    )
    trainer = make_trainer(experiment, prepare(experiment))
    assert trainer.maker is not None
    batch = trainer.train.head(16)
    inputs, targets, _ = trainer.maker.make((batch.inputs, batch.targets, None), 0, 0)
    np.testing.assert_array_equal(targets, inputs.reshape(16, -1))
    assert not np.array_equal(targets, batch.targets)


def test_a_project_goes_on_bit_by_bit_in_the_middle_of_an_epoch(tmp_path: Path) -> None:
    experiment = of(IRIS, "VAE").replace(task=Reconstruction(noise=0.3))
    straight = make_trainer(experiment, prepare(experiment))
    for _ in range(15):
        straight.step()
    path = tmp_path / "vae.nnplay"
    save_project(path, experiment, TrainerState.of(straight, prepare(experiment).pipeline))
    opened, state = load_project(path)
    assert opened == experiment
    assert state is not None
    again = make_trainer(opened, prepare(opened))
    state.restore(again)
    assert [again.step() for _ in range(20)] == [straight.step() for _ in range(20)]


def test_the_score_is_of_all_numbers_together() -> None:
    task, samples = Reconstruction(), prepare(of(with_dataset(Experiment(), Digits()))).test
    found = samples.targets + np.random.default_rng(0).normal(0, 0.1, samples.targets.shape)
    errors, spread = found - samples.targets, samples.targets - samples.targets.mean(axis=0)
    assert task.score_of(found, samples) == pytest.approx(1 - np.sum(errors**2) / np.sum(spread**2), rel=1e-5)
    assert math.isnan(task.score_of(found[:1], samples.head(1)))


def test_logits_are_scored_as_what_they_stand_for() -> None:
    entropy = LOSSES.make("binary_cross_entropy")
    experiment = of(with_dataset(Experiment(), Digits())).with_training(loss=entropy, optimizer=Adam(0.003))
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.prefer_engine("compiled")
    assert trainer.why_not_compiled
    for _ in range(2):
        trainer.run_epoch()
    found = trainer.network.predict(prepared.test.inputs)
    assert trainer.figures.test.score == pytest.approx(prepared.task.score_of(found, prepared.test))
    np.testing.assert_allclose(trainer.test_predictions, found, atol=1e-6)


def test_binary_cross_entropy_is_for_numbers_from_0_to_1() -> None:
    entropy = LOSSES.make("binary_cross_entropy")
    digits = of(with_dataset(Experiment(), Digits()), "VAE").with_training(loss=entropy)
    assert digits.output_activation().kind == "sigmoid"
    assert not find_problems(digits)
    (problem,) = find_problems(digits.replace(scaling=Standardize()))
    assert problem.sentence == (
        "Binary cross-entropy needs numbers from 0 to 1; Preprocess changes those of the images"
    )
    assert not find_problems(problem.fixes[0].experiment)
    (problem,) = find_problems(of(IRIS).with_training(loss=entropy))
    assert problem.sentence == (
        "Binary cross-entropy needs numbers from 0 to 1, such as those of images; Iris has others"
    )
    # Data that it does not suit change the loss.
    assert with_dataset(digits, Iris()).training.loss == LOSSES.make("mse")


def test_switching_back_gives_the_usual_task_and_output() -> None:
    moons = Experiment(dataset=Moons(samples=60))
    there = with_task(moons, Reconstruction())
    assert there.output_layer().units == 2
    assert with_task(there, Classification()) == moons


def test_beta_widens_and_narrows_what_is_sampled() -> None:
    found = []
    for beta in (0.0001, 0.3):
        experiment = of(with_dataset(Experiment(), Digits()), "VAE")
        layers = tuple(
            each.replace(beta=beta) if isinstance(each, Sampling) else each for each in experiment.layers
        )
        experiment = experiment.replace(layers=layers).with_training(optimizer=Adam(0.003), batch_size=64)
        trainer = make_trainer(experiment, prepare(experiment))
        for _ in range(8):
            trainer.run_epoch()
        assert trainer.test is not None
        plan = trainer.network.plan(len(trainer.test))
        plan.forward(trainer.test.inputs)
        found.append(plan.added_loss / beta)
    # With much of it, the code says nothing any more.
    assert found[0] > 2.0
    assert found[1] < 0.05


@pytest.mark.parametrize(("noise", "masked"), [(0.0, 0.0), (0.1, 0.0), (0.0, 0.25), (0.1, 0.25)])
def test_batches_are_made_where_something_is_spoiled(noise: float, masked: float) -> None:
    assert Reconstruction(noise=noise, masked=masked).makes_batches is (noise + masked > 0)
