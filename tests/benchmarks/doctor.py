"""Thirty sick networks: does the first advice of the training doctor, taken, lead to learning?"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

import numpy as np

from core.diagnose import Doctor, Finding
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, encoding_of, make_trainer, prepare
from core.experiment.stack_problems import QuickFix
from core.nn.blas_threads import limit_blas_threads
from core.train.metrics import r2_score, recall
from core.train.train_step import DivergedError
from core.train.trainer import Trainer
from core.train.warm_start import continue_training
from playground.training.edit_effects import can_continue, changes_live, moved_inputs
from tests.benchmarks.registry import benchmark, judged, table
from tests.benchmarks.sick_networks import SICK, Sick

MIN_MENDED = 27
_EXAMINED_EVERY = 5
_MORE_EPOCHS = 200


@dataclass
class Patient:
    """A network in training; `failed` once its loss is not finite."""

    experiment: Experiment
    prepared: PreparedData
    trainer: Trainer
    failed: bool = False

    @classmethod
    def of(cls, experiment: Experiment) -> Patient:
        prepared = prepare(experiment)
        return cls(experiment, prepared, make_trainer(experiment, prepared))

    def train(self, epochs: int) -> None:
        try:
            for _ in range(epochs):
                self.trainer.run_epoch()
        except DivergedError:
            self.failed = True

    def take(self, fix: QuickFix) -> Patient:
        """The network after the fix, as in the window: live, with its weights, or anew."""
        new = fix.experiment
        if not self.failed and not fix.fresh and changes_live(self.experiment, new):
            self.trainer.configure(new.training)
            return Patient(new, self.prepared, self.trainer)
        prepared = prepare(new)
        trainer = make_trainer(new, prepared, record_initial=False)
        if not self.failed and not fix.fresh and can_continue(self.experiment, new):
            same = encoding_of(self.experiment) == encoding_of(new)
            continue_training(
                self.trainer, trainer, fix.text, moved_inputs(self.experiment, new), same_outputs=same
            )
        trainer.start_history()
        return Patient(new, prepared, trainer)

    @property
    def test_loss(self) -> float:
        return np.inf if self.failed else self.trainer.figures.test.loss

    @property
    def score(self) -> float:
        """Balanced accuracy on the test samples, or R²."""
        if self.failed:
            return float("nan")
        test, encoding = self.prepared.test, self.prepared.encoding
        outputs = self.trainer.network.predict(test.inputs)
        if not encoding.classes:
            return r2_score(test.targets, outputs)
        return float(np.mean(recall(test.labels, encoding.decode(outputs), average=None)))


def first_advice(sick: Sick) -> tuple[Patient, Finding | None]:
    """Train until the doctor has an advice, for at most `sick.epochs`."""
    patient = Patient.of(sick.experiment)
    doctor = Doctor(patient.trainer, patient.prepared)
    done = 0
    while done < sick.epochs and not patient.failed:
        patient.train(_EXAMINED_EVERY)
        done += _EXAMINED_EVERY
        found = [finding for finding in doctor.examine(sick.experiment) if finding.fixes]
        if found and (not sick.overfits or found[0].kind == "overfitting" or done >= sick.epochs):
            return patient, found[0]
    found = [finding for finding in doctor.examine(sick.experiment) if finding.fixes]
    return patient, found[0] if found else None


def treat(sick: Sick) -> tuple[bool, list[str]]:
    """Take the first fix of the first finding; returns whether the network learns, and a row for the table."""
    patient, finding = first_advice(sick)
    before, loss_before = patient.score, patient.test_loss
    if finding is None:
        return False, [sick.name, "nothing found", "", f"{before:.3f}", "", "no"]
    mended = patient.take(finding.fixes[0])
    mended.train(_MORE_EPOCHS)
    if sick.overfits:
        untreated = Patient.of(sick.experiment)
        untreated.train(sick.epochs + _MORE_EPOCHS)
        learns = mended.test_loss < 0.9 * untreated.test_loss and mended.test_loss < loss_before
        figures = [f"loss {untreated.test_loss:.3f}", f"loss {mended.test_loss:.3f}"]
    else:
        learns = mended.score >= sick.goal
        figures = [f"{before:.3f}", f"{mended.score:.3f}"]
    return learns, [sick.name, finding.title, finding.fixes[0].text, *figures, "yes" if learns else "NO"]


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--only", default="", help="networks whose name has these letters")


@benchmark("doctor", "thirty sick networks, and whether the doctor's first advice makes them learn", _options)
def run(options: Namespace) -> bool:
    """See the module."""
    chosen = [sick for sick in SICK if options.only in sick.name]
    with limit_blas_threads(), np.errstate(all="ignore"):
        done = [treat(sick) for sick in chosen]
    print(table(("", "first finding", "first advice", "before", "after", "learns"), [row for _, row in done]))
    mended = sum(learns for learns, _ in done)
    least = MIN_MENDED - (len(SICK) - len(done))
    figure = f"{mended} of {len(done)}"
    return judged("", [("learn after the first advice", figure, str(least), mended >= least)])
