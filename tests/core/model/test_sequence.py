"""The `Sequence` model: NumpyNet's example verbatim, with its accuracy."""

from __future__ import annotations

import pickle
import re
import statistics
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_gaussian_quantiles

from core import (
    SGD,
    Accuracy,
    Adam,
    ClassificationMatrix,
    CosineDecay,
    Dense,
    DivergedError,
    Dropout,
    ReLU,
    RelU,
    Sequence,
    Sigmoid,
    Softmax,
    Tanh,
)
from core.nn import ACTIVATIONS, LayerError
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS, AdamW
from core.spec import SettingError
from tests.core.model.small_model import small

pytestmark = pytest.mark.environment

RNG = np.random.default_rng(0)


X = RNG.normal(size=(120, 2))


LABELS = (X[:, 0] * X[:, 1] > 0).astype(int)


ONE_HOT = np.eye(2)[LABELS]


def test_the_readme_model(capsys: pytest.CaptureFixture[str]) -> None:
    model = Sequence(
        [Dense(785, input_layer=True), RelU(), Dense(160), Sigmoid(), Dense(10, activation="softmax")],
        loss="cross_entropy",
        feedback_steps=10,
        epochs=200,
    )
    assert (model.epochs, model.feedback_steps) == (200, 10)
    images = RNG.uniform(size=(60, 784)).astype(np.float32)
    labels = np.arange(60) % 10
    model.train(images, labels, epochs=20)
    predictions = model.predict(images)
    assert predictions.shape == (60, 10)
    np.testing.assert_allclose(predictions.sum(axis=1), 1.0, rtol=1e-5)
    assert len(model.loss_history) == 20
    assert model.loss_history[-1] < model.loss_history[0]
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 10", "epoch 20"]
    assert re.fullmatch(r"epoch 20: loss \d+\.\d{5}, accuracy [01]\.\d{4}", lines[1])
    assert f"{model.loss_history[-1]:.5f}" in lines[1]
    matrix = ClassificationMatrix().fit(predictions, labels)
    assert "recall" in str(matrix).lower()
    assert "precision" in str(matrix).lower()
    assert RelU is ReLU


def test_add_show_and_summary(capsys: pytest.CaptureFixture[str]) -> None:
    model = Sequence(loss="cross_entropy", feedback_steps=0)
    assert model.add(Dense(5)).add("relu").add(Dropout(0.1)).add(Dense(2, "softmax")) is model
    assert not model.built
    assert "unknown until built" in str(model)
    model.build(3)
    model.show()
    text = capsys.readouterr().out
    assert text == f"{model}\n"
    lines = text.splitlines()
    assert lines[0] == "Model: inputs (None, 3)"
    assert [cell.strip() for cell in lines[4].split("│")[1:4]] == ["dense (Dense)", "(None, 5)", "20"]
    assert [cell.strip() for cell in lines[10].split("│")[1:4]] == [
        "dense_1 (Dense, softmax)",
        "(None, 2)",
        "12",
    ]
    assert lines[-3:] == [
        " Total params: 32 (128.00 B)",
        " Trainable params: 32 (128.00 B)",
        " Non-trainable params: 0 (0.00 B)",
    ]
    kept = model.get_weights()
    model.add(Dense(2))
    for ours, before in zip(model.get_weights(), kept, strict=False):
        np.testing.assert_array_equal(ours, before)
    assert model.pop() == Dense(2)
    np.testing.assert_array_equal(model.get_weights()[-1], kept[-1])


def test_what_evaluate_says_is_what_predict_does() -> None:
    model = small().train(X, ONE_HOT)
    found = model.evaluate(X, LABELS, return_dict=True)
    assert model.evaluate(X, LABELS) == found["loss"]
    predicted = model.predict(X)
    assert found["accuracy"] == np.mean(predicted.argmax(axis=1) == LABELS)
    assert found["loss"] == pytest.approx(-np.mean(np.log(predicted[np.arange(120), LABELS])), rel=1e-5)


def test_a_layer_by_name_is_the_activation_within_a_dense() -> None:
    apart = Sequence([Dense(4), Tanh(), Dense(2), Softmax()], epochs=5, feedback_steps=0).train(X, LABELS)
    within = Sequence([Dense(4, "tanh"), Dense(2, "softmax")], epochs=5, feedback_steps=0).train(X, LABELS)
    np.testing.assert_array_equal(apart.predict(X), within.predict(X))


