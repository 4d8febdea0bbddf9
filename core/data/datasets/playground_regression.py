"""TensorFlow Playground's two regression patterns, with values of about -1 to 1.

As in its `dataset.ts`, noise `v` takes the value from a point U(-6, 6) v away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import DATASETS
from core.data.datasets.point_dataset import SAMPLES_HELP, PointKind
from core.spec import setting

Points = NDArray[np.float64]

HALF_WIDTH = 6.0


class Surface(PointKind):
    """Uniform points with a surface height as target."""

    labels = "values"

    samples: int = setting(1200, "Samples", low=10, high=20_000, help=SAMPLES_HELP)

    def height(self, points: Points) -> Points:
        """Height (n,) of the surface at points (n, 2)."""
        raise NotImplementedError

    def generate(self, rng: np.random.Generator) -> tuple[Points, Points]:
        """Uniform points (samples, 2) and the heights (samples, 1) at the moved points."""
        points = rng.uniform(-HALF_WIDTH, HALF_WIDTH, (self.samples, 2))
        moved = points + self.noise * rng.uniform(-HALF_WIDTH, HALF_WIDTH, points.shape)
        return points, self.height(moved)[:, np.newaxis]


@DATASETS.register()
class Plane(Surface):
    """The tilted plane (x₁ + x₂) / 10."""

    kind = "plane"
    title = "Plane"
    summary = "A value that grows towards one corner"

    def height(self, points: Points) -> Points:
        """(x₁ + x₂) / 10, (n,); beyond -1 to 1 in the far corners, as in the original."""
        return np.asarray(points.sum(axis=1) / 10)


@DATASETS.register("multigauss")
class MultiGauss(Surface):
    """Six cones of radius 2 with alternating signs."""

    kind = "multi_gauss"
    title = "Multi-gauss"
    summary = "Six hills and hollows"

    def height(self, points: Points) -> Points:
        """The value of largest magnitude of sign · max(0, 1 - distance/2) over six centers, (n,)."""
        centers = np.array([(x, y) for y in (2.5, -2.5) for x in (-4.0, 0.0, 4.0)])
        signs = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
        distances = np.linalg.norm(points[:, np.newaxis] - centers, axis=2)
        values = signs * np.clip(1 - distances / 2, 0.0, 1.0)
        largest = np.abs(values).argmax(axis=1)
        return np.asarray(values[np.arange(len(points)), largest])
