"""The split keeps the proportions of the classes, and scaling is undone exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.datasets import SCALINGS, Data, Iris, MinMax, NoScaling, Plane, Spirals, Standardize, Wine
from core.data.train_test_split import train_test_split


def classified(*sizes: int) -> Data:
    targets = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    return Data(np.zeros((len(targets), 1)), targets, "classification")


def counts(data: Data, indices: np.ndarray) -> list[int]:
    return np.bincount(data.targets[indices], minlength=data.n_classes).tolist()


@pytest.mark.parametrize(
    ("sizes", "share", "expected"),
    [
        ((50, 50, 50), 0.8, [40, 40, 40]),
        ((10, 10, 10), 0.25, [3, 3, 2]),  # 7.5 rounds to 8: two seats for three equal remainders
        ((59, 71, 48), 0.7, [41, 50, 34]),  # quotas 41.3, 49.7, 33.6; 125 seats
        ((100, 2), 0.05, [4, 1]),  # the small class is seen on both sides
        ((100, 2), 0.95, [96, 1]),  # 96.9 rounds to 97 in all
        ((1, 1, 1, 1), 0.5, [1, 1, 0, 0]),
        ((1, 1), 0.95, [1, 0]),
        ((0, 4), 0.5, [0, 2]),  # a class without samples
        ((100,), 0.29, [29]),  # 0.29 * 100 is 28.999999999999996
    ],
)
def test_exact_counts(sizes: tuple[int, ...], share: float, expected: list[int]) -> None:
    data = classified(*sizes)
    train, test = train_test_split(data, share, seed=1)
    assert counts(data, train) == expected
    assert counts(data, test) == [size - n for size, n in zip(sizes, expected, strict=True)]


@settings(deadline=None)  # other work on the machine must not fail the test
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
    data = Data(np.zeros((samples, 1)), np.zeros((samples, 1)), "regression")
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
    # 300 expected, deviation 12.
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


# Scaling


def test_standardize_by_column() -> None:
    inputs = Wine().load(seed=0).inputs
    scaled = Standardize().fit(inputs).transform(inputs)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled.mean(axis=0, dtype=np.float64), 0, atol=1e-5)
    np.testing.assert_allclose(scaled.std(axis=0, dtype=np.float64), 1, rtol=1e-5)


def test_minmax_by_column() -> None:
    inputs = Iris().load(seed=0).inputs
    scaled = MinMax().fit(inputs).transform(inputs)
    assert scaled.min(axis=0).tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(scaled.max(axis=0), 1, rtol=1e-6)


def test_none_changes_nothing() -> None:
    inputs = Iris().load(seed=0).inputs
    np.testing.assert_array_equal(NoScaling().fit(inputs).transform(inputs), inputs)


def test_fit_belongs_to_the_training_inputs() -> None:
    scaler = MinMax().fit(np.array([[0.0], [10.0]]))
    assert scaler.transform(np.array([[20.0], [-5.0]])).tolist() == [[2.0], [-0.5]]


@pytest.mark.parametrize("kind", list(SCALINGS), ids=lambda kind: kind.kind)
def test_invert_undoes_apply(kind: type) -> None:
    rng = np.random.default_rng(0)
    for inputs in (rng.normal(50, 20, (100, 5)), rng.uniform(0, 255, (10, 6, 6, 3))):
        scaler = kind().fit(inputs)
        np.testing.assert_allclose(
            scaler.inverse_transform(scaler.transform(inputs)), inputs, rtol=1e-5, atol=1e-4
        )


@pytest.mark.parametrize("kind", list(SCALINGS), ids=lambda kind: kind.kind)
@pytest.mark.parametrize("value", [0.0, 0.1, 1e6, 1e-30])
def test_constant_column_does_not_divide_by_zero(kind: type, value: float) -> None:
    inputs = np.column_stack([np.full(1001, value), np.arange(1001)]).astype(np.float32)
    scaler = kind().fit(inputs)
    scaled = scaler.transform(inputs)
    assert np.isfinite(scaled).all()
    assert scaler.scale[0] == 1
    if kind is not NoScaling:
        np.testing.assert_allclose(scaled[:, 0], 0, atol=1e-6)


@pytest.mark.parametrize("kind", [Standardize, MinMax], ids=lambda kind: kind.kind)
def test_images_are_scaled_as_a_whole(kind: type) -> None:
    images = np.random.default_rng(1).uniform(0, 200, (20, 4, 4, 1)).astype(np.float32)
    images[:, 0] = 0  # a dark border stays one value, as it would not column by column
    scaler = kind().fit(images)
    scaled = scaler.transform(images)
    assert scaler.shift.shape == scaler.scale.shape == ()
    assert scaled.shape == images.shape
    assert len(np.unique(scaled[:, 0])) == 1
    if kind is Standardize:
        assert abs(scaled.mean()) < 1e-5
        assert abs(scaled.std() - 1) < 1e-5
    else:
        assert (scaled.min(), scaled.max()) == (0.0, pytest.approx(1.0))


def test_scaling_refusals() -> None:
    with pytest.raises(
        ValueError, match=r"^Scaling: inputs must hold at least one sample, got shape \(0, 2\)$"
    ):
        Standardize().fit(np.empty((0, 2)))
    scaler = Standardize().fit(np.array([[0.0, 1.0], [1.0, 3.0]]))
    with pytest.raises(
        ValueError, match=r"must have 2 columns as when fitted, got an array of shape \(4, 3\)$"
    ):
        scaler.transform(np.zeros((4, 3)))


@pytest.mark.parametrize("kind", list(SCALINGS), ids=lambda kind: kind.kind)
def test_scaling_json_round_trip(kind: type) -> None:
    assert SCALINGS.from_json(kind().to_json()) == kind()
