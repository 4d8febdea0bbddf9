"""What the doctor finds, and its fixes: small changes of an experiment; None for those without effect.

A fix that would change nothing for trained weights, such as an initializer, starts the training anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from .. import nn
from ..data.datasets import MinMax, NoScaling, Standardize
from ..data.scalers import Scaling
from ..experiment.experiment import Experiment
from ..experiment.problems import find_problems
from ..experiment.stack_problems import QuickFix
from ..nn.initializers import Constant as ConstantWeights
from ..nn.initializers import GlorotUniform, HeUniform, Ones, Scaled, Zeros
from ..optim.clipping import ClipByNorm, NoClipping
from ..optim.regularizers import L1, L2, NoRegularizer
from ..optim.schedules import Constant
from ..spec import SettingError
from ..train.class_weights import Balanced, EqualWeights
from .measurements import Measurements

Severity = Literal["alarm", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("alarm", "warning", "note")
"""Worst first. Alarm: the network does not learn. Warning: it learns worse than it could."""


@dataclass(frozen=True)
class Finding:
    """A fault `kind` with the measurement as a `sentence`.

    `layer` is an index of the stack (len(layers) is the output) or None. `fixes` change the examined `experiment`.
    """

    kind: str
    severity: Severity
    title: str
    sentence: str
    layer: int | None
    fixes: tuple[QuickFix, ...]
    experiment: Experiment


_STEPS = (1.0, 3.0)
_MAX_UNITS = 512
_MAX_SAMPLES = 2000
# A rate that exceeds the usual one by this factor has ruined the weights: lowering it is not enough.
_RUINOUS = 25.0
_FEW_UNITS = 4
_ENOUGH_UNITS = 8
_TIGHT_NORM = 0.01
_STRONG_PENALTY = 0.02
_MUCH_DROPOUT = 0.6
_DECAYED = 0.3
_USUAL_BATCH = 32
_SMALL_BATCH = 2
_FEW_STEPS = 5
# Inputs with larger deviations need scaling first.
_ROUGH_INPUTS = 10.0


def change_rate(experiment: Experiment, factor: float) -> QuickFix | None:
    """The learning rate times about `factor`, rounded to 1 or 3 times a power of ten."""
    old = experiment.training.optimizer.learning_rate
    rate = _round_rate(old * factor)
    if rate == old or old == 0.0 or experiment.training.optimizer.full_batch:
        return None
    try:
        return _with_rate(experiment, rate, "Learning rate")
    except SettingError:  # above the maximum
        return None


def lower_beta(experiment: Experiment, index: int) -> QuickFix | None:
    """A tenth of beta in a Sampling layer, from new weights: those of a code that says nothing lead nowhere."""
    if index >= len(experiment.layers) or not isinstance(layer := experiment.layers[index], nn.Sampling):
        return None
    beta = _round_rate(0.1 * layer.beta)
    if not beta:
        return None
    layers = (*experiment.layers[:index], layer.replace(beta=beta), *experiment.layers[index + 1 :])
    return QuickFix(f"Beta {beta:g}", experiment.replace(layers=layers), fresh=True)


def _round_rate(rate: float) -> float:
    if rate <= 0.0:
        return rate
    rates = [float(f"{step:g}e{power}") for power in range(-7, 3) for step in _STEPS]
    return min(rates, key=lambda known: max(known / rate, rate / known))


def reset_with_rate(experiment: Experiment) -> QuickFix | None:
    """Initial weights and the optimizer's usual rate, if the present one is far above it."""
    optimizer, usual = experiment.training.optimizer, _usual_rate(experiment)
    if optimizer.full_batch or optimizer.learning_rate < _RUINOUS * usual:
        return None
    return _with_rate(experiment, usual, "Reset with rate", fresh=True)


