"""Two models side by side: the diff of their layers, distances of weights, predictions counted as in scikit-learn."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, r2_score

from core import Input, Sequence, compare_models
from core.data.datasets import MinMax, NoScaling
from core.experiment.experiment import Experiment
from core.explain.comparison import (
    FittedNetwork,
    ModelComparison,
    comparison_csv,
    plane_outputs,
    why_not_compared,
)
from core.nn import Dense, Dropout
from core.nn.losses import BinaryCrossentropy, CrossEntropy, MeanSquaredError
from tests.core.explain.tables import coloured
from tests.core.inspect.started import BLOBS, DIGITS, HILLS, IRIS, MOONS, start


def fitted(experiment: Experiment, epochs: int = 2) -> FittedNetwork:
    trainer, prepared, _ = start(experiment, epochs)
    return FittedNetwork(trainer.network, prepared.pipeline)


def stack(*layers: Dense | Dropout, seed: int = 0) -> Sequence:
    return Sequence([Input(3), *layers, Dense(2, "softmax")], seed=seed)


X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)


def test_layers_are_aligned_as_in_a_diff() -> None:
    a = stack(Dense(6, "tanh"), Dense(5, "tanh"), Dense(3, "tanh"))
    b = stack(Dense(6, "tanh"), Dropout(0.1), Dense(8, "tanh"))
    pairs = compare_models(a, b, X).layers
    assert [pair.change for pair in pairs] == ["same", "added", "changed", "removed", "changed"]
    assert (pairs[1].first, pairs[1].second) == (None, b.network.layers[1])
    # The nearer size of both.
    assert [(each.setting.name, each.old, each.new) for each in pairs[2].settings] == [("units", 5, 8)]
    assert (pairs[3].first, pairs[3].second) == (a.network.layers[2], None)
    assert pairs[4].settings == ()  # other inputs alone
    assert np.isnan([pairs[2].distance, pairs[4].relative]).all()
    shapes = [[None if each is None else each.shape for each in pair.weights] for pair in pairs]
    assert shapes == [[(3, 6), (3, 6)], [None, None], [(6, 5), (6, 8)], [(5, 3), None], [(3, 2), (8, 2)]]
    assert np.array_equal(pairs[2].weights[1], b.network.weights[2]["kernel"])  # type: ignore[arg-type]
    # Copies: the training goes on.
    assert not np.shares_memory(pairs[0].weights[0], a.network.parameters)  # type: ignore[arg-type]


def test_distances_are_numpys_norms_and_0_where_equal() -> None:
    a, b = stack(Dense(6, "tanh")), stack(Dense(6, "tanh"))
    assert [(pair.distance, pair.relative) for pair in compare_models(a, b, X).layers] == [(0.0, 0.0)] * 2
    b.network.weights[0]["kernel"][1, 2] += 3.0
    b.network.weights[0]["bias"][0] += 4.0
    moved, same = compare_models(a, b, X).layers
    size = np.sqrt(sum(np.square(array, dtype=np.float64).sum() for array in a.network.weights[0].values()))
    assert (moved.change, same.change) == ("weights", "same")
    assert moved.distance == pytest.approx(5.0, rel=1e-6)
    assert moved.relative == pytest.approx(5.0 / size, rel=1e-6)
    a.network.weights[0]["kernel"][...] = 0.0
    assert compare_models(a, b, X).layers[0].relative == np.inf


def test_another_activation_keeps_the_distance_and_another_initializer_is_no_change() -> None:
    a = stack(Dense(6, "tanh"))
    assert compare_models(a, stack(Dense(6, "relu")), X).layers[0].change == "changed"
    assert compare_models(a, stack(Dense(6, "relu")), X).layers[0].distance >= 0.0
    other = stack(Dense(6, "tanh", kernel_initializer="zeros"))
    assert compare_models(a, other, X).layers[0].change == "weights"


def test_counts_and_scores_are_scikit_learns() -> None:
    prepared = start(IRIS)[1]
    raw, truth = prepared.raw_test_samples(1000), prepared.test.labels
    models = fitted(IRIS, 3), fitted(IRIS.replace(layers=(Dense(3, "tanh"),), scaling=NoScaling()), 8)
    found = compare_models(*models, raw, truth)
    inputs = [model.pipeline.transform(raw) for model in models if model.pipeline is not None]
    said = [each.network.predict(rows).argmax(axis=1) for each, rows in zip(models, inputs, strict=True)]
    assert all(np.array_equal(*each) for each in zip(found.predictions, said, strict=True))
    assert not found.same_inputs
    assert found.classes == tuple(prepared.data.class_names)
    assert found.scores == pytest.approx([accuracy_score(truth, each) for each in said])
    assert found.agreement is not None
    assert found.right is not None
    assert found.shares is not None
    assert found.agreement.tolist() == confusion_matrix(*said, labels=range(3)).tolist()
    assert found.right.tolist() == confusion_matrix(*(each != truth for each in said)).tolist()
    differ = np.flatnonzero(said[0] != said[1])
    assert sorted(found.disagreements) == differ.tolist()
    assert len(differ) > 3
    one = [(said[0][row] == truth[row]) != (said[1][row] == truth[row]) for row in found.disagreements]
    assert one == sorted(one, reverse=True)
    apart = 0.5 * np.abs(found.shares[0].astype(np.float64) - found.shares[1]).sum(axis=1)
    first = found.disagreements[: sum(one)]
    assert np.allclose(found.apart, apart, atol=1e-12)
    assert apart[first].tolist() == sorted(apart[first], reverse=True)


def test_what_exactly_one_gets_right_comes_before_what_both_get_wrong() -> None:
    shares = np.array([[0.0, 1.0, 0.0], [0.7, 0.3, 0.0], [0.2, 0.8, 0.0], [1.0, 0.0, 0.0]])
    others = np.array([[0.0, 0.0, 1.0], [0.3, 0.7, 0.0], [0.8, 0.2, 0.0], [0.9, 0.1, 0.0]])
    predictions = shares.argmax(axis=1), others.argmax(axis=1)
    truth = np.zeros(4, np.int64)
    found = ModelComparison((), (0, 0), True, ("a", "b", "c"), truth, predictions, (shares, others))
    assert found.apart == pytest.approx([1.0, 0.4, 0.6, 0.1])
    assert found.disagreements.tolist() == [2, 1, 0]
    unknown = replace(found, truth=None)
    assert unknown.disagreements.tolist() == [0, 2, 1]


def test_values_are_compared_by_their_distance() -> None:
    prepared = start(HILLS)[1]
    raw, truth = prepared.raw_test_samples(1000), prepared.test.labels
    found = compare_models(fitted(HILLS, 1), fitted(HILLS, 6), raw, truth)
    assert (found.right, found.agreement, found.shares) == (None, None, None)
    assert found.scores == pytest.approx([r2_score(truth, each) for each in found.predictions])
    assert np.array_equal(found.apart, np.abs(np.subtract(*found.predictions)).mean(axis=1))
    assert found.apart[found.disagreements].tolist() == sorted(found.apart, reverse=True)
    same = compare_models(fitted(HILLS, 1), fitted(HILLS, 1), raw, truth)
    assert len(same.disagreements) == 0


def test_labels_may_be_names_or_one_hot_rows_or_missing() -> None:
    prepared = start(IRIS)[1]
    raw, truth = prepared.raw_test_samples(1000), prepared.test.labels
    a, b = fitted(IRIS, 3), fitted(IRIS, 5)
    scores = compare_models(a, b, raw, truth).scores
    names = np.array(prepared.data.class_names)[truth]
    assert compare_models(a, b, raw, names).scores == scores
    assert compare_models(a, b, raw, np.eye(3)[truth]).scores == scores
    unknown = compare_models(a, b, raw)
    assert (unknown.right, unknown.truth) == (None, None)
    assert np.isnan(unknown.scores).all()
    assert unknown.apart[unknown.disagreements].tolist() == sorted(
        unknown.apart[unknown.disagreements], reverse=True
    )


def test_classes_in_another_order_are_taken_by_their_names() -> None:
    prepared = start(IRIS)[1]
    a = fitted(IRIS, 3)
    assert a.pipeline is not None
    other = a.network.frozen_copy()
    for array in other.weights[-1].values():
        array[...] = array[..., ::-1].copy()
    outputs = a.pipeline.outputs.replace(names=tuple(prepared.data.class_names)[::-1])
    b = FittedNetwork(other, replace(a.pipeline, outputs=outputs))
    found = compare_models(a, b, prepared.raw_test_samples(1000), prepared.test.labels)
    assert found.scores[0] == found.scores[1]
    assert len(found.disagreements) == 0
    assert found.apart.max() < 1e-6
    drawn = plane_outputs(b, prepared.test.inputs, a.pipeline.outputs)
    assert np.allclose(drawn, a.network.predict(prepared.test.inputs), atol=1e-6)


def test_one_output_is_drawn_as_two_and_two_as_one() -> None:
    one = fitted(MOONS.with_training(loss=BinaryCrossentropy()), 4)
    two = fitted(MOONS.with_training(loss=CrossEntropy()), 4)
    assert one.pipeline is not None
    assert two.pipeline is not None
    inputs = start(MOONS)[1].test.inputs
    share = one.network.predict(inputs)[:, 0]
    drawn = plane_outputs(one, inputs, two.pipeline.outputs)
    assert np.allclose(drawn, np.stack([1 - share, share], axis=1), atol=1e-6)
    shares = two.network.predict(inputs)
    signed = plane_outputs(two, inputs, one.pipeline.outputs)
    assert np.allclose(signed[:, 0], shares[:, 1] - shares[:, 0])
    assert np.array_equal(plane_outputs(one, inputs, one.pipeline.outputs)[:, 0] > 0, share > 0.5)


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (HILLS, "The other model predicts 1 value, and this one tells apart 3 classes"),
        (MOONS, "The other model tells apart 2 classes, and this one tells apart 3 classes"),
        (BLOBS, "The other model takes other samples. Table: there must be a column called 'x1', got "),
        (DIGITS, "The other model tells apart 10 classes, and this one tells apart 3 classes"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(other: Experiment, sentence: str) -> None:
    prepared = start(IRIS, 0)[1]
    raw = prepared.raw_test_samples(1)
    assert why_not_compared(prepared.pipeline, fitted(other, 0), raw).startswith(sentence)
    with pytest.raises(ValueError, match=r"\w"):
        compare_models(fitted(IRIS, 0), fitted(other, 0), raw)


def test_other_names_of_classes_are_refused_unless_a_reader_made_them_up(tmp_path: Path) -> None:
    prepared = start(coloured(tmp_path), 0)[1]
    a = fitted(coloured(tmp_path), 0)
    assert a.pipeline is not None

    def named(*names: str) -> str:
        outputs = a.pipeline.outputs.replace(names=names)  # type: ignore[union-attr]
        other = FittedNetwork(a.network, replace(a.pipeline, outputs=outputs))  # type: ignore[type-var]
        return why_not_compared(prepared.pipeline, other, prepared.raw_test_samples(1))

    assert named("a", "z") == "The other model has the classes z, and this one has the classes b"
    assert [named("b", "a"), named("0", "1")] == ["", ""]


def test_models_that_make_samples_are_refused() -> None:
    prepared = start(MOONS.replace(task="reconstruction").with_training(loss=MeanSquaredError()), 0)[1]
    said = why_not_compared(prepared.pipeline, fitted(MOONS, 0), prepared.raw_test_samples(1))
    assert said.startswith("Only models that tell classes or values are compared")


def test_the_table_has_both_predictions_to_every_sample() -> None:
    for experiment in (IRIS, HILLS):
        prepared = start(experiment)[1]
        found = compare_models(
            fitted(experiment, 1),
            fitted(experiment, 6),
            prepared.raw_test_samples(1000),
            prepared.test.labels,
        )
        rows = list(csv.DictReader(io.StringIO(comparison_csv(prepared, found, ("A", "B")))))
        assert sorted(int(row["row"]) - 1 for row in rows) == sorted(prepared.test_index.tolist())
        assert int(rows[0]["row"]) - 1 == prepared.test_index[found.disagreements[0]]
        for row in rows:
            place = int(np.flatnonzero(prepared.test_index == int(row["row"]) - 1)[0])
            for column, predictions in zip(("A", "B"), found.predictions, strict=True):
                said = predictions[place]
                if found.shares is None:
                    assert float(row[f"{column} says"]) == said[0]
                else:
                    assert row[f"{column} says"] == found.classes[said]
                    assert 0.0 <= float(row[f"{column} probability"]) <= 1.0


def test_scaling_alone_makes_other_inputs() -> None:
    prepared = start(IRIS, 0)[1]
    raw = prepared.raw_test_samples(10)
    assert compare_models(fitted(IRIS, 0), fitted(IRIS, 0), raw).same_inputs
    assert not compare_models(fitted(IRIS, 0), fitted(IRIS.replace(scaling=MinMax()), 0), raw).same_inputs
