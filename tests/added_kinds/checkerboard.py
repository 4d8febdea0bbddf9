"""Checkerboard: squares of two alternating classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import DATASETS
from core.data.datasets.point_dataset import PointKind
from core.spec import setting


@DATASETS.register()
class Checkerboard(PointKind):
    """`squares` x `squares` fields on -5 to 5; noise is added after the classes are assigned."""

    kind = "checkerboard"
    title = "Checkerboard"
    summary = "Squares of two classes in turn"

    squares: int = setting(4, "Squares", low=2, high=10, help="Fields along each side.")

    def generate(self, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[Any]]:
        classes = np.arange(self.samples) % 2
        column = rng.integers(0, self.squares, self.samples)
        row = 2 * rng.integers(0, self.squares // 2, self.samples) + (column + classes) % 2
        inside = rng.uniform(0.0, 1.0, (self.samples, 2))
        points = (np.column_stack([column, row]) + inside) * (10.0 / self.squares) - 5.0
        return points + self.noise * rng.normal(size=points.shape), classes
