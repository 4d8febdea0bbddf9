"""The training doctor: real faulty trainings are diagnosed, and fixed by the suggested fix."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.data.datasets import Wine
from core.diagnose import Doctor, examine
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_files
from core.nn import Dense, ReLU
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from tests.core.diagnose.illnesses import trained

# TensorFlow Playground's default network is too small for its spiral.
_PRESETS = [p for p in preset_files() if "mnist" not in p.name and "tf_spiral" not in p.name]


@pytest.mark.parametrize("path", _PRESETS, ids=lambda p: p.stem)
def test_healthy_presets_are_told_to_be_healthy(path: Any) -> None:
    experiment = Experiment.from_json(json.loads(path.read_text()))
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