def raise_rate(experiment: Experiment) -> QuickFix | None:
    """The optimizer's usual rate, if the present one is far below it."""
    optimizer, usual = experiment.training.optimizer, _usual_rate(experiment)
    if optimizer.full_batch or not 0.0 < optimizer.learning_rate < usual / _RUINOUS:
        return None
    return _with_rate(experiment, usual, "Learning rate")


def _with_rate(experiment: Experiment, rate: float, text: str, *, fresh: bool = False) -> QuickFix:
    optimizer = experiment.training.optimizer.replace(learning_rate=rate)
    return QuickFix(f"{text} {rate:g}", experiment.with_training(optimizer=optimizer), fresh=fresh)


def _usual_rate(experiment: Experiment) -> float:
    """A rate with which the optimizer learns most data: 0.1 for plain gradients, 0.01 for Adam and its relatives."""
    optimizer = experiment.training.optimizer
    default = float(type(optimizer).setting("learning_rate").default)
    return min(1.0, 10.0 * default)


def stop_decay(experiment: Experiment, rate: float) -> QuickFix | None:
    """A constant learning rate, if a schedule has taken most of it; `rate` is the present one."""
    schedule, full = experiment.training.schedule, experiment.training.optimizer.learning_rate
    if schedule.constant or not rate < _DECAYED * full:
        return None
    return QuickFix("Constant learning rate", experiment.with_training(schedule=Constant()))


def loosen_clipping(experiment: Experiment) -> QuickFix | None:
    """Gradients clipped at norm 1, if at a much smaller one."""
    clipping = experiment.training.clipping
    if not isinstance(clipping, ClipByNorm) or clipping.global_clipnorm > _TIGHT_NORM:
        return None
    return QuickFix("Clip gradients at norm 1", experiment.with_training(clipping=ClipByNorm(1.0)))


def weaken_penalty(experiment: Experiment) -> QuickFix | None:
    """A penalty of 0.001, if it is much stronger: from new weights, as hardly a gradient is left of the old ones."""
    old = experiment.training.regularizer
    if not isinstance(old, L1 | L2) or old.rate < _STRONG_PENALTY:
        return None
    weak = experiment.with_training(regularizer=old.replace(rate=0.001))
    return QuickFix(f"{old.title} penalty 0.001", weak, fresh=True)


def weaken_dropout(experiment: Experiment) -> QuickFix | None:
    """Dropout of 0.2 where it is much stronger."""

    def change(layer: nn.Layer) -> nn.Layer:
        strong = isinstance(layer, nn.Dropout) and layer.rate >= _MUCH_DROPOUT
        return layer.replace(rate=0.2) if strong else layer

    return _with_layers(experiment, change, "Dropout 0.2")


def make_nonlinear(experiment: Experiment) -> QuickFix | None:
    """ReLU with He weights in every hidden layer, if all are linear: together they are one."""
    hidden = [layer for layer in experiment.layers if isinstance(layer, nn.Dense | nn.Conv2D)]
    functions = [layer for layer in experiment.layers if isinstance(layer, nn.ActivationFunction)]
    if not hidden or functions or any(layer.activation.kind != "linear" for layer in hidden):
        return None

    def change(layer: nn.Layer) -> nn.Layer:
        return layer.replace(activation=nn.ReLU()) if isinstance(layer, nn.Dense | nn.Conv2D) else layer

    return _with_he(_with_layers(experiment, change, "Use ReLU with He weights", fresh=True))


def usual_weights(experiment: Experiment) -> QuickFix | None:
    """He's weights for ReLU and Glorot's for others, with zero biases, where all weights start alike."""

    def change(layer: nn.Layer) -> nn.Layer:
        if not isinstance(layer, nn.Dense | nn.Conv2D) or not _starts_alike(layer):
            return layer
        scaled = isinstance(layer.kernel_initializer, Scaled)
        usual = HeUniform() if layer.activation.kind in ("relu", "leaky_relu") else GlorotUniform()
        kernel = layer.kernel_initializer if scaled else usual
        return layer.replace(kernel_initializer=kernel, bias_initializer=_ZERO_BIAS)

    return _with_layers(experiment, change, "Reset with random weights", fresh=True)


