"""The training configuration, and files from before it was complete."""

from __future__ import annotations

from core.experiment.experiment import Experiment
from core.train.training_config import TrainingConfig


def test_an_older_experiment_has_no_schedule_and_no_clipping() -> None:
    data = Experiment().to_json()
    assert data["schedule"] == {"kind": "constant"}
    assert data["clipping"] == {"kind": "none"}
    del data["schedule"], data["clipping"]
    assert Experiment.from_json(data) == Experiment()
    changed = Experiment(
        training=TrainingConfig(schedule="cosine", clipping={"kind": "by_norm", "global_clipnorm": 2.0})
    )  # type: ignore[arg-type]
    assert Experiment.from_json(changed.to_json()) == changed
