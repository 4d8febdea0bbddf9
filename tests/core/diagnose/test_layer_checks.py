"""Findings from layers: dead units, saturation, vanishing and exploding gradients."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.data.datasets import Digits
from core.diagnose import examine
from core.diagnose.measurements import Measurer
from core.experiment.experiment import Experiment
from core.experiment.templates import TEMPLATES, with_template
from core.nn import BatchNormalization, Dense, LeakyReLU, ReLU, Sampling, Sigmoid, Tanh
from core.nn.initializers import Constant, HeUniform, Initializer, Ones, Zeros
from core.nn.losses import MeanSquaredError
from core.optim import SGD, Adam
from core.optim.clipping import ClipByNorm
from tests.core.diagnose.illnesses import findings, mended, moons, trained
from tests.core.experiment.on_data import with_dataset


def test_dead_relus_are_counted() -> None:
    experiment = moons(layers=(Dense(8, ReLU()), Dense(6, ReLU())))
    trainer, prepared = trained(experiment, 1)
    trainer.network.weights[0]["bias"][:5] = -100.0
    found = {finding.kind: finding for finding in examine(trainer, prepared, experiment)}
    dead = found["dead"]
    assert dead.layer == 0
    assert "Layer 1: 5 of 8 ReLU units are 0 on all 140 training samples" in dead.sentence
    leaky = mended(dead, "Use Leaky ReLU")
    assert [layer.activation for layer in leaky.layers] == [LeakyReLU(), LeakyReLU()]
    he = mended(dead, "Reset with He weights")
    assert [layer.kernel_initializer for layer in he.layers] == [HeUniform(), HeUniform()]
    # The reported units of the first hidden layer are those that the network computes.
    outputs = trainer.network.layer_outputs(prepared.train.inputs)[0]
    assert np.count_nonzero(outputs.max(axis=0) == 0.0) == 5


def test_a_code_that_says_nothing_has_collapsed() -> None:
    template = next(each for each in TEMPLATES if each.title == "VAE" and each.for_images)
    healthy = with_template(with_dataset(Experiment(), Digits()), template)
    healthy = healthy.with_training(optimizer=Adam(0.003), batch_size=64)
    assert "collapsed" not in findings(healthy, 5)
    layers = tuple(each.replace(beta=0.1) if isinstance(each, Sampling) else each for each in healthy.layers)
    finding = findings(healthy.replace(layers=layers), 5)["collapsed"]
    assert finding.layer == 4
    assert finding.sentence.startswith("Layer 5: the code has collapsed. It says ")
    assert mended(finding, "Beta 0.01").layers[4] == Sampling(beta=0.01)


def test_a_layer_that_is_dead_throughout_is_an_alarm() -> None:
    experiment = moons(layers=(Dense(8, ReLU(), bias_initializer=Constant(-100.0)),))
    finding = findings(experiment, 3)["dead"]
    assert finding.severity == "alarm"
    assert "8 of 8" in finding.sentence
    # The fix removes the cause: biases start at zero.
    assert "dead" not in findings(mended(finding, "Reset with random weights"), 3)


def test_tanh_on_large_sums_is_saturated() -> None:
    experiment = moons(layers=(Dense(8, Tanh()), Dense(4, Tanh())))
    trainer, prepared = trained(experiment, 1)
    trainer.network.weights[0]["kernel"][...] *= 60.0
    found = {finding.kind: finding for finding in examine(trainer, prepared, experiment)}
    saturated = found["saturated"]
    assert saturated.layer == 0
    outputs = np.abs(trainer.network.layer_outputs(prepared.train.inputs)[0])
    share = float(np.mean(outputs > 0.97))
    assert share > 0.75
    assert f"{100 * share:.0f} % of the tanh outputs lie at -1 or 1" in saturated.sentence
    relu = mended(saturated, "Use ReLU with He weights")
    assert [layer.activation for layer in relu.layers] == [ReLU(), ReLU()]
    assert relu.layers[0].kernel_initializer == HeUniform()
    assert BatchNormalization() in mended(saturated, "Add BatchNorm").layers


def test_deep_sigmoids_lose_their_gradient() -> None:
    experiment = moons(layers=(Dense(6, Sigmoid()),) * 8, optimizer=SGD(0.1))
    trainer, prepared = trained(experiment, 5)
    found = {finding.kind: finding for finding in examine(trainer, prepared, experiment)}
    vanishing = found["vanishing"]
    assert vanishing.layer == 0
    measured = Measurer(trainer, prepared).measure(experiment).layers
    assert measured[0].gradient is not None
    assert measured[-1].gradient is not None
    ratio = measured[-1].gradient / measured[0].gradient
    assert ratio > 1000
    assert f"1/{ratio:,.0f} is left" in vanishing.sentence
    relu = mended(vanishing, "Use ReLU with He weights")
    assert all(layer.activation == ReLU() for layer in relu.layers)
    assert "vanishing" not in findings(relu, 5)


def test_huge_weights_make_gradients_explode() -> None:
    experiment = moons(layers=(Dense(8, ReLU()),) * 6, loss=MeanSquaredError())
    experiment = experiment.replace(output=experiment.output.replace(activation="linear"))
    trainer, prepared = trained(experiment, 2)
    trainer.network.kernels[...] *= 10.0
    found = {finding.kind: finding for finding in examine(trainer, prepared, experiment)}
    exploding = found["exploding"]
    assert re.search(r"gradient of [\d.]+ trillion, [\d.]+ trillion times as large as", exploding.sentence)
    assert mended(exploding, "Clip gradients at norm 1").training.clipping == ClipByNorm(1.0)


@pytest.mark.parametrize("initializer", [Zeros(), Ones(), Constant(0.3)])
def test_units_with_equal_weights_are_told_and_get_random_ones(initializer: Initializer) -> None:
    experiment = moons(layers=tuple(Dense(units, Tanh(), kernel_initializer=initializer) for units in (8, 4)))
    finding = findings(experiment, 3)["alike"]
    assert (finding.severity, finding.layer) == ("alarm", 0)
    assert "all 8 units have the same weights" in finding.sentence
    (fix,) = finding.fixes
    assert fix.fresh, "an initializer changes nothing for trained weights"
    assert "alike" not in findings(mended(finding, "Reset with random weights"), 3)


def test_a_rate_that_ruined_the_weights_is_mended_by_a_reset() -> None:
    experiment = moons(optimizer=SGD(10.0))
    trainer, prepared = trained(experiment, 1)
    trainer.network.weights[0]["kernel"][...] *= 600.0
    found = {finding.kind: finding for finding in examine(trainer, prepared, experiment)}["saturated"]
    fix = found.fixes[0]
    assert (fix.text, fix.fresh) == ("Reset with rate 0.1", True)
    assert fix.experiment.training.optimizer == SGD(0.1)
    assert "saturated" not in findings(fix.experiment, 30)
