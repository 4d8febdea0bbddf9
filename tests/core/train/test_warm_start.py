"""Warm start: after an edit of the network, predictions stay equal, or nearly."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.label_corrections import LabelCorrections
from core.experiment.prepare import make_trainer, prepare
from core.nn import Activation, Dense, Dropout, Layer, LayerNormalization, Residual
from core.nn.network import Network
from core.train.warm_start import continue_training, match_layers, matched_paths, transfer_weights
from tests.core.trainers import experiment_of

X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)


def learned(*layers: Layer, inputs: int = 3) -> Network:
    """A network with weights and biases far from the initial ones."""
    network = Network(layers, (inputs,), seed=1)
    network.parameters[:] = np.random.default_rng(2).normal(size=network.parameter_count)
    return network


def hidden(units: int, activation: str = "tanh", name: str = "") -> Dense:
    return Dense(units, activation=activation, name=name)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ((hidden(6), hidden(5)), (hidden(7), hidden(5)), [0, 1]),
        ((hidden(6), hidden(5)), (hidden(6), hidden(4), hidden(5)), [0, None, 1]),
        ((hidden(6), hidden(5), hidden(3)), (hidden(6), hidden(3)), [0, 2]),
        ((hidden(6), Dropout(), hidden(3)), (Dropout(), hidden(6), hidden(3)), [None, 0, 2]),
        ((hidden(6), hidden(9), hidden(3)), (hidden(6), hidden(4)), [0, 2]),
        ((hidden(6), hidden(5), hidden(3)), (hidden(6), hidden(4)), [0, 1]),
        ((hidden(5), hidden(7)), (Dropout(), hidden(6)), [None, 1]),
        ((hidden(5), hidden(3, name="b")), (hidden(5), hidden(4, name="b")), [0, 1]),
        ((hidden(5, name="a"), hidden(9, name="b")), (hidden(6, name="b"),), [1]),
        ((), (hidden(2),), [None]),
        ((hidden(2),), (), []),
    ],
)
def test_layers_find_the_ones_they_continue(
    old: tuple[Layer, ...], new: tuple[Layer, ...], expected: list[int | None]
) -> None:
    assert match_layers(old, new) == expected


def test_layers_within_blocks_find_theirs() -> None:
    old = (hidden(3), Residual((Dropout(), hidden(6), hidden(3))))
    new = (Residual((hidden(6), LayerNormalization(), hidden(3))),)
    assert dict(matched_paths(old, new)) == {"1": "0", "1/1": "0/0", "1/2": "0/2"}


@pytest.mark.parametrize(
    "new",
    [
        (hidden(7), hidden(5), Dense(2)),
        (hidden(6), hidden(9), Dense(2)),
        (hidden(6), hidden(5), Dropout(0.5), Dense(2)),
        (hidden(6), Dense(6), hidden(5), Dense(2)),
        (hidden(6), Dense(20), hidden(5), Dense(2)),
        (Dense(3), hidden(6), hidden(5), Dense(2)),
    ],
    ids=["unit added", "many units added", "dropout", "linear layer", "wide linear layer", "layer in front"],
)
def test_an_edit_that_adds_leaves_the_predictions_as_they_were(new: tuple[Layer, ...]) -> None:
    before = learned(hidden(6), hidden(5), Dense(2))
    after = Network(new, (3,), seed=9)
    transfer_weights(before, after)
    np.testing.assert_allclose(after.predict(X), before.predict(X), rtol=1e-5, atol=1e-5)


def test_a_new_relu_layer_after_a_relu_layer_changes_nothing() -> None:
    before = learned(hidden(6, "relu"), Dense(2))
    after = Network((hidden(6, "relu"), hidden(6, "relu"), Dense(2)), (3,), seed=9)
    transfer_weights(before, after)
    np.testing.assert_allclose(after.predict(X), before.predict(X), rtol=1e-5, atol=1e-5)


def test_a_new_tanh_in_front_passes_on_what_reaches_beyond_its_range() -> None:
    far = 2.0 * X
    before = learned(hidden(6), Dense(2))
    after = Network((hidden(4), hidden(6), Dense(2)), (3,), seed=9)
    transfer_weights(before, after)
    apart = np.abs(after.predict(far) - before.predict(far)).mean()
    assert apart < 0.1 * np.abs(before.predict(far)).mean()
    # With fewer units than inputs, the identity does not fit.
    narrow = Network((hidden(2), hidden(6), Dense(2)), (3,), seed=9)
    transfer_weights(before, narrow)
    np.testing.assert_array_equal(narrow.weights[1]["kernel"], before.weights[0]["kernel"][:2])


def test_new_units_have_weights_of_their_own_to_learn_with() -> None:
    before = learned(hidden(2), Dense(1))
    after = Network((hidden(4), Dense(1)), (3,), seed=9)
    transfer_weights(before, after)
    assert np.ptp(after.weights[0]["kernel"][:, 2:]) > 0.0
    assert after.weights[1]["kernel"][2:].tolist() == [[0.0], [0.0]]


def test_a_unit_that_goes_takes_only_itself_along() -> None:
    before = learned(hidden(4), hidden(3), Dense(2))
    after = Network((hidden(3), hidden(3), Dense(2)), (3,), seed=9)
    transfer_weights(before, after)
    np.testing.assert_array_equal(after.weights[0]["kernel"], before.weights[0]["kernel"][:, :3])
    np.testing.assert_array_equal(after.weights[1]["kernel"], before.weights[1]["kernel"][:3])
    np.testing.assert_array_equal(after.weights[2]["kernel"], before.weights[2]["kernel"])


def test_inputs_keep_their_weights_wherever_they_move() -> None:
    before = learned(hidden(4), Dense(1))
    after = Network((hidden(4), Dense(1)), (4,), seed=9)
    transfer_weights(before, after, inputs=[1, None, 0, 2])
    rows = before.weights[0]["kernel"]
    np.testing.assert_array_equal(
        after.weights[0]["kernel"], np.stack([rows[1], 0 * rows[0], rows[0], rows[2]])
    )
    shuffled = np.stack([X[:, 1], X[:, 0] * 7, X[:, 0], X[:, 2]], axis=1)
    np.testing.assert_allclose(after.predict(shuffled), before.predict(X), rtol=1e-5, atol=1e-5)


def test_a_layer_that_becomes_the_first_takes_more_inputs_than_it_had_units() -> None:
    before = learned(hidden(2), Dense(2), inputs=4)
    after = Network((Dense(2),), (4,), seed=9)
    transfer_weights(before, after, [0, 1, 2, 3])
    old, new = before.weights[1]["kernel"], after.weights[0]["kernel"]
    np.testing.assert_array_equal(new[:2], old)
    np.testing.assert_array_equal(new[2:], 0.0)


def test_an_edit_within_an_epoch_stays_there() -> None:
    experiment = experiment_of()
    old = make_trainer(experiment, prepare(experiment))
    old.run_epoch()
    for _ in range(3):
        old.step()
    labels = experiment.replace(corrections=LabelCorrections(((0, 1), (1, 1))))
    new = make_trainer(labels, prepare(labels), record_initial=False)
    continue_training(old, new, "Relabel")
    assert new.fractional_epoch == old.fractional_epoch > 1.0
    assert new.log.marks[-1].epoch == new.fractional_epoch
    np.testing.assert_array_equal(new.batches.order, old.batches.order)
    new.run_epoch()
    assert new.epoch == 2
    assert np.isfinite(new.epoch_loss)
    # Of fewer samples as many of the epoch.
    dropped = experiment.replace(corrections=LabelCorrections(tuple((row, None) for row in range(20))))
    fewer = make_trainer(dropped, prepare(dropped), record_initial=False)
    continue_training(old, fewer, "Drop")
    assert len(fewer.train) < len(old.train)
    assert 0 < fewer.step_in_epoch == fewer.batches.position // fewer.batches.batch_size
    assert fewer.fractional_epoch == pytest.approx(old.fractional_epoch, abs=1 / fewer.steps_per_epoch)


def test_another_function_keeps_the_weights() -> None:
    before = learned(hidden(4), Dense(1))
    after = Network((hidden(4, "relu"), Activation("tanh"), Dense(1)), (3,), seed=9)
    transfer_weights(before, after)
    np.testing.assert_array_equal(after.parameters, before.parameters)
