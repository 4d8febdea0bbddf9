"""Adapt an experiment to another dataset or optimizer, so that it still trains.

Hidden layers stay. Whatever does not fit the new data is replaced: loss, scaling, a missing Flatten, a batch size of 10
for thousands of images, 3 units for ten digits, and a learning rate of another magnitude. Sequences get the layers of a
template where the present ones do not fit.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

from ..data.augmentation import Augmentation
from ..data.datasets import Dataset, DatasetInfo, ImageFolder, NoScaling, Standardize
from ..nn import ActivationFunction, Dense, Dropout, Embedding, Flatten, Layer, LayerError, Shape, Tanh
from ..nn.losses import Loss
from ..optim import OPTIMIZERS, Optimizer
from ..train.class_weights import ByHand, ClassWeighting, EqualWeights
from ..train.tasks import Task, usual_task
from .experiment import Experiment
from .stack_problems import code_size, find_stack_problems, with_task, works
from .templates import autoencoder, templates_for

# Above this many inputs, small batches waste the machine.
_WIDE = 50
_UNITS_FOR_IMAGES = 32
_UNITS_FOR_POINTS = 8

# Learning rates set by presets or by this module; a user is assumed not to have chosen them.
_OWN_RATES = (0.001, 0.003, 0.01, 0.03)
_Size = Literal["narrow", "wide", "sequences"]
_RATES: dict[_Size, float] = {"narrow": 0.03, "wide": 0.001, "sequences": 0.003}
_BATCHES: dict[_Size, int] = {"narrow": 10, "wide": 128, "sequences": 32}
_SEQUENCES = ("tokens", "sequence")
# Optimizers that take large steps on points and need small ones on images.
_QUICK = ("adam", "adamw", "adamax", "nadam")
# Epochs of more steps take too long to show progress.
_MAX_STEPS = 500
_MAX_BATCH = 512
# Of an epoch, so that few images are learned from in several steps.
_MIN_STEPS = 8
_MIN_BATCH = 8
# About an order of magnitude: 0.01 / 0.001 may be slightly less than 10 in floating point.
_ORDER_OF_MAGNITUDE = 9.99


def with_dataset(experiment: Experiment, dataset: Dataset) -> Experiment:
    """The experiment on `dataset`, with everything else kept as far as it still works."""
    before, after = experiment.dataset, dataset
    draft = experiment.replace(dataset=dataset, name=dataset.label)
    info = dataset.info()
    if draft.task.why_not(info):
        draft = draft.replace(task=usual_task(info.labels))
    if before.kind == after.kind and not after.selectable and info == before.info():
        # The same file or folder, or one like it: nothing else changes.
        return draft if experiment.name == before.label else draft.replace(name=experiment.name)
    if before.kind == after.kind and after.selectable:
        # A setting may change the number of classes, and so the loss; nothing else.
        draft = draft.replace(name=experiment.name)
        if info == before.info():
            return draft
        if info.form in _SEQUENCES:
            draft = draft.replace(layers=_layers_for(draft, before.info()))
        return _with_fitting_output(experiment, draft.with_training(loss=_fitting_loss(experiment, draft)))
    size, before_size = _size(info), _size(before.info())
    values = info.labels == "values" and (dataset.family == "table" or info.form == "sequence")
    # Columns of a table, over time too, are in units of their own.
    scaled = dataset.family == "table" or values
    draft = draft.replace(
        scaling=Standardize() if scaled else NoScaling(),
        # Prices in thousands, or grams, are far from what a network puts out at first.
        target_scaling=Standardize() if values else NoScaling(),
        layers=_layers_for(draft, before.info()),
        # A frozen neuron learned from the data before. Painting goes on with them.
        interventions=experiment.interventions if dataset.kind == "painted" else (),
    ).with_training(
        loss=_fitting_loss(experiment, draft),
        class_weights=_fitting_weights(experiment.training.class_weights, draft),
        augmentation=Augmentation(),
    )
    if size != before_size:
        if "sequences" not in (size, before_size):
            draft = draft.replace(layers=tuple(_resized(layer, size == "wide") for layer in draft.layers))
        draft = draft.with_training(
            batch_size=_BATCHES[size],
            optimizer=_scaled_learning_rate(experiment.training.optimizer, before_size, size),
        )
    draft = _with_fitting_output(experiment, draft)
    return with_chosen_task(draft, draft.task) if info.labels == "none" else draft


def with_chosen_task(experiment: Experiment, task: Task) -> Experiment:
    """The experiment with another task, and those layers that take what it gives them.

    Layers that are all as wide as samples would learn to pass these on: an autoencoder replaces them.
    """
    draft = with_task(experiment, task)
    shape = experiment.dataset.info().shape
    if task.gives_back and not 0 < code_size(draft) < math.prod(shape):
        return draft.replace(layers=autoencoder(shape))
    if len(draft.input_shape) == len(experiment.input_shape):
        return draft
    return draft.replace(layers=_fitting_layers(draft.layers, draft.input_shape))


def with_images(experiment: Experiment, images: ImageFolder, count: int) -> Experiment:
    """The experiment on `count` images of a folder; in place of other data, with batches and scaling for them."""
    changed = with_dataset(experiment, images)
    if experiment.dataset.kind == images.kind:
        return changed
    # Photographs have no background at 0: centered on their mean they are learned much faster.
    scaling = Standardize() if images.color else changed.scaling
    return _with_enough_steps(changed.replace(scaling=scaling), count)


def _with_enough_steps(experiment: Experiment, count: int) -> Experiment:
    size = experiment.training.batch_size
    while size > _MIN_BATCH and count * experiment.train_share / size < _MIN_STEPS:
        size //= 2
    return experiment.with_training(batch_size=size)


def with_usual_training(experiment: Experiment, samples: int) -> Experiment:
    """The experiment with the training that suits its data, of so many samples (0: unknown), and the same engine."""
    usual = with_dataset(Experiment(), experiment.dataset).training
    changed = experiment.replace(training=usual.replace(engine=experiment.training.engine))
    if not samples:
        return changed
    return _with_enough_steps(changed.with_training(batch_size=batch_size_for(changed, samples)), samples)


def with_optimizer(experiment: Experiment, kind: str) -> Experiment:
    """The experiment with another kind of optimizer, if possible at the same learning rate.

    A rate that the user did not choose is replaced by the new optimizer's default if they differ by an order of
    magnitude: L-BFGS starts at 1, where Adam would diverge.
    """
    made, old = OPTIMIZERS.get(kind)(), experiment.training.optimizer
    rate = old.learning_rate
    usual = _usual_rate(made, _size(experiment.dataset.info()))
    by_hand = rate not in (*_OWN_RATES, type(old).setting("learning_rate").default)
    if by_hand or max(usual, rate) < _ORDER_OF_MAGNITUDE * min(usual, rate):
        usual = rate
    return experiment.with_training(optimizer=made.replace(learning_rate=usual))


def batch_size_for(experiment: Experiment, rows: int) -> int:
    """The batch size for a table of `rows`: the experiment's, doubled until an epoch has at most 500 steps."""
    size = experiment.training.batch_size
    while size < _MAX_BATCH and rows * experiment.train_share / size > _MAX_STEPS:
        size = min(2 * size, _MAX_BATCH)
    return size


