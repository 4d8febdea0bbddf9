"""Metrics against scikit-learn's, on random data and cases computed by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.train.metrics import (
    Accuracy,
    ClassificationMatrix,
    accuracy,
    class_numbers,
    confusion_matrix,
    coverage,
    distances_apart,
    f1,
    mean_absolute_error,
    mean_squared_error,
    nearest_accuracy,
    precision,
    r2_score,
    recall,
)

TRUE = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 2, 2])


@st.composite
def labels(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    """(predicted, true, k): class indices below k; some classes may never occur."""
    classes = draw(st.integers(2, 6))
    samples = draw(st.integers(1, 40))
    one = arrays(np.int64, samples, elements=st.integers(0, classes - 1))
    return draw(one), draw(one), classes


@st.composite
def quantities(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    shape = draw(st.sampled_from([(5,), (2,), (7, 1), (6, 3)]))
    one = arrays(np.float64, shape, elements=st.integers(-1000, 1000).map(lambda n: n / 8))
    return draw(one), draw(one)


@settings(max_examples=30)
@given(labels())
def test_class_metrics_agree_with_scikit_learn(data: tuple[np.ndarray, np.ndarray, int]) -> None:
    predicted, true, classes = data
    expected = reference.confusion_matrix(true, predicted, labels=range(classes))
    np.testing.assert_array_equal(confusion_matrix(true, predicted, classes), expected)
    assert accuracy(true, predicted) == pytest.approx(reference.accuracy_score(true, predicted))
    for ours, theirs in (
        (precision, reference.precision_score),
        (recall, reference.recall_score),
        (f1, reference.f1_score),
    ):
        macro = theirs(true, predicted, average="macro", zero_division=0)
        assert ours(true, predicted) == pytest.approx(macro)
        seen = range(max(predicted.max(), true.max()) + 1)
        per_class = theirs(true, predicted, average=None, zero_division=0, labels=seen)
        np.testing.assert_allclose(ours(true, predicted, average=None), per_class)


@settings(max_examples=30)
@given(labels())
def test_one_hot_probabilities_and_numbers_say_the_same(data: tuple[np.ndarray, np.ndarray, int]) -> None:
    predicted, true, classes = data
    one_hot = np.eye(classes)[true]
    probabilities = np.full((len(predicted), classes), 0.1)
    probabilities[np.arange(len(predicted)), predicted] = 0.5
    matrix = confusion_matrix(one_hot, probabilities)
    np.testing.assert_array_equal(matrix, confusion_matrix(true, predicted, classes))
    assert matrix.dtype == np.int64
    assert f1(one_hot, probabilities) == pytest.approx(f1(true, predicted))


@given(quantities())
def test_regression_metrics_agree_with_scikit_learn(data: tuple[np.ndarray, np.ndarray]) -> None:
    predicted, true = data
    assert r2_score(true, predicted) == pytest.approx(reference.r2_score(true, predicted))
    assert mean_absolute_error(true, predicted) == pytest.approx(
        reference.mean_absolute_error(true, predicted)
    )
    assert mean_squared_error(true, predicted) == pytest.approx(reference.mean_squared_error(true, predicted))


def test_rows_of_the_matrix_are_true_classes() -> None:
    expected = [[2, 1, 0], [0, 1, 1], [0, 0, 1]]
    assert confusion_matrix(TRUE, PREDICTED).tolist() == expected
    assert recall(TRUE, PREDICTED, average=None).tolist() == pytest.approx([2 / 3, 1 / 2, 1.0])
    assert precision(TRUE, PREDICTED, average=None).tolist() == pytest.approx([1.0, 1 / 2, 1 / 2])
    assert f1(TRUE, PREDICTED, average=None).tolist() == pytest.approx([0.8, 0.5, 2 / 3])
    assert accuracy(TRUE, PREDICTED) == pytest.approx(4 / 6)


def test_a_class_never_predicted_has_precision_zero_without_a_warning() -> None:
    assert precision([0, 1, 1], [0, 0, 0], average=None).tolist() == pytest.approx([1 / 3, 0.0])


def test_a_class_that_never_occurs_is_left_out_of_the_macro_average() -> None:
    rows = np.eye(4)[[0, 1]]
    assert precision(rows, rows, average=None).tolist() == [1.0, 1.0, 0.0, 0.0]
    assert precision(rows, rows) == 1.0


def test_columns_and_flat_arrays_do_not_broadcast() -> None:
    assert mean_squared_error(np.array([[1.0], [2.0]]), np.array([1.0, 4.0])) == 2.0


@pytest.mark.parametrize(
    ("predicted", "expected"), [([3.0, 3.0, 3.0], 1.0), ([3.0, 3.0, 4.0], 0.0)], ids=["exact", "wrong"]
)
def test_r2_of_a_constant_target(predicted: list[float], expected: float) -> None:
    assert r2_score([3.0, 3.0, 3.0], predicted) == expected


def test_class_numbers_takes_columns_booleans_and_whole_floats() -> None:
    assert class_numbers(np.array([[2], [0]])).tolist() == [2, 0]
    assert class_numbers(np.array([True, False])).tolist() == [1, 0]
    assert class_numbers(np.array([2.0, 1.0], np.float32)).tolist() == [2, 1]
    assert class_numbers([[0.2, 0.8], [0.6, 0.4]]).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: accuracy([0, 1], [0]), "equally many, got 2 and 1"),
        (lambda: accuracy([], []), "at least one sample"),
        (lambda: accuracy(np.eye(3)[:2], np.zeros((2, 4))), r"equally wide .* got \[3, 4\]"),
        (lambda: precision([[0.2, 0.8]], [1]), "are true classes and predictions swapped"),
        (lambda: ClassificationMatrix().fit([1], [[0.2, 0.8]]), "are true classes and predictions swapped"),
        (lambda: class_numbers([0.3, 0.7]), "must be whole"),
        (lambda: class_numbers([np.nan]), "must be whole"),
        (lambda: class_numbers([[0.3], [0.7]]), r"got \(2, 1\)"),
        (lambda: class_numbers([[np.nan, 0.7]]), "got NaN"),
        (lambda: class_numbers([-1, 1]), "at least 0, got -1"),
        (lambda: class_numbers(["a", "b"]), "got an array of <U1"),
        (lambda: class_numbers(np.zeros((1, 2, 3))), r"got \(1, 2, 3\)"),
        (lambda: confusion_matrix([0, 3], [0, 1], 2), "at least 4 for this data, got 2"),
        (lambda: precision([0], [0], average="micro"), "'macro' or None, got 'micro'"),  # type: ignore[call-overload]
        (lambda: mean_absolute_error(np.zeros((3, 2)), np.zeros(3)), r"got \(3, 2\) and \(3,\)"),
        (lambda: mean_squared_error([], []), "at least one sample"),
        (lambda: r2_score([1.0], [1.0]), "at least two samples"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_accuracy_object() -> None:
    assert Accuracy()(PREDICTED, TRUE) == pytest.approx(4 / 6)
    scaler = Accuracy().fit(PREDICTED, TRUE)
    assert scaler.value == pytest.approx(4 / 6)
    assert str(scaler) == "Accuracy: 66.7 %"
    assert str(Accuracy()) == "Accuracy: not computed yet"


def test_classification_matrix_text() -> None:
    scaler = ClassificationMatrix(["setosa", "iris", "c"]).fit(np.eye(3)[PREDICTED], TRUE)
    assert str(scaler).splitlines() == [
        "Y \\ predicted  setosa  iris  c",
        "setosa              2     1  0",
        "iris                0     1  1",
        "c                   0     0  1",
        "",
        "class             precision  recall      F1  support",
        "setosa               1.0000  0.6667  0.8000        3",
        "iris                 0.5000  0.5000  0.5000        2",
        "c                    0.5000  1.0000  0.6667        1",
        "macro average        0.6667  0.7222  0.6556        6",
        "weighted average     0.7500  0.6667  0.6778        6",
        "",
        "Accuracy: 66.7 %",
    ]


@settings(max_examples=30)
@given(labels())
def test_classification_matrix_values(data: tuple[np.ndarray, np.ndarray, int]) -> None:
    predicted, true, classes = data
    scaler = ClassificationMatrix([f"class {n}" for n in range(classes)]).fit(predicted, true)
    report = reference.classification_report(
        true, predicted, labels=range(classes), zero_division=0, output_dict=True
    )
    for n in range(classes):
        theirs = report[str(n)]
        assert scaler.precision[n] == pytest.approx(theirs["precision"])
        assert scaler.recall[n] == pytest.approx(theirs["recall"])
        assert scaler.f1[n] == pytest.approx(theirs["f1-score"])
        assert scaler.support[n] == theirs["support"]
    assert scaler.accuracy == pytest.approx(reference.accuracy_score(true, predicted))
    lines = str(scaler).splitlines()
    assert len({len(line) for line in lines[: classes + 1]}) == 1
    assert "not computed yet" in str(ClassificationMatrix())


def test_too_few_class_names_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 3 for this data, got 2"):
        ClassificationMatrix(["a", "b"]).fit(PREDICTED, TRUE)


def test_distances_are_to_the_nearest_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    # Far from 0, where squares of float32 have no digits for distances.
    one, two = rng.normal(1e4, 1.0, (70, 3)), rng.normal(1e4, 2.0, (40, 3))
    apart = np.linalg.norm(one[:, np.newaxis] - two, axis=2)
    wanted = apart.min(axis=1).mean(), apart.min(axis=0).mean()
    assert distances_apart(one, two) == pytest.approx(wanted, rel=1e-6)
    monkeypatch.setattr("core.train.metrics._DISTANCES", 100)
    assert distances_apart(one, two) == pytest.approx(wanted, rel=1e-6)
    assert distances_apart(one, one) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert np.isnan(distances_apart(one[:0], two)).all()
    images = one[:, :2].reshape(-1, 2, 1, 1), two[:, :2].reshape(-1, 2, 1, 1)
    assert distances_apart(*images) == pytest.approx(distances_apart(one[:, :2], two[:, :2]))


def test_what_is_covered_has_a_sample_as_near_as_its_own_neighbours() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.normal(1e3, 1.0, (60, 3)), rng.normal(1e3, 1.5, (60, 3))
    own = np.sort(np.linalg.norm(two[:, np.newaxis] - two, axis=2), axis=1)[:, 5]
    nearest = np.linalg.norm(two[:, np.newaxis] - one, axis=2).min(axis=1)
    assert coverage(one, two) == pytest.approx((nearest <= own).mean())
    assert coverage(two, two) == 1.0
    assert coverage(two + 100.0, two) == 0.0
    # One place for all leaves most of the data out, though it lies amid them.
    assert coverage(np.zeros_like(two) + two.mean(axis=0), two) < 0.4
    assert coverage(one, np.concatenate([two, two + 100.0])) == coverage(one, two)
    assert np.isnan(coverage(one[:0], two))
    assert np.isnan(coverage(one, two[:1]))


def test_the_nearest_sample_tells_the_class_as_scikit_learns_classifier_does() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(40, 3)), rng.normal(size=(60, 3)) + 1e4
    labels, own = rng.integers(0, 3, 40), rng.integers(0, 3, 60)
    for others, known in ((one + 0.1, labels), (two, own), (None, None)):
        fitted = one if others is None else others
        apart = np.linalg.norm(one[:, None] - fitted, axis=2)
        if others is None:
            np.fill_diagonal(apart, np.inf)
        near = (labels if known is None else known)[apart.argmin(axis=1)]
        assert nearest_accuracy(one, labels, others, known) == pytest.approx((near == labels).mean())
    assert np.isnan(nearest_accuracy(one[:0], labels[:0]))
    assert np.isnan(nearest_accuracy(one[:1], labels[:1]))
    assert np.isnan(nearest_accuracy(np.full_like(one, np.inf), labels, two, own))
