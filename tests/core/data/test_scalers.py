"""Scalers are fitted on the training set and can be inverted."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.datasets import SCALINGS, GivenScaling, Iris, MinMax, NoScaling, Standardize, Wine


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
    if kind not in (NoScaling, GivenScaling):
        np.testing.assert_allclose(scaled[:, 0], 0, atol=1e-6)


@pytest.mark.parametrize("kind", [Standardize, MinMax], ids=lambda kind: kind.kind)
def test_images_are_scaled_as_a_whole(kind: type) -> None:
    images = np.random.default_rng(1).uniform(0, 200, (20, 4, 4, 1)).astype(np.float32)
    images[:, 0] = 0  # scaled as a whole, a dark border stays uniform
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


def test_a_given_scaling_measures_nothing() -> None:
    scaling = GivenScaling((1.7e9, 2.0), (100.0, 4.0))
    scaler = scaling.fit(np.zeros((3, 2)))
    assert scaler.transform(np.array([[1.7e9 + 50, 10.0]])).tolist() == [[0.5, 2.0]]
    image = GivenScaling((0.5,), (0.25,)).fit(np.zeros((2, 3, 3, 1), np.float32))
    assert image.transform(np.ones((1, 3, 3, 1), np.float32)).ravel().tolist() == [2.0] * 9
    with pytest.raises(ValueError, match="inputs must have 2 columns as in the file, got 3"):
        scaling.fit(np.zeros((3, 3)))


def test_a_given_scaling_is_kept_as_json() -> None:
    scaling = GivenScaling((1.5, 2.0), (3.0, 4.0))
    assert SCALINGS.from_json(scaling.to_json()) == scaling
    for changes in ({"scale": (0.0, 1.0)}, {"shift": ()}, {"shift": ("a",)}, {"scale": (float("nan"), 1.0)}):
        with pytest.raises(ValueError, match=r"As in the file: (shift|scale) must be"):
            GivenScaling(**{"shift": (1.0,), "scale": (1.0,), **changes})  # type: ignore[arg-type]
