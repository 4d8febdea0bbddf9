"""Read the trained model of a project."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ..experiment.experiment import Experiment
from ..experiment.prepare import prepare
from ..experiment.project_file import SUFFIX, TrainerState, load_project
from .model_reader import MODEL_READERS, ModelReader, ModelReport, report_of
from .trained_experiment import trained_model
from .trained_model import TrainedModel


@MODEL_READERS.register()
class ProjectReader(ModelReader):
    """A project (.nnplay) with weights; the pipeline of old files is fitted again to their data."""

    kind = "project"
    title = "Project"
    suffix = SUFFIX

    def report(self, path: Path) -> ModelReport:
        model = project_model(path.name, *load_project(path))
        return report_of(model, "Project of NumpyNet Playground")


def project_model(name: str, experiment: Experiment, state: TrainerState | None) -> TrainedModel:
    """The model of what is in a project or a kept run. Raises `ValueError` with a sentence where it has no weights."""
    if state is None:
        raise ValueError(f"{name} has no weights; train it first")
    if state.trained is not None and not state.fits(experiment):
        experiment = state.trained
    if state.pipeline is None:
        state = dataclasses.replace(state, pipeline=prepare(experiment).pipeline)
    return trained_model(experiment, state)
