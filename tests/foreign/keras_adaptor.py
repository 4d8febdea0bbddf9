"""What Keras's unit tests use of Keras, made of this library: losses, optimizers, metrics, activations and layers.

A name, an argument or a call that is not here raises `NotHere` with the reason; so does every adapted class for what it
lacks. Tests take no numbers from Keras itself but tensors and variables to compute on.
"""

from __future__ import annotations

import sys
import unittest
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any
from unittest import mock

import numpy as np
import pytest

import core
from core.nn.activations import ACTIVATIONS
from core.nn.initializers import INITIALIZERS
from core.nn.layer import Variable
from core.nn.losses import LOSSES
from core.nn.network import Network
from core.nn.scalars import scalars
from core.optim import OPTIMIZERS
from core.optim.clipping import CLIPPINGS
from core.spec.spec import UnknownSettingError
from core.train.metric_kinds import METRICS, Outcome
from core.train.metrics import accuracy


class NotHere(Exception):  # noqa: N818
    """Something that Keras has and this library has not, with what there is instead."""


def made(kind: Any, *given: Any, **named: Any) -> Any:
    """An object of ours with Keras's arguments; those that say what is always so here are left out."""
    for name, usual in _USUAL.items():
        if name in named and named[name] in usual:
            del named[name]
    if named.get("dtype") is not None:
        raise NotHere("dtype: that of the model")
    for theirs, ours in _RENAMED.items():
        if theirs in named:
            named[ours] = named.pop(theirs)
    try:
        return kind(*given, **named)
    except UnknownSettingError as error:
        raise NotHere(str(error)) from None
    except TypeError as error:
        if "positional" not in str(error):
            raise
        raise NotHere(str(error)) from None


_USUAL: Any = {
    "dtype": (None, "float32"),
    "data_format": ("channels_last", None),
    "axis": (-1,),
    "amsgrad": (False,),
    "noise_shape": (None,),
    "from_sorted_ids": (False,),
    "name": (None,),
    **dict.fromkeys(
        ("class_id", "thresholds", "top_k", "lora_rank", "synchronized", "renorm", "multi_label"),
        (None, False),
    ),
    **dict.fromkeys(("keepdims", "groups", "threshold"), (False, 1, 0.5)),
}
_RENAMED = {"initial_accumulator_value": "initial_accumulator"}


def numbers(value: Any) -> Any:
    """A tensor, a variable or a list as an array of float64."""
    if type(value).__name__ == "KerasTensor":
        raise NotHere("there are no symbolic tensors; a network is a stack of layers")
    if hasattr(value, "value") and hasattr(value, "assign") and not isinstance(value, np.ndarray):
        value = value.value
    return np.asarray(value.detach() if hasattr(value, "detach") else value, np.float64)


def single(value: Any) -> Any:
    """As `numbers`, in Keras's float32."""
    return numbers(value).astype(np.float32)


class Module:
    """A module of Keras: names that are given, and `NotHere` for the others as soon as they are used."""

    def __init__(self, name: str, **given: Any) -> None:
        self._name = name
        vars(self).update(given)

    def __getattr__(self, name: str) -> Any:
        def absent(*_: Any, **__: Any) -> Any:
            raise NotHere(f"there is no {name} among the {self._name}")

        return absent


class Adapted:
    """Base of adapted objects; what they lack is `NotHere`."""

    ours: Any

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotHere(f"there is no {name} of {type(self).__name__}")


# -- losses -----------------------------------------------------------------------------------------------------------

_LOSS_NAMES = {
    "MeanSquaredError": "mean_squared_error",
    "MeanAbsoluteError": "mean_absolute_error",
    "Huber": "huber",
    "Poisson": "poisson",
    "Hinge": "hinge",
    "SquaredHinge": "squared_hinge",
    "CosineSimilarity": "cosine_similarity",
    "KLDivergence": "kl_divergence",
    "CategoricalFocalCrossentropy": "categorical_focal_crossentropy",
    "BinaryFocalCrossentropy": "binary_focal_crossentropy",
    "BinaryCrossentropy": "binary_crossentropy",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
}


