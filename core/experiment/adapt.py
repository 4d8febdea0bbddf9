"""Adapt an experiment to other data, another task or optimizer, so that it still trains.

Layers stay where they run, with a Flatten, a loss and a scaling that fit. Where they do not, a whole network and its
training come instead: those of a preset on such data, or of a template.
"""

from __future__ import annotations

import math
from typing import Literal

from ..data.augmentation import Augmentation
from ..data.datasets import Dataset, DatasetInfo, NoScaling, Scaling, Standardize
from ..nn import Embedding, Flatten, Layer, LayerError, Shape
from ..nn.losses import Loss
from ..optim import OPTIMIZERS, Adam, Optimizer
from ..optim.regularizers import usual_regularizer
from ..train.class_weights import ByHand, ClassWeighting, EqualWeights
from ..train.tasks import usual_task
from ..train.training_config import TrainingConfig
from .experiment import Experiment
from .presets import presets
from .stack_problems import code_size, find_stack_problems
from .templates import usual_template

# Above this many inputs, small batches waste the machine.
_WIDE = 50

# Learning rates set by presets or by this module; a user is assumed not to have chosen them.
_OWN_RATES = (0.001, 0.003, 0.01, 0.03)
_Size = Literal["narrow", "wide", "sequences"]
_RATES: dict[_Size, float] = {"narrow": 0.03, "wide": 0.001, "sequences": 0.003}
_BATCHES: dict[_Size, int] = {"narrow": 10, "wide": 128, "sequences": 32}
# Of networks that turn noise into samples: many draws of noise in a step make up for its being random.
_OF_FIELDS: dict[_Size, tuple[float, int]] = {
    "narrow": (0.005, 256),
    "wide": (0.002, 64),
    "sequences": (0.003, 32),
}
_SETUP = ("layers", "output", "features", "scaling", "target_scaling", "threshold", "train_share", "held_out")
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


def with_enough_steps(experiment: Experiment, count: int) -> Experiment:
    """The experiment with batches so small that an epoch of `count` samples has some steps."""
    size = experiment.training.batch_size
    while size > _MIN_BATCH and count * experiment.train_share / size < _MIN_STEPS:
        size //= 2
    return experiment.with_training(batch_size=size)


def with_usual_training(experiment: Experiment, samples: int) -> Experiment:
    """The experiment with the training that suits its data, of so many samples (0: unknown), and the same engine."""
    changed = experiment.replace(training=usual_training(experiment))
    if not samples:
        return changed
    return with_enough_steps(changed.with_training(batch_size=batch_size_for(changed, samples)), samples)


def usual_training(experiment: Experiment) -> TrainingConfig:
    """The training for such data and such a task, by the same engine."""
    info, task = experiment.dataset.info(), experiment.task
    size = _size(info)
    rate, batch_size = _OF_FIELDS[size] if task.has_time else (_RATES[size], _BATCHES[size])
    return TrainingConfig(
        loss=task.usual_loss(info),
        optimizer=Adam(learning_rate=rate),
        batch_size=batch_size,
        engine=experiment.training.engine,
    )


Fit = tuple[object, ...]


def fit_of(experiment: Experiment) -> Fit:
    """Equal where all of a network and its training serves both, whatever the samples say."""
    dataset, info = experiment.dataset, experiment.dataset.info()
    return dataset.family, info.shape, info.labels, info.outputs, info.vocabulary, experiment.task.kind


def on_data(experiment: Experiment, dataset: Dataset) -> Experiment:
    """The experiment as it is on other data: their name and a task that they have; what was made by hand goes."""
    before, info = experiment.dataset, dataset.info()
    draft = experiment.replace(dataset=dataset)
    if draft.task.why_not(info):
        draft = draft.replace(task=usual_task(info.labels))
    was = before.info()
    if before.kind == dataset.kind and ((dataset.selectable and info.labels == was.labels) or info == was):
        # A setting, or the same file or folder, or one like it.
        return draft.replace(name=dataset.label) if experiment.name == before.label else draft
    # A frozen neuron learned from the data before. Painting goes on with them.
    holds = experiment.interventions if dataset.kind == "painted" else ()
    return draft.replace(name=dataset.label, interventions=holds).with_training(
        class_weights=_fitting_weights(experiment.training.class_weights, draft), augmentation=Augmentation()
    )


def with_own_layers(before: Experiment, draft: Experiment) -> Experiment | None:
    """`draft`, which has other data or another task, with the layers of `before`; None where they do not run there.

    A Flatten, the size of a vocabulary, loss, output and scaling follow; other settings stay.
    """
    info, layers = draft.dataset.info(), before.layers
    sequences = info.form in _SEQUENCES
    if sequences and (info.form, info.labels) != (before.dataset.info().form, before.dataset.info().labels):
        return None
    if info.vocabulary:
        layers = tuple(
            layer.replace(input_dim=info.vocabulary)
            if isinstance(layer, Embedding) and layer.input_dim == before.dataset.info().vocabulary
            else layer
            for layer in layers
        )
    if not sequences:
        found = _fitting_layers(layers, draft.input_shape)
        if found is None:
            return None
        layers = found
    scales: dict[str, Scaling] = {}
    if not is_alike(before.dataset, draft.dataset):
        scales = {"scaling": _usual_scaling(draft), "target_scaling": _usual_target_scaling(draft)}
    elif _usual_target_scaling(before) != _usual_target_scaling(draft):
        # Another column of the same file is the target, in a unit of its own.
        scales = {"target_scaling": _usual_target_scaling(draft)}
    kept = draft.replace(layers=layers, **scales).with_training(loss=_fitting_loss(before, draft))
    problems = find_stack_problems(kept)
    if problems and kept.output.activation != "auto":
        # A user's output activation, such as tanh for two classes, no longer fits.
        kept = kept.replace(output=kept.output.replace(activation="auto"))
        problems = find_stack_problems(kept)
    if problems:
        return None
    copies = kept.task.gives_back and not 0 < code_size(kept) < math.prod(info.shape)
    return None if copies else kept