def _starts_alike(layer: nn.Dense | nn.Conv2D) -> bool:
    constant = isinstance(layer.kernel_initializer, Zeros | Ones | ConstantWeights)
    return constant or (
        isinstance(layer.bias_initializer, ConstantWeights) and abs(layer.bias_initializer.value) > 1.0
    )


def clip_gradients(experiment: Experiment) -> QuickFix | None:
    if not isinstance(experiment.training.clipping, NoClipping):
        return None
    return QuickFix("Clip gradients at norm 1", experiment.with_training(clipping=ClipByNorm(1.0)))


def penalize(experiment: Experiment) -> QuickFix | None:
    """Add an L2 penalty, or triple the present penalty."""
    old = experiment.training.regularizer
    if isinstance(old, NoRegularizer):
        return QuickFix("L2 penalty 0.001", experiment.with_training(regularizer=L2(0.001)))
    if isinstance(old, L1 | L2) and 0.0 < old.rate <= 1.0:
        rate = _round_rate(3.0 * old.rate)
        return QuickFix(
            f"{old.title} penalty {rate:g}", experiment.with_training(regularizer=old.replace(rate=rate))
        )
    return None


def usual_loss(experiment: Experiment) -> QuickFix | None:
    """The task's usual loss, if another is learned from."""
    usual = experiment.task.usual_loss(experiment.dataset.info())
    if usual.kind == experiment.training.loss.kind:
        return None
    return QuickFix(f"Loss: {usual.title}", experiment.with_training(loss=usual))


def usual_batch(experiment: Experiment, samples: int) -> QuickFix | None:
    """Batches of 32, if they are so small that each step is chance, or so large that an epoch has hardly a step."""
    size = experiment.training.batch_size
    is_usual = _SMALL_BATCH < size < max(_USUAL_BATCH, samples / _FEW_STEPS) + 1
    if is_usual or samples < 2 * _USUAL_BATCH or experiment.training.optimizer.full_batch:
        return None
    return QuickFix(f"Batch size {_USUAL_BATCH}", experiment.with_training(batch_size=_USUAL_BATCH))