class AdaptedLoss(Adapted):
    """A loss as Keras calls it: arguments are (y_true, y_pred), means are over samples, weights are factors."""

    def __init__(self, name: str, /, **named: Any) -> None:
        if named.pop("reduction", "sum_over_batch_size") != "sum_over_batch_size":
            raise NotHere("reduction: a loss is the mean over the samples")
        if named.pop("ignore_class", None) is not None:
            raise NotHere("ignore_class: class_weight of fit weighs a class with 0")
        named.pop("name", None)
        self.sparse = name.startswith("sparse")
        self.ours = made(LOSSES.get(name), **named)

    def rows(self, y_true: Any, y_pred: Any) -> Any:
        targets, outputs = single(y_true), single(y_pred)
        if targets.ndim == outputs.ndim - 1 and outputs.shape[-1] == 1:
            targets = targets[..., None]
        if self.sparse:
            targets = targets[..., 0] if targets.ndim == outputs.ndim and targets.shape[-1] == 1 else targets
            targets = np.eye(outputs.shape[-1])[targets.astype(int)]
        if targets.shape != outputs.shape:
            raise ValueError(f"must have the same shape, got {targets.shape} and {outputs.shape}")
        return self.ours.bind(fused=False).row_values(outputs, targets)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        if any(hasattr(each, "_keras_mask") for each in (y_true, y_pred, sample_weight)):
            raise NotHere("there are no masks; sample_weight=0 leaves a sample out")
        found = self.rows(y_true, y_pred)
        if sample_weight is not None:
            weight = numbers(sample_weight)
            found = found * (weight[..., 0] if weight.ndim > found.ndim and weight.shape[-1] == 1 else weight)
        return float(np.mean(found))


def losses() -> Module:
    def kind(name: str) -> Callable[..., AdaptedLoss]:
        return lambda **named: AdaptedLoss(name, **named)

    def function(name: str) -> Callable[..., Any]:
        return lambda y_true, y_pred, **named: AdaptedLoss(name, **named).rows(y_true, y_pred)

    kinds = {name: kind(ours) for name, ours in _LOSS_NAMES.items()}
    return Module("losses", **kinds, **{name: function(name) for name in _LOSS_NAMES.values()})


# -- optimizers -------------------------------------------------------------------------------------------------------


def optimizer(name: str) -> Any:
    """A class whose `apply_gradients` moves Keras's variables as ours does."""

    class AdaptedOptimizer(Adapted):
        def __init__(self, learning_rate: Any = None, **named: Any) -> None:
            if learning_rate is not None:
                named["learning_rate"] = learning_rate
            self.clipping = [
                CLIPPINGS.make({"kind": kind, argument: float(named.pop(theirs))})
                for theirs, kind, argument in (
                    ("clipnorm", "by_norm", "global_clipnorm"),
                    ("clipvalue", "by_value", "clipvalue"),
                )
                if theirs in named
            ]
            self.ours = made(OPTIMIZERS.get(name), **named)
            self.state: Any = None

        def _clip_gradients(self, gradients: Any) -> Any:
            found = [numbers(each) for each in gradients]
            for clipping in self.clipping:
                for each in found:
                    clipping.clip(each)
            return found

        def apply_gradients(self, pairs: Any) -> None:
            pairs = list(pairs)
            wanted = np.concatenate([numbers(each).ravel() for each, _ in pairs])
            start = np.concatenate([numbers(each).ravel() for _, each in pairs])
            if self.state is None:
                self.state = self.ours.bind(start, wanted.copy())
            self.state.parameters[...], self.state.gradients[...] = start, wanted
            self.state.update()
            place = 0
            for _, variable in pairs:
                size = int(np.prod(variable.shape))
                part = self.state.parameters[place : place + size].reshape(tuple(variable.shape))
                variable.assign(part.astype(np.float32))
                place += size

    return AdaptedOptimizer


# -- metrics ----------------------------------------------------------------------------------------------------------


def metric(name: str) -> Any:
    """A class that keeps the samples and computes ours over all of them, as `evaluate` does."""
    regression = METRICS.get(name).task == "regression"

    class AdaptedMetric(Adapted):
        def __init__(self, *given: Any, **named: Any) -> None:
            self.ours = made(METRICS.get(name), *given, **named)
            self.name = self.ours.own_name
            self.reset_state()

        def reset_state(self) -> None:
            self.seen: list[tuple[Any, Any]] = []

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            if sample_weight is not None:
                raise NotHere("sample_weight: metrics count every sample once")
            self.seen.append((numbers(y_true), numbers(y_pred)))

        def result(self) -> Any:
            labels, outputs = (np.concatenate(each) for each in zip(*self.seen, strict=True))
            if regression:
                return self.ours.score(Outcome(labels, outputs, 0))
            if name == "f1":
                raise NotHere("F1Score is one number, of classes; there, one for each output")
            if name == "equality":
                return accuracy(labels.astype(int).ravel(), outputs.astype(int).ravel())
            if outputs.ndim == 1 or outputs.shape[-1] == 1 or not name.startswith(("accuracy", "top")):
                shape = (labels.astype(int).ravel(), outputs.reshape(-1, 1))
                return self.ours.score(Outcome(*shape, 2))
            classes = (
                labels.argmax(-1) if labels.ndim == outputs.ndim and labels.shape == outputs.shape else labels
            )
            flat = outputs.reshape(-1, outputs.shape[-1])
            return self.ours.score(Outcome(classes.astype(int).ravel(), flat, flat.shape[-1]))

        def __call__(self, *given: Any, **named: Any) -> Any:
            self.update_state(*given, **named)
            return self.result()

    return AdaptedMetric


