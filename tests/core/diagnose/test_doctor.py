"""The training doctor: real faulty trainings are diagnosed, and fixed by the suggested fix."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Blobs, Iris, Standardize, Wine
from core.diagnose import Doctor, examine
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_files
from core.experiment.project_file import load_experiment
from core.nn import Dense, ReLU, Tanh
from core.nn.interventions import Intervention
from core.nn.losses import CrossEntropy
from core.optim import Adam
from core.train.class_weights import Balanced
from core.train.training_config import TrainingConfig
from tests.core.diagnose.illnesses import findings, mended, moons, only_change, trained

# TensorFlow Playground's default network is too small for its spiral.
_PRESETS = [
    p for p in preset_files() if not any(name in p.name for name in ("mnist", "tf_spiral", "_classic_"))
]
"""Classics have the settings of their time, and some get stuck."""


@pytest.mark.parametrize("path", _PRESETS, ids=lambda p: p.stem)
def test_healthy_presets_are_told_to_be_healthy(path: Any) -> None:
    experiment = load_experiment(path)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    doctor = Doctor(trainer, prepared)
    # Later these texts are learned by heart, and told to be.
    last = {"18_names": 15, "17_repeat": 40, "19_sums": 10, "19_grokking": 3}.get(path.stem, 60)
    for epoch in range(last + 1):
        if epoch in (0, 1, 3, 8, 15, 25, 40, 60):
            assert doctor.examine(experiment) == (), f"epoch {epoch}"
        if epoch < last:
            trainer.run_epoch()


def test_findings_wait_while_a_unit_is_held() -> None:
    experiment = moons(optimizer=Adam(1e-6))
    trainer, prepared = trained(experiment, 10)
    doctor = Doctor(trainer, prepared)
    found = [finding.kind for finding in doctor.examine(experiment)]
    assert "slow" in found
    held = experiment.replace(interventions=(Intervention("mute", 0, 1),))
    for each in (held, experiment):
        assert [finding.kind for finding in doctor.examine(each)] == found
    assert doctor.examine(experiment.with_training(optimizer=Adam(2e-6))) == ()


def test_the_worst_comes_first() -> None:
    experiment = Experiment(
        dataset=Wine(), layers=(Dense(8, ReLU()),), training=TrainingConfig(loss=CrossEntropy())
    )
    trainer, prepared = trained(experiment, 3)
    trainer.network.weights[0]["bias"][...] = -1e9
    severities = [finding.severity for finding in examine(trainer, prepared, experiment)]
    assert severities == sorted(severities, key=("alarm", "warning", "note").index)
    assert severities[0] == "alarm"
    assert "warning" in severities


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
