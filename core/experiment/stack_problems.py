"""The reasons why a stack cannot run on its data, layer by layer, with fixes; computed from shapes alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from .. import nn
from ..data.datasets import NoScaling
from ..nn.autoencoder import code_layer
from ..nn.function_loss import unfit_outputs
from ..nn.network import describe
from ..nn.stage import LayerPlace
from ..spec import SettingError
from ..train.tasks import Task, usual_task
from .experiment import Experiment

_MAX_OUTPUT_BYTES: Final = 4_000_000_000
_TRIED_WIDTHS: Final = 16


@dataclass(frozen=True)
class QuickFix:
    """A quick fix: the text of its button and the experiment it leads to.

    `download` is the archive to download first, for an unchanged experiment. With `chooses`, the user must choose the
    data's file or folder again. A `fresh` fix starts the training anew, from initial weights.
    """

    text: str
    experiment: Experiment
    download: str = ""
    chooses: bool = False
    fresh: bool = False


@dataclass(frozen=True)
class Problem:
    """The reason why `layer` cannot run: an index, -1 for the inputs, len(layers) for the output."""

    layer: int
    sentence: str
    fixes: tuple[QuickFix, ...]


def shapes_of(experiment: Experiment) -> tuple[tuple[nn.Shape, ...], Problem | None]:
    """Output shapes of the layers, up to the first that cannot run, and that layer's problem."""
    shape = experiment.input_shape
    shapes: list[nn.Shape] = []
    for index, layer in enumerate(experiment.stack()):
        try:
            shape = layer.output_shape(shape)
        except nn.LayerError as error:
            sentence = str(error)
            if index == 0 and len(shape) == 1:
                sentence = sentence.replace("; it gets", "; the data has")
            return tuple(shapes), Problem(index, sentence, _shape_fixes(experiment, index, shape))
        shapes.append(shape)
    return tuple(shapes), None


def places_of(experiment: Experiment) -> dict[str, LayerPlace]:
    """The layers by path, those within blocks before their block, up to the first that cannot run; without arrays."""
    shapes, _ = shapes_of(experiment)
    found = zip(experiment.stack(), (experiment.input_shape, *shapes), shapes, strict=False)
    outer = (LayerPlace(str(index), *each, {}, {}) for index, each in enumerate(found))
    return {place.path: place for block in outer for place in block.within()}


def find_stack_problems(experiment: Experiment) -> tuple[Problem, ...]:
    """The reasons why layers and loss cannot run on data of this shape and task; empty if they can."""
    problem = _tokens_are_embedded(experiment)
    if problem is None:
        _, problem = shapes_of(experiment)
    if problem is None:
        problem = _predictions_fit_task(experiment)
    found = [] if problem is None else [problem]
    return (*found, *(p for check in _CHECKS if (p := check(experiment)) is not None))


def _shape_fixes(experiment: Experiment, index: int, shape: nn.Shape) -> tuple[QuickFix, ...]:
    layers = experiment.layers
    fixes = []
    layer = experiment.stack()[index]
    wider = _wider_before(layers, index, layer, shape)
    if wider is not None:
        fixes.append(QuickFix(wider[0], experiment.replace(layers=wider[1])))
    if works(layer, nn.Flatten().output_shape(shape)):
        flat = (*layers[:index], nn.Flatten(), *layers[index:])
        fixes.append(QuickFix("Insert Flatten", experiment.replace(layers=flat)))
    elif isinstance(layer, nn.Conv2D | nn.MaxPooling2D | nn.AveragePooling2D) and works(
        layer.replace(padding="same"), shape
    ):
        same = (*layers[:index], layer.replace(padding="same"), *layers[index + 1 :])
        fixes.append(QuickFix("Use same padding", experiment.replace(layers=same)))
    elif index == len(layers) and experiment.output.activation != "auto":
        fixes.append(QuickFix("Use auto", _with_auto_output(experiment)))
    if index < len(layers):
        rest = layers[:index] + layers[index + 1 :]
        fixes.append(QuickFix("Remove", experiment.replace(layers=rest)))
    return tuple(fixes)


def _wider_before(
    layers: tuple[nn.Layer, ...], index: int, layer: nn.Layer, shape: nn.Shape
) -> tuple[str, tuple[nn.Layer, ...]] | None:
    """The layers with the next larger width of the one before, with which the layer runs: Sampling wants pairs."""
    for name in ("units", "filters", "output_dim"):
        width = getattr(layers[index - 1], name, 0) if index else 0
        if width and width == shape[-1]:
            for more in range(width + 1, width + _TRIED_WIDTHS + 1):
                changed = _changed(layers, index - 1, **{name: more})
                if changed != layers and works(layer, (*shape[:-1], more)):
                    return f"Use {more} {'units' if name == 'output_dim' else name}", changed
    return None


