"""Input features of points in the plane, as in TensorFlow Playground."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Feature:
    """An input feature: its name in files, its label on the screen, and its function of x₁ and x₂.

    `code` is the function in NumPy; `onnx` in ONNX, an operator and its inputs, which are "x1" or "x2".
    """

    name: str
    label: str
    function: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]
    code: str
    onnx: tuple[str, ...]


# The first seven are TensorFlow Playground's, in its order.
FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        feature.name: feature
        for feature in (
            Feature("x1", "x₁", lambda x1, x2: x1, "x1", ("Identity", "x1")),
            Feature("x2", "x₂", lambda x1, x2: x2, "x2", ("Identity", "x2")),
            Feature("x1_squared", "x₁²", lambda x1, x2: x1 * x1, "x1 * x1", ("Mul", "x1", "x1")),
            Feature("x2_squared", "x₂²", lambda x1, x2: x2 * x2, "x2 * x2", ("Mul", "x2", "x2")),
            Feature("x1_x2", "x₁x₂", lambda x1, x2: x1 * x2, "x1 * x2", ("Mul", "x1", "x2")),
            Feature("sin_x1", "sin x₁", lambda x1, x2: np.sin(x1), "np.sin(x1)", ("Sin", "x1")),
            Feature("sin_x2", "sin x₂", lambda x1, x2: np.sin(x2), "np.sin(x2)", ("Sin", "x2")),
            Feature("cos_x1", "cos x₁", lambda x1, x2: np.cos(x1), "np.cos(x1)", ("Cos", "x1")),
            Feature("cos_x2", "cos x₂", lambda x1, x2: np.cos(x2), "np.cos(x2)", ("Cos", "x2")),
        )
    }
)


def build_features(points: NDArray[Any], names: Sequence[str]) -> NDArray[np.float32]:
    """The named features of `points` (n, 2), one column each: float32 (n, len(names)).

    Raises `ValueError` for points of another shape, an unknown name or no names.
    """
    points = np.asarray(points, np.float32)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"Features: points must be (samples, 2), got an array of shape {points.shape}")
    if not names:
        raise ValueError(f"Features: names must hold at least one feature, got {list(names)}")
    for name in names:
        if name not in FEATURES:
            raise ValueError(f"Features: names must be among {', '.join(FEATURES)}, got {name!r}")
    columns = np.empty((len(points), len(names)), np.float32)
    for column, name in enumerate(names):
        columns[:, column] = FEATURES[name].function(points[:, 0], points[:, 1])
    return columns
