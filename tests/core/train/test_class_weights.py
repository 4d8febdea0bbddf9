"""Class weights: values, and a weight of 2 equals duplicated samples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from core import Dense, Sequence
from core.data.datasets import Blobs, Iris
from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, load_project, save_project
from core.inspect.neuron import NeuronTrace, trace_neuron
from core.nn.losses import LOSSES, Loss
from core.optim import SGD
from core.spec import SettingError
from core.train.class_weights import (
    Balanced,
    ByHand,
    ClassWeighting,
    EqualWeights,
    WeightedLoss,
    class_weights,
)
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from tests.core.experiment.on_data import with_dataset


def test_weights_of_a_dict() -> None:
    predictions = np.array([0, 1, 2])
    np.testing.assert_array_equal(class_weights({0: 2.0, 2: 0.0}, predictions, 4), [2.0, 1.0, 0.0, 1.0])
    np.testing.assert_array_equal(class_weights({np.int64(1): 3}, predictions, 3), [1.0, 3.0, 1.0])


def test_balanced_is_scikit_learns() -> None:
    predictions = np.array([0] * 7 + [1] * 2 + [3] * 11)
    weights = class_weights("balanced", predictions, 5)
    theirs = compute_class_weight("balanced", classes=np.array([0, 1, 3]), y=predictions)
    np.testing.assert_allclose(weights[[0, 1, 3]], theirs)
    np.testing.assert_array_equal(weights[[2, 4]], 1.0)


@pytest.mark.parametrize(
    "given", [{5: 1.0}, {-1: 1.0}, {"a": 1.0}, {0: -1.0}, {0: float("nan")}, "equal", {True: 2.0}]
)
def test_what_is_no_weight(given: object) -> None:
    with pytest.raises(ValueError, match="class_weight"):
        class_weights(given, np.array([0, 1]), 2)  # type: ignore[arg-type]


def data() -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(0).normal(size=(12, 2)).astype(np.float32)
    return X, np.array([0] * 8 + [1] * 4)


@pytest.mark.parametrize("loss", [name for name in LOSSES.names() if name != "root_mean_squared_error"])
def test_a_weight_of_three_is_three_samples(loss: str) -> None:
    X, y = data()
    kind = LOSSES.get(loss)
    outputs = 1 if kind.fuses == "sigmoid" else 2
    activation = kind.fuses or ("softplus" if kind.low == 0.0 else "tanh")

    def model(rate: float) -> Sequence:
        layers = [Dense(4, "tanh"), Dense(outputs, activation)]  # type: ignore[arg-type]
        return Sequence(
            layers, loss=loss, optimizer=SGD(rate), batch_size=100, shuffle=False, feedback_steps=0
        )

    many = np.concatenate([X, X[8:], X[8:]]), np.concatenate([y, y[8:], y[8:]])
    # The mean is over 20 samples; with weights it is over 12.
    repeated, weighted = model(0.2), model(0.2 * 12 / 20)
    repeated.train(*many, epochs=5)
    weighted.train(X, y, epochs=5, class_weight={1: 3.0})
    assert weighted.loss_history[0] == pytest.approx(repeated.loss_history[0] * 20 / 12, rel=1e-5)
    for ours, theirs in zip(weighted.get_weights(), repeated.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=1e-5)


def test_weights_hold_for_one_training_only_and_not_for_evaluations() -> None:
    X, y = data()
    model = Sequence([Dense(2, "softmax")], optimizer=SGD(0.0), batch_size=100, feedback_steps=0)
    model.train(X, y, epochs=1, class_weight="balanced")
    model.train(X, y, epochs=1)
    plain = model.evaluate(X, y, return_dict=True)["loss"]
    assert model.loss_history[1] == pytest.approx(plain, rel=1e-6)
    assert model.loss_history[0] != pytest.approx(plain, rel=1e-3)
    assert type(model.loss_history[0]) is float


def test_a_regression_has_no_classes() -> None:
    X, _ = data()
    model = Sequence([Dense(1)], loss="mse", feedback_steps=0)
    with pytest.raises(ValueError, match="class_weight needs classes"):
        model.train(X, X[:, 0], class_weight="balanced")


def test_balanced_weights_find_the_rare_class() -> None:
    rng = np.random.default_rng(3)
    X = np.concatenate([rng.normal(0.0, 1.0, (190, 2)), rng.normal(1.0, 1.0, (10, 2))])
    y = np.array([0] * 190 + [1] * 10)
    found = []
    for weights in (None, "balanced"):
        model = Sequence(
            [Dense(2, "softmax")], epochs=150, optimizer="adam", learning_rate=0.03, feedback_steps=0
        )
        model.train(X, y, class_weight=weights)
        found.append(int((TargetEncoding(2, 2).decode(model.predict(X[190:])) == 1).sum()))
    assert found[0] < 4
    assert found[1] > 6


# Setting of the experiment


RARE = Experiment(
    dataset=Blobs(samples=90, centers=3),
    layers=(Dense(4, "tanh"),),
    training=TrainingConfig(loss="cross_entropy", batch_size=30),
)


def epoch_of(weighting: ClassWeighting) -> Trainer:
    experiment = RARE.with_training(class_weights=weighting)
    trainer = make_trainer(experiment, prepare(experiment))
    trainer.run_epoch()
    return trainer


def test_weights_by_hand_are_those_that_the_trainer_takes() -> None:
    plain = epoch_of(EqualWeights())
    weighted = epoch_of(ByHand((1.0, 5.0, 0.5)))
    given = make_trainer(RARE, prepare(RARE))
    given.set_class_weights(np.array([1.0, 5.0, 0.5]))
    given.run_epoch()
    np.testing.assert_array_equal(weighted.network.parameters, given.network.parameters)
    assert not np.array_equal(weighted.network.parameters, plain.network.parameters)


def test_equal_weights_cost_and_change_nothing() -> None:
    assert epoch_of(EqualWeights()).class_weights is None
    ones = epoch_of(ByHand((1.0, 1.0, 1.0))).network.parameters
    np.testing.assert_allclose(ones, epoch_of(EqualWeights()).network.parameters, atol=1e-6)


def test_balanced_looks_at_the_training_samples() -> None:
    prepared = prepare(RARE)
    expected = class_weights("balanced", prepared.train.labels, 3)
    made = make_trainer(RARE.with_training(class_weights=Balanced()), prepared)
    np.testing.assert_array_equal(made.class_weights, expected)


def test_numbers_for_fewer_or_more_classes() -> None:
    predictions = np.array([0, 1, 2])
    np.testing.assert_array_equal(ByHand((2.0,)).weights(predictions, 3), [2.0, 1.0, 1.0])
    np.testing.assert_array_equal(ByHand((2.0, 3.0, 4.0, 5.0)).weights(predictions, 3), [2.0, 3.0, 4.0])


def test_a_regression_is_not_weighed() -> None:
    hills = Experiment(
        dataset=Blobs(form="hills", samples=50),
        layers=(Dense(2),),
        training=TrainingConfig(loss="mse", class_weights="balanced"),
    )
    assert make_trainer(hills, prepare(hills)).class_weights is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ("1, two", "By hand: weights must be numbers, got 'two'"),
        ("", "By hand: weights must be one or more numbers, got ''"),
        ((1.0, -2.0), "By hand: weights must be at least 0, got -2.0"),
        ("0 0", "By hand: weights must not all be 0, got 0.0, 0.0"),
        ((1.0, float("nan")), "By hand: weights must be a finite number, got nan"),
        ([1.0] * 65_537, "By hand: weights must be at most 65,536 numbers, got 65,537"),
    ],
)
def test_numbers_that_cannot_be_weights(values: object, sentence: str) -> None:
    with pytest.raises(SettingError) as error:
        ByHand(values)  # type: ignore[arg-type]
    assert str(error.value) == sentence


def test_numbers_as_they_are_typed() -> None:
    assert ByHand("1, 2.5;3 4").values == (1.0, 2.5, 3.0, 4.0)  # type: ignore[arg-type]
    assert ByHand("(1.0, 2)").values == (1.0, 2.0)  # type: ignore[arg-type]
    assert ByHand(3).values == (3.0,)  # type: ignore[arg-type]


def test_only_what_was_chosen_is_in_the_file() -> None:
    assert "class_weights" not in RARE.to_json()
    for weighting in (Balanced(), ByHand((1.0, 2.5, 0.0))):
        data = json.loads(json.dumps(RARE.with_training(class_weights=weighting).to_json()))
        assert Experiment.from_json(data).training.class_weights == weighting
    assert Experiment.from_json(RARE.to_json()).training.class_weights == EqualWeights()


def test_other_data_keep_the_balance_and_lose_numbers() -> None:
    assert (
        with_dataset(RARE.with_training(class_weights=Balanced()), Iris()).training.class_weights
        == Balanced()
    )
    assert (
        with_dataset(RARE.with_training(class_weights=ByHand((1.0, 2.0))), Iris()).training.class_weights
        == EqualWeights()
    )
    assert (
        with_dataset(
            RARE.with_training(class_weights=Balanced()), Blobs(form="hills", noise=0.0)
        ).training.class_weights
        == EqualWeights()
    )
    more = with_dataset(RARE.with_training(class_weights=ByHand((1.0, 2.0))), Blobs(samples=120, centers=3))
    assert more.training.class_weights == ByHand((1.0, 2.0))


def test_the_microscope_sees_the_weight() -> None:
    def trace(weighting: ClassWeighting) -> NeuronTrace:
        experiment = RARE.with_training(class_weights=weighting)
        prepared = prepare(experiment)
        row = int(np.flatnonzero(prepared.test.labels == 1)[0])
        return trace_neuron(make_trainer(experiment, prepared), prepared.test, row, 0, 2)

    plain, thrice = trace(EqualWeights()), trace(ByHand((1.0, 3.0)))
    assert thrice.weight == 3.0
    assert thrice.loss == pytest.approx(3.0 * plain.loss)
    np.testing.assert_allclose(thrice.weight_gradients, 3.0 * plain.weight_gradients, rtol=1e-9)
    assert thrice.output_gradient == pytest.approx(3.0 * plain.output_gradient)
    last = trace(ByHand((2.0,)))
    assert last.weight == 1.0
    assert last.loss == plain.loss


def test_all_samples_at_once_are_weighed_too() -> None:
    experiment = RARE.with_training(optimizer="lbfgs", class_weights=ByHand((1.0, 40.0, 1.0)))
    found = []
    for weighed in (RARE.with_training(optimizer="lbfgs"), experiment):
        trainer = make_trainer(weighed, prepare(weighed))
        trainer.run_epoch()
        found.append(trainer.network.parameters.copy())
    assert not np.array_equal(*found)


def test_a_project_goes_on_with_its_weights(tmp_path: Path) -> None:
    experiment = RARE.with_training(class_weights=ByHand((1.0, 5.0, 0.5)))
    prepared = prepare(experiment)
    first = make_trainer(experiment, prepared)
    first.run_epoch()
    save_project(tmp_path / "rare.nnplay", experiment, TrainerState.of(first))
    loaded, progress = load_project(tmp_path / "rare.nnplay")
    assert loaded == experiment
    assert progress is not None
    again = make_trainer(loaded, prepare(loaded))
    progress.restore(again)
    for trainer in (first, again):
        trainer.run_epoch()
    np.testing.assert_array_equal(first.network.parameters, again.network.parameters)


@pytest.mark.parametrize("kind", [kind for kind in LOSSES if "classification" in kind.tasks])
def test_the_gradient_is_that_of_the_weighted_value(kind: type[Loss]) -> None:
    rng, encoding = np.random.default_rng(4), TargetEncoding(3, 3)
    targets = encoding.encode(np.array([0, 1, 2, 2, 1]), np.float64)
    outputs = rng.uniform(0.1, 0.9, targets.shape)
    loss = WeightedLoss(kind(), False, encoding, np.array([2.0, 0.5, 7.0]))
    gradient, step = np.empty_like(outputs), 1e-6
    value = loss.value_and_gradient(outputs, targets, gradient)
    assert value == pytest.approx(loss.value(outputs, targets))
    for place in np.ndindex(outputs.shape):
        moved = outputs.copy()
        moved[place] += step
        slope = (loss.value(moved, targets) - value) / step
        assert gradient[place] == pytest.approx(slope, abs=1e-4)
