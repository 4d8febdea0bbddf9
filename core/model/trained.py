"""The trained model of an experiment, as exporters take it."""

from __future__ import annotations

from core.data.pipeline import Pipeline
from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from core.export import ModelDescription, TrainedModel
from core.nn.interventions import output_overrides
from core.nn.network import Network

__all__ = ["describe_model", "trained_model"]


def trained_model(experiment: Experiment, state: TrainerState) -> TrainedModel:
    """The network of `experiment` with the weights and the pipeline of `state`."""
    network = Network(experiment.stack(), experiment.input_shape, seed=None)
    network.load_state_dict(state.weights)
    network.intervene(experiment.interventions)
    return TrainedModel(
        network,
        state.pipeline,
        experiment.name,
        experiment.seed,
        state.epoch,
        str(getattr(experiment.dataset, "sha256", "")),
    )


def describe_model(experiment: Experiment, pipeline: Pipeline | None) -> ModelDescription:
    """The model of an experiment before its weights are known; without a pipeline that does not fit it."""
    if pipeline is not None and pipeline.input_shape != experiment.input_shape:
        pipeline = None
    stack = experiment.stack()
    overrides = tuple(
        (layer, int(unit), value)
        for layer, (units, values) in sorted(output_overrides(experiment.interventions).items())
        for unit, value in zip(units, values, strict=True)
        if layer < len(stack) - 1
    )
    return ModelDescription(stack, experiment.input_shape, pipeline, experiment.name, overrides)
