"""Inputs and targets in every usual form; invalid ones raise a sentence."""

from __future__ import annotations

import copy
import inspect
import traceback
import warnings
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core import (
    Dense,
    DivergedError,
    Dropout,
    Embedding,
    Flatten,
    LayerNormalization,
    ReLU,
    Sequence,
)
from core.model import keras_functions
from core.nn import LayerError
from core.spec import SettingError
from tests.core.model.small_model import small

RNG = np.random.default_rng(0)


X = RNG.normal(size=(120, 2))


LABELS = (X[:, 0] * X[:, 1] > 0).astype(int)


ONE_HOT = np.eye(2)[LABELS]


@pytest.mark.parametrize(
    "y",
    [LABELS, ONE_HOT, LABELS[:, None], LABELS.astype(bool), LABELS.tolist(), ONE_HOT.astype(np.float32)],
    ids=["ints", "one-hot", "column", "bools", "list", "float32"],
)
def test_classes_come_in_every_usual_form(y: Any) -> None:
    model = small().train(X, y)
    np.testing.assert_array_equal(model.predict(X), small().train(X, LABELS).predict(X))
    assert model.evaluate(X, y, return_dict=True)["accuracy"] > 0.8


ERRORS: list[tuple[str, Any, type[Exception], str]] = [
    ("no layers", lambda: Sequence().train(X, LABELS), LayerError, "needs at least one layer, got none"),
    ("not built", lambda: small().predict(X), RuntimeError, "it has no weights yet"),
    (
        "unequal",
        lambda: small().train(X, LABELS[:5]),
        ValueError,
        "the same samples, at least one, got 120 and 5",
    ),
    (
        "no samples",
        lambda: small().train(X[:0], LABELS[:0]),
        ValueError,
        "the same samples, at least one, got 0 and 0",
    ),
    ("a class too many", lambda: small().train(X, LABELS + 1), ValueError, "below 2, got class 2"),
    ("negative class", lambda: small().train(X, LABELS - 1), ValueError, "at least 0, got -1"),
    ("halves", lambda: small().train(X, LABELS / 2), ValueError, "must be whole"),
    (
        "wide rows",
        lambda: small().train(X, np.eye(3)[LABELS]),
        ValueError,
        "y must have 2 columns, one per class, got 3",
    ),
    ("several", lambda: small().train(X, np.ones((120, 2))), ValueError, "class numbers or one-hot rows"),
    ("NaN", lambda: small().train(X * np.nan, LABELS), ValueError, "X must hold finite numbers only"),
    (
        "width",
        lambda: small().build(3).train(X, LABELS),
        ValueError,
        "X must have the shape (samples, 3), got (120, 2)",
    ),
    (
        "texts",
        lambda: small().train(X, ["a", "b", "c"] * 40),
        ValueError,
        "y must hold at most 2 classes, one per output, got 3 texts",
    ),
    ("epochs", lambda: small(epochs=-1), ValueError, "epochs must be a whole number of at least 0, got -1"),
    (
        "batch",
        lambda: small(batch_size=0),
        ValueError,
        "batch_size must be a whole number of at least 1, got 0",
    ),
    ("seed", lambda: small(seed=-1), ValueError, "seed must be a whole number of at least 0, got -1"),
    ("loss", lambda: small(loss="croos_entropy"), SettingError, "did you mean 'cross_entropy'?"),
    ("layer", lambda: Sequence(["denze"]), SettingError, "did you mean 'dense'?"),
    (
        "one output",
        lambda: Sequence([Dense(1, "sigmoid")]).train(X, LABELS),
        ValueError,
        "Cross-entropy needs one output per class, got 1 output",
    ),
    (
        "columns",
        lambda: Sequence([Dense(2)], loss="mse").train(X, X[:, :1]),
        ValueError,
        "y must have the network's 2 columns, got 1",
    ),
    (
        "values that are none",
        lambda: Sequence([Dense(1)], loss="mse").train(X, X[:, :1] * np.nan),
        ValueError,
        "y must hold finite numbers only",
    ),
    (
        "too fast",
        lambda: Sequence([Dense(9), Dense(9), Dense(1)], loss="mse", optimizer="sgd", learning_rate=99).train(
            X, X[:, :1]
        ),
        DivergedError,
        "try a learning rate below 99",
    ),
]