def _usual_rate(optimizer: Optimizer, size: _Size) -> float:
    if optimizer.kind in _QUICK and size != "wide":
        return _RATES[size]
    return float(type(optimizer).setting("learning_rate").default)


def _with_fitting_output(before: Experiment, draft: Experiment) -> Experiment:
    if draft.output.activation == "auto" or not find_stack_problems(draft) or find_stack_problems(before):
        return draft
    # A user's output activation, such as tanh for two classes, no longer fits.
    return draft.replace(output=draft.output.replace(activation="auto"))


def _size(info: DatasetInfo) -> _Size:
    if info.form in _SEQUENCES:
        return "sequences"
    return "wide" if math.prod(info.shape) > _WIDE else "narrow"


def _fitting_loss(before: Experiment, draft: Experiment) -> Loss:
    """The loss, if the user chose it and it fits; the usual one of the data before is nobody's choice."""
    loss, info = before.training.loss, draft.dataset.info()
    chosen = loss != before.task.usual_loss(before.dataset.info())
    return loss if chosen and draft.task.keeps(loss, info) else draft.task.usual_loss(info)


def _fitting_weights(weighting: ClassWeighting, draft: Experiment) -> ClassWeighting:
    """Weights per class do not fit other classes, and other tasks have none."""
    fits = not isinstance(weighting, ByHand) and draft.task.classifies
    return weighting if fits else EqualWeights()


