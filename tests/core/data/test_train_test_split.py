"""The split is stratified, for any share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.datasets import Data, Plane, Spirals
from core.data.train_test_split import train_test_split


def classified(*sizes: int) -> Data:
    targets = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    return Data(np.zeros((len(targets), 1)), targets, "classes")


def counts(data: Data, indices: np.ndarray) -> list[int]:
    return np.bincount(data.targets[indices], minlength=data.n_classes).tolist()


@pytest.mark.parametrize(
    ("sizes", "share", "expected"),
    [
        ((50, 50, 50), 0.8, [40, 40, 40]),
        ((10, 10, 10), 0.25, [3, 3, 2]),  # 7.5 rounds to 8: two seats for three equal remainders
        ((59, 71, 48), 0.7, [41, 50, 34]),  # quotas 41.3, 49.7, 33.6; 125 seats
        ((100, 2), 0.05, [4, 1]),  # the small class is in both splits
        ((100, 2), 0.95, [96, 1]),  # 96.9 rounds to 97 in all
        ((1, 1, 1, 1), 0.5, [1, 1, 0, 0]),
        ((1, 1), 0.95, [1, 0]),
        ((0, 4), 0.5, [0, 2]),  # an empty class
        ((100,), 0.29, [29]),  # 0.29 * 100 is 28.999999999999996
    ],
)
def test_exact_counts(sizes: tuple[int, ...], share: float, expected: list[int]) -> None:
    data = classified(*sizes)
    train, test = train_test_split(data, share, seed=1)
    assert counts(data, train) == expected
    assert counts(data, test) == [size - n for size, n in zip(sizes, expected, strict=True)]


@settings(deadline=None)  # a busy machine must not fail the test
@given(
    sizes=st.lists(st.integers(0, 40), min_size=1, max_size=8).filter(lambda s: sum(s) >= 2),
    share=st.floats(0.05, 0.95),
    seed=st.integers(0, 2**32),
)
def test_split_properties(sizes: list[int], share: float, seed: int) -> None:
    data = classified(*sizes)
    train, test = train_test_split(data, share, seed)
    assert sorted([*train, *test]) == list(range(data.samples))
    assert len(train) >= 1
    assert len(test) >= 1
    in_train, in_test = counts(data, train), counts(data, test)
    for size, a, b in zip(sizes[: data.n_classes], in_train, in_test, strict=True):
        if size >= 2:
            assert a >= 1
            assert b >= 1
    filled = [(size, n) for size, n in zip(sizes, in_train, strict=False) if size]
    if all(1 <= share * size <= size - 1 for size, _ in filled):
        assert len(train) == int(np.floor(share * data.samples + 0.5))
        assert all(abs(n - share * size) < 1 for size, n in filled)


@settings(deadline=None)
@given(samples=st.integers(2, 300), share=st.floats(0.05, 0.95), seed=st.integers(0, 2**32))
def test_regression_is_split_as_one_group(samples: int, share: float, seed: int) -> None:
    data = Data(np.zeros((samples, 1)), np.zeros((samples, 1)), "values")
    train, test = train_test_split(data, share, seed)
    assert sorted([*train, *test]) == list(range(samples))
    assert len(train) == min(max(int(np.floor(share * samples + 0.5)), 1), samples - 1)


def test_seed_decides() -> None:
    data = Spirals().load(seed=0)
    first, again, other = (train_test_split(data, 0.5, seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(np.sort(first), np.sort(other))
    assert not np.array_equal(first, np.sort(first))


def test_every_sample_of_a_class_is_as_likely() -> None:
    data = classified(6, 6)
    seen = np.zeros(12)
    for seed in range(600):
        seen[train_test_split(data, 0.5, seed)[0]] += 1
    # 300 expected, standard deviation 12.
    assert (np.abs(seen - 300) < 60).all()


def test_plane_splits_into_halves() -> None:
    train, test = train_test_split(Plane().load(seed=0), 0.5, seed=0)
    assert (len(train), len(test)) == (600, 600)


@pytest.mark.parametrize("share", [0.0, 0.049, 0.951, 1.0, -1.0, float("nan")])
def test_share_is_checked(share: float) -> None:
    with pytest.raises(ValueError, match=r"^Split: train share must be from 0.05 to 0.95, got "):
        train_test_split(classified(5, 5), share, seed=0)


def test_one_sample_cannot_be_split() -> None:
    with pytest.raises(ValueError, match=r"^Split: data must have at least 2 samples, got 1$"):
        train_test_split(classified(1), 0.5, seed=0)


def test_samples_in_the_order_of_time_are_split_at_a_place() -> None:
    inputs = np.arange(10, dtype=np.float32)[:, None]
    data = Data(inputs, inputs, "values", gap=2)
    train, test = train_test_split(data, 0.5, 3)
    assert (train.tolist(), test.tolist()) == ([0, 1, 2, 3, 4], [7, 8, 9])
    assert train_test_split(data, 0.95, 0)[1].tolist() == [9]
    assert train_test_split(data, 0.05, 0)[0].tolist() == [0]
    with pytest.raises(
        ValueError, match="must have at least 11 samples, as 9 between training and test overlap"
    ):
        train_test_split(Data(inputs, inputs, "values", gap=9), 0.5, 0)