def recommended(draft: Experiment) -> Experiment:
    """The experiment with a network and a training that can learn its data and task: a preset's, or a template's."""
    task, wanted = draft.task, _likeness(draft)
    for preset in (each.experiment for each in presets()):
        # One without layers is to be built upon.
        if preset.layers and _likeness(preset) == wanted:
            return with_setup(draft, preset)
    usual = Experiment(
        dataset=draft.dataset,
        sealed=draft.sealed,
        data_seed=draft.data_seed,
        task=task,
        scaling=_usual_scaling(draft),
        target_scaling=_usual_target_scaling(draft),
        training=usual_training(draft),
    )
    usual = usual.replace(layers=usual_template(usual).build(usual.input_shape))
    return with_setup(draft, _for_table(usual, draft.dataset.known_rows))


def _likeness(experiment: Experiment) -> tuple[object, ...]:
    """Equal for the same data, a table that comes from a file of the user's too, and one task."""
    dataset = experiment.dataset
    data = (dataset.family, dataset.known_rows) if dataset.known_rows else (dataset.kind,)
    return *data, experiment.task.kind, dataset.info()


def with_setup(draft: Experiment, other: Experiment) -> Experiment:
    """`draft` with all of `other` that makes up its network and its training, but for the engine."""
    setup = {name: getattr(other, name) for name in _SETUP}
    # A chosen setting of the task stays, such as its noise.
    task = other.task if draft.task == type(draft.task)() else draft.task
    training = other.training.replace(engine=draft.training.engine)
    return draft.replace(**setup, task=task, training=training)


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


def _for_table(experiment: Experiment, rows: int) -> Experiment:
    """The experiment with batches and a penalty for a table of `rows` whose target it learns; 0: they are not known."""
    changed = experiment.with_training(batch_size=batch_size_for(experiment, rows))
    info = experiment.dataset.info()
    if not rows or experiment.task.labels != info.labels or len(info.shape) != 1:
        return changed
    usual = usual_regularizer(experiment.input_shape[0], int(rows * experiment.train_share))
    return changed.with_training(regularizer=usual)


def _usual_rate(optimizer: Optimizer, size: _Size) -> float:
    if optimizer.kind in _QUICK and size != "wide":
        return _RATES[size]
    return float(type(optimizer).setting("learning_rate").default)


def is_alike(before: Dataset, after: Dataset) -> bool:
    """Whether both are of one kind: with another setting or other columns, of the same file, or of one like it."""
    if before.kind != after.kind:
        return False
    paths = {getattr(each, "path", "") for each in (before, after)}
    return after.selectable or len(paths) == 1 or before.info() == after.info()


def _usual_scaling(experiment: Experiment) -> Scaling:
    dataset, info = experiment.dataset, experiment.dataset.info()
    # Columns of a table, over time too, are in units of their own.
    columns = dataset.family == "table" or (info.form == "sequence" and info.labels == "values")
    # Photographs have no background at 0: centered on their mean they are learned much faster. So is a field of pixels.
    pixels = info.form == "image" and (info.shape[-1] > 1 or experiment.task.has_time)
    return Standardize() if columns or pixels else NoScaling()


def _usual_target_scaling(experiment: Experiment) -> Scaling:
    dataset, info = experiment.dataset, experiment.dataset.info()
    values = experiment.task.labels == "values" and (dataset.family == "table" or info.form == "sequence")
    # Prices in thousands, or grams, are far from what a network puts out at first.
    return Standardize() if values else NoScaling()


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


def _fitting_layers(layers: tuple[Layer, ...], shape: Shape) -> tuple[Layer, ...] | None:
    """The layers with a Flatten where they need one, and without one that they do not; None where they do not run."""
    if len(shape) == 1 and layers and isinstance(layers[0], Flatten):
        layers = layers[1:]
    if _makes_rows(layers, shape):
        return layers
    # As early as the layers allow.
    for place in range(len(layers) + 1) if len(shape) > 1 else ():
        flattened = (*layers[:place], Flatten(), *layers[place:])
        if _makes_rows(flattened, shape):
            return flattened
    return None


def _makes_rows(layers: tuple[Layer, ...], shape: Shape) -> bool:
    """Whether the layers run on samples of `shape` and end with a row of numbers, as the output needs."""
    try:
        for layer in layers:
            shape = layer.output_shape(shape)
    except LayerError:
        return False
    return len(shape) == 1
