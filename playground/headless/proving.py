"""Prove what a command exports: the written file is read back the foreign way, as in the export dialog."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.data.dataset import DataError
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, prepare
from core.experiment.project_file import SUFFIX, TrainerState, load_project
from core.formats import Exporter, TrainedModel
from core.formats.proof import MAX_SAMPLES, Proof, prove
from core.io.number_text import rounded_text
from playground.headless.failure import HeadlessError, sentences


@dataclass(frozen=True, eq=False)
class ProofSamples:
    """Raw test samples in the forms that `Pipeline.transform` takes; without them, `reason` says why.

    `count` is the number of all samples, those to learn from included.
    """

    raw: Any = None
    reason: str = ""
    count: int = 0

    @classmethod
    def of(cls, prepared: PreparedData) -> ProofSamples:
        """The first test samples."""
        count = len(prepared.train) + len(prepared.test)
        if not len(prepared.test_index):
            return cls(reason="there are no test samples", count=count)
        return cls(prepared.raw_test_samples(MAX_SAMPLES), count=count)


UNPROVEN = ProofSamples(reason="by --no-proof")


def project_samples(model_file: Path, model: TrainedModel) -> ProofSamples:
    """The test samples of a trained project, if its data are there and as it learned from them."""
    if model_file.suffix.lower() != SUFFIX:
        return ProofSamples(reason=f"{model_file.name} holds no samples")
    return experiment_samples(trained_project(model_file)[0], model)


def trained_project(file: Path) -> tuple[Experiment, TrainerState | None]:
    """The experiment that was trained, and its state, if a project has one. Raises `HeadlessError`."""
    with sentences(f"{file} cannot be opened"):
        experiment, state = load_project(file)
    if state is not None and state.trained is not None and not state.fits(experiment):
        experiment = state.trained
    return experiment, state


def experiment_samples(experiment: Experiment, model: TrainedModel) -> ProofSamples:
    """The test samples of an experiment, if its data are there and as `model` learned from them."""
    try:
        prepared = prepare(experiment)
    except DataError as error:
        return ProofSamples(reason=str(error))
    if prepared.pipeline != model.pipeline:
        return ProofSamples(reason="the data are not those that it learned from")
    return ProofSamples.of(prepared)


def proven(exporter: Exporter, model: TrainedModel, samples: ProofSamples) -> tuple[TrainedModel, str]:
    """The model with its proof, and a remark on it for the line that reports the file.

    Raises `HeadlessError` if the file would predict something else, or cannot be read at all.
    """
    reason = samples.reason or (f"{exporter.title} has no preprocessing" if exporter.left_out else "")
    if reason:
        return model, f"not proven: {reason}"
    try:
        proof = prove(exporter, model, samples.raw)
    except ValueError as error:
        raise HeadlessError(f"it is not proven: {error}") from None
    if proof.fault:
        raise HeadlessError(proof.fault)
    if not proof.holds:
        return model, f"not proven: {proof.sentence.partition(': ')[2] or 'there are no test samples'}"
    return replace(model, proof=proof.to_json()), _remark(proof)


def _remark(proof: Proof) -> str:
    same = (
        f"{proof.samples:,} predictions"
        if proof.same is None
        else f"{proof.same:,} of {proof.samples:,} labels"
    )
    return f"proven by {proof.reader}: {same} the same, largest difference {rounded_text(proof.largest, 2)}"
