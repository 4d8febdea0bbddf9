"""Trainings that go wrong, and the doctor's findings."""

from __future__ import annotations

import dataclasses
from typing import Any

from core.data.datasets import Moons
from core.diagnose import Finding, examine
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.problems import find_problems
from core.nn import Dense, Tanh
from core.optim import Adam
from core.spec import differences
from core.train.train_step import DivergedError
from core.train.trainer import Trainer
from tests.core.trainers import experiment_of


def trained(experiment: Experiment, epochs: int) -> tuple[Trainer, PreparedData]:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    try:
        for _ in range(epochs):
            trainer.run_epoch()
    except DivergedError:
        pass
    return trainer, prepared


def findings(experiment: Experiment, epochs: int) -> dict[str, Finding]:
    trainer, prepared = trained(experiment, epochs)
    return {finding.kind: finding for finding in examine(trainer, prepared, experiment)}


def mended(finding: Finding, text: str) -> Experiment:
    """The experiment after the fix `text`, which can run."""
    fixes = {fix.text: fix.experiment for fix in finding.fixes}
    assert text in fixes, f"{text!r} is not among {sorted(fixes)}"
    assert find_problems(fixes[text]) == ()
    return fixes[text]


def only_change(before: Experiment, after: Experiment) -> set[str]:
    names = [field.name for field in dataclasses.fields(Experiment) if field.name != "training"]
    changed = {name for name in names if getattr(before, name) != getattr(after, name)}
    return changed | {item.path[0] for item in differences(before.training, after.training)}


def moons(**changes: Any) -> Experiment:
    given: dict[str, Any] = {
        "dataset": Moons(samples=200),
        "layers": (Dense(8, Tanh()), Dense(6, Tanh())),
        "optimizer": Adam(0.01),
    }
    return experiment_of(**{**given, **changes})
