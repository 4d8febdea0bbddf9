"""Tables of the first papers: their rules, and which rows are for training."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets.classic_tables import Bits, Monks, OneOf, TwoSpirals


def test_bits_are_odd_or_symmetric() -> None:
    inputs, labels = Bits().rows()
    assert inputs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert labels.tolist() == [0, 1, 1, 0]
    inputs, labels = Bits(bits=6, rule="symmetric").rows()
    assert len(labels) == 64
    palindromes = inputs[labels == 1]
    assert len(palindromes) == 8
    assert (palindromes == palindromes[:, ::-1]).all()


def test_each_row_of_an_encoder_has_a_one_of_its_own() -> None:
    data = OneOf(columns=5).load(0)
    assert (data.inputs[:5] == np.eye(5)).all()
    assert data.n_classes == 5


def test_spirals_are_those_of_the_benchmark() -> None:
    inputs, labels = TwoSpirals().rows()
    assert inputs.shape == (194, 2)
    assert inputs[0] == pytest.approx([0.0, 6.5])
    assert inputs[8] == pytest.approx([6.0, 0.0], abs=1e-6)
    assert (inputs[labels == 1] == -inputs[labels == 0]).all()


@pytest.mark.parametrize(("rule", "count", "positive"), [(1, 124, 216), (2, 169, 142), (3, 122, 228)])
def test_monks_have_their_rules_and_the_test_is_all(rule: int, count: int, positive: int) -> None:
    data = Monks(rule=rule).load(3)
    assert data.train_samples == count
    asked, labels = data.inputs[count:], data.targets[count:]
    assert len(np.unique(asked, axis=0)) == 432
    assert labels.sum() == positive
    rows = [int(np.flatnonzero((asked == row).all(axis=1))[0]) for row in data.inputs[:count]]
    assert len(set(rows)) == count
    wrong = (labels[rows] != data.targets[:count]).sum()
    assert wrong == (6 if rule == 3 else 0)
    assert not np.array_equal(data.inputs[:count], Monks(rule=rule).load(4).inputs[:count])
