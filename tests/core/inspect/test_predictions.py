"""Predictions: samples of a confusion-matrix cell, order and confidence."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import Iris, Moons
from core.data.datasets.playground_points import Plane
from core.data.label_corrections import LabelCorrections
from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.predictions import PredictionPass, SplitPredictions, confidence
from core.nn import Dense, Tanh
from core.nn.interventions import Intervention
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.train.figures import Place
from core.train.metrics import confusion_matrix
from core.train.training_config import TrainingConfig

PREDICTIONS = SplitPredictions(
    "test",
    np.array([0, 0, 1, 1, 2, 0]),
    np.array([0, 1, 1, 0, 1, 1]),
    np.array([0.9, 0.6, 0.5, 0.8, 0.7, 0.95]),
    1,
    Place(12),
)


def test_a_cell_has_the_most_confident_mistake_first() -> None:
    assert PREDICTIONS.select(0, 1).tolist() == [5, 1]
    assert PREDICTIONS.select(2, 0).tolist() == []


def test_right_predictions_come_with_the_least_sure_first() -> None:
    assert PREDICTIONS.select(1, 1).tolist() == [2]
    sure = SplitPredictions("test", np.zeros(3, int), np.zeros(3, int), np.array([0.9, 0.5, 0.7]), 1)
    assert sure.select(0, 0).tolist() == [1, 2, 0]


def test_none_stands_for_any_other_class() -> None:
    assert PREDICTIONS.select().tolist() == [5, 3, 4, 1]
    assert PREDICTIONS.select(0, None).tolist() == [5, 1]
    assert PREDICTIONS.select(None, 1).tolist() == [5, 4, 1]


def test_corrections_show_before_the_network_predictions_again() -> None:
    index = np.array([10, 11, 12, 13, 14, 15])
    after = PREDICTIONS.relabelled(index, LabelCorrections.of([[15, None], [11, 1], [99, 0]]))
    assert after.select(0, 1).tolist() == []
    assert after.select().tolist() == [3, 4]
    assert after.select(1, 1).tolist() == [2, 1]
    assert PREDICTIONS.select().tolist() == [5, 3, 4, 1]
    assert PREDICTIONS.relabelled(index, LabelCorrections()) is PREDICTIONS


@pytest.mark.parametrize("part", ["train", "test"])
def test_the_cells_are_those_of_the_confusion_matrix(part: str) -> None:
    experiment = Experiment(
        dataset=Iris(), layers=(Dense(4, activation=Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    predictions = PredictionPass(trainer, prepared, part, run=3).result()  # type: ignore[arg-type]
    samples = prepared.train if part == "train" else prepared.test
    counts = confusion_matrix(samples.labels, predictions.predicted, 3)
    assert len(predictions) == len(samples)
    assert (predictions.run, predictions.place.position) == (3, 1)
    assert [[len(predictions.select(t, p)) for p in range(3)] for t in range(3)] == counts.tolist()
    probabilities = trainer.network.predict(samples.inputs)
    assert np.allclose(predictions.confidence, probabilities.max(axis=1))


def test_a_single_output_speaks_for_two_classes() -> None:
    outputs = np.array([[-1.0], [0.5], [0.0], [np.nan]])
    assert confidence(TargetEncoding(2, 1, -1.0, 1.0), outputs).tolist() == [1.0, 0.75, 0.5, 0.0]
    assert confidence(TargetEncoding(2, 1), np.array([[0.2], [0.9]])) == pytest.approx([0.8, 0.9])
    assert confidence(TargetEncoding(3, 3), np.array([[-1.0, -2.0, -3.0], [0.0, 1.5, 0.0]])).tolist() == [
        0.0,
        1.0,
    ]


def test_predictions_are_those_of_one_moment_though_the_training_goes_on() -> None:
    experiment = Experiment(dataset=Moons(samples=20_000), layers=(Dense(4, activation=Tanh()),))
    experiment = experiment.replace(interventions=(Intervention("mute", 0, 1),))
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_for(0.0, 50)
    at_once = PredictionPass(trainer, prepared, "train").result()
    questioning = PredictionPass(trainer, prepared, "train")
    advanced = 0
    while not questioning.finished:
        questioning.advance()
        trainer.run_for(0.0, 20)
        advanced += 1
    assert advanced > 2
    predictions = questioning.result()
    np.testing.assert_array_equal(predictions.predicted, at_once.predicted)
    np.testing.assert_array_equal(predictions.confidence, at_once.confidence)
    assert not np.array_equal(
        PredictionPass(trainer, prepared, "train").result().confidence, at_once.confidence
    )


def test_values_are_not_right_or_wrong() -> None:
    experiment = Experiment(dataset=Plane(), training=TrainingConfig(loss=MeanSquaredError()))
    prepared = prepare(experiment)
    with pytest.raises(ValueError, match="values to predict"):
        PredictionPass(make_trainer(experiment, prepared), prepared, "test")
