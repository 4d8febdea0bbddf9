"""Features of points are TensorFlow Playground's, in its order."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.data.features import FEATURES, build_features


def test_order_and_labels() -> None:
    labels = ["x₁", "x₂", "x₁²", "x₂²", "x₁x₂", "sin x₁", "sin x₂", "cos x₁", "cos x₂"]
    assert [feature.label for feature in FEATURES.values()] == labels
    assert all(name == feature.name for name, feature in FEATURES.items())


def test_values_at_a_point() -> None:
    row = build_features(np.array([[2.0, -3.0]]), list(FEATURES))
    expected = [2, -3, 4, 9, -6, math.sin(2), math.sin(-3), math.cos(2), math.cos(-3)]
    assert row.dtype == np.float32
    assert row.shape == (1, 9)
    np.testing.assert_allclose(row[0], expected, rtol=1e-6)


def test_columns_follow_the_names() -> None:
    points = np.random.default_rng(0).uniform(-6, 6, (50, 2))
    columns = build_features(points, ["x2", "x1_squared", "x1"])
    assert columns.shape == (50, 3)
    np.testing.assert_allclose(
        columns, np.column_stack([points[:, 1], points[:, 0] ** 2, points[:, 0]]), rtol=1e-5
    )


def test_no_points_give_no_rows() -> None:
    assert build_features(np.empty((0, 2)), ["x1", "x2"]).shape == (0, 2)


@pytest.mark.parametrize(
    ("points", "names", "sentence"),
    [
        (np.zeros((4, 2)), [], r"names must hold at least one feature, got \[\]"),
        (np.zeros((4, 2)), ["x1", "tan_x1"], "names must be among x1, x2, .*, got 'tan_x1'"),
        (np.zeros((4, 3)), ["x1"], r"points must be \(samples, 2\), got an array of shape \(4, 3\)"),
        (np.zeros(2), ["x1"], r"points must be \(samples, 2\), got an array of shape \(2,\)"),
    ],
)
def test_refusals(points: np.ndarray, names: list[str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        build_features(points, names)