def metrics() -> Module:
    return Module(
        "metrics",
        BinaryAccuracy=metric("binary_accuracy"),
        CategoricalAccuracy=metric("accuracy"),
        SparseCategoricalAccuracy=metric("accuracy"),
        TopKCategoricalAccuracy=metric("top_k"),
        SparseTopKCategoricalAccuracy=metric("top_k"),
        Precision=metric("precision"),
        Recall=metric("recall"),
        AUC=metric("auc"),
        F1Score=metric("f1"),
        MeanSquaredError=metric("mean_squared_error"),
        RootMeanSquaredError=metric("root_mean_squared_error"),
        MeanAbsoluteError=metric("mean_absolute_error"),
        R2Score=metric("r2"),
    )


# -- activations and layers -------------------------------------------------------------------------------------------


def activations() -> Module:
    def function(name: str) -> Callable[..., Any]:
        def apply(x: Any, *given: Any, **named: Any) -> Any:
            values = numbers(x)
            kind = made(ACTIVATIONS.get(name), *given, **named)
            found = np.empty_like(values)
            kind.apply(values, found, scalars(values.dtype))
            return found

        return apply

    names = ("relu", "leaky_relu", "elu", "gelu", "sigmoid", "tanh", "softplus", "softmax", "silu", "linear")
    return Module("activations", **{name: function(name) for name in names})


class AdaptedLayer(Adapted):
    """A layer that is called with a batch: a network of that layer alone."""

    def __init__(self, kind: Any, *given: Any, **named: Any) -> None:
        self.seed = named.pop("seed", 0)
        self.ours = made(kind, *given, **named)
        self.network: Any = None

    def build(self, input_shape: Any) -> None:
        self.network = Network(
            [self.ours], tuple(input_shape)[1:], seed=self.seed, dtype=np.dtype(np.float32)
        )

    def __call__(self, x: Any, training: bool = False, **named: Any) -> Any:
        if named:
            raise NotHere(f"layers are called with samples alone, not with {', '.join(named)}")
        values = single(x)
        if self.network is None or not self.network.parameter_count:
            self.build(values.shape)
        if training:
            return self.network.plan(len(values), training=True).forward(values).copy()
        return self.network.predict(values)

    def compute_output_shape(self, shape: Any) -> Any:
        return (shape[0], *self.ours.output_shape(tuple(shape)[1:]))

    def get_weights(self) -> Any:
        return self.network.get_weights()

    def set_weights(self, weights: Any) -> None:
        self.network.set_weights([numbers(each) for each in weights])

    def __getattr__(self, name: str) -> Any:
        if name in ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"):
            array = self.network.weights[0].get(name)
            return None if array is None else Variable.of(array)
        return super().__getattr__(name)


_LAYERS = (
    "Dense Conv2D MaxPooling2D AveragePooling2D GlobalAveragePooling2D BatchNormalization LayerNormalization Dropout "
    "SpatialDropout2D GaussianNoise Flatten Reshape Activation ELU LeakyReLU ReLU Softmax"
)


def layer(name: str) -> Any:
    """A class that makes adapted layers of one kind."""
    kind = getattr(core, name)
    return type(
        name, (AdaptedLayer,), {"__init__": lambda self, *a, **k: AdaptedLayer.__init__(self, kind, *a, **k)}
    )


def layers() -> Module:
    return Module("layers", **{name: layer(name) for name in _LAYERS.split()})


def run_layer_test(
    case: unittest.TestCase,
    kind: Any,
    init_kwargs: Any,
    input_shape: Any = None,
    input_data: Any = None,
    expected_output_shape: Any = None,
    expected_num_trainable_weights: int | None = None,
    expected_num_non_trainable_weights: int | None = None,
    expected_output: Any = None,
    call_kwargs: Any = None,
    **_: Any,
) -> None:
    """Keras's exam of a layer, as far as it is about numbers: shapes, arrays, outputs, and a copy from its JSON."""
    made_layer = kind(**init_kwargs)
    x = np.random.default_rng(0).random(input_shape) if input_data is None else numbers(input_data)
    y = made_layer(x, **(call_kwargs or {}))
    if expected_output_shape is not None:
        assert y.shape == tuple(expected_output_shape)
    if expected_output is not None:
        np.testing.assert_allclose(y, numbers(expected_output), atol=1e-5)
    described = made_layer.ours.parameters(tuple(x.shape)[1:])
    for count, trains in (
        (expected_num_trainable_weights, True),
        (expected_num_non_trainable_weights, False),
    ):
        if count is not None:
            assert sum(each.trainable is trains for each in described) == count
    assert core.nn.LAYERS.from_json(made_layer.ours.to_json()) == made_layer.ours


