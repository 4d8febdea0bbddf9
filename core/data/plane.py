"""The plane for drawing outputs: the inputs of 2-D points, two columns of a table, or two principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..spec.arrays import Array
from .pca import principal_components
from .scalers import FittedScaler

_BLOCK_ROWS = 4096

_MAX_NUMBERS = 2_000_000
_MAX = float(np.finfo(np.float32).max)
_LARGE = 1e-3 * _MAX
"""Of a plane whose corners may be beyond float32."""


@dataclass(frozen=True)
class PlaneChoice:
    """Two table columns as axes, `x` to the right and `y` upwards, and fixed values for the others.

    `values`, one per column, are in original units; those of `x` and `y` are ignored.
    """

    x: int
    y: int
    values: tuple[float, ...]

    def fits(self, columns: int) -> bool:
        """Whether it is valid for a table of `columns` columns."""
        return len(self.values) == columns and self.x != self.y and {self.x, self.y} <= set(range(columns))


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in input space: `centre` + a * `axes[0]` + b * `axes[1]`, for a and b from `low` to `high`.

    `centre` is (features,), `axes` (2, features), orthogonal. `labels` name the axes. `columns` are the two columns
    along which it lies, if any: a and b are then in original units.
    """

    centre: Array
    axes: Array
    low: tuple[float, float]
    high: tuple[float, float]
    labels: tuple[str, str]
    columns: tuple[int, int] | None = None

    @classmethod
    def of_points(cls, points: Array, least: float = 6.0) -> Plane:
        """The plane of 2-D points (n, 2): -6 … 6 as in TensorFlow Playground, or more for points outside."""
        peak = float(np.max(np.abs(points), initial=0.0))
        reach = least if peak <= least else 1.05 * peak
        axes = np.eye(2, dtype=np.float32)
        return cls(np.zeros(2, np.float32), axes, (-reach, -reach), (reach, reach), ("x₁", "x₂"))

    @classmethod
    def of_main_directions(cls, inputs: Array) -> Plane:
        """The first two principal components of inputs (n, features)."""
        centre = inputs.mean(axis=0, dtype=np.float64)
        # A few thousand rows determine two directions; fewer for large images.
        rows = max(200, min(2000, _MAX_NUMBERS // inputs.shape[1]))
        axes = principal_components(inputs[:: max(1, len(inputs) // rows)] - centre).astype(np.float32)
        placed = _along(inputs, centre.astype(np.float32), axes)
        low, high = (each.astype(np.float64) for each in (placed.min(axis=0), placed.max(axis=0)))
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
        cls, choice: PlaneChoice, raw: Array, scaler: FittedScaler, labels: tuple[str, str]
    ) -> Plane:
        """The plane along two columns, covering the unscaled data `raw` (n, features)."""
        columns = [choice.x, choice.y]
        shift, scale = scaler.shift.astype(np.float64), scaler.scale.astype(np.float64)
        centre = np.array(choice.values, np.float64)
        centre[columns] = 0.0
        axes = np.zeros((2, len(centre)))
        axes[[0, 1], columns] = 1.0 / scale[columns]
        # float64: a column far from 0 would lose digits in scaling and back.
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
        """Coordinates (n, 2) of inputs (n, features) on the plane."""
        lengths = np.maximum(np.sum(np.square(self.axes), axis=1), np.finfo(np.float32).tiny)
        if self.columns is not None:
            # The other columns contribute zeros.
            kept = list(self.columns)
            moved: Array = (inputs[:, kept] - self.centre[kept]) * self.axes[[0, 1], kept] / lengths
            return moved
        placed: Array = _along(inputs, self.centre, self.axes) / lengths
        return placed

    def distance(self, inputs: Array, deviations: Array) -> Array:
        """Distance (n,) of inputs (n, features) from the plane: the root mean square over all other columns.

        Each column is scaled by `deviations` (features,). 0 if there are no others, or for planes not along columns.
        """
        away = np.zeros(len(inputs))
        others = set(range(len(self.centre))) - set(self.columns or range(len(self.centre)))
        for column in others:
            # A constant column has distance 0.
            deviation = float(deviations[column]) or 1.0
            away += np.square((inputs[:, column] - self.centre[column]) / deviation)
        distances: Array = np.sqrt(away / max(1, len(others)))
        return distances

    def grid(self, count: int) -> Array:
        """A grid of `count` x `count` points as inputs (count * count, features), row by row from the lowest b."""
        a, b = (np.linspace(low, high, count) for low, high in zip(self.low, self.high, strict=True))
        return self.points(a, b)

    def points(self, a: Array, b: Array) -> Array:
        """The points with coordinates `a` (columns,) and `b` (rows,) as inputs (rows * columns, features), by rows."""
        kind = self.axes.dtype if max(map(abs, (*self.low, *self.high))) < _LARGE else np.float64
        steps = np.stack([np.tile(a, len(b)), np.repeat(b, len(a))], axis=1).astype(kind, copy=False)
        if self.columns is None:
            made = self.centre + steps @ self.axes
            return (made if kind == self.axes.dtype else made.clip(-_MAX, _MAX)).astype(np.float32)
        # Only two columns vary: dragging a slider needs many grids.
        points = np.empty((len(steps), len(self.centre)), np.float32)
        points[:] = self.centre
        kept = list(self.columns)
        points[:, kept] = self.centre[kept] + steps * self.axes[[0, 1], kept]
        return points


def _along(inputs: Array, centre: Array, axes: Array) -> Array:
    """Coordinates (n, axes) of inputs (n, features) along `axes`, relative to `centre`."""
    # In blocks, to avoid a second copy of a large dataset.
    starts = range(0, max(1, len(inputs)), _BLOCK_ROWS)
    # What a diverged network makes is infinite, and not drawn.
    with np.errstate(over="ignore", invalid="ignore"):
        placed = np.concatenate([(inputs[start : start + _BLOCK_ROWS] - centre) @ axes.T for start in starts])
    if placed.dtype == np.float64 or np.isfinite(placed).all():
        return placed
    # A sum of many columns near the end of float32 is beyond it.
    return _along(inputs, centre.astype(np.float64), axes)
