"""The trained model of an experiment, as exporters take it, and a pipeline for one that came without."""

from __future__ import annotations

from typing import Final

from ..data.pipeline import FittedInputs, ImageInputs, NumberColumn, Pipeline, TableInputs
from ..experiment.experiment import Experiment
from ..experiment.project_file import TrainerState
from ..nn import Shape
from ..nn.interventions import output_overrides
from ..nn.network import Network
from ..train.tasks.supervised import plain_outputs
from .trained_model import ModelDescription, TrainedModel

_BYTE: Final = 255.0


def trained_model(experiment: Experiment, state: TrainerState) -> TrainedModel:
    """The network of `experiment` with the weights and the pipeline of `state`."""
    network = Network(experiment.stack(), experiment.input_shape, seed=None)
    network.load_state_dict(state.weights)
    network.intervene(experiment.interventions)
    network.fold_heads()
    return TrainedModel(
        network,
        state.pipeline,
        experiment.name,
        experiment.seed,
        state.epoch,
        str(getattr(experiment.dataset, "sha256", "")),
        training=experiment.training,
        experiment=experiment,
        history=state.history,
        figures=state.figures,
    )


def scaled_images(shape: Shape, scale: float, shift: float) -> ImageInputs:
    """Images as (x - shift) / scale: x / 255 alone, as Keras's Rescaling has it, or numbers from 0 to 1 before it."""
    high = _BYTE if scale > 2 else 1.0
    return ImageInputs(shape, high, shift=shift / high, scale=scale / high)


def as_is_pipeline(network: Network) -> Pipeline:
    """A pipeline that changes no number: of columns x1, x2, ..., or of images, bytes as numbers from 0 to 255."""
    shape = network.input_shape
    inputs: FittedInputs
    if len(shape) == 1:
        inputs = TableInputs(tuple(NumberColumn(f"x{number + 1}") for number in range(shape[0])))
    else:
        inputs = ImageInputs(shape, _BYTE, scale=1.0 / _BYTE)
    return Pipeline(inputs, plain_outputs(network))


def describe_model(experiment: Experiment, pipeline: Pipeline | None) -> ModelDescription:
    """The model of an experiment before its weights are known; without a pipeline that does not fit it."""
    if pipeline is not None and pipeline.input_shape != experiment.input_shape:
        pipeline = None
    stack = experiment.stack()
    overrides = tuple(
        (int(path), int(unit), value)
        for path, (units, values) in output_overrides(experiment.interventions).items()
        for unit, value in zip(units, values, strict=True)
        if path.isdigit() and int(path) < len(stack) - 1
    )
    return ModelDescription(stack, experiment.input_shape, pipeline, experiment.name, overrides)