def halve_units(experiment: Experiment) -> QuickFix | None:
    """Half of the units in every hidden Dense layer, if all have many."""
    if min(_dense_units(experiment), default=0) < _ENOUGH_UNITS:
        return None
    return _with_units(experiment, lambda units: units // 2, "Half the units", fresh=True)


def add_dropout(experiment: Experiment) -> QuickFix | None:
    """Dropout after the last hidden Dense layer with at least 4 units."""
    layers = experiment.layers
    if any(isinstance(layer, nn.Dropout) for layer in layers):
        return None
    wide = [i for i, layer in enumerate(layers) if isinstance(layer, nn.Dense) and layer.units >= 4]
    if not wide:
        return None
    at = wide[-1] + 1
    return QuickFix(
        "Add Dropout 0.2", experiment.replace(layers=(*layers[:at], nn.Dropout(0.2), *layers[at:]))
    )


def double_samples(experiment: Experiment) -> QuickFix | None:
    """Twice the samples, for generated data."""
    dataset = experiment.dataset
    names = {item.name for item in dataset.settings()}
    if dataset.family not in ("points", "sequences") or "samples" not in names:
        return None
    count = 2 * int(dataset.samples)  # type: ignore[attr-defined]
    if dataset.family == "points" and count > _MAX_SAMPLES:
        return None
    try:
        return QuickFix(f"{count:,} samples", experiment.replace(dataset=dataset.replace(samples=count)))
    except SettingError:
        return None


def widen(experiment: Experiment) -> QuickFix | None:
    """8 units in every hidden Dense layer, if all have few."""
    if max(_dense_units(experiment), default=_MAX_UNITS) > _FEW_UNITS:
        return None
    return _with_units(experiment, lambda _: _ENOUGH_UNITS, f"{_ENOUGH_UNITS} units")


def widen_narrow(experiment: Experiment, classes: int) -> QuickFix | None:
    """As `widen`, if a layer has fewer units than there are classes."""
    return widen(experiment) if min(_dense_units(experiment), default=classes) < classes else None


def double_units(experiment: Experiment) -> QuickFix | None:
    """Twice the units in every hidden Dense layer."""
    return _with_units(
        experiment, lambda units: 2 * units if 2 * units <= _MAX_UNITS else units, "Double the units"
    )


def _dense_units(experiment: Experiment) -> list[int]:
    return [layer.units for layer in experiment.layers if isinstance(layer, nn.Dense)]


def _with_units(
    experiment: Experiment, units: Callable[[int], int], text: str, *, fresh: bool = False
) -> QuickFix | None:
    def change(layer: nn.Layer) -> nn.Layer:
        return layer.replace(units=units(layer.units)) if isinstance(layer, nn.Dense) else layer

    return _with_layers(experiment, change, text, fresh=fresh)


def add_hidden_layer(experiment: Experiment) -> QuickFix | None:
    """A nonlinear hidden layer, if there is none."""
    if any(isinstance(layer, nn.Dense | nn.Conv2D) for layer in experiment.layers):
        return None
    layer = nn.Dense(8, activation=nn.ReLU(), kernel_initializer=HeUniform())
    return QuickFix("Add a Dense layer", experiment.replace(layers=(*experiment.layers, layer)))


def balance_classes(experiment: Experiment) -> QuickFix | None:
    if not isinstance(experiment.training.class_weights, EqualWeights):
        return None
    return QuickFix("Balance the classes", experiment.with_training(class_weights=Balanced()))


def scale_inputs(experiment: Experiment, scaling: Scaling) -> QuickFix | None:
    """Scaled inputs, where they are not; not of points, because the plane has their scale."""
    if experiment.dataset.family == "points" or not isinstance(experiment.scaling, NoScaling):
        return None
    text = "Standardize" if isinstance(scaling, Standardize) else "Scale to 0–1"
    return QuickFix(text, experiment.replace(scaling=scaling), fresh=True)


def use_leaky_relu(experiment: Experiment) -> QuickFix | None:
    return _with_function(experiment, ("relu",), nn.LeakyReLU(), "Use Leaky ReLU")


def use_relu(experiment: Experiment) -> QuickFix | None:
    """ReLU with He initialization instead of activations that saturate."""
    return _with_he(_with_function(experiment, ("tanh", "sigmoid"), nn.ReLU(), "Use ReLU with He weights"))


def _with_he(fix: QuickFix | None) -> QuickFix | None:
    he = None if fix is None else use_he(fix.experiment)
    return fix if fix is None or he is None else QuickFix(fix.text, he.experiment, fresh=True)


def use_he(experiment: Experiment) -> QuickFix | None:
    """He initialization and zero biases for every layer with ReLU or LeakyReLU."""

    def change(layer: nn.Layer) -> nn.Layer:
        if isinstance(layer, nn.Dense | nn.Conv2D) and layer.activation.kind in ("relu", "leaky_relu"):
            return layer.replace(kernel_initializer=HeUniform(), bias_initializer=_ZERO_BIAS)
        return layer

    return _with_layers(experiment, change, "Reset with He weights", fresh=True)


def add_batch_norm(experiment: Experiment) -> QuickFix | None:
    """BatchNorm after every hidden Dense layer."""
    layers = experiment.layers
    if any(isinstance(layer, nn.BatchNormalization) for layer in layers):
        return None
    made: list[nn.Layer] = []
    for layer in layers:
        made.append(layer)
        if isinstance(layer, nn.Dense):
            made.append(nn.BatchNormalization())
    if len(made) == len(layers) or len(made) > 100:
        return None
    return QuickFix("Add BatchNorm", experiment.replace(layers=tuple(made)))


_ZERO_BIAS = nn.Dense(1).bias_initializer


def _with_function(
    experiment: Experiment, kinds: tuple[str, ...], function: nn.ActivationFunction, text: str
) -> QuickFix | None:
    def change(layer: nn.Layer) -> nn.Layer:
        if isinstance(layer, nn.ActivationFunction):
            return function if layer.kind in kinds else layer
        own = layer.output_activation
        return layer.replace(activation=function) if own is not None and own.kind in kinds else layer

    return _with_layers(experiment, change, text)


def _with_layers(
    experiment: Experiment, change: Callable[[nn.Layer], nn.Layer], text: str, *, fresh: bool = False
) -> QuickFix | None:
    changed = experiment.replace(layers=tuple(change(layer) for layer in experiment.layers))
    return None if changed == experiment else QuickFix(text, changed, fresh=fresh)


Way = Callable[[Experiment], QuickFix | None]


def fixes_of(
    kind: str, measured: Measurements, experiment: Experiment, layer: int | None = None
) -> tuple[QuickFix, ...]:
    """The fixes of a kind of finding whose experiments can run, the best first, three at most."""
    batch = partial(usual_batch, samples=measured.samples)
    decay = partial(stop_decay, rate=measured.learning_rate)
    narrow = partial(widen_narrow, classes=len(measured.class_counts))
    standardize, to_one = (partial(scale_inputs, scaling=each) for each in (Standardize(), MinMax()))

    def rate(factor: float) -> Way:
        return partial(change_rate, factor=factor)

    # Inputs in the hundreds make a usual rate too large.
    rough = (standardize,) if measured.deviations.max(initial=0.0) > _ROUGH_INPUTS else ()
    ways: dict[str, tuple[Way, ...]] = {
        "alike": (usual_weights,),
        "collapsed": (partial(lower_beta, index=layer or 0),),
        "dead": (usual_weights, reset_with_rate, use_leaky_relu, use_he, rate(0.3)),
        "diverging": (*rough, reset_with_rate, rate(0.1), clip_gradients, standardize),
        "exploding": (clip_gradients, standardize, rate(0.1), add_batch_norm),
        "imbalanced": (balance_classes,),
        "majority": (raise_rate, balance_classes, weaken_penalty, usual_loss, widen, rate(3.0)),
        "memorises": (add_dropout, penalize, double_samples, halve_units),
        "overfitting": (penalize, add_dropout, double_samples, halve_units),
        "overshooting": (reset_with_rate, batch, rate(0.1), rate(0.01)),
        "plateau": (
            *(add_hidden_layer, make_nonlinear, weaken_penalty, weaken_dropout, decay, loosen_clipping),
            *(usual_loss, batch, widen, double_units, rate(3.0), rate(0.3)),
        ),
        "saturated": (standardize, usual_weights, reset_with_rate, widen, use_relu, add_batch_norm),
        "slow": (decay, raise_rate, rate(100.0), rate(10.0)),
        "unigram": (decay, raise_rate, rate(10.0), rate(0.1)),
        "unscaled": (standardize, to_one),
        "unusual": (batch, weaken_dropout, weaken_penalty, loosen_clipping, narrow),
        "vanishing": (weaken_penalty, use_relu, add_batch_norm, use_he),
    }
    found = {fix.text: fix for way in ways[kind] if (fix := way(experiment)) is not None}
    return tuple(fix for fix in found.values() if not find_problems(fix.experiment))[:3]


def finding(
    kind: str,
    severity: Severity,
    title: str,
    sentence: str,
    measured: Measurements,
    experiment: Experiment,
    layer: int | None = None,
) -> Finding:
    """A finding with the fixes of its kind."""
    fixes = fixes_of(kind, measured, experiment, layer)
    return Finding(kind, severity, title, sentence, layer, fixes, experiment)