@pytest.mark.parametrize("function", list(ACTIVATIONS), ids=lambda kind: kind.kind)
def test_every_activation_is_a_layer(function: Any) -> None:
    model = Sequence([Dense(6), function(), Dense(2, "softmax")], epochs=2, feedback_steps=0).train(X, LABELS)
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_every_optimizer_goes_by_name(name: str) -> None:
    model = small(optimizer=name, learning_rate=None, epochs=3).train(X, LABELS)
    assert model.optimizer == OPTIMIZERS.get(name)()
    assert model.loss_history[-1] <= model.loss_history[0]
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("name", [*LOSSES.names(), "mse", "rmse", "mae"])
def test_every_loss_goes_by_name(name: str) -> None:
    last = "sigmoid" if name == "binary_cross_entropy" else "softmax"
    model = Sequence(
        [Dense(8, "tanh"), Dense(2, last)], loss=name, epochs=40, learning_rate=0.02, feedback_steps=0
    )
    model.train(X, ONE_HOT)
    assert model.loss_history[-1] < model.loss_history[0]
    assert model.evaluate(X, LABELS, return_dict=True)["accuracy"] > 0.7


@pytest.mark.parametrize(
    "y", [LABELS, LABELS[:, None], LABELS.astype(float)], ids=["ints", "column", "floats"]
)
def test_two_classes_on_one_sigmoid(y: Any) -> None:
    model = Sequence(
        [Dense(8, "tanh"), Dense(1, "sigmoid")],
        loss="binary_crossentropy",
        learning_rate=0.05,
        epochs=40,
        feedback_steps=0,
    )
    model.train(X, y)
    predicted = model.predict(X)
    assert predicted.shape == (120, 1)
    assert (
        model.evaluate(X, y, return_dict=True)["accuracy"] == np.mean((predicted[:, 0] > 0.5) == LABELS) > 0.9
    )


def test_a_regression(capsys: pytest.CaptureFixture[str]) -> None:
    y = X @ [[2.0, 0.5], [-1.0, 1.0]] + 0.25
    model = Sequence([Dense(2)], loss="rmse", learning_rate=0.05, epochs=200, feedback_steps=100)
    model.train(X, y)
    found = model.evaluate(X, y, return_dict=True)
    assert set(found) == {"loss", "r2"}
    assert found["r2"] > 0.99
    assert found["loss"] == pytest.approx(float(np.sqrt(np.mean((model.predict(X) - y) ** 2))), rel=1e-3)
    assert "R²" in capsys.readouterr().out
    single = Sequence([Dense(1)], loss="mse", learning_rate=0.1, epochs=100, feedback_steps=0).train(
        X, y[:, 0]
    )
    assert single.evaluate(X, y[:, 0], return_dict=True)["r2"] > 0.99


def test_validation_data(capsys: pytest.CaptureFixture[str]) -> None:
    model = small(feedback_steps=5).train(
        X[:80], LABELS[:80], epochs=5, validation_data=(X[80:], LABELS[80:])
    )
    assert len(model.validation_history) == 5
    assert model.validation_history[-1] == pytest.approx(
        model.evaluate(X[80:], LABELS[80:], return_dict=True)["loss"]
    )
    assert "validation loss" in capsys.readouterr().out


def test_feedback_of_zero_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    small().train(X, LABELS)
    assert capsys.readouterr().out == ""


def test_callbacks_watch_and_stop() -> None:
    seen: list[tuple[int, float]] = []

    def watch(model: Sequence, epoch: int) -> bool:
        seen.append((epoch, model.loss_history[-1]))
        return epoch == 4

    model = small(callbacks=[watch]).train(X, LABELS)
    assert [epoch for epoch, _ in seen] == [1, 2, 3, 4]
    assert [loss for _, loss in seen] == model.loss_history


def test_the_same_seed_gives_the_same_numbers() -> None:
    np.testing.assert_array_equal(small().train(X, LABELS).predict(X), small().train(X, LABELS).predict(X))
    assert not np.array_equal(small().train(X, LABELS).predict(X), small(seed=2).train(X, LABELS).predict(X))


def test_training_goes_on_where_it_was() -> None:
    whole = small(epochs=8).train(X, LABELS)
    parts = small(epochs=3).train(X, LABELS).train(X, LABELS, epochs=5)
    np.testing.assert_array_equal(whole.predict(X), parts.predict(X))
    assert whole.loss_history == parts.loss_history


def test_settings_may_change_between_trainings() -> None:
    model = small(epochs=2).train(X, LABELS)
    model.optimizer = Adam(0.0)
    before = model.get_weights()
    model.train(X, LABELS)
    for ours, theirs in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    model.loss = LOSSES.make("mse")
    model.train(X, LABELS, epochs=1)
    outputs = model.predict(X)
    assert model.loss_history[-1] == pytest.approx(float(np.mean((outputs - ONE_HOT) ** 2)), rel=1e-4)


def test_weights_in_the_order_of_keras() -> None:
    model = small().train(X, LABELS)
    weights = model.get_weights()
    assert [w.shape for w in weights] == [(2, 8), (8,), (8, 2), (2,)]
    other = small(seed=5).build(2)
    other.set_weights(weights)
    np.testing.assert_array_equal(other.predict(X), model.predict(X))


