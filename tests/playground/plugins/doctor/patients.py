"""Trainings for the doctor's panel."""

from __future__ import annotations

from core.diagnose import Finding
from core.experiment.experiment import Experiment
from core.experiment.stack_problems import QuickFix
from core.inspect.snapshot import Snapshot
from core.nn import Dropout
from core.optim import SGD
from tests.playground.fakes import fake_snapshot


def dead(experiment: Experiment, sentence: str = "5 of 8 units are 0", layer: int | None = 1) -> Finding:
    fixes = (
        QuickFix("Add Dropout", experiment.replace(layers=(*experiment.layers, Dropout(0.2)))),
        QuickFix("Plain SGD", experiment.with_training(optimizer=SGD(0.1))),
    )
    return Finding("dead", "alarm", "Dead ReLU units", sentence, layer, fixes, experiment)


def picture(experiment: Experiment, *findings: Finding, epoch: int = 5) -> Snapshot:
    return fake_snapshot(experiment, grid=16, epoch=epoch).with_parts(findings=findings)