def code_size(experiment: Experiment) -> int:
    """Width of an autoencoder's code; 0 where the network makes none."""
    place = code_layer(experiment.stack(), experiment.input_shape)
    shapes, _ = shapes_of(experiment)
    return 0 if place is None or place >= len(shapes) else shapes[place][0]


def with_task(experiment: Experiment, task: Task) -> Experiment:
    """The experiment with another task, and a loss and an output that fit it."""
    info, loss = experiment.dataset.info(), experiment.training.loss
    chosen = loss != experiment.task.usual_loss(info) and task.takes(loss) and task.keeps(loss, info)
    draft = experiment.replace(task=task, target_scaling=NoScaling(), interventions=())
    return _with_auto_output(draft.with_training(loss=loss if chosen else task.usual_loss(info)))


def _tokens_are_embedded(experiment: Experiment) -> Problem | None:
    """The reason why the first layer does not read these samples; it cannot be told from their shape."""
    info, layers = experiment.dataset.info(), experiment.layers
    first = layers[0] if layers else None
    if isinstance(first, nn.Embedding) and not info.vocabulary:
        fix = QuickFix("Remove", experiment.replace(layers=layers[1:]))
        return Problem(0, f"Embedding needs tokens; {experiment.dataset.title} has numbers", (fix,))
    if not info.vocabulary:
        return None
    if not isinstance(first, nn.Embedding):
        embedded = (nn.Embedding(info.vocabulary), *layers)
        fix = QuickFix("Insert Embedding", experiment.replace(layers=embedded))
        return Problem(0, "Tokens need an Embedding; their numbers are names, and no amounts", (fix,))
    if first.input_dim < info.vocabulary:
        larger = (first.replace(input_dim=info.vocabulary), *layers[1:])
        fix = QuickFix(f"Use {info.vocabulary}", experiment.replace(layers=larger))
        sentence = (
            f"Embedding knows {first.input_dim} tokens; {experiment.dataset.title} has {info.vocabulary}"
        )
        return Problem(0, sentence, (fix,))
    return None


def _unfit_prediction(experiment: Experiment) -> int:
    """The layer that leaves other predictions than the task needs, per sample or per position; -1 if none does."""
    shapes, problem = shapes_of(experiment)
    if problem is not None:
        return -1
    if not experiment.task.per_position:
        return -1 if len(shapes[-1]) == 1 else len(experiment.layers)
    time = experiment.input_shape[:1]
    return next((place for place, shape in enumerate(shapes) if shape[:-1] != time), -1)


def _predictions_fit_task(experiment: Experiment) -> Problem | None:
    """A problem if the outputs are not one per sample, or one per position, as the task needs."""
    task, layers, place = experiment.task, experiment.layers, _unfit_prediction(experiment)
    if place < 0:
        return None
    if not task.per_position:
        sentence = f"The prediction is one per position; {task.target_name} need one per sequence"
        changes: list[tuple[str, tuple[nn.Layer, ...]]] = [
            ("Insert GlobalAveragePooling1D", (*layers, nn.GlobalAveragePooling1D())),
            ("Insert Flatten", (*layers, nn.Flatten())),
        ]
        changes += [
            ("Return the last step", _changed(layers, at, return_sequences=False))
            for at in range(len(layers))
        ]
    else:
        taking, left = experiment.stack()[place], shapes_of(experiment)[0][place]
        what = f"leaves {left[0]}" if len(left) == 2 else "takes them away"
        sentence = (
            f"{task.title} needs a prediction at each of {experiment.input_shape[0]} positions; "
            f"{taking.title} {what}"
        )
        changes = [
            ("Prediction at each position", _changed(layers, place, return_sequences=True)),
            ("Use causal padding", _changed(layers, place, padding="causal", strides=1)),
            ("Remove", (*layers[:place], *layers[place + 1 :])),
        ]
    fixes = (QuickFix(text, experiment.replace(layers=changed)) for text, changed in changes)
    return Problem(place, sentence, tuple(fix for fix in fixes if _predictions_fit(fix.experiment)))


def _predictions_fit(experiment: Experiment) -> bool:
    return shapes_of(experiment)[1] is None and _unfit_prediction(experiment) < 0


