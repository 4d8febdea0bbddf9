"""The number that is explained: that of the pipeline, and its derivative by finite differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.data.datasets.toy_sequences import Repeat
from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.explain.prediction import Prediction, PredictionLoss, why_no_log_odds, why_not
from core.nn import Dense
from core.nn.network import Network
from core.train.tasks import NextToken, Reconstruction
from tests.core.inspect.started import HILLS, IRIS, MOONS, start

ONE, TANH, THREE = TargetEncoding(2, 1), TargetEncoding(2, 1, -1.0, 1.0), TargetEncoding(3, 3)
VALUES = TargetEncoding(0, 2, shift=(5.0, -1.0), scale=(2.0, 3.0))
PREDICTIONS = [
    *(Prediction(encoding, label) for encoding in (ONE, TANH, VALUES) for label in (0, 1)),
    Prediction(THREE, 2),
    *(
        Prediction(encoding, 0, kind)
        for encoding, kind in ((ONE, "sigmoid"), (TANH, "tanh"), (THREE, "softmax"))
    ),
]


@pytest.mark.parametrize("prediction", PREDICTIONS)
def test_the_slope_is_that_of_finite_differences(prediction: Prediction) -> None:
    outputs = np.random.default_rng(4).normal(size=(3, prediction.encoding.outputs))
    slope, step, loss = np.empty_like(outputs), 1e-6, PredictionLoss(prediction)
    loss.gradient(outputs, outputs, slope)
    for place in np.ndindex(*outputs.shape):
        moved = np.zeros_like(outputs)
        moved[place] = step
        rise = loss.value(outputs + moved, outputs) - loss.value(outputs - moved, outputs)
        assert slope[place] == pytest.approx(rise / (2 * step), abs=1e-7)


@pytest.mark.parametrize("experiment", [MOONS, IRIS, HILLS])
def test_it_is_what_the_pipeline_says(experiment: Experiment) -> None:
    trainer, prepared, _ = start(experiment)
    outputs = trainer.network.predict(prepared.test.inputs)
    said = prepared.pipeline.decode(outputs)
    for label in range(prepared.encoding.classes or 1):
        theirs = said.values if said.probabilities is None else said.probabilities
        assert theirs is not None
        assert Prediction(prepared.encoding, label).of(outputs) == pytest.approx(theirs[:, label], abs=1e-6)
    chosen = Prediction.to(trainer.network, prepared.encoding, prepared.test.inputs[0]).label
    assert chosen == (0 if said.numbers is None else said.numbers[0])


def test_log_odds_far_out_are_finite() -> None:
    logits = np.array([[800.0, -800.0, 0.0]])
    assert Prediction(THREE, 0, "softmax").of(logits)[0] == pytest.approx(800.0)
    assert Prediction(THREE, 1, "softmax").of(logits)[0] == pytest.approx(-1600.0)


def test_what_cannot_be_explained_says_why() -> None:
    assert why_not(prepare(IRIS)) == why_not(prepare(Experiment(dataset=Repeat(), task=NextToken()))) == ""
    whole = replace(MOONS, dataset=IRIS.dataset, layers=(Dense(2),), task=Reconstruction())
    assert "whole samples" in why_not(prepare(whole))


def test_log_odds_need_an_output_that_has_some() -> None:
    def of(activation: str, encoding: TargetEncoding) -> str:
        return why_no_log_odds(Network([Dense(encoding.outputs, activation)], (2,)), encoding)

    assert of("sigmoid", ONE) == of("tanh", TANH) == of("softmax", THREE) == ""
    assert of("linear", VALUES) == "Values have no log-odds"
    assert "sigmoid or softmax" in of("linear", ONE)
