"""Networks that are trained stacked end as if each had been trained alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.stack_problems import with_task
from core.nn import Conv2D, Dense, Flatten, GaussianNoise, Layer
from core.nn.losses import CrossEntropy
from core.nn.network import Network
from core.optim import LBFGS, OPTIMIZERS, SGD, Adam
from core.optim.clipping import ClipByNorm
from core.optim.schedules import ReduceOnPlateau
from core.train.stacked.network import StackedNetwork
from core.train.stacked.training import StackedTraining, why_not_stacked
from core.train.tasks.flow_matching import FlowMatching
from core.train.train_step import DivergedError
from core.train.trainer import Trainer
from tests.core.compiled.two_engines import CASES, apart, trainer_of
from tests.core.train.samples import CLASSES, LAYERS, make
from tests.core.train.samples import samples as some
from tests.core.trainers import trainer_of as plain_trainer_of

SEEDS = (3, 4, 11)


def alone(trainers: Sequence[Trainer], epochs: int) -> None:
    for trainer in trainers:
        for _ in range(epochs):
            trainer.run_epoch()


def seen(trainer: Trainer) -> tuple[object, ...]:
    """What must be equal to the last bit."""
    return (
        trainer.epoch,
        trainer.optimizer_state.step,
        trainer.learning_rate,
        trainer.network.noise_state,
        trainer.batches.epoch_state,
        trainer.engines,
    )


def test_every_kind_of_training_is_the_same_stacked_as_alone() -> None:
    wrong = []
    # Of images and sequences one layer says why not, and each seed trains alone.
    for case in [case for case in CASES if not case.name.startswith(("images", "sequences"))]:
        stacked, single = ([trainer_of(case, "numpy", seed) for seed in SEEDS] for _ in range(2))
        assert not why_not_stacked(stacked[0]), case.name
        StackedTraining(stacked).run_epochs(2)
        alone(single, 2)
        for one, other in zip(single, stacked, strict=True):
            rows = one.log.to_array(), other.log.to_array()
            curves = rows[0].shape == rows[1].shape and np.allclose(
                *rows, rtol=1e-4, atol=1e-5, equal_nan=True
            )
            slots = zip(one.optimizer_state.slots.values(), other.optimizer_state.slots.values(), strict=True)
            same_slots = all(np.allclose(*pair, rtol=1e-4, atol=1e-6) for pair in slots)
            if apart(one, other) > 1e-5 or not curves or not same_slots or seen(one) != seen(other):
                wrong.append(f"{case.name}: {apart(one, other):.1e}")
    assert not wrong, "\n".join(wrong)


def test_every_optimizer_that_is_not_refused_is_among_the_cases() -> None:
    names = " ".join(case.name for case in CASES)
    for kind in OPTIMIZERS:
        refused = why_not_stacked(make(optimizer=kind()))
        assert refused or f"optimizer {kind.kind}" in names


def test_seeds_start_and_end_different() -> None:
    stacked = [make(seed) for seed in SEEDS]
    StackedTraining(stacked).run_epochs(2)
    weights = [trainer.network.parameters for trainer in stacked]
    assert all(np.abs(one - other).max() > 0.1 for one, other in itertools.pairwise(weights))


def test_each_seed_has_noise_of_its_own() -> None:
    layers: tuple[Layer, ...] = (GaussianNoise(0.3), *LAYERS)
    stacked, single = ([make(seed, layers) for seed in SEEDS] for _ in range(2))
    StackedTraining(stacked).run_epochs(3)
    alone(single, 3)
    assert max(map(apart, single, stacked)) < 1e-6


def test_a_norm_is_clipped_for_each_seed_by_itself() -> None:
    """One seed far away, whose gradients alone are long, must not shorten those of the others."""
    stacked, single = ([make(seed, clipping=ClipByNorm(0.05)) for seed in SEEDS] for _ in range(2))
    for trainers in (stacked, single):
        trainers[1].network.parameters *= 6.0
    StackedTraining(stacked).run_epochs(2)
    alone(single, 2)
    assert max(map(apart, single, stacked)) < 1e-6


def test_each_seed_has_a_plateau_of_its_own() -> None:
    given = {"schedule": ReduceOnPlateau(patience=0, min_delta=0.02, factor=0.5), "optimizer": SGD(0.3)}
    stacked, single = ([make(seed, **given) for seed in range(6)] for _ in range(2))
    StackedTraining(stacked).run_epochs(8)
    alone(single, 8)
    assert len({trainer.scheduler.drops for trainer in stacked}) > 1
    assert [seen(trainer) for trainer in stacked] == [seen(trainer) for trainer in single]
    assert max(map(apart, single, stacked)) < 1e-5


def test_a_seed_that_diverges_leaves_the_others_alone() -> None:
    stacked, single = ([make(seed, optimizer=Adam(0.02)) for seed in SEEDS] for _ in range(2))
    for trainers in (stacked, single):
        trainers[1].network.parameters[:] = 3e38
    training = StackedTraining(stacked)
    training.run_epochs(3)
    with pytest.raises(DivergedError) as caught:
        single[1].run_epoch()
    assert training.faults == {stacked[1]: str(caught.value)}
    assert training.running == [stacked[0], stacked[2]]
    np.testing.assert_array_equal(stacked[1].network.parameters, single[1].network.parameters)
    assert (stacked[1].batches.position, stacked[1].epoch) == (single[1].batches.position, 0)
    assert stacked[1].optimizer_state.step == single[1].optimizer_state.step
    others = [single[0], single[2]]
    alone(others, 3)
    assert max(map(apart, others, training.running)) < 1e-6


def test_when_all_have_diverged_the_training_ends() -> None:
    stacked = [make(seed) for seed in SEEDS]
    for trainer in stacked:
        trainer.network.parameters[:] = np.inf
    training = StackedTraining(stacked)
    training.run_epochs(5)
    assert len(training.faults) == 3
    assert not training.running


def test_a_slice_of_time_ends_within_an_epoch_and_goes_on_after_it() -> None:
    stacked, single = ([make(seed) for seed in SEEDS] for _ in range(2))
    training = StackedTraining(stacked)
    training.run_for(0.0, 2)
    training.write_back()
    for trainer in single:
        trainer.step()
    assert stacked[0].batches.position == single[0].batches.position == 8
    assert max(map(apart, single, stacked)) < 1e-6
    while training.epoch < 2:
        training.run_for(0.0, 2)
    training.write_back()
    for trainer in single:
        while trainer.epoch < 2:
            trainer.step()
    assert max(map(apart, single, stacked)) < 1e-6


def test_trainers_are_stacked_in_the_middle_of_a_training() -> None:
    stacked, single = ([make(seed) for seed in SEEDS] for _ in range(2))
    alone(stacked, 2)
    for trainer in stacked:
        trainer.step()
    StackedTraining(stacked).run_epochs(3)
    alone(single, 5)
    assert max(map(apart, single, stacked)) < 1e-6
    assert [seen(trainer) for trainer in stacked] == [seen(trainer) for trainer in single]


def test_long_epochs_are_evaluated_within() -> None:
    def long(seed: int) -> Trainer:
        return plain_trainer_of(
            Network(LAYERS, (2,), seed=seed), some(4000), some(600, 1), seed=seed, encoding=CLASSES,
            loss=CrossEntropy(), optimizer=Adam(0.01), batch_size=50,
        )  # fmt: skip

    stacked, single = ([long(seed) for seed in SEEDS[:2]] for _ in range(2))
    StackedTraining(stacked).run_epochs(2)
    alone(single, 2)
    rows = single[0].log.to_array()
    assert len(rows) > 3
    np.testing.assert_allclose(stacked[0].log.to_array(), rows, rtol=1e-4, atol=1e-5)


def test_images_are_flattened_and_stacked() -> None:
    layers = (Flatten(), Dense(5, "relu"), Dense(2, "softmax"))
    inputs = np.random.default_rng(0).normal(size=(30, 4, 3, 1)).astype(np.float32)
    labels = np.arange(30) % 2
    data = some(30).__class__(inputs, CLASSES.encode(labels), labels)

    def of(seed: int) -> Trainer:
        network = Network(layers, (4, 3, 1), seed=seed)
        return plain_trainer_of(
            network, data, data, seed=seed, encoding=CLASSES, loss=CrossEntropy(), batch_size=7
        )

    stacked, single = ([of(seed) for seed in SEEDS] for _ in range(2))
    before = inputs.copy()
    StackedTraining(stacked).run_epochs(3)
    alone(single, 3)
    assert max(map(apart, single, stacked)) < 1e-6
    np.testing.assert_array_equal(inputs, before)


def test_what_cannot_be_stacked_is_named() -> None:
    assert why_not_stacked(make(optimizer=LBFGS())).startswith("L-BFGS searches along lines")
    layers = (Conv2D(2), Flatten(), Dense(2, "softmax"))
    data = some(8)
    images = data.__class__(np.zeros((8, 6, 6, 1), np.float32), data.targets, data.labels)
    trainer = plain_trainer_of(
        Network(layers, (6, 6, 1)), images, None, encoding=CLASSES, loss=CrossEntropy()
    )
    assert why_not_stacked(trainer) == "Conv2D layers are not stacked."
    penalized = make(layers=(Dense(4, "tanh", kernel_regularizer="l2"), Dense(2, "softmax")))
    assert why_not_stacked(penalized) == "A kernel_regularizer of single layers is not stacked."
    logits = make(layers=(Dense(4, "tanh"), Dense(2)), loss=CrossEntropy(from_logits=True))
    assert why_not_stacked(logits) == "Cross-entropy of logits is not stacked."
    weighted = make()
    weighted.set_data(weighted.train.weighted(np.arange(len(weighted.train)) % 3))
    assert why_not_stacked(weighted) == "Weights of single samples are not stacked."
    flow = with_task(Experiment(dataset=Moons(samples=40)), FlowMatching())
    drawn = why_not_stacked(make_trainer(flow, prepare(flow)))
    assert drawn == "Batches that are drawn anew, as Generate has them, are not stacked."
    assert "too large" in why_not_stacked(make(layers=(Dense(16_000), Dense(100), Dense(2))), 64)


def test_the_weights_of_a_stack_are_views_of_its_vectors() -> None:
    network = StackedNetwork([make(seed).network for seed in SEEDS])
    for arrays in network._weights:
        for array in arrays.values():
            assert np.shares_memory(array, network.parameters)
