"""Keras's own unit tests, which its wheel holds, run on this library; what fails is listed with its reason.

`tests/foreign/keras_adaptor.py` gives the tests ours under Keras's names, and says "not here" with the reason where a
name or an argument is not. `FAILS` lists the others: one that is listed and passes, or fails and is not listed, fails.
"""

from __future__ import annotations

import contextlib
import gc
import io
import re
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, Final

import pytest

from tests.core.keras_runner import keras_module, quiet_keras
from tests.foreign import keras_adaptor as adaptor
from tests.optional_packages import needs

KERAS: Final = "3.15"
"""Whose tests these tables are of; others are skipped."""

pytestmark = [pytest.mark.foreign, pytest.mark.slow(reason="25 s for all"), needs("keras", "torch")]


def optimizer(name: str) -> Callable[[], dict[str, Any]]:
    return lambda: {name: adaptor.optimizer(name.lower())}


def layers() -> dict[str, Any]:
    return {"layers": adaptor.layers()}


def metrics() -> dict[str, Any]:
    return dict.fromkeys(("metrics", "accuracy_metrics", "f_score_metrics"), adaptor.metrics())


def of_activation(name: str) -> Callable[[], dict[str, Any]]:
    return lambda: {name: adaptor.layers()}


_OPTIMIZERS = {
    "Adam": 3, "AdamW": 3, "Adamax": 5, "Nadam": 3, "Adadelta": 5, "Adagrad": 5, "RMSprop": 3, "SGD": 3, "Lion": 5,
}  # fmt: skip
_ACTIVATION_LAYERS = {"elu": 3, "leaky_relu": 2, "relu": 4, "softmax": 2}
_METRICS = {"accuracy_metrics": 12, "f_score_metrics": 0, "regression_metrics": 4, "confusion_metrics": 8}
_LAYERS = {
    "activations.activation": 0,
    "convolutional.conv": 4,
    "core.dense": 4,
    "normalization.batch_normalization": 0,
    "normalization.layer_normalization": 0,
    "pooling.average_pooling": 6,
    "pooling.global_average_pooling": 2,
    "pooling.max_pooling": 5,
    "regularization.dropout": 2,
    "regularization.gaussian_noise": 2,
    "regularization.spatial_dropout": 1,
    "reshaping.flatten": 0,
    "reshaping.reshape": 4,
}
_CALLBACKS = {
    "callback": 0,
    "csv_logger": 0,
    "early_stopping": 3,
    "lambda_callback": 3,
    "learning_rate_scheduler": 1,
    "model_checkpoint": 0,
    "monitor_callback": 0,
    "reduce_lr_on_plateau": 0,
    "terminate_on_nan": 2,
}
MODULES: Final[dict[str, tuple[Callable[[], dict[str, Any]], int]]] = {
    "losses.losses": (lambda: {"losses": adaptor.losses()}, 63),
    "activations.activations": (lambda: {"activations": adaptor.activations()}, 12),
    **{f"optimizers.{name.lower()}": (optimizer(name), count) for name, count in _OPTIMIZERS.items()},
    **{
        f"metrics.{name}": (
            lambda: dict.fromkeys(("metrics", "accuracy_metrics", "f_score_metrics"), adaptor.metrics()),
            count,
        )
        for name, count in _METRICS.items()
    },
    **{
        f"layers.activations.{name}": (of_activation(name), count)
        for name, count in _ACTIVATION_LAYERS.items()
    },
    **{f"layers.{name}": (layers, count) for name, count in _LAYERS.items()},
    **{f"callbacks.{name}": (adaptor.callbacks, count) for name, count in _CALLBACKS.items()},
}
"""Modules of tests: what is replaced in them, and how many of their tests pass."""

FAILS: Final[dict[str, str]] = {
    r"Categorical(Focal)?CrossentropyTest.test_(unweighted|scalar_weighted|sample_weighted)$": (
        "rows that do not sum to 1 are divided by their sum there, and refused by fits here"
    ),
    r"NadamTest.test_(single_step|correctness)": "the momentum grows as in the paper and in PyTorch",
    r"AdamWTest.test_correctness": "epsilon is beside the corrected root, as in the paper; it is 2 there",
    r"AdamTest.test_clipnorm_indexed_slices": "a model of Keras, which takes no other optimizer",
    r"test_invalid_(momentum|beta_1|usage|target)|invalid_units_raises|rate_greater_than|negative_rate|rejects_invalid"
    r"|AdamWTest.test_weight_decay_is_none": "refused as there, in other words",
    r"EarlyStoppingTest.*(patience|final_weights|across_fit)|ReduceLR.*across_fit": (
        "a callback is called with the model here, where no fit calls it"
    ),
    r"EarlyStoppingTest.test_early_stopping$|MonitorCallbackTest": "there is no hinge among the metrics",
    r"test_model_checkpoint_loading": "a functional model",
    r"test_CSVLogger": "the table has the learning rate, too",
    r"test_stop_training_csv|test_TerminateOnNaN": "weights begin with at most 100",
    r"LearningRateSchedulerTest.test_(updates|schedule_dep)|ReduceLROnPlateauTest.test_(reduces|honors|cooldown)": (
        "the rate of an optimizer is a number, not a variable"
    ),
    r"test_verbose_logging": "lines of callbacks are other",
    r"test_throws_when_optimizer_has_schedule": "there is no PolynomialDecay; a schedule is one of Sequence",
    r"TerminateOnNaNTest.*(graceful|_error_(raises|terminate))": "targets are finite numbers",
    r"LambdaCallbackTest.*_(with_kwargs|additional_kwargs|prediction)": "a sentence names those that are called",
    r"test_model_state_is_current": "it derives a model from Keras's",
    r"test_dense_sparse": "needs TensorFlow",
    r"test_enable_lora": "there are no other weights beside a kernel",
    r"within_autocast_scope": "there is one type of numbers for a model",
    r"LayerNormalizationTest.test_correctness": "it is built for other samples than it gets",
    r"ActivationTest.test_activation_basics": "a function of Keras is no activation here",
    r"global_average_pooling2d1": "rows go on, so that there are no kept axes",
}
"""Tests that fail, by pattern, and why."""


@pytest.mark.parametrize("module", MODULES)
def test_the_unit_tests_of_keras_pass_but_for_those_that_are_listed(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keras_module()
    if not version("keras").startswith(f"{KERAS}."):
        pytest.skip(f"the tables are those of Keras {KERAS}")
    from keras.src import testing

    monkeypatch.setattr(testing.TestCase, "run_layer_test", adaptor.run_layer_test)
    monkeypatch.setattr(
        testing.TestCase, "run_class_serialization_test", adaptor.run_class_serialization_test
    )
    instead, passing = MODULES[module]
    with quiet_keras(), contextlib.redirect_stdout(io.StringIO()):
        found = adaptor.outcomes(f"{module}_test", instead())
        gc.collect()  # its temporary folders warn when they are collected
    failed = {name: text for name, text in found.items() if text.startswith("failed")}
    unlisted = {
        name: text for name, text in failed.items() if not any(re.search(each, name) for each in FAILS)
    }
    assert unlisted == {}
    stale = [
        name
        for name, text in found.items()
        if text == "passed" and any(re.search(each, name) for each in FAILS)
    ]
    assert stale == [], "listed, and passes"
    assert Counter(text.split(":")[0] for text in found.values())["passed"] == passing
