"""`fit` with Keras's arguments: what it trains on, what it measures, and what it leaves in the history."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from core import Dense, History, Input, LambdaCallback, Sequence
from core.spec import SettingError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(100, 2))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)


def make(**given: Any) -> Sequence:
    settings: Any = {"epochs": 4, "feedback_steps": 0, "seed": 1} | given
    return Sequence([Dense(8, "tanh"), Dense(2, "softmax")], **settings)


def test_a_fit_returns_the_history_and_train_the_model() -> None:
    model = make()
    history = model.fit(X, Y, validation_split=0.2)
    assert isinstance(history, History)
    assert model.history is history is history.history
    assert history.epoch == [0, 1, 2, 3]
    assert history.params == {"verbose": None, "epochs": 4, "steps": 5}
    assert list(history) == ["loss", "learning_rate", "accuracy", "val_loss", "val_accuracy"]
    assert model.train(X, Y, epochs=1) is model


def test_the_last_samples_are_held_out_before_any_shuffle() -> None:
    split, given = make(), make()
    split.fit(X, Y, validation_split=0.25)
    given.fit(X[:75], Y[:75], validation_data=(X[75:], Y[75:]))
    assert split.history == given.history
    np.testing.assert_array_equal(split.predict(X), given.predict(X))
    both = make()
    both.fit(X, Y, validation_split=0.25, validation_data=(X[:10], Y[:10]))
    assert both.history["val_loss"][-1] == pytest.approx(
        both.evaluate(X[:10], Y[:10], return_dict=True)["loss"]
    )


def test_metrics_are_over_all_samples_everywhere() -> None:
    many = np.tile(X, (30, 1)), np.tile(Y, 30)
    # The last third is labelled wrongly: the first 1000 samples alone would score higher.
    labels = np.where(np.arange(3000) < 2000, many[1], 1 - many[1])
    model = make(metrics=["accuracy", "auc", "recall"], epochs=3)
    history = model.fit(many[0], labels, validation_data=(X, Y))
    assert list(history) == ["loss", "learning_rate"] + [
        f"{part}{name}" for part in ("", "val_") for name in ("accuracy", "auc", "recall") if part == ""
    ] + ["val_loss", "val_accuracy", "val_auc", "val_recall"]
    found = model.evaluate(many[0], labels, return_dict=True)
    assert history["accuracy"][-1] == found["accuracy"] == np.mean(model.predict_classes(many[0]) == labels)
    assert history["auc"][-1] == found["auc"]
    assert model.evaluate(X, Y) == [history[f"val_{n}"][-1] for n in found]


def test_a_printed_line_has_the_accuracy_of_all_samples(capsys: pytest.CaptureFixture[str]) -> None:
    many, labels = np.tile(X, (30, 1)), np.tile(Y, 30)
    labels[2000:] = 1 - labels[2000:]
    model = make(feedback_steps=1, epochs=1).train(many, labels)
    share = float(np.mean(model.predict_classes(many) == labels))
    assert capsys.readouterr().out.endswith(f"accuracy {share:.4f}\n")
    # What is printed now and then is not a column with gaps.
    assert list(model.history) == ["loss", "learning_rate"]


def test_no_metrics_at_all_can_be_asked_for() -> None:
    model = make(metrics=[])
    assert list(model.fit(X, Y, validation_split=0.5)) == ["loss", "learning_rate", "val_loss"]


def test_values_have_their_own_metrics() -> None:
    model = Sequence([Dense(1)], loss="mse", metrics=["mae", "r2"], epochs=2, feedback_steps=0)
    history = model.fit(X, X[:, 0])
    assert set(history) == {"loss", "learning_rate", "mae", "r2"}
    assert history["mae"][-1] == pytest.approx(np.abs(model.predict(X)[:, 0] - X[:, 0]).mean(), rel=1e-5)
    with pytest.raises(SettingError, match="metrics: mae needs values to predict"):
        make(metrics=["mae"]).fit(X, Y)


def test_epochs_count_from_the_initial_one() -> None:
    seen: list[int] = []
    model = make(schedule="step")
    history = model.fit(
        X,
        Y,
        epochs=7,
        initial_epoch=4,
        callbacks=[LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(epoch))],
    )
    assert history.epoch == seen == [4, 5, 6]
    assert len(model.fit(X, Y, epochs=3, initial_epoch=5)) == 0


def test_verbose_2_prints_a_line_for_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    make(feedback_steps=1).fit(X, Y, epochs=2, verbose=2, validation_split=0.2)
    lines = capsys.readouterr().out.splitlines()
    values = " - ".join(rf"{name}: \d\.\d{{4}}" for name in ("loss", "accuracy", "val_loss", "val_accuracy"))
    for index, line in enumerate(lines, 1):
        assert re.fullmatch(rf"Epoch {index}/2 - \d+\.\ds - {values}", line)
    assert len(lines) == 2
    make(feedback_steps=1).fit(X, Y, verbose=0)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("batch_size", [20, 1], ids=["epochs", "steps"])
def test_verbose_1_is_a_bar_with_the_last_values(batch_size: int, capsys: pytest.CaptureFixture[str]) -> None:
    plain, shown = make(batch_size=batch_size), make(batch_size=batch_size)
    plain.fit(X, Y)
    shown.fit(X, Y, verbose=1)
    bar = capsys.readouterr().err
    assert "100%" in bar
    assert "loss=" in bar
    assert f"{400 if batch_size == 1 else 4}/" in bar
    np.testing.assert_array_equal(plain.predict(X), shown.predict(X))


def test_compile_changes_what_is_given_and_starts_the_optimizer_anew() -> None:
    model = Sequence([Input(2), Dense(4, "tanh"), Dense(1, "sigmoid")], feedback_steps=0)
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    assert (model.optimizer.kind, model.loss.kind) == ("rmsprop", "binary_cross_entropy")
    model.fit(X, Y, epochs=2)
    before = model.get_weights()
    assert model.compile(learning_rate=0.5).learning_rate == 0.5
    assert model.optimizer.kind == "rmsprop"
    for ours, theirs in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"validation_data": X},
            r"validation_data must be \(X, y\) or \(X, y, sample_weight\), got an array of shape",
        ),
        ({"validation_data": (X,)}, "got 1 of them"),
        ({"validation_data": (X[:, :1], Y)}, r"X must have the shape \(samples, 2\), got \(100, 1\)"),
        ({"validation_split": 1.5}, "validation_split must be at least 0 and less than 1, got 1.5"),
        ({"validation_split": 0.999}, "must leave samples on both sides, got 0.999 of 100 samples"),
        (
            {"verbose": 3},
            "verbose must be 0 for nothing, 1 for a progress bar or 2 for a line per epoch, got 3",
        ),
        ({"initial_epoch": -1}, "initial_epoch must be a whole number of at least 0, got -1"),
        ({"batch_size": 2.5}, "batch_size must be a whole number of at least 1, got 2.5"),
    ],
)
def test_errors_name_argument_rule_and_value(given: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        make().fit(X, Y, **given)
