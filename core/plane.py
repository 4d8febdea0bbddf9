"""The plane on which a network is drawn: the two coordinates of points, or the two main directions of wider data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Plane"]

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Plane:
    """A flat piece of the input space: `centre` + a * `axes[0]` + b * `axes[1]`, over the extent of a and b.

    `centre` (features,) and `axes` (2, features), orthonormal. `labels` name the two directions.
    """

    centre: Array
    axes: Array
    low: tuple[float, float]
    high: tuple[float, float]
    labels: tuple[str, str]

    @classmethod
    def of_points(cls, points: Array, least: float = 6.0) -> Plane:
        """The plane of 2-D points (n, 2): TensorFlow Playground's -6 … 6, or more where points lie outside."""
        peak = float(np.max(np.abs(points), initial=0.0))
        reach = least if peak <= least else 1.05 * peak
        axes = np.eye(2, dtype=np.float32)
        return cls(np.zeros(2, np.float32), axes, (-reach, -reach), (reach, reach), ("x₁", "x₂"))

    @classmethod
    def of_main_directions(cls, inputs: Array) -> Plane:
        """The first two principal components of inputs (n, features), by singular value decomposition."""
        centre = inputs.mean(axis=0, dtype=np.float64)
        # A few thousand rows fix two directions well enough, and keep this under a tenth of a second.
        stride = max(1, len(inputs) // 2000)
        _, _, directions = np.linalg.svd(inputs[::stride] - centre, full_matrices=False)
        axes = directions[:2].astype(np.float32)
        if len(axes) < 2:
            axes = np.vstack([axes, np.zeros_like(axes)])
        # The sign of a component is arbitrary: make the largest entry positive, so that pictures repeat.
        peaks = axes[np.arange(2), np.abs(axes).argmax(axis=1)]
        axes *= np.where(peaks < 0.0, -1.0, 1.0)[:, None].astype(np.float32)
        placed = (inputs - centre.astype(np.float32)) @ axes.T
        low, high = placed.min(axis=0), placed.max(axis=0)
        margin = 0.08 * (high - low) + 1e-3
        low, high = low - margin, high + margin
        return cls(
            centre.astype(np.float32),
            axes,
            (float(low[0]), float(low[1])),
            (float(high[0]), float(high[1])),
            ("component 1", "component 2"),
        )

    def place(self, inputs: Array) -> Array:
        """Where inputs (n, features) fall on the plane: (n, 2)."""
        placed: Array = (inputs - self.centre) @ self.axes.T
        return placed

    def grid(self, count: int) -> Array:
        """`count` x `count` points of the plane, as inputs (count * count, features); row by row from the lowest b."""
        a = np.linspace(self.low[0], self.high[0], count, dtype=np.float32)
        b = np.linspace(self.low[1], self.high[1], count, dtype=np.float32)
        steps = np.stack([np.tile(a, count), np.repeat(b, count)], axis=1)
        points: Array = self.centre + steps @ self.axes
        return points