@pytest.mark.parametrize(("run", "kind", "sentence"), [e[1:] for e in ERRORS], ids=[e[0] for e in ERRORS])
def test_errors_are_sentences(run: Any, kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind) as caught:
        run()
    assert sentence in str(caught.value)


def test_inputs_are_not_changed() -> None:
    inputs, labels = X.astype(np.float32), LABELS.copy()
    before = inputs.copy()
    Sequence([ReLU(), Dense(4), Dense(2, "softmax")], epochs=2, feedback_steps=0).train(
        inputs, labels
    ).predict(inputs)
    np.testing.assert_array_equal(inputs, before)
    np.testing.assert_array_equal(labels, LABELS)


def per_position(units: int, activation: str, loss: str) -> Sequence:
    model = Sequence([Dense(16, "relu"), LayerNormalization(), Dense(units, activation)], seed=1)
    return model.compile("adam", loss, metrics=["r2" if loss == "mse" else "accuracy"])


def test_an_prediction_at_each_position_is_learned() -> None:
    X = np.random.default_rng(0).normal(size=(200, 6, 3)).astype(np.float32)
    classes = (X[..., 0] > 0).astype(int) + (X[..., 1] > 0)
    # What is not counted is not learned, nor measured.
    classes[:, 4] = -1
    model = per_position(3, "softmax", "sparse_categorical_crossentropy")
    model.fit(X, classes, epochs=40, validation_split=0.2, verbose=0)
    loss, accuracy = model.evaluate(X, classes)
    found, counted = model.predict_classes(X), classes >= 0
    assert accuracy == pytest.approx(float((found == classes)[counted].mean()))
    assert accuracy > 0.9
    probabilities = np.take_along_axis(model.predict(X), np.maximum(classes, 0)[..., None], -1)[..., 0]
    assert loss == pytest.approx(-np.log(probabilities[counted]).mean(), rel=1e-5)
    every = np.maximum(classes, 0)
    assert model.evaluate(X, np.eye(3)[every]) == pytest.approx(model.evaluate(X, every))


@pytest.mark.parametrize(("activation", "loss"), [("linear", "mse"), ("sigmoid", "binary_crossentropy")])
def test_values_and_pairs_of_classes_at_each_position_are_learned(activation: str, loss: str) -> None:
    X = np.random.default_rng(0).normal(size=(200, 6, 3)).astype(np.float32)
    y = X[..., 0] ** 2 if loss == "mse" else X[..., 0] > 0
    model = per_position(1, activation, loss)
    model.fit(X, y, sample_weight=np.full(len(X), 2.0), epochs=40, verbose=0)
    assert model.evaluate(X, y)[1] > 0.5
    np.testing.assert_allclose(model.evaluate(X, y), model.evaluate(X, y[..., None]))


@pytest.mark.parametrize(
    ("loss", "y", "sentence"),
    [
        (
            "sparse_categorical_crossentropy",
            np.zeros(4, int),
            r"y must be \(samples, 6\), a target at each position",
        ),
        ("sparse_categorical_crossentropy", np.full((4, 6), 3), "from -1 to 2 at each position, got 3 to 3"),
        ("sparse_categorical_crossentropy", np.full((4, 6), 0.5), "whole class numbers at each position"),
        ("sparse_categorical_crossentropy", np.full((4, 6, 3), 1), "class numbers or one-hot rows"),
        ("mse", np.zeros((4, 5, 3)), r"y must be \(samples, 6, 3\)"),
        ("mse", np.full((4, 6, 3), np.nan), "y must hold finite numbers only"),
    ],
)
def test_other_predictions_at_each_position_are_refused(loss: str, y: np.ndarray, sentence: str) -> None:
    model = per_position(3, "linear" if loss == "mse" else "softmax", loss)
    with pytest.raises(ValueError, match=sentence):
        model.fit(np.zeros((4, 6, 2)), y)


def test_weights_of_classes_need_one_class_a_sample() -> None:
    model = per_position(3, "softmax", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match="class_weight needs one class for each sample"):
        model.fit(np.zeros((4, 6, 2)), np.zeros((4, 6), int), class_weight={0: 2.0})