def run_class_serialization_test(case: unittest.TestCase, instance: Any, *_: Any, **__: Any) -> None:
    """Keras's round trip through a configuration, which is JSON here."""
    for registry in (LOSSES, OPTIMIZERS, METRICS, core.nn.LAYERS):
        if type(instance.ours) in tuple(registry):
            assert registry.from_json(instance.ours.to_json()) == instance.ours
            return
    raise NotHere("it is no kind that files name")


_CALLBACKS = (
    "EarlyStopping ModelCheckpoint CSVLogger ReduceLROnPlateau LearningRateScheduler TerminateOnNaN LambdaCallback "
    "Callback"
)


def for_fit(name: str) -> Any:
    """A layer of ours with Keras's arguments: shapes of inputs follow from the data, initializers are ours."""

    def make(*given: Any, **named: Any) -> Any:
        for each in ("input_shape", "input_dim", "batch_size"):
            named.pop(each, None)
        for each, value in named.items():
            if each.endswith("initializer") and hasattr(value, "get_config"):
                if not np.isscalar(value.get_config().get("value")) or not np.isfinite(value.value):
                    raise NotHere("weights begin with finite numbers")
                named[each] = INITIALIZERS.make({"kind": "constant", "value": float(value.value)})
        return made(getattr(core, name), *given, **named)

    return make


def callbacks() -> dict[str, Any]:
    """What the tests of callbacks use: models, layers and callbacks as they are here."""
    ours = {name: getattr(core, name) for name in _CALLBACKS.split()}
    return {
        "callbacks": Module("callbacks", **ours),
        "layers": Module("layers", **{name: for_fit(name) for name in (*_LAYERS.split(), "Input")}),
        "models": Module("models", Sequential=core.Sequential),
        "metrics": Module(
            "metrics", **{name: getattr(core, name) for name in ("F1Score", "Precision", "Recall")}
        ),
        "Sequential": core.Sequential,
        "TerminateOnNaN": core.TerminateOnNaN,
        "optimizers": Module("optimizers", SGD=core.SGD, Adam=core.Adam),
    }


# -- running ----------------------------------------------------------------------------------------------------------


class _Marks:
    """Marks of tests that are not run by pytest: `skipif` counts, the others say nothing here."""

    def __getattr__(self, name: str) -> Any:
        def mark(*given: Any, **named: Any) -> Any:
            if name == "skipif" and given[0]:
                return unittest.skip(named.get("reason", ""))
            return given[0] if given and callable(given[0]) else lambda test: test

        return mark


def cases(module: Any) -> Iterator[unittest.TestCase]:
    """Every test of a module, one by one."""
    waiting: list[Any] = [unittest.defaultTestLoader.loadTestsFromModule(module)]
    while waiting:
        each = waiting.pop()
        if isinstance(each, unittest.TestSuite):
            waiting += list(each)
        else:
            yield each


def outcomes(name: str, instead: dict[str, Any]) -> dict[str, str]:
    """What became of each test of a module: "passed", "not here: " and why, or "failed: " and the error."""
    # Of its repository; it marks tests of backends.
    sys.modules["conftest"] = Module("marks", skip_if_backend=lambda *_: lambda test: test)  # type: ignore[assignment]
    try:
        with mock.patch.object(pytest, "mark", _Marks()):
            module = import_module(f"keras.src.{name}")
    finally:
        del sys.modules["conftest"]
    replaced = [name for name in instead if hasattr(module, name)]
    assert replaced, f"{name} uses none of {', '.join(instead)}"
    for key in replaced:
        setattr(module, key, instead[key])
    found = {}
    for case in cases(module):
        result = unittest.TestResult()
        reason: list[BaseException] = []
        _note_errors(result, reason)
        case.run(result)
        own = ".".join(case.id().split(".")[-2:])
        if result.skipped:
            found[own] = f"not here: {result.skipped[0][1]}"
        elif not reason:
            found[own] = "passed"
        else:
            absent = isinstance(reason[0], NotHere) or type(reason[0]).__name__ == "Skipped"
            kind = "not here" if absent else f"failed: {type(reason[0]).__name__}"
            found[own] = f"{kind}: {' '.join(str(reason[0]).split())[:300]}"
    return found


def _note_errors(result: unittest.TestResult, into: list[BaseException]) -> None:
    def note(_: Any, error: Any) -> None:
        into.append(error[1])

    def note_part(_: Any, __: Any, error: Any) -> None:
        if error is not None:
            into.append(error[1])

    result.addError = result.addFailure = note  # type: ignore[method-assign]
    result.addSubTest = note_part  # type: ignore[method-assign]