def _layers_for(draft: Experiment, before: DatasetInfo) -> tuple[Layer, ...]:
    """The layers that fit other data: those of a template for sequences where none do."""
    layers, info = draft.layers, draft.dataset.info()
    if info.form in _SEQUENCES:
        if info.vocabulary:
            layers = tuple(
                layer.replace(input_dim=info.vocabulary)
                if isinstance(layer, Embedding) and layer.input_dim == before.vocabulary
                else layer
                for layer in layers
            )
        fitting = draft.replace(layers=layers).with_training(loss=draft.task.usual_loss(info))
        if (info.form, info.labels) == (before.form, before.labels) and not find_stack_problems(fitting):
            return layers
        return templates_for(draft)[0].build(info.shape)
    if before.form in _SEQUENCES:
        # What is left makes rows.
        layers = tuple(layer for layer in layers if isinstance(layer, Dense | Dropout | ActivationFunction))
        layers = layers or (Dense(_UNITS_FOR_POINTS, Tanh()),)
    return _fitting_layers(layers, info.shape)


def _fitting_layers(layers: tuple[Layer, ...], shape: tuple[int, ...]) -> tuple[Layer, ...]:
    if len(shape) == 1 and layers and isinstance(layers[0], Flatten):
        # Rows of numbers need no Flatten.
        layers = layers[1:]
    if _makes_rows(layers, shape):
        return layers
    # As early as the layers allow.
    for place in range(len(layers) + 1) if len(shape) > 1 else ():
        flattened = (*layers[:place], Flatten(), *layers[place:])
        if _makes_rows(flattened, shape):
            return flattened
    return _without_misfits(layers, shape)


def _without_misfits(layers: tuple[Layer, ...], shape: Shape) -> tuple[Layer, ...]:
    """Remove layers that cannot run, such as convolutions on rows or windows larger than the image."""
    kept: list[Layer] = []
    for layer in (*layers, Dense(1)):
        flat = Flatten().output_shape(shape)
        if not works(layer, shape) and len(shape) > 1 and works(layer, flat):
            kept.append(Flatten())
            shape = flat
        if not works(layer, shape) or (isinstance(layer, Flatten) and len(shape) == 1):
            continue
        kept.append(layer)
        shape = layer.output_shape(shape)
    # The last layer stood in for the output.
    return tuple(kept[:-1])


def _makes_rows(layers: tuple[Layer, ...], shape: Shape) -> bool:
    """Whether the layers run on samples of `shape` and end with a row of numbers, as the output needs."""
    try:
        for layer in layers:
            shape = layer.output_shape(shape)
    except LayerError:
        return False
    return len(shape) == 1


def _resized(layer: Layer, wide: bool) -> Layer:
    """Enough units for images, or few enough to draw each one."""
    if not isinstance(layer, Dense):
        return layer
    if wide:
        return layer.replace(units=max(layer.units, _UNITS_FOR_IMAGES))
    return layer if layer.units <= 2 * _UNITS_FOR_POINTS else layer.replace(units=_UNITS_FOR_POINTS)


def _scaled_learning_rate(optimizer: Optimizer, before: _Size, after: _Size) -> Optimizer:
    """The optimizer with the usual learning rate for data of a size, if it had that of others."""
    rate = optimizer.learning_rate
    too_large = after != "narrow" and rate >= 0.005 and optimizer.kind in _QUICK
    if too_large or (before != "narrow" and rate == _RATES[before]):
        return dataclasses.replace(optimizer, learning_rate=_RATES[after])
    return optimizer
