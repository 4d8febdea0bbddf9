"""Findings from the data, before the first step."""

from __future__ import annotations

import dataclasses

import numpy as np

from core.data.datasets import Blobs, Iris, Standardize, Wine
from core.diagnose import examine
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.nn import Dense, Tanh
from core.nn.losses import CrossEntropy
from core.train.class_weights import Balanced
from core.train.training_config import TrainingConfig
from tests.core.diagnose.illnesses import findings, mended, only_change


def test_wine_as_it_is_has_inputs_of_unlike_size() -> None:
    experiment = Experiment(
        dataset=Wine(), layers=(Dense(8, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    finding = findings(experiment, 0)["unscaled"]
    deviations = prepare(experiment).train.inputs.std(axis=0)
    ratio = deviations.max() / deviations.min()
    assert f"differ {ratio:,.0f} times" in finding.sentence
    assert "proline" in finding.sentence
    better = mended(finding, "Standardize")
    assert better.scaling == Standardize()
    assert only_change(experiment, better) == {"scaling"}
    assert "unscaled" not in findings(better, 0)


def test_iris_is_small_enough_as_it_is() -> None:
    assert (
        findings(
            Experiment(
                dataset=Iris(), layers=(Dense(8, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
            ),
            5,
        )
        == {}
    )


def test_unequal_classes_are_counted() -> None:
    experiment = Experiment(
        dataset=Blobs(samples=300), layers=(Dense(8, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    prepared = prepare(experiment)
    train = prepared.train
    rows = np.concatenate([np.flatnonzero(train.labels == 0), np.flatnonzero(train.labels != 0)[:8]])
    few = dataclasses.replace(
        prepared,
        train=dataclasses.replace(
            train, inputs=train.inputs[rows], targets=train.targets[rows], labels=train.labels[rows]
        ),
    )
    found = {f.kind: f for f in examine(make_trainer(experiment, few), few, experiment)}
    counts = np.bincount(few.train.labels)
    sentence = found["imbalanced"].sentence
    assert f"has {counts[0]} training samples" in sentence
    assert f"only {counts.min()}" in sentence
    assert found["imbalanced"].severity == "warning"
    (fix,) = found["imbalanced"].fixes
    assert fix.text == "Balance the classes"
    balanced = fix.experiment
    assert balanced == experiment.with_training(class_weights=Balanced())
    # With class weights there is no such finding.
    again = examine(make_trainer(balanced, few), few, balanced)
    assert "imbalanced" not in {finding.kind for finding in again}
