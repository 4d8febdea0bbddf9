"""Subjects of probes: experiments with their data and initial or trained weights."""

from __future__ import annotations

from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.probes.subject import Subject


def subject_of(experiment: Experiment, epochs: int = 0) -> Subject:
    """The experiment after some epochs."""
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared, evaluate=False)
    for _ in range(epochs):
        trainer.run_epoch()
    return Subject.of_trainer(experiment, prepared, trainer)
