"""The doctor's fixes: small changes of an experiment; None for those without effect."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.data.datasets import MinMax, NoScaling, Standardize
from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.experiment.stack_problems import QuickFix
from core.nn import ActivationFunction, BatchNormalization, Conv2D, Dense, Dropout, Layer, LeakyReLU, ReLU
from core.nn.initializers import HeUniform
from core.optim.clipping import ClipByNorm, NoClipping
from core.optim.regularizers import L1, L2, NoRegularizer
from core.spec import SettingError
from core.train.class_weights import Balanced, EqualWeights

__all__ = [
    "add_batch_norm",
    "add_dropout",
    "add_hidden_layer",
    "applicable",
    "balance_classes",
    "change_rate",
    "clip_gradients",
    "double_samples",
    "double_units",
    "penalize",
    "scale_inputs",
    "use_he",
    "use_leaky_relu",
    "use_relu",
]

_STEPS = (1.0, 3.0)
_MAX_UNITS = 512
_MAX_SAMPLES = 2000


def applicable(fixes: Iterable[QuickFix | None], most: int = 3) -> tuple[QuickFix, ...]:
    """The first fixes whose experiments can run."""
    return tuple(fix for fix in fixes if fix is not None and not find_problems(fix.experiment))[:most]


def change_rate(experiment: Experiment, factor: float) -> QuickFix | None:
    """The learning rate times about `factor`, rounded to 1 or 3 times a power of ten."""
    old = experiment.training.optimizer.learning_rate
    rate = _round_rate(old * factor)
    if rate == old or old == 0.0 or experiment.training.optimizer.full_batch:
        return None
    try:
        changed = experiment.with_training(
            optimizer=experiment.training.optimizer.replace(learning_rate=rate)
        )
    except SettingError:  # above the maximum
        return None
    return QuickFix(f"Learning rate {rate:g}", changed)


def _round_rate(rate: float) -> float:
    if rate <= 0.0:
        return rate
    rates = [float(f"{step:g}e{power}") for power in range(-7, 3) for step in _STEPS]
    return min(rates, key=lambda known: max(known / rate, rate / known))


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


def add_dropout(experiment: Experiment) -> QuickFix | None:
    """Dropout after the last hidden Dense layer with at least 4 units."""
    layers = experiment.layers
    if any(isinstance(layer, Dropout) for layer in layers):
        return None
    wide = [i for i, layer in enumerate(layers) if isinstance(layer, Dense) and layer.units >= 4]
    if not wide:
        return None
    at = wide[-1] + 1
    return QuickFix("Add Dropout 0.2", experiment.replace(layers=(*layers[:at], Dropout(0.2), *layers[at:])))


def double_samples(experiment: Experiment) -> QuickFix | None:
    """Twice the samples, for generated data."""
    dataset = experiment.dataset
    names = {item.name for item in dataset.settings()}
    if dataset.family != "points" or "samples" not in names:
        return None
    count = 2 * int(dataset.samples)  # type: ignore[attr-defined]
    if count > _MAX_SAMPLES:
        return None
    try:
        return QuickFix(f"{count:,} samples", experiment.replace(dataset=dataset.replace(samples=count)))
    except SettingError:
        return None


def double_units(experiment: Experiment) -> QuickFix | None:
    """Twice the units in every hidden Dense layer."""
    if not any(isinstance(layer, Dense) and 2 * layer.units <= _MAX_UNITS for layer in experiment.layers):
        return None
    return QuickFix(
        "Double the units",
        _with_layers(
            experiment,
            lambda layer: (
                layer.replace(units=2 * layer.units)
                if isinstance(layer, Dense) and 2 * layer.units <= _MAX_UNITS
                else layer
            ),
        ),
    )


def add_hidden_layer(experiment: Experiment) -> QuickFix | None:
    """A nonlinear hidden layer, if there is none."""
    if any(isinstance(layer, Dense | Conv2D) for layer in experiment.layers):
        return None
    layer = Dense(8, activation=ReLU(), kernel_initializer=HeUniform())
    return QuickFix("Add a Dense layer", experiment.replace(layers=(*experiment.layers, layer)))


def balance_classes(experiment: Experiment) -> QuickFix | None:
    if not isinstance(experiment.training.class_weights, EqualWeights):
        return None
    return QuickFix("Balance the classes", experiment.with_training(class_weights=Balanced()))


def scale_inputs(experiment: Experiment) -> list[QuickFix | None]:
    if experiment.dataset.family == "points" or not isinstance(experiment.scaling, NoScaling):
        return []
    return [
        QuickFix("Standardize", experiment.replace(scaling=Standardize())),
        QuickFix("Scale to 0–1", experiment.replace(scaling=MinMax())),
    ]


def use_leaky_relu(experiment: Experiment) -> QuickFix | None:
    return _with_function(experiment, ("relu",), LeakyReLU(), "Use Leaky ReLU")


def use_relu(experiment: Experiment) -> QuickFix | None:
    """ReLU with He initialization instead of activations that saturate."""
    swapped = _with_function(experiment, ("tanh", "sigmoid"), ReLU(), "Use ReLU with He weights")
    he = None if swapped is None else use_he(swapped.experiment)
    return swapped if swapped is None or he is None else QuickFix(swapped.text, he.experiment)


def use_he(experiment: Experiment) -> QuickFix | None:
    """He initialization and zero biases for every layer with ReLU or LeakyReLU."""

    def change(layer: Layer) -> Layer:
        if isinstance(layer, Dense | Conv2D) and layer.activation.kind in ("relu", "leaky_relu"):
            return layer.replace(kernel_initializer=HeUniform(), bias_initializer=_ZERO_BIAS)
        return layer

    changed = _with_layers(experiment, change)
    return None if changed == experiment else QuickFix("He initializer", changed)


def add_batch_norm(experiment: Experiment) -> QuickFix | None:
    """BatchNorm after every hidden Dense layer."""
    layers = experiment.layers
    if any(isinstance(layer, BatchNormalization) for layer in layers):
        return None
    made: list[Layer] = []
    for layer in layers:
        made.append(layer)
        if isinstance(layer, Dense):
            made.append(BatchNormalization())
    if len(made) == len(layers) or len(made) > 100:
        return None
    return QuickFix("Add BatchNorm", experiment.replace(layers=tuple(made)))


_ZERO_BIAS = Dense(1).bias_initializer


def _with_function(
    experiment: Experiment, kinds: tuple[str, ...], function: ActivationFunction, text: str
) -> QuickFix | None:
    def change(layer: Layer) -> Layer:
        if isinstance(layer, ActivationFunction):
            return function if layer.kind in kinds else layer
        own = getattr(layer, "activation", None)
        return layer.replace(activation=function) if own is not None and own.kind in kinds else layer

    changed = _with_layers(experiment, change)
    return None if changed == experiment else QuickFix(text, changed)


def _with_layers(experiment: Experiment, change: Callable[[Layer], Layer]) -> Experiment:
    return experiment.replace(layers=tuple(change(layer) for layer in experiment.layers))