def test_without_a_shuffle_the_order_is_kept() -> None:
    straight = small(shuffle=False, epochs=1, batch_size=7).train(X, LABELS)
    assert not np.array_equal(straight.predict(X), small(epochs=1, batch_size=7).train(X, LABELS).predict(X))


def test_export_goes_by_suffix(tmp_path: Path) -> None:
    model = small().train(X, LABELS)
    model.export(tmp_path / "w.npz")
    with np.load(tmp_path / "w.npz") as file:
        np.testing.assert_array_equal(file["dense/kernel"], model.get_weights()[0])
    model.export(str(tmp_path / "w.safetensors"))
    with pytest.raises(SettingError, match="must end with one of"):
        model.export(tmp_path / "w.txt")


def test_images_flatten_by_a_layer() -> None:
    images = RNG.uniform(size=(30, 4, 4, 1))
    model = Sequence(["flatten", Dense(3, "softmax")], epochs=2, feedback_steps=0).train(
        images, np.arange(30) % 3
    )
    assert model.predict(images).shape == (30, 3)
    with pytest.raises(LayerError, match="Dense needs a row of numbers; it gets an image of 4 × 4 × 1"):
        Sequence([Dense(3)], feedback_steps=0).train(images, np.arange(30) % 3)


def test_the_simple_classification_reaches_its_accuracy() -> None:
    within_10, within_40 = [], []
    for seed in range(5):
        points, labels = make_gaussian_quantiles(
            cov=0.7, n_samples=1000, n_features=2, n_classes=2, random_state=seed
        )
        accuracies: list[float] = []

        def predict_split(model: Sequence, epoch: int, held: Any = (points[800:], labels[800:])) -> None:
            accuracies.append(Accuracy()(model.predict(held[0]), held[1]))  # noqa: B023

        model = Sequence(
            [Dense(8), ReLU(), Dense(16), Sigmoid(), Dense(2, activation="softmax")],
            learning_rate=0.003,
            epochs=40,
            feedback_steps=0,
            seed=seed,
            callbacks=[predict_split],
        )
        model.train(points[:800], labels[:800])
        within_10.append(max(accuracies[:10]))
        within_40.append(max(accuracies))
    assert statistics.median(within_10) >= 0.95, within_10
    assert statistics.median(within_40) >= 0.98, within_40


@pytest.mark.slow(reason="3 s")
def test_the_mnist_model_reaches_its_accuracy() -> None:
    from core.data.datasets import Digits
    from core.data.train_test_split import train_test_split

    data = Digits(size="28x28").load(0)
    train, test = train_test_split(data, 0.8, 0)
    images = data.inputs.reshape(data.samples, -1)
    best: list[float] = []

    def predict_split(model: Sequence, epoch: int) -> bool:
        best.append(model.evaluate(images[test], data.targets[test], return_dict=True)["accuracy"])
        return best[-1] >= 0.95

    model = Sequence(
        [Dense(785, input_layer=True), RelU(), Dense(160), Sigmoid(), Dense(10, activation="softmax")],
        loss="cross_entropy",
        feedback_steps=0,
        epochs=10,
        callbacks=[predict_split],
    )
    assert (len(train), len(test)) == (8000, 2000)
    model.train(images[train], data.targets[train])
    assert max(best) >= 0.95, best


def test_a_step_that_makes_weights_infinite_is_told() -> None:
    X = np.random.default_rng(0).normal(size=(64, 2))
    y = (np.hypot(*X.T) > 1).astype(int)
    optimizer = AdamW(learning_rate=100.0, weight_decay=2.68)
    model = Sequence(
        [Dense(4, "tanh"), Dense(1, "tanh")], loss="mean_squared_error", optimizer=optimizer, batch_size=64
    )
    with pytest.raises(DivergedError, match="the weights are no longer finite numbers"):
        [model.step(X, y) for _ in range(16)]


def test_shuffle_set_later_holds_from_then_on() -> None:
    def trained(shuffle: bool) -> np.ndarray:
        model = small().train(X, LABELS, epochs=1)
        model.shuffle = shuffle
        return model.train(X, LABELS, epochs=1).predict(X)

    in_order = small()
    in_order.train(X, LABELS, epochs=1)
    in_order.shuffle = False
    in_order.train(X, LABELS, epochs=1)
    np.testing.assert_array_equal(in_order.predict(X), trained(False))
    assert (trained(True) != trained(False)).any()


NAMES = np.array(["maybe", "no", "yes"])
TEXTS_X = np.random.default_rng(0).normal(size=(60, 2))
TEXTS = NAMES[(TEXTS_X[:, 0] > 0).astype(int) + (TEXTS_X[:, 1] > 0)]


