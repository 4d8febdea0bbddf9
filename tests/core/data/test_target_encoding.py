"""Labels are encoded as targets, and outputs decoded to labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.datasets import DatasetInfo
from core.data.target_encoding import TargetEncoding
from core.nn import ACTIVATIONS
from core.nn.losses import LOSSES
from core.train.tasks import Classification, Regression, usual_task

TWO = DatasetInfo((2,), "classes", 2)
TEN = DatasetInfo((28, 28, 1), "classes", 10)
VALUES = DatasetInfo((2,), "values", 1)


@given(numbers=st.lists(st.integers(0, 5), max_size=20), classes=st.integers(6, 9))
def test_one_hot_rows_and_back(numbers: list[int], classes: int) -> None:
    encoding = TargetEncoding(classes, classes)
    coded = encoding.encode(np.array(numbers, np.int64))
    assert coded.shape == (len(numbers), classes)
    assert coded.dtype == np.float32
    np.testing.assert_array_equal(coded.sum(axis=1), 1.0)
    np.testing.assert_array_equal(encoding.decode(coded), numbers)


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0)])
def test_two_classes_on_one_output(low: float, high: float) -> None:
    encoding = TargetEncoding(2, 1, low, high)
    coded = encoding.encode(np.array([0, 1, 1]))
    np.testing.assert_array_equal(coded, [[low], [high], [high]])
    np.testing.assert_array_equal(encoding.decode(coded), [0, 1, 1])
    np.testing.assert_allclose(encoding.to_signed(coded), [[-1.0], [1.0], [1.0]])
    middle = np.array([[encoding.threshold]])
    assert encoding.to_signed(middle) == 0.0
    assert encoding.decode(middle + 1e-6)[0] == 1


def test_values_stay_as_they_are() -> None:
    encoding = TargetEncoding(0, 2)
    values = np.array([[1.5, -2.0], [0.0, 3.0]])
    np.testing.assert_array_equal(encoding.encode(values), values)
    assert encoding.encode(values).dtype == np.float32
    assert encoding.to_signed(values) is values
    np.testing.assert_array_equal(TargetEncoding(0, 1).encode(np.array([1.0, 2.0])), [[1.0], [2.0]])


OUTPUT_A_CLASS = ("cross_entropy", "kl_divergence", "categorical_focal_crossentropy", "cosine_similarity")


@pytest.mark.parametrize("loss", LOSSES.names())
def test_the_number_of_outputs(loss: str) -> None:
    made = LOSSES.make(loss)
    assert Classification().outputs(TWO, made) == (1 if loss not in OUTPUT_A_CLASS else 2)
    assert Classification().outputs(TEN, made) == 10
    assert Regression().outputs(VALUES, made) == 1


@pytest.mark.parametrize(
    ("info", "loss", "activation", "expected"),
    [
        (TWO, "cross_entropy", "softmax", TargetEncoding(2, 2)),
        (TWO, "binary_cross_entropy", "sigmoid", TargetEncoding(2, 1, 0.0, 1.0)),
        (TWO, "mse", "tanh", TargetEncoding(2, 1, -1.0, 1.0)),
        (TWO, "half_mse", "linear", TargetEncoding(2, 1, -1.0, 1.0)),
        (TWO, "mse", "sigmoid", TargetEncoding(2, 1, 0.0, 1.0)),
        (TWO, "huber", "relu", TargetEncoding(2, 1, 0.0, 1.0)),
        (TEN, "mse", "softmax", TargetEncoding(10, 10)),
        (VALUES, "mae", "linear", TargetEncoding(0, 1)),
    ],
)
def test_the_code_follows_the_range_of_the_outputs(
    info: DatasetInfo, loss: str, activation: str, expected: TargetEncoding
) -> None:
    assert usual_task(info.labels).encoding(info, LOSSES.make(loss), ACTIVATIONS.make(activation)) == expected


def test_every_code_lies_in_the_range_of_its_function() -> None:
    for loss in LOSSES:
        for function in ACTIVATIONS:
            encoding = Classification().encoding(TWO, loss(), function())
            assert function.high >= encoding.high
            assert function.low <= encoding.low


def test_values_are_scaled_and_come_back_in_their_units() -> None:
    encoding = TargetEncoding(0, 2, shift=(4200.0, 0.0), scale=(800.0, 2.0))
    values = np.array([[3400.0, 1.0], [5000.0, -4.0]])
    targets = encoding.encode(values)
    assert targets.dtype == np.float32
    np.testing.assert_allclose(targets, [[-1.0, 0.5], [1.0, -2.0]])
    np.testing.assert_allclose(encoding.to_values(targets), values)
    np.testing.assert_allclose(encoding.to_values(targets[0]), values[0])
    one = TargetEncoding(0, 1, shift=(4200.0,), scale=(800.0,))
    assert one.to_signed(np.array([[1.0]], np.float32)) == 5000.0


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0)])
def test_another_threshold_moves_labels_and_keeps_probabilities(low: float, high: float) -> None:
    encoding = TargetEncoding(2, 1, low, high, cut=0.8)
    shares = np.array([0.0, 0.3, 0.79, 0.81, 1.0])
    outputs = (low + shares * (high - low))[:, None]
    assert encoding.decode(outputs).tolist() == [0, 0, 0, 1, 1]
    signed = encoding.to_signed(outputs)[:, 0]
    assert signed.tolist() == pytest.approx([-1.0, -0.625, -0.0125, 0.05, 1.0])
    assert [encoding.share_of_signed(value) for value in signed] == pytest.approx(shares.tolist())
    logits = np.log(shares[1:-1] / (1 - shares[1:-1]))[:, None]
    assert encoding.decode(logits, logits=True).tolist() == [0, 0, 1]
    middle = TargetEncoding(2, 1, low, high)
    assert middle.threshold == 0.5 * (low + high)
    assert middle.logit_threshold == 0.0
    assert [middle.share_of_signed(value) for value in (-1.0, 0.0, 0.5)] == [0.0, 0.5, 0.75]
