"""Optimizers that PyTorch lacks or that look at all samples; and a training with any of them is saved whole."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, load_project, save_project
from core.nn import Dense, Dropout
from core.nn.losses import CrossEntropy, MeanSquaredError, RootMeanSquaredError
from core.nn.network import Network
from core.optim import LBFGS, OPTIMIZERS, Adam, Lion, Nadam
from core.optim.clipping import ClipByNorm
from core.optim.line_search import strong_wolfe
from core.optim.regularizers import L2
from core.optim.schedules import SCHEDULES, CosineDecay, OneCycle, ReduceOnPlateau
from core.train.target_encoding import TargetEncoding
from core.train.trainer import DivergedError, Trainer
from core.train.training_config import TrainingConfig
from core.train.warm_start import continue_training
from tests.core.trainers import trainer_of

MOONS = Experiment(
    dataset=Moons(samples=150),
    layers=(Dense(6, "tanh"), Dropout(0.2)),
    seed=3,
    training=TrainingConfig(batch_size=9),
)
PREPARED = prepare(MOONS)


def test_the_menu_begins_with_the_plainest() -> None:
    assert OPTIMIZERS.names()[0] == "sgd"
    assert set(OPTIMIZERS.names()) >= {"adadelta", "adamax", "nadam", "lion", "lbfgs"}
    assert OPTIMIZERS.make("l-bfgs") == LBFGS()


def test_lion_follows_its_formula() -> None:
    rng = np.random.default_rng(0)
    parameters, gradients = rng.normal(size=20_000), np.empty(20_000)
    expected, mean = parameters.copy(), np.zeros(20_000)
    optimizer_state = Lion(0.01, beta_1=0.8, beta_2=0.95).bind(parameters, gradients)
    for _ in range(50):
        gradients[:] = rng.normal(size=20_000)
        expected -= 0.01 * np.sign(0.8 * mean + 0.2 * gradients)
        mean = 0.95 * mean + 0.05 * gradients
        optimizer_state.update()
    np.testing.assert_allclose(parameters, expected, rtol=0.0, atol=1e-12)


def test_adam_corrects_its_averages_for_their_start_at_zero() -> None:
    rng = np.random.default_rng(0)
    parameters, gradients = rng.normal(size=100), np.empty(100)
    expected, mean, square = parameters.copy(), np.zeros(100), np.zeros(100)
    optimizer_state = Adam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-6).bind(parameters, gradients)
    for step in range(1, 51):
        before = parameters.copy()
        gradients[:] = rng.normal(size=100)
        mean, square = 0.8 * mean + 0.2 * gradients, 0.95 * square + 0.05 * gradients**2
        unbiased_mean, unbiased_square = mean / (1 - 0.8**step), square / (1 - 0.95**step)
        expected -= 0.01 * unbiased_mean / (np.sqrt(unbiased_square) + 1e-6)
        optimizer_state.update()
        if step == 1:
            # Whatever the gradient, the first step is as long as the learning rate.
            np.testing.assert_allclose(np.abs(parameters - before), 0.01, rtol=1e-3)
    np.testing.assert_allclose(parameters, expected, rtol=0.0, atol=1e-12)


def test_nadams_product_of_momenta_may_end_where_it_no_longer_counts() -> None:
    optimizer = Nadam(beta_1=0.99999)
    product = math.prod(optimizer._momentum(step) for step in range(1, 66))
    assert 1.0 - product == 1.0


@pytest.mark.parametrize("kind", list(OPTIMIZERS), ids=lambda kind: kind.kind)
def test_no_memory_is_taken_in_a_step(kind: Any) -> None:
    import tracemalloc

    parameters = np.random.default_rng(0).normal(size=40_000).astype(np.float32)
    gradients = parameters.copy()
    optimizer_state = kind().bind(parameters, gradients)
    optimizer_state.update()
    gradients[:] = parameters
    optimizer_state.update()
    tracemalloc.start()
    gradients[:] = parameters
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    optimizer_state.update()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - before < 8_000


def full(samples: int = 60, **given: Any) -> Trainer:
    inputs = np.random.default_rng(0).normal(size=(samples, 2)).astype(np.float32)
    answers = (inputs[:, 0] * inputs[:, 1] > 0).astype(np.int64)
    encoding = TargetEncoding(2, 2)
    settings = {"loss": CrossEntropy(), "optimizer": LBFGS(), "batch_size": 7} | given
    layers = settings.pop("layers", [Dense(8, "tanh"), Dense(2, "softmax")])
    part = Samples(inputs, encoding.encode(answers), answers)
    return trainer_of(Network(layers, (2,), seed=1), part, part, encoding=encoding, **settings)


def test_a_step_of_lbfgs_is_an_epoch_that_goes_down() -> None:
    trainer = full()
    assert trainer.steps_per_epoch == 1
    losses = [trainer.step() for _ in range(60)]
    assert trainer.epoch == 60
    assert trainer.step_in_epoch == 0
    assert losses[-1] < 0.02
    assert all(after <= before + 1e-6 for before, after in itertools.pairwise(losses))
    assert trainer.test_evaluation.accuracy == 1.0


def test_lbfgs_compares_the_same_dropout_along_a_line() -> None:
    trainer = full(layers=[Dense(16, "tanh"), Dropout(0.3), Dense(2, "softmax")])
    before = trainer.test_evaluation.loss
    for _ in range(40):
        trainer.step()
    assert trainer.test_evaluation.loss < 0.6 * before


def test_lbfgs_stands_still_when_a_schedule_ends_at_a_rate_of_zero() -> None:
    trainer = full(schedule=CosineDecay(2))
    for _ in range(3):
        trainer.run_epoch()
    weights = trainer.network.parameters.copy()
    for _ in range(3):
        trainer.run_epoch()
    assert trainer.learning_rate == 0.0
    np.testing.assert_array_equal(trainer.network.parameters, weights)


def test_lbfgs_minds_the_penalty() -> None:
    free, held = full(), full(regularizer=L2(0.01))
    for _ in range(40):
        free.step()
        held.step()
    norms = [float(np.linalg.norm(trainer.network.kernels)) for trainer in (free, held)]
    assert norms[1] < 0.5 * norms[0]
    # At the bottom the slope of loss and penalty together is flat.
    held.train_step._full_batch.fill(held.train)
    held.train_step._regularize()
    assert np.abs(held.network.gradients).max() < 1e-3


@pytest.mark.parametrize("loss", [MeanSquaredError(), CrossEntropy()])
def test_many_samples_are_added_up_in_parts(loss: Any) -> None:
    layers = [Dense(5, "tanh"), Dense(2, "softmax")]
    parted = full(9000, layers=layers, loss=loss)
    value = parted.train_step._full_batch.fill(parted.train)
    gradients = parted.network.gradients.copy()
    assert len(list(parted.network.parts(9000))) == 3
    assert parted.train_step.fill_gradients(parted.train.inputs, parted.train.targets) == pytest.approx(
        value, rel=1e-5
    )
    np.testing.assert_allclose(gradients, parted.network.gradients, rtol=1e-3, atol=1e-7)


def test_switching_to_lbfgs_in_the_middle_of_an_epoch_and_back() -> None:
    trainer = full(optimizer=Adam(0.01))
    for _ in range(4):
        trainer.step()
    trainer.configure(trainer.config.replace(optimizer=LBFGS()))
    trainer.step()
    assert (trainer.epoch, trainer.step_in_epoch) == (1, 0)
    trainer.configure(trainer.config.replace(optimizer=LBFGS(history_size=3)))
    assert trainer.optimizer_state.slots["steps"].shape[0] == 3
    trainer.configure(trainer.config.replace(optimizer=Adam(0.01)))
    assert trainer.steps_per_epoch == 9
    trainer.run_epoch()
    assert trainer.epoch == 2


def test_lbfgs_stops_with_a_sentence_when_the_loss_is_no_number() -> None:
    trainer = full()
    trainer.step()
    trainer.network.parameters[:] = np.nan
    with pytest.raises(DivergedError, match="no longer a number"):
        trainer.step()


def test_lbfgs_rests_at_the_bottom() -> None:
    parameters, gradients = np.zeros(3), np.empty(3)
    optimizer_state = LBFGS().bind(parameters, gradients)

    def evaluate() -> float:
        gradients[:] = 2.0 * (parameters - 1.0)
        return float(np.sum((parameters - 1.0) ** 2))

    for _ in range(5):
        optimizer_state.minimize(evaluate)
    np.testing.assert_allclose(parameters, 1.0, atol=1e-12)


@pytest.mark.parametrize("first", [1e-3, 0.1, 1.0, 50.0])
def test_a_line_search_ends_where_it_is_lower_and_flatter(first: float) -> None:
    def probe(length: float) -> tuple[float, float]:
        return math.cos(length) + 0.1 * length, -math.sin(length) + 0.1

    value, slope = probe(0.5)
    found = strong_wolfe(lambda length: probe(0.5 + length), value, slope, first, 1.0)
    lower, flatter = probe(0.5 + found)
    assert lower <= value + 1e-4 * found * slope
    assert abs(flatter) <= 0.9 * abs(slope)


def test_a_line_search_turns_back_from_a_cliff() -> None:
    def probe(length: float) -> tuple[float, float]:
        return (math.inf, math.nan) if length > 1.0 else ((length - 0.7) ** 2, 2.0 * (length - 0.7))

    found = strong_wolfe(probe, *probe(0.0), 30.0, 1.0)
    assert 0.0 < found <= 1.0
    assert probe(found)[0] < 0.49


def go_on(experiment: Experiment, path: Path, steps: int) -> None:
    """Train, save, load, and compare what both do next."""
    straight = make_trainer(experiment, PREPARED)
    for _ in range(steps):
        straight.step()
    save_project(path, experiment, TrainerState.of(straight))
    loaded, progress = load_project(path)
    assert loaded == experiment
    assert progress is not None
    again = make_trainer(loaded, PREPARED)
    progress.restore(again)
    for _ in range(40):
        assert again.step() == straight.step()
        assert again.learning_rate == straight.learning_rate
    np.testing.assert_array_equal(again.network.parameters, straight.network.parameters)
    np.testing.assert_array_equal(again.log.to_array(), straight.log.to_array())


@pytest.mark.parametrize("kind", list(OPTIMIZERS), ids=lambda kind: kind.kind)
def test_a_saved_training_goes_on_with_every_optimizer(kind: Any, tmp_path: Path) -> None:
    go_on(MOONS.with_training(optimizer=kind()), tmp_path / "p.nnplay", 31)


@pytest.mark.parametrize(
    "schedule",
    [
        *(kind() for kind in SCHEDULES),
        CosineDecay(8, warmup_epochs=3),
        OneCycle(5),
        ReduceOnPlateau(factor=0.5, patience=0, min_delta=0.05, cooldown=1),
    ],
    ids=lambda schedule: schedule.kind,
)
def test_a_saved_training_goes_on_with_every_schedule(schedule: Any, tmp_path: Path) -> None:
    experiment = MOONS.with_training(schedule=schedule, clipping=ClipByNorm(0.1))
    go_on(experiment, tmp_path / "p.nnplay", 43)


def test_a_spoilt_memory_is_told(tmp_path: Path) -> None:
    experiment = MOONS.with_training(optimizer=LBFGS(history_size=3), schedule=ReduceOnPlateau())
    trainer = make_trainer(experiment, PREPARED)
    trainer.run_for(0.0, 5)
    progress = TrainerState.of(trainer)
    for name, value in [
        ("optimizer_memory", {}),
        ("optimizer_memory", {"count": 9, "next": 0, "scale": 1.0, "products": [1.0, 1.0, 1.0]}),
        ("optimizer_memory", {"count": 1, "next": 0, "scale": 1.0, "products": [0.0, 1.0, 1.0]}),
        ("optimizer_memory", []),
        ("schedule", [1]),
        ("schedule", {"kind": "plateau", "start": -1, "waited": 0, "cooling": 0, "drops": 0}),
    ]:
        spoilt = TrainerState(progress.numbers | {name: value}, progress.arrays)
        with pytest.raises(ValueError, match=r"memory of L-BFGS|schedule's state"):
            spoilt.restore(make_trainer(experiment, PREPARED))


def test_root_mean_squared_error_works_with_lbfgs() -> None:
    trainer = full(loss=RootMeanSquaredError())
    first = trainer.step()
    for _ in range(40):
        last = trainer.step()
    assert last < 0.5 * first


def test_lbfgs_remembers_the_curvature_through_an_edit_that_keeps_the_shapes() -> None:
    old, new, other = full(optimizer=LBFGS()), full(optimizer=LBFGS()), full(optimizer=LBFGS(history_size=3))
    for _ in range(5):
        old.step()
    continue_training(old, new, "Edit")
    continue_training(old, other, "Edit")  # has no room for it, and begins with none
    assert other.optimizer_state.step == 0
    for _ in range(3):
        old.step()
        new.step()
    np.testing.assert_array_equal(old.network.parameters, new.network.parameters)
