"""The plane on which a network is drawn: the two coordinates of points, two columns of a table while the others stand
still, or the two main directions of wider data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.pca import principal_components
from core.data.scalers import FittedScaler
from core.spec.arrays import Array

__all__ = ["Plane", "PlaneChoice"]


_BLOCK_ROWS = 4096

_MAX_NUMBERS = 2_000_000


@dataclass(frozen=True)
class PlaneChoice:
    """Two columns of a table as axes, `x` to the right and `y` upwards, and one value for every column.

    `values` are in the data's own units, not scaled; those of `x` and `y` are not looked at.
    """

    x: int
    y: int
    values: tuple[float, ...]

    def fits(self, columns: int) -> bool:
        """Whether it can be meant for a table of so many columns."""
        return len(self.values) == columns and self.x != self.y and {self.x, self.y} <= set(range(columns))


@dataclass(frozen=True, eq=False)
class Plane:
    """A flat piece of the input space: `centre` + a * `axes[0]` + b * `axes[1]`, over the extent of a and b.

    `centre` (features,) and `axes` (2, features), at right angles. `labels` name the two directions. `columns` are the
    two columns along which it lies, where it does: a and b are then in the data's own units.
    """

    centre: Array
    axes: Array
    low: tuple[float, float]
    high: tuple[float, float]
    labels: tuple[str, str]
    columns: tuple[int, int] | None = None

    @classmethod
    def of_points(cls, points: Array, least: float = 6.0) -> Plane:
        """The plane of 2-D points (n, 2): TensorFlow Playground's -6 … 6, or more where points lie outside."""
        peak = float(np.max(np.abs(points), initial=0.0))
        reach = least if peak <= least else 1.05 * peak
        axes = np.eye(2, dtype=np.float32)
        return cls(np.zeros(2, np.float32), axes, (-reach, -reach), (reach, reach), ("x₁", "x₂"))

    @classmethod
    def of_main_directions(cls, inputs: Array) -> Plane:
        """The first two principal components of inputs (n, features)."""
        centre = inputs.mean(axis=0, dtype=np.float64)
        # A few thousand rows fix two directions well enough; of large images fewer must do.
        rows = max(200, min(2000, _MAX_NUMBERS // inputs.shape[1]))
        axes = principal_components(inputs[:: max(1, len(inputs) // rows)] - centre).astype(np.float32)
        placed = _along(inputs, centre.astype(np.float32), axes)
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

    @classmethod
    def of_columns(
        cls,
        choice: PlaneChoice,
        raw: Array,
        scaler: FittedScaler,
        labels: tuple[str, str],
    ) -> Plane:
        """The plane along two columns, as wide as the data `raw` (n, features) that are not scaled; `scaler` scales."""
        columns = [choice.x, choice.y]
        shift, scale = scaler.shift.astype(np.float64), scaler.scale.astype(np.float64)
        centre = np.array(choice.values, np.float64)
        centre[columns] = 0.0
        axes = np.zeros((2, len(centre)))
        axes[[0, 1], columns] = 1.0 / scale[columns]
        # float64: a column far from 0 would lose its digits on the way to the network's units and back.
        low, high = raw[:, columns].min(axis=0).astype(np.float64), raw[:, columns].max(axis=0)
        span = high - low
        margin = np.where(span > 0.0, 0.05 * span, np.maximum(1e-3, 1e-3 * np.abs(low)))
        low, high = low - margin, high + margin
        return cls(
            (centre - shift) / scale,
            axes,
            (float(low[0]), float(low[1])),
            (float(high[0]), float(high[1])),
            labels,
            (choice.x, choice.y),
        )

    def place(self, inputs: Array) -> Array:
        """Where inputs (n, features) fall on the plane: (n, 2)."""
        lengths = np.maximum(np.sum(np.square(self.axes), axis=1), np.finfo(np.float32).tiny)
        if self.columns is not None:
            # The others would only add zeros, and take time where there are many.
            kept = list(self.columns)
            moved: Array = (inputs[:, kept] - self.centre[kept]) * self.axes[[0, 1], kept] / lengths
            return moved
        placed: Array = _along(inputs, self.centre, self.axes) / lengths
        return placed

    def distance(self, inputs: Array, deviations: Array) -> Array:
        """How far inputs (n, features) lie from the plane, (n,): the root of the mean square over all other columns.

        Each column is measured by its own of `deviations` (features,). It is 0 where there are no others, and for a
        plane that does not lie along columns.
        """
        away = np.zeros(len(inputs))
        others = set(range(len(self.centre))) - set(self.columns or range(len(self.centre)))
        for column in others:
            # A column that never changes is nowhere else.
            deviation = float(deviations[column]) or 1.0
            away += np.square((inputs[:, column] - self.centre[column]) / deviation)
        distances: Array = np.sqrt(away / max(1, len(others)))
        return distances

    def grid(self, count: int) -> Array:
        """`count` x `count` points of the plane, as inputs (count * count, features); row by row from the lowest b."""
        kind = self.axes.dtype
        a = np.linspace(self.low[0], self.high[0], count, dtype=kind)
        b = np.linspace(self.low[1], self.high[1], count, dtype=kind)
        steps = np.stack([np.tile(a, count), np.repeat(b, count)], axis=1)
        if self.columns is None:
            return (self.centre + steps @ self.axes).astype(np.float32)
        # All but two numbers are the same in every row: a slider that is dragged asks for many grids.
        points = np.empty((count * count, len(self.centre)), np.float32)
        points[:] = self.centre
        kept = list(self.columns)
        points[:, kept] = self.centre[kept] + steps * self.axes[[0, 1], kept]
        return points


def _along(inputs: Array, centre: Array, axes: Array) -> Array:
    """How far inputs (n, features) lie from `centre` along each of `axes`: (n, axes)."""
    # In blocks: the differences of a large set of images, all at once, would be a second copy of it.
    starts = range(0, max(1, len(inputs)), _BLOCK_ROWS)
    return np.concatenate([(inputs[start : start + _BLOCK_ROWS] - centre) @ axes.T for start in starts])