@pytest.mark.parametrize("engine", ["numpy", "auto"])
@pytest.mark.parametrize("wrong", [10, 99, -1, 2.7, np.nan])
def test_a_token_outside_the_vocabulary_is_a_sentence(wrong: float, engine: Any) -> None:
    tokens, classes = np.arange(60).reshape(10, 6) % 10.0, np.arange(10) % 2
    layers = [Dropout(0.1), Embedding(10, 3), Flatten(), Dense(2, activation="softmax")]
    model = Sequence(layers, epochs=1, feedback_steps=0, engine=engine).train(tokens, classes)
    tokens[3, 2] = wrong
    sentence = r"^Sequence: X must hold (tokens, whole numbers from 0 to 9 as Embedding\(10|finite numbers)"
    for run in (
        model.predict,
        model.predict_classes,
        lambda X: model.fit(X, classes),
        lambda X: model.evaluate(X, classes),
        lambda X: model.step(X, classes),
        lambda X: model.fit(iter([(X, classes)]), steps_per_epoch=1),
        lambda X: model.fit(tokens % 1, classes, validation_data=(X, classes)),
    ):
        with pytest.raises(ValueError, match=sentence):
            run(tokens)


WRONG = (None, -1, 2.5, "x", {"a": 1}, object(), np.array("t"), [None], int, np.zeros((2, 2)), True)
ROWS, CLASSES = np.random.default_rng(0).normal(size=(6, 3)), np.arange(6) % 3
NEEDED = {
    "X": ROWS, "y": CLASSES, "layers": ["dense"], "path": "a.nnmodel", "input_shape": 3, "layer": "relu", "weights": [],
    "n": 1, "y_true": CLASSES, "y_pred": CLASSES, "x": CLASSES, "seed": 1, "filepath": "a", "filename": "b", "shape": 3,
    "schedule": abs, "predicate": abs,
}  # fmt: skip
"""What arguments without a default are given while another one is wrong."""
OF_OTHERS = {
    "History",
    "watch",
    "live",
    "LivePlot",
    "load_model",
    "DivergedError",
    "Callback",
}
"""They open a window or a notebook's view, or are not made by users."""
PLOTS = ("plot_boundary", "plot_confusion", "plot_history")
METHODS = [
    name
    for name, found in inspect.getmembers(Sequence, callable)
    if not name.startswith("_") and name not in ("report", "plot", "set_network")
]
"""All public ones but those of the library itself, and of matplotlib."""


def public_calls() -> Iterator[tuple[str, Any]]:
    """Everything that can be called, by name."""
    for name in core.__all__:
        found = getattr(core, name)
        if callable(found) and name not in OF_OTHERS:
            yield name, found
    for method in METHODS:
        yield f"Sequence.{method}", method


@cache
def learned_model() -> tuple[Sequence, list[np.ndarray]]:
    model = Sequence([Dense(3, activation="softmax")], epochs=1, feedback_steps=0).train(ROWS, CLASSES)
    return model, model.get_weights()


@pytest.mark.parametrize(
    ("name", "call"), [*public_calls()], ids=lambda each: each if isinstance(each, str) else ""
)
def test_arguments_of_wrong_types_are_sentences(
    name: str, call: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(keras_functions, "_seeds", [])
    model, weights = learned_model()
    if isinstance(call, str):
        model.save("a.nnmodel")
    models = {"compare_models": ("a", "b"), "explain": ("model",)} | dict.fromkeys(PLOTS, ("model",))
    base: dict[str, Any] = dict.fromkeys(models.get(name, ()), model)
    if name in PLOTS:
        pytest.importorskip("matplotlib").use("Agg")
    given = inspect.signature(getattr(Sequence, call) if isinstance(call, str) else call).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    taken = [each.name for each in given if each.kind in kinds and each.name != "self"]
    base |= {
        each.name: NEEDED[each.name] for each in given if each.name in NEEDED and each.default is each.empty
    }
    for argument, wrong in product(taken, WRONG):
        run = getattr(copy.copy(model), call) if isinstance(call, str) else call
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                run(**{**base, argument: wrong})
        except (ValueError, OSError, RuntimeError, DivergedError):
            pass
        except TypeError as error:
            # Of an argument that is missing, or of a sentence of ours.
            last = traceback.extract_tb(error.__traceback__)[-1]
            if last.filename != __file__ and not (last.line or "").startswith("raise "):
                raise
        model.network.set_weights(weights)