def _changed(layers: tuple[nn.Layer, ...], place: int, **settings: Any) -> tuple[nn.Layer, ...]:
    """The layers with other settings of one, where it has them."""
    layer = layers[place]
    if not all(hasattr(layer, name) for name in settings) or isinstance(layer, nn.Conv2D):
        return layers
    try:
        return (*layers[:place], layer.replace(**settings), *layers[place + 1 :])
    except SettingError:
        return layers


def works(layer: nn.Layer, shape: nn.Shape) -> bool:
    """Whether a layer can run on samples of a shape."""
    try:
        layer.output_shape(shape)
    except nn.LayerError:
        return False
    return True


def _task_fits_data(experiment: Experiment) -> Problem | None:
    info = experiment.dataset.info()
    sentence = experiment.task.why_not(info)
    if not sentence:
        return None
    usual = usual_task(info.labels)
    return Problem(-1, sentence, (QuickFix(f"Use {usual.title}", with_task(experiment, usual)),))


def _loss_fits_task(experiment: Experiment) -> Problem | None:
    task, dataset = experiment.task, experiment.dataset
    loss = experiment.training.loss
    sentence = task.why_no_loss(loss, dataset.info(), dataset.title)
    # Pixels are from 0 to 1 as they are.
    is_scaled = loss.fuses == "sigmoid" and experiment.scaling != NoScaling()
    if not sentence and is_scaled and task.gives_back:
        sentence = f"{loss.title} needs numbers from 0 to 1; Preprocess changes those of the images"
    if not sentence:
        return None
    other = task.usual_loss(dataset.info())
    fix = QuickFix(f"Use {other.title}", experiment.with_training(loss=other))
    return Problem(len(experiment.layers), sentence, (fix,))


def _outputs_are_probabilities(experiment: Experiment) -> Problem | None:
    loss, activation = experiment.training.loss, experiment.output_activation()
    sentence = unfit_outputs(loss, activation, activation.title)
    if not sentence or not experiment.task.takes(loss):
        return None
    usual = experiment.task.activation(experiment.dataset.info(), loss)
    fix = QuickFix(f"Use {usual}", _with_auto_output(experiment))
    if loss.takes_logits:
        plain = loss.replace(from_logits=False)
        fix = QuickFix("Take probabilities", _with_auto_output(experiment.with_training(loss=plain)))
    return Problem(len(experiment.layers), sentence, (fix,))


def _with_auto_output(experiment: Experiment) -> Experiment:
    return experiment.replace(output=experiment.output.replace(activation="auto"))


def _weights_fit_memory(experiment: Experiment) -> Problem | None:
    shapes, problem = shapes_of(experiment)
    if problem is not None:
        return None
    try:
        describe(experiment.stack(), experiment.input_shape)
    except nn.LayerError as error:
        layers = experiment.layers
        counts = [
            sum(parameter.size for parameter in layer.parameters(shape))
            for layer, shape in zip(layers, (experiment.input_shape, *shapes), strict=False)
        ]
        heaviest = counts.index(max(counts))
        layer = layers[heaviest]
        small: nn.Layer
        if isinstance(layer, nn.Dense):
            text, small = "Use 256 units", layer.replace(units=256)
        elif isinstance(layer, nn.Conv2D):
            text, small = "Use 16 filters", layer.replace(filters=16)
        else:
            return Problem(heaviest, str(error), ())
        lighter = (*layers[:heaviest], small, *layers[heaviest + 1 :])
        return Problem(heaviest, str(error), (QuickFix(text, experiment.replace(layers=lighter)),))
    return None


def _outputs_fit_memory(experiment: Experiment) -> Problem | None:
    """Of tokens a batch has one for each that may follow, at each position: 50,000 words took 7.5 GB, unsaid."""
    shapes, problem = shapes_of(experiment)
    if problem is not None:
        return None
    batch = experiment.training.batch_size
    # With their gradients, in float32.
    each = 8 * math.prod(shapes[-1])
    most = _MAX_OUTPUT_BYTES // each
    if batch <= most:
        return None
    shape = " x ".join(f"{size:,}" for size in (batch, *shapes[-1]))
    sentence = f"The outputs of a batch must take at most 4 GB, got {batch * each / 1e9:.1f} GB ({shape})"
    fixes = (QuickFix(f"Batches of {most}", experiment.with_training(batch_size=most)),) if most else ()
    return Problem(len(experiment.layers), sentence, fixes)


_CHECKS: tuple[Callable[[Experiment], Problem | None], ...] = (
    _task_fits_data,
    _loss_fits_task,
    _outputs_are_probabilities,
    _weights_fit_memory,
    _outputs_fit_memory,
)
