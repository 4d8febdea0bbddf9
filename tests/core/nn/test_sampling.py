"""Sampling draws around means, and its divergence from N(0, 1) is part of loss and gradient."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import Dense, LayerError, Residual, Sampling
from core.nn.losses import MeanSquaredError
from core.nn.network import Network
from core.optim import Adam
from core.train.tasks import Regression
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig


def test_it_draws_around_the_means_with_the_widths_and_predicts_the_means() -> None:
    network = Network([Sampling()], (2,), seed=1)
    x = np.tile(np.array([3.0, 2.0 * math.log(0.5)], np.float32), (20_000, 1))
    drawn = network.plan(len(x), training=True).forward(x)
    assert drawn.mean() == pytest.approx(3.0, abs=0.02)
    assert drawn.std() == pytest.approx(0.5, rel=0.03)
    np.testing.assert_array_equal(network.predict(x), np.full((len(x), 1), 3.0, np.float32))
    still = Network([Sampling(random=False)], (2,), seed=1)
    np.testing.assert_array_equal(still.plan(9, training=True).forward(x[:9]), x[:9, :1])


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("random", [False, True])
def test_the_divergence_is_that_of_the_closed_form(training: bool, random: bool) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(7, 6))
    plan = Network([Sampling(0.3, random)], (6,), dtype=np.float64, seed=1).plan(7, training=training)
    plan.forward(x)
    mean, variance = x[:, :3], np.exp(x[:, 3:])
    # KL(N(m, s²) | N(0, 1)) of each number, summed, and the mean over the batch.
    closed = np.sum(0.5 * (variance + mean**2 - 1.0 - np.log(variance)), axis=1).mean()
    assert plan.added_loss == pytest.approx(0.3 * closed, rel=1e-12)


def test_the_divergence_is_that_of_a_measured_mean_of_log_ratios() -> None:
    mean, deviation = 0.7, 0.4
    z = mean + deviation * np.random.default_rng(0).standard_normal(400_000)
    ratios = -0.5 * ((z - mean) / deviation) ** 2 - math.log(deviation) + 0.5 * z**2
    plan = Network([Sampling(1.0)], (2,), dtype=np.float64, seed=1).plan(1)
    plan.forward(np.array([[mean, 2.0 * math.log(deviation)]]))
    assert plan.added_loss == pytest.approx(ratios.mean(), rel=0.01)


def test_a_block_passes_on_what_is_added_inside() -> None:
    x = np.random.default_rng(3).normal(size=(5, 4))
    alone = Network([Sampling(0.1)], (4,), dtype=np.float64, seed=1).plan(5)
    block = Network([Residual((Sampling(0.1),))], (4,), dtype=np.float64, seed=1).plan(5)
    for plan in (alone, block):
        plan.forward(x)
    assert block.adds_loss
    assert block.added_loss == alone.added_loss > 0.0


def test_losses_of_training_and_evaluation_have_it() -> None:
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(50, 4)).astype(np.float32)
    samples = Samples(inputs, inputs, inputs)
    trainer = Trainer(
        Network([Dense(4), Sampling(0.5, random=False), Dense(4)], (4,), seed=2),
        samples,
        task=Regression(),
        encoding=TargetEncoding(0, 4),
        config=TrainingConfig(loss=MeanSquaredError(), batch_size=50),
    )
    network = trainer.network
    plan = network.plan(50)
    found = plan.forward(inputs)
    expected = float(np.mean((found - inputs) ** 2)) + plan.added_loss
    assert plan.added_loss > 0.1
    assert trainer.evaluate(samples).loss == pytest.approx(expected, rel=1e-5)
    assert trainer.evaluate(samples).added == pytest.approx(plan.added_loss, rel=1e-5)
    assert trainer.step() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("shape", [(3,), (4, 4, 1)])
def test_a_row_of_pairs_is_needed(shape: tuple[int, ...]) -> None:
    with pytest.raises(LayerError, match=r"^Sampling needs a (mean and a log variance|row of numbers)"):
        Sampling().output_shape(shape)


def test_ten_steps_of_a_vae_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(5)
    inputs = rng.uniform(size=(32, 12)).astype(np.float32)
    layers = (Dense(16, "tanh"), Dense(4), Sampling(0.01), Dense(16, "tanh"), Dense(12, "linear"))
    network = Network(layers, (12,), seed=3)
    kernels = [array.copy() for array in network.get_weights()]
    samples = Samples(inputs, inputs, inputs)
    config = TrainingConfig(loss=MeanSquaredError(), optimizer=Adam(0.01), batch_size=32)
    trainer = Trainer(
        network, samples, task=Regression(), encoding=TargetEncoding(0, 12), config=config, evaluate=False
    )
    # The same noise: that of the network's generator.
    noise = np.random.default_rng()
    noise.bit_generator.state = network.noise_state["noise_state"]
    weights = [torch.tensor(array, requires_grad=True) for array in kernels]
    optimizer = torch.optim.Adam(weights, lr=0.01, eps=1e-7)
    x = torch.tensor(inputs)
    for _ in range(10):
        hidden = torch.tanh(x @ weights[0] + weights[1]) @ weights[2] + weights[3]
        mean, log_variance = hidden[:, :2], hidden[:, 2:]
        drawn = torch.tensor(noise.standard_normal((32, 2), np.float32))
        z = mean + torch.exp(0.5 * log_variance) * drawn
        found = torch.tanh(z @ weights[4] + weights[5]) @ weights[6] + weights[7]
        divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(dim=1).mean()
        loss = ((found - x) ** 2).mean() + 0.01 * divergence
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        # In one batch the order of the samples does not matter but for the noise.
        value = trainer.train_step.train_on_batch(inputs, inputs)
        assert value == pytest.approx(float(loss.detach()), rel=1e-5)
    for ours, theirs in zip(network.get_weights(), weights, strict=True):
        np.testing.assert_allclose(ours, theirs.detach().numpy(), atol=1e-5)