@pytest.mark.parametrize("kind", [np.asarray, list, lambda texts: np.asarray(texts, object)])
def test_texts_are_classes_and_predicted_as_texts(kind: Any, tmp_path: Path) -> None:
    def made(y: Any, **given: Any) -> Sequence:
        model = Sequence([Dense(8, "relu"), Dense(3, "softmax")], feedback_steps=0, epochs=3)
        return model.train(TEXTS_X, y, validation_split=0.2, **given)

    numbers = np.searchsorted(NAMES, TEXTS)
    model, other = made(kind(TEXTS), class_weight={"no": 2.0}), made(numbers, class_weight={1: 2.0})
    np.testing.assert_array_equal(model.predict(TEXTS_X), other.predict(TEXTS_X))
    assert model.class_names == tuple(NAMES)
    predicted = NAMES[other.predict_classes(TEXTS_X)]
    np.testing.assert_array_equal(model.predict_classes(TEXTS_X), predicted)
    assert model.evaluate(TEXTS_X, kind(TEXTS)) == other.evaluate(TEXTS_X, numbers)
    model.save(tmp_path / "m.nnmodel")
    for again in (Sequence.load(tmp_path / "m.nnmodel"), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(again.predict_classes(TEXTS_X), predicted)
    with pytest.raises(ValueError, match="y must hold the classes maybe, no, yes, got 'zzz'"):
        model.evaluate(TEXTS_X[:1], ["zzz"])


def test_two_texts_are_the_classes_of_one_output_and_batches_may_lack_some() -> None:
    y = np.where(TEXTS_X[:, 0] > 0, "yes", "no")
    model = Sequence([Dense(1, "sigmoid")], loss="binary_crossentropy", feedback_steps=0, learning_rate=0.1)
    model.class_names = ("no", "yes")
    ordered = np.argsort(y)
    model.fit(
        [(TEXTS_X[part], y[part]) for part in np.split(ordered, 6)].__iter__(), steps_per_epoch=6, epochs=1
    )
    model.fit(TEXTS_X, y, epochs=30)
    assert (model.predict_classes(TEXTS_X) == y).mean() > 0.9
    with pytest.raises(ValueError, match="got texts such as '"):
        Sequence([Dense(1)], loss="mse").fit(TEXTS_X, y)


def test_an_optimizer_brings_its_schedule() -> None:
    def rates(**given: Any) -> list[float]:
        model = Sequence([Dense(2, "softmax")], feedback_steps=0, epochs=4, **given)
        return model.fit(TEXTS_X, TEXTS_X[:, 0] > 0)["learning_rate"]

    schedule = CosineDecay(epochs=4)
    wanted = rates(optimizer="adam", schedule=schedule)
    assert wanted[0] > wanted[-1]
    assert rates(optimizer=Adam(learning_rate=schedule)) == wanted
    assert rates(optimizer=Adam(schedule), learning_rate=0.1) == pytest.approx(
        [100 * each for each in wanted]
    )
    model = Sequence([Dense(2, "softmax")]).compile(optimizer=SGD(schedule))
    assert (model.schedule, model.learning_rate) == (schedule, 0.01)


def test_batches_are_evaluated_and_predicted() -> None:
    model = Sequence([Dense(3, "softmax")], feedback_steps=0, epochs=2).train(TEXTS_X, TEXTS)
    parts = [(TEXTS_X[start : start + 20], TEXTS[start : start + 20]) for start in (0, 20, 40)]
    wanted = model.evaluate(TEXTS_X, TEXTS, return_dict=True)
    assert model.evaluate(iter(parts), return_dict=True) == wanted
    assert model.evaluate(cycle(parts), steps=3, return_dict=True) == wanted
    outputs = model.predict(TEXTS_X)
    for given in (iter(parts), (X for X, _ in parts), ((X,) for X, _ in parts)):
        np.testing.assert_allclose(model.predict(given), outputs, atol=1e-6)
    np.testing.assert_allclose(model.predict(cycle(parts), steps=2), outputs[:40], atol=1e-6)
    with pytest.raises(ValueError, match="y is missing beside X"):
        model.evaluate(TEXTS_X)
    with pytest.raises(ValueError, match="gave 3 of 9 batches"):
        model.evaluate(iter(parts), steps=9)


def test_sparse_inputs_are_filled_up() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    X = sparse.random(40, 5, density=0.4, random_state=0, format="csr")
    y = np.arange(40) % 2
    model, other = (Sequence([Dense(2, "softmax")], feedback_steps=0, epochs=2) for _ in range(2))
    model.fit(X, y, validation_data=(X, y))
    other.fit(X.toarray(), y, validation_data=(X.toarray(), y))
    np.testing.assert_array_equal(model.predict(X), other.predict(X.toarray()))
    assert model.evaluate(X, y) == other.evaluate(X.toarray(), y)
